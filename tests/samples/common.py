"""What all samples are made of: people, clinics and visits at their longest; and what any topic may show."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.kit import button
from bot.keyboards.layout import USUAL, Layout
from bot.topics import ALL
from bot.views import common
from services.accounts.model import Basis, Covers, Person, Relation
from services.accounts.shown import cut, names_of
from services.booking.model import VisitEntry
from services.clinics.regions import REGIONS
from services.registry.model import AgeGroup, Clinic, PatientIdentity, Policy, PolicyKind, Sex, Slot, Visit, VisitStatus
from services.texts.i18n import Html, Texts


@dataclass(frozen=True, slots=True)
class Sample:
    """A view and what it is given after `t`, and by name a layout, where it asks for one. `home`: it must lead to the
    main menu.

    `ordinary`: what people mostly meet, of usual length and number; the gallery shows it first, and `test_heights`
    holds that it fits a phone. Each view that draws a screen has one at least. `of`: the view behind `draws`, where
    that is a function of the samples' own, which puts together what a view is given in a language.
    """

    draws: Callable[..., Any]
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    home: bool = True
    ordinary: bool = False
    of: Callable[..., Any] | None = None

    @property
    def view(self) -> Callable[..., Any]:
        return self.of or self.draws

    def draw(self, t: Texts, layout: Layout = USUAL) -> Any:
        sized = {"layout": layout} if "layout" in inspect.signature(self.draws).parameters else {}
        return self.draws(t, *self.args, **self.named, **sized)

    @property
    def topic(self) -> str:
        """Whose view it is: the name of a module of `bot.views`."""
        return self.view.__module__.rpartition(".")[2]

    def __str__(self) -> str:
        return f"{self.topic}.{self.view.__name__}"


def usual(
    draws: Callable[..., Any], *args: Any, home: bool = True, of: Callable[..., Any] | None = None, **named: Any
) -> Sample:
    """An ordinary one."""
    return Sample(draws, args, named, home=home, ordinary=True, of=of)


@dataclass(frozen=True, slots=True)
class StepSample:
    """What a step's view is given. `full`: at its longest, to be drawn with every note; `ordinary` as in `Sample`."""

    name: str
    data: Any
    full: bool = False
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Samples:
    """All that one topic shows, each view at its fullest and at its emptiest.

    `steps`: those of its wizards, by kind and name; `notes`: sentences that may stand above any wizard's screen;
    `sentences`: all others; `papers`: sheets, all in Russian; `words`: Cyrillic data that may stand in an English
    screen.
    """

    screens: Sequence[Sample] = ()
    steps: Mapping[str, Mapping[str, Sequence[StepSample]]] = field(default_factory=dict)
    notes: Sequence[Sample] = ()
    sentences: Sequence[Sample] = ()
    toasts: Sequence[Sample] = ()
    prompts: Sequence[Sample] = ()
    markups: Sequence[Sample] = ()
    documents: Sequence[Sample] = ()
    files: Sequence[Sample] = ()
    papers: Sequence[Sample] = ()
    letters: Sequence[Sample] = ()
    words: Sequence[str] = ()

    def drawn(self) -> Iterator[Sample]:
        """Every sample but those of steps."""
        for each in fields(self):
            if each.name not in ("steps", "words"):
                yield from getattr(self, each.name)


def combined(parts: Iterable[Samples]) -> Samples:
    """All of these in one."""
    some = list(parts)
    kinds = [kind for each in some for kind in each.steps]
    assert len(kinds) == len(set(kinds)), "two topics show one wizard"
    steps = {kind: table for each in some for kind, table in each.steps.items()}
    rest: dict[str, Any] = {
        each.name: tuple(chain.from_iterable(getattr(part, each.name) for part in some))
        for each in fields(Samples)
        if each.name != "steps"
    }
    return Samples(steps=steps, **rest)


KINDS = tuple(spec.kind for topic in ALL for spec in topic.wizards)
"""Of wizards."""
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday 23 November 2026, 09:00 in Moscow."""
EVIL = "<u>Ко & «Сын»</u> {name}"
"""A name that would break the markup and the sentence if it got in as it is; `u` stands in no sentence of ours."""
PAGE, DESCRIBED = USUAL.page, USUAL.described


def words(length: int, text: str = "Областная клиническая больница имени Семашко ") -> str:
    """Words of exactly this length in all."""
    return (text * (length // len(text) + 1))[: length - 1].rstrip().ljust(length - 1, "я") + "я"


LONG_NAME = "Константинопольская-Преображенская-Вознесенская-Благовещенск"
assert len(LONG_NAME) == 60, "as long as the form takes"
ENP, OLD, TEMPORARY = "5097579792000180", "50-АБВГДЕЖЗИ 1234567890", "123456789"


def somebody(
    relation: Relation = Relation.OWN,
    name: str = "Анна",
    surname: str = "Иванова",
    patronymic: str | None = "Сергеевна",
    born: date = date(1990, 3, 14),
    policy: Policy = Policy(PolicyKind.ENP, ENP),  # noqa: B008  (frozen)
    *,
    verified: bool = True,
    bases: tuple[tuple[Basis, datetime | None], ...] = ((Basis.DESK, None),),
    covers: Collection[Covers] = (),
) -> Person:
    """As `Persons` would give them: cut to what the bases show."""
    identity = PatientIdentity(surname, name, patronymic, born, Sex.FEMALE, policy, "11223344595", "+79161234567")
    whole = Person(
        *(f"p{relation}", relation, bases, identity, "patient", "clinic", verified, frozenset(covers)),
        names=names_of(identity),
        born=born,
    )
    return cut(whole, NOW.date(), NOW)


ANNA = somebody()
CHILD = somebody(Relation.CHILD, "Маша", born=date(2020, 5, 1))
LONGEST_PERSON = somebody(Relation.OTHER, LONG_NAME, LONG_NAME, LONG_NAME, policy=Policy(PolicyKind.OLD, OLD))
EVIL_PERSON = somebody(Relation.OTHER, EVIL, EVIL, EVIL)
HIDDEN = somebody(Relation.PARENT, LONG_NAME, LONG_NAME, LONG_NAME, bases=((Basis.CONSENT, None),), covers=list(Covers))
"""Whose name alone is shown."""
PERSONS = (ANNA, CHILD, LONGEST_PERSON, EVIL_PERSON)
HUSBAND = "Иванов Пётр Ильич"
"""A full name, as most are."""
TEENAGER = somebody(Relation.CHILD, "Маша", born=date(2011, 5, 1))
UNTIL = NOW + timedelta(days=365)

PLAIN = Clinic(
    *("c1", "Поликлиника № 1", "ул. Мира, д. 1", "Мытищи", "50", "+7 495 000-00-01"),
    *("1-5 08:00-20:00; 6 09:00-15:00", "Europe/Moscow", AgeGroup.ADULT, 55.91, 37.73),
)
BARE = replace(PLAIN, id="c2", address="", town="", phone="", hours="", lat=None, lon=None, age_group=AgeGroup.ANY)
REAL = replace(PLAIN, id="W" * 24, name=words(218), address=words(83), town=words(39), phone=words(30, "8 499 000 "))
"""As long as any of Moscow's seven hundred."""
LONGEST = replace(
    REAL,
    name=words(300),
    address=words(300),
    town=words(100),
    phone=words(100, "8 499 "),
    hours=words(300),
    tz="Asia/Anadyr",
)
"""As long as the import takes."""
EVIL_CLINIC = replace(PLAIN, name=EVIL, address=EVIL, town=EVIL, phone=EVIL, hours=EVIL)
CLINICS = (PLAIN, BARE, REAL, LONGEST, EVIL_CLINIC)
NEIGHBOURS = tuple(
    replace(PLAIN, id=f"n{place}", name=name, town=town, lat=lat, lon=lon)
    for place, (name, town, lat, lon) in enumerate(
        (
            ("Поликлиника № 1", "Мытищи", 55.911, 37.731),
            ("Поликлиника № 4", "Мытищи", 55.932, 37.765),
            ("Детская поликлиника № 2", "Балашиха", 55.796, 37.938),
            ("Женская консультация", "Красногорск", 55.831, 37.330),
            ("Стоматология", "Подольск", 55.431, 37.545),
            ("Поликлиника № 3", "Коломна", 55.103, 38.753),
        )
    )
)
"""A handful of ordinary ones, each with a place on the map."""

LONGEST_SERVICE = words(200, "Врач травматолог-ортопед хирургического отделения ")
LONGEST_DOCTOR = " ".join((LONG_NAME, LONG_NAME, LONG_NAME))
ROOM = words(40, "Кабинет функциональной диагностики ")
MOSCOW_REGION = next(each for each in REGIONS if each.code == "50")
LONGEST_REGION = max(REGIONS, key=lambda each: len(each.name_ru))
BY_LENGTH = sorted(REGIONS, key=lambda each: -len(each.name_ru))


def slot(place: int = 0, service: str = "Терапевт", doctor: str = "Ветров Иван Петрович", room: str = "214") -> Slot:
    start = NOW + timedelta(hours=1, minutes=10 * place)
    post = "110" if service == "Терапевт" else "v999"
    return Slot(f"slot{place:08}", "c1", post, service, "d1", doctor, room, start, start + timedelta(minutes=10))


LONGEST_SLOT = slot(0, LONGEST_SERVICE, LONGEST_DOCTOR, ROOM)
EVIL_SLOT = slot(0, EVIL, EVIL, EVIL)


def visit(
    clinic: Clinic = PLAIN,
    at: Slot = LONGEST_SLOT,
    status: VisitStatus = VisitStatus.BOOKED,
    start: datetime = NOW + timedelta(days=1),
) -> Visit:
    return Visit(
        *("visit1234567", "4071-2265", status, "patient", clinic, at.service_id, at.service, at.doctor_id, at.doctor),
        *(at.room, start, start + timedelta(minutes=20), NOW),
    )


SHORT_VISIT = VisitEntry(visit(at=slot()), ANNA)
LONGEST_VISIT = VisitEntry(visit(LONGEST, start=NOW + timedelta(days=60)), LONGEST_PERSON)
REAL_VISIT = VisitEntry(visit(REAL, slot(0, "Офтальмолог (глазной врач)")), ANNA)
ENTRIES = (
    SHORT_VISIT,
    REAL_VISIT,
    LONGEST_VISIT,
    VisitEntry(visit(BARE, slot(room="")), CHILD),
    VisitEntry(visit(EVIL_CLINIC, EVIL_SLOT), EVIL_PERSON),
)

SAMPLES = Samples(
    screens=[
        *(
            Sample(common.unavailable, (again,), ordinary=again is GO_HOME)
            for again in (GO_HOME, *(WizardOpen(kind=kind, anew=False) for kind in KINDS))
        ),
        usual(common.go_on, Html("✅"), WizardOpen(kind=KINDS[0], anew=False)),
        usual(common.try_again, Html("✅"), GO_HOME, WizardOpen(kind=KINDS[0], anew=False)),
        usual(common.told, Html("✅"), [button("Больница", WizardOpen(kind=KINDS[0], anew=True))]),
        *(usual(each) for each in (common.gone, common.failed, common.not_understood, common.after_alarm)),
    ],
    toasts=[Sample(each) for each in (common.outdated, common.only_a_word, common.write_in_private)],
    notes=[
        Sample(each) for each in (common.cannot_read, common.cannot_take, common.send_a_file, common.press_a_button)
    ],
    sentences=[Sample(common.link_not_understood)],
    words=(
        *(each for clinic in NEIGHBOURS for each in (clinic.name, clinic.town)),
        *(value for each in CLINICS for value in (each.name, each.address, each.town, each.phone, each.hours)),
        *(each.full_name for each in PERSONS),
        HUSBAND,
        *(EVIL, LONG_NAME, ENP, OLD, LONGEST_SERVICE, LONGEST_DOCTOR, ROOM, words(60)),
        *("Ветров Иван Петрович", "Терапевт", "Офтальмолог глазной врач", "Больница", "Семашко", "я", "Ваш город"),
    ),
)
