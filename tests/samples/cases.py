"""«Статусы заявлений»: whatever was sent, in each status that it may have."""

from __future__ import annotations

from datetime import timedelta

from bot.casebook import Casebook
from bot.keyboards.layout import Layout
from bot.topics import ALL
from bot.views import cases
from bot.views.screen import Screen
from services.cases.model import CaseItem
from services.texts.i18n import Texts
from tests.samples.common import EVIL, LONGEST_PERSON, NOW, Sample, Samples

BOOK = Casebook([spec for topic in ALL for spec in topic.cases])


def item(kind: str, status: str) -> CaseItem:
    return CaseItem("W" * 12, 1_000_042, kind, status, NOW - timedelta(days=400))


ITEMS = [item(kind.name, status) for kind in BOOK.kinds for status in kind.machine]


def different(t: Texts, *, layout: Layout) -> Screen:
    """What people mostly have: a few."""
    shown = [BOOK.line(t, each, None) for each in ITEMS[::3][: layout.described]]
    return cases.statuses(t, shown, 0, len(ITEMS[::3]), NOW, layout=layout)


def many(t: Texts, each: CaseItem, person: str | None, *, layout: Layout) -> Screen:
    return cases.statuses(t, [BOOK.line(t, each, person)] * layout.described, 177, 712, NOW, layout=layout)


SAMPLES = Samples(
    screens=[
        Sample(different, of=cases.statuses, ordinary=True),
        *(
            Sample(many, (each, person), of=cases.statuses)
            for each in ITEMS
            for person in (None, LONGEST_PERSON.full_name, EVIL)
        ),
        Sample(cases.statuses, ((), 0, 0, NOW)),
    ],
)
