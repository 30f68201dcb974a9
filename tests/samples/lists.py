"""The kit of lists: empty, a few, a page and one more, very many; with tabs or without."""

from __future__ import annotations

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.kit import PAGE_SIZE
from bot.views import lists
from bot.views.screen import Screen
from services.texts.i18n import Texts, bold, escape
from tests.samples.common import EVIL, LONGEST_PERSON, Sample, Samples

_MANY = 500


def listing(t: Texts, total: int, page: int, name: str, *, tabs: bool = False) -> Screen:
    """A list of so many, all called alike."""
    here = max(0, min(PAGE_SIZE, total - page * PAGE_SIZE))
    items = [lists.Item((bold(name), escape(name)), name, CaseList(page=0))] * here
    parts = [lists.Tab(t.label(each), CaseList(page=0), each == "Past") for each in ("Upcoming", "Past")]
    return lists.draw(
        t,
        lists.Listing(
            title=t.label("🗂 Application statuses"),
            items=items,
            page=page,
            total=total,
            count=t("Applications in all: {count}", count=total),
            nothing=t("No data. What you have sent and how it stands will be here."),
            turned=lambda each: CaseList(page=each),
            tabs=parts if tabs else (),
        ),
    )


SAMPLES = Samples(
    screens=[
        *(
            Sample(listing, (total, page, name), {"tabs": tabs}, of=lists.draw)
            for total, page in ((0, 0), (1, 0), (8, 0), (9, 0), (9, 1), (_MANY, 0), (_MANY, 62))
            for name in (LONGEST_PERSON.full_name, EVIL)
            for tabs in (False, True)
        ),
    ],
)
