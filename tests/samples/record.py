"""«Медкарта» and what is said of a section that is not open."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.prescriptions import GO_PRESCRIPTIONS
from bot.keyboards.buttons.record import GO_RECORD
from bot.keyboards.kit import Row, button
from bot.topic import Place
from bot.topics import ALL
from bot.views import record
from bot.views.lists import Whose, whose
from bot.views.screen import Screen
from services.accounts.model import Basis, Person, Relation
from services.texts.i18n import Texts
from tests.samples.common import NOW, PERSONS, TEENAGER, UNTIL, Sample, Samples, somebody

SECTIONS = sorted(
    (entry for topic in ALL for entry in topic.entries if entry.place is Place.RECORD), key=lambda each: each.rank
)
SHUT = [
    somebody(bases=((Basis.DECLARED, None),), verified=False),
    somebody(Relation.PARENT, bases=((Basis.CONSENT, UNTIL),)),
    somebody(Relation.CHILD, bases=((Basis.DESK, NOW),)),
    TEENAGER,
]


def whose_of(person: Person, several: bool, section: Go) -> Whose:
    return whose(person, [person, TEENAGER] if several else [person], section)


def page(t: Texts, person: Person, several: bool) -> Screen:
    rows: list[Row] = [[button(t.label(each.label), each.button)] for each in SECTIONS]
    return record.record(t, whose_of(person, several, GO_RECORD), [t(each.about) for each in SECTIONS], rows)


def closed(t: Texts, person: Person, several: bool) -> Screen:
    return record.closed(t, t.label("💊 Prescriptions"), person, whose_of(person, several, GO_PRESCRIPTIONS), NOW)


def news(t: Texts, person: Person) -> Screen:
    return record.news(t, person, [button(t.label("📂 Open"), GO_PRESCRIPTIONS)])


SAMPLES = Samples(
    screens=[
        Sample(page, (somebody(), True), of=record.record, ordinary=True),
        *(Sample(page, (each, several), of=record.record) for each in PERSONS for several in (True, False)),
        Sample(closed, (SHUT[0], True), of=record.closed, ordinary=True),
        *(Sample(closed, (each, several), of=record.closed) for each in (*SHUT, *PERSONS) for several in (True, False)),
        Sample(news, (somebody(),), of=record.news, ordinary=True),
        *(Sample(news, (each,), of=record.news) for each in PERSONS),
    ],
)
