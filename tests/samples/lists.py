"""The kit of lists: empty, a few, a page and one more, very many; with tabs, of somebody, searched, and plain."""

from __future__ import annotations

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.buttons.family import GO_POLICIES, WhoseList
from bot.keyboards.buttons.searches import SearchBegin, SearchLeave
from bot.keyboards.kit import DESCRIBED, PAGE_SIZE
from bot.views import lists
from bot.views.screen import Screen
from services.searches.model import LONGEST
from services.texts.i18n import Texts, bold, escape
from tests.samples.common import ANNA, EVIL, LONGEST_PERSON, Sample, Samples, usual, words

_MANY = 500
SOUGHT = words(LONGEST, "поликлиника ")


def listing(
    t: Texts,
    total: int,
    page: int,
    name: str,
    *,
    size: int = PAGE_SIZE,
    tabs: bool = False,
    whose: lists.Whose | None = None,
    search: str | None = None,
) -> Screen:
    """A list of so many, all called alike. `size`: says how much is told of each; `search`: what was looked for."""
    here = max(0, min(size, total - page * size))
    told = (bold(name), escape(name)) if size == DESCRIBED else (bold(name),)
    parts = [lists.Tab(t.label(each), CaseList(page=0), each == "Past") for each in ("Upcoming", "Past")]
    return lists.draw(
        t,
        lists.Listing(
            title=t.label("🗂 Application statuses"),
            items=[lists.Item(told, name, CaseList(page=0))] * here,
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
        usual(listing, 3, 0, "Обращение № 1 000 042", size=DESCRIBED, of=lists.draw),
        *(
            Sample(listing, (total, page, name), {"size": size, "tabs": tabs}, of=lists.draw)
            for size in (PAGE_SIZE, DESCRIBED)
            for total, page in ((0, 0), (1, 0), (size, 0), (size + 1, 0), (size + 1, 1), (_MANY, 0), (_MANY, 62))
            for name in (LONGEST_PERSON.full_name, EVIL)
            for tabs in (False, True)
        ),
        *(
            Sample(listing, (total, 0, EVIL), {"size": size, "whose": whose, "search": search}, of=lists.draw)
            for size in (PAGE_SIZE, DESCRIBED)
            for total in (0, 1, _MANY)
            for whose in (None, NOBODY_ELSE, OTHERS_TOO, NO_MARKUP)
            for search in (None, "", "ибу", SOUGHT, EVIL)
        ),
    ],
    sentences=[Sample(lists.search_gone)],
    words=(SOUGHT, "ибу", "Обращение"),
)
