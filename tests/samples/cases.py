"""«Статусы заявлений»: whatever was sent, in each status that it may have."""

from __future__ import annotations

from datetime import timedelta

from bot.casebook import Casebook
from bot.keyboards.layout import Layout
from bot.topics import ALL
from bot.views import cases
from bot.views.screen import Screen
from services.cases.model import Case, CaseItem, CaseStep
from services.texts.i18n import Texts
from tests.samples.common import EVIL, LONGEST_PERSON, NOW, Sample, Samples, words

BOOK = Casebook([spec for topic in ALL for spec in topic.cases])


def item(number: int, kind: str, status: str) -> CaseItem:
    return CaseItem("W" * 12, number, kind, status, NOW - timedelta(days=400))


STATUSES = [(kind.name, status) for kind in BOOK.kinds for status in kind.machine]
ITEMS = [item(number, *each) for number, each in enumerate(STATUSES, start=1_000_042)]


WORDS = BOOK.statuses("costs")
"""Of a kind that may come to a status again and again."""
HISTORIES = [
    Case(
        *("W" * 12, 1_000_042, "costs", "failed", "", words(300), NOW),
        steps=tuple(CaseStep(each, NOW, words(300)) for each in WORDS) * times,
    )
    for times in (1, 20)
]


def different(t: Texts, *, layout: Layout) -> Screen:
    """What people mostly have: a few."""
    usual = [("problem", "accepted"), ("costs", "done"), ("feedback", "answered")][: layout.described]
    shown = [BOOK.line(t, item(1042 + place, *each), None) for place, each in enumerate(usual)]
    return cases.statuses(t, shown, 0, len(usual), NOW, layout=layout)


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
    toasts=[Sample(cases.gone)],
    words=[words(300)],
    sentences=[Sample(cases.history, (each, WORDS, NOW)) for each in HISTORIES],
)
