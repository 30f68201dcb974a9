"""The kit of lists: empty, a few, a page and one more, very many; with tabs, of somebody, searched, and plain."""

from __future__ import annotations

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.buttons.family import GO_POLICIES, WhoseList
from bot.keyboards.buttons.notifications import NotificationOpen
from bot.keyboards.buttons.searches import SearchBegin, SearchLeave
from bot.keyboards.buttons.visits import Tab, VisitList
from bot.keyboards.layout import USUAL, Layout
from bot.views import lists
from bot.views.screen import Screen
from services.searches.model import LONGEST
from services.texts.i18n import Texts, bold, escape
from tests.samples.common import ANNA, EVIL, LONGEST_PERSON, Sample, Samples, usual, words

_MANY = 500
PARTS = (("Upcoming", Tab.UPCOMING), ("Past", Tab.PAST))
SOUGHT = words(LONGEST, "поликлиника ")


def listing(
    t: Texts,
    total: int,
    page: int,
    name: str,
    *,
    described: bool = False,
    layout: Layout = USUAL,
    tabs: bool = False,
    whose: lists.Whose | None = None,
    search: str | None = None,
) -> Screen:
    """A list of so many, all called alike. `described`: in several lines; `search`: what was looked for."""
    size = layout.described if described else layout.page
    here = max(0, min(size, total - page * size))
    told = (bold(name), escape(name)) if described else (bold(name),)
    parts = [lists.Tab(t.label(label), VisitList(tab=tab, page=0), tab is Tab.PAST) for label, tab in PARTS]
    return lists.draw(
        t,
        lists.Listing(
            title=t.label("🗂 Application statuses"),
            items=[lists.Item(told, name, NotificationOpen(notification="W" * 12, page=page))] * here,
            page=page,
            total=total,
            count=t("Applications in all: {count}", count=total),
            nothing=t("No data. What you have sent and how it stands will be here."),
            turned=lambda each: CaseList(page=each),
            tabs=parts if tabs else (),
            size=size,
            whose=whose,
            search=None if search is None else searching(t, search),
        ),
    )


def searching(t: Texts, text: str) -> lists.Search:
    """As a list offers it; an empty `text`: nothing has been looked for."""
    begin, leave = SearchBegin(list="cases", person=""), SearchLeave(list="cases", person="")
    return lists.Search(t.label("Clinics"), begin, text or None, leave)


NOBODY_ELSE = lists.whose(ANNA, [ANNA], GO_POLICIES)
OTHERS_TOO = lists.whose(LONGEST_PERSON, [ANNA, LONGEST_PERSON], GO_POLICIES)
NO_MARKUP = lists.Whose(EVIL, WhoseList(to=GO_POLICIES.to, page=0))

SAMPLES = Samples(
    screens=[
        usual(listing, 3, 0, "Обращение № 1 000 042", described=True, of=lists.draw),
        *(
            Sample(listing, (total, page, name), {"described": described, "tabs": tabs}, of=lists.draw)
            for described, size in ((False, USUAL.page), (True, USUAL.described))
            for total, page in ((0, 0), (1, 0), (size, 0), (size + 1, 0), (size + 1, 1), (_MANY, 0), (_MANY, 62))
            for name in (LONGEST_PERSON.full_name, EVIL)
            for tabs in (False, True)
        ),
        *(
            Sample(listing, (total, 0, EVIL), {"described": described, "whose": whose, "search": search}, of=lists.draw)
            for described in (False, True)
            for total in (0, 1, _MANY)
            for whose in (None, NOBODY_ELSE, OTHERS_TOO, NO_MARKUP)
            for search in (None, "", "ибу", SOUGHT, EVIL)
        ),
    ],
    sentences=[Sample(lists.search_gone)],
    words=(SOUGHT, "ибу", "Обращение"),
)
