"""Labels of a screen: no two read alike, what tells them apart comes early, and the demo's are never cut."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.prescriptions import GO_PRESCRIPTIONS, PrescriptionTab
from bot.keyboards.buttons.visits import Tab
from bot.keyboards.kit import button, markup, page_count, page_of
from bot.keyboards.labels import read_alike
from bot.keyboards.layout import USUAL
from bot.keyboards.wizard import StepButtons
from bot.views import booking, clinics, family, notifications, prescriptions, times, visits
from bot.views.addresses import PartChoice
from bot.views.common import Scene
from bot.views.lists import whose
from bot.views.screen import Screen
from services.accounts.model import Basis, Person, Relation
from services.accounts.shown import names_of
from services.booking.model import VisitEntry, VisitPage
from services.booking.notices import VisitNews
from services.cases.notices import CaseNews
from services.notify.model import Notification
from services.prescriptions.model import PrescriptionEntry, PrescriptionPage
from services.registry.local.demo_clinics import ADULT_HOME, CHILD_HOME, demo_clinics
from services.registry.local.demo_family import FamilyMember, ready_family
from services.registry.local.demo_prescriptions import prescriptions_of
from services.registry.model import Clinic, DoctorOffer, Patient, Prescription, ServiceOffer
from services.registry.ports.prescriptions import PrescriptionRecord
from services.texts.i18n import LOCALES, Html, texts
from tests.samples.cases import BOOK, ITEMS
from tests.samples.common import MOSCOW_REGION, NOW, slot, somebody, visit
from tests.samples.notifications import line as notice_line
from tests.samples.prescriptions import IBUPROFEN
from tests.support import telegram_limits as limits
from tests.support.reshaped import drawn

NAMES = {"name", "surname", "service", "doctor", "drug", "number", "patient", "holder", "title", "headline", "text"}
NAMES |= {"address"}
"""Fields that say what a thing is called."""
ACTS = {"reminders.reminder": "«1 · Перенести»: what is done to what the text lists by that number"}
_HEAD = re.compile(r"^(?:[^\w«“\"<№+(…]+ ?)?(?:(\d+) · )?(?:[^\w«“\"<№+(…]+ ?)?")
"""Marks and a number, where the text lists things by number."""


_DAY = re.compile(r"\W?\d{1,2}\W?")
"""A cell of the calendar, which stands among the days of its week."""


def different(value: Any) -> Any:
    """What stands in a list many times becomes many things: each has a name and a time of its own."""
    if not isinstance(value, list | tuple) or len(value) < 2 or not is_dataclass(value[0]):
        return value
    return (
        type(value)(_another(each, place) for place, each in enumerate(value))
        if type(value) in (list, tuple)
        else value
    )


def _another(value: Any, place: int) -> Any:
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for each in fields(value):
        before = getattr(value, each.name)
        if isinstance(before, str) and before and each.name in NAMES:
            changed[each.name] = f"{before} {_letters(place)}"
        elif isinstance(before, datetime) and each.name in ("start", "created_at", "since"):
            changed[each.name] = before - timedelta(days=place)
        elif is_dataclass(before) and not isinstance(before, type):
            changed[each.name] = _another(before, place)
    return replace(value, **{name: each for name, each in changed.items() if value.__dataclass_fields__[name].init})


def _letters(place: int) -> str:
    return "АБВГДЕЖЗИК"[place % 10] * (1 + place // 10)


def labels_of(screen: Screen) -> list[str]:
    return [each.text for row in screen.markup.inline_keyboard for each in row]


def told_by_number(screen: Screen) -> Mapping[str, str]:
    """What the text says beside each number."""
    blocks = limits.formatted(screen.text).text.split("\n\n")
    listed = [re.match(r"(?:\W+)?(\d+)\. (.*)", each, re.DOTALL) for each in blocks]
    return {each[1]: each[2] for each in listed if each}


def alike(screen: Screen) -> Iterator[Sequence[str]]:
    """Labels that can be mistaken for each other; those are not, beside whose numbers the text says the same."""
    labels = [each for each in labels_of(screen) if re.search(r"\w{2}", each) and not _DAY.fullmatch(each)]
    heads = [_HEAD.match(each) for each in labels]
    words = [each[head.end() :] if head else each for each, head in zip(labels, heads, strict=True)]
    told = told_by_number(screen)
    for places in read_alike(words):
        numbers = [head[1] if head else None for head in (heads[place] for place in places)]
        same_thing = None not in numbers and len({told.get(each or "") for each in numbers}) == 1
        if not same_thing:
            yield [labels[place] for place in places]


def a_screen(text: str, *labels: str) -> Screen:
    return Screen(Html(text), markup(*([button(each, GO_HOME)] for each in labels)))


def test_what_is_taken_for_alike() -> None:
    numbered = "1. Поликлиника № 1\nМытищи\n\n● 2. Поликлиника № 2"
    assert list(alike(a_screen("", "Терапевт", "терапевт")))
    assert list(alike(a_screen("", "✅ Врач травматолог-ортопед А", "⭐ Врач травматолог-ортопед Б")))
    assert list(alike(a_screen(numbered, "1 · Поликлиника", "2 · ⭐ Поликлиника")))
    assert not list(alike(a_screen("1. Анна\n\n2. Анна", "1 · Анна", "2 · Анна")))
    assert not list(alike(a_screen(numbered, "1 · Поликлиника № 1", "2 · Поликлиника № 2", "◀️", "▶️")))


def screens(locale: str) -> Iterator[tuple[str, Screen]]:
    for name, shown in drawn(texts(locale), different):
        if isinstance(shown, Screen) and name not in ACTS:
            yield name, shown


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_labels_of_a_screen_read_alike_early(locale: str) -> None:
    faults: dict[str, list[Sequence[str]]] = defaultdict(list)
    for name, screen in screens(locale):
        faults[name] += list(alike(screen))
    assert not {name: found[:3] for name, found in faults.items() if found}


# --- «(демо)» --------------------------------------------------------------------------------------

UNMARKED = {"mydata.question", "mydata.question_with_every_note", "mydata.erased"}
"""What goes is told there, beside a sentence about the demonstration."""


INVENTED = "Выдуманная поликлиника"


def of_the_demo(value: Any) -> Any:
    match value:
        case Clinic():
            return replace(value, demo=True, name=INVENTED)
        case Prescription() | PartChoice():
            return replace(value, demo=True)
    return value


@pytest.mark.parametrize("locale", LOCALES)
def test_a_screen_says_once_that_its_clinics_are_invented(locale: str) -> None:
    t, marked = texts(locale), set()
    mark = t.label("(demo)")
    for name, shown in drawn(t, of_the_demo):
        if isinstance(shown, Screen) and name not in UNMARKED:
            count = shown.text.count(mark)
            assert count <= 1, (name, shown.text)
            marked |= {name} if count else set()
            assert count or INVENTED not in shown.text, (name, shown.text)
    for name, shown in drawn(t):
        assert not isinstance(shown, Screen) or mark not in shown.text, name
    assert {"visits.ticket", "visits.visit_list", "clinics.clinics", "prescriptions.card"} <= marked


# --- the demo's own -------------------------------------------------------------------------------

PLACES = tuple(demo_clinics())
KEYS = StepButtons("W" * 12, "step", 1)
FAMILIES = [ready_family(str(seed), NOW.date()) for seed in range(12)]


def check_demo(screen: Screen) -> None:
    cut = [each for each in labels_of(screen) if each.endswith("…")]
    assert not cut, (cut, screen.text)
    assert not list(alike(screen)), screen.text


def pages(things: Sequence[Any], size: int) -> Iterator[tuple[int, Sequence[Any]]]:
    for page in range(page_count(len(things), size)):
        yield page, page_of(things, page, size)


def family_of(members: Sequence[FamilyMember]) -> list[Person]:
    return [
        replace(
            somebody(Relation(each.relation), bases=((Basis.CONSENT if hidden else Basis.DESK, None),)),
            id=f"p{place}",
            shown=None if hidden else each.identity,
            names=names_of(each.identity),
        )
        for place, each in enumerate(members)
        for hidden in [each.relation in (Relation.SPOUSE, Relation.PARENT)]
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demos_clinics(locale: str) -> None:
    t, found = texts(locale), [each.clinic for each in PLACES]
    by_name = sorted(found, key=lambda each: each.name)
    for order in (found, by_name):
        for page, some in pages(order, USUAL.described):
            check_demo(clinics.clinics(t, MOSCOW_REGION, order, page, layout=USUAL))
            rows = [booking.ClinicRow(each, place == 0, False, 1.2) for place, each in enumerate(some)]
            data = booking.ClinicChoice("Анна", MOSCOW_REGION, rows, page, len(order), False, None, False)
            check_demo(booking.clinic(data, KEYS, Scene(t, NOW)))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demos_specialists_and_doctors(locale: str) -> None:
    t, soon = texts(locale), NOW + timedelta(days=9)
    for place in PLACES:
        here = times.Place("Анна", "Анна", place.clinic)
        offers = [ServiceOffer(id_, name, soon, 9) for id_, name in {(x.service_id, x.service) for x in place.doctors}]
        for page, some in pages(offers, USUAL.page):
            check_demo(times.service(times.ServiceChoice(here, some, page, len(offers)), KEYS, Scene(t, NOW)))
        for offer in offers:
            of_it = [each for each in place.doctors if each.service_id == offer.id]
            doctors = [DoctorOffer(x.id, f"{x.surname} {x.name} {x.patronymic}", x.room, soon, 9) for x in of_it]
            for page, some in pages(doctors, USUAL.described):
                data = times.DoctorChoice(here, offer.id, offer.name, some, page, len(doctors), None)
                check_demo(times.doctor(data, KEYS, Scene(t, NOW)))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demos_people_and_their_prescriptions(locale: str) -> None:
    t = texts(locale)
    for members in FAMILIES:
        people = family_of(members)
        for page in range(2):
            check_demo(family.policies(t, people, "p0", page, layout=USUAL))
        check_demo(family.whose_list(t, people, "p0", GO_HOME, 0, layout=USUAL))
        choice = booking.PersonChoice(MOSCOW_REGION, people, 0, len(people))
        check_demo(booking.person(choice, KEYS, Scene(t, NOW)))
        for place, (person, member) in enumerate(zip(people, members, strict=True)):
            patient = Patient(id="patient", confirmed=True, clinic_id=CHILD_HOME if place in (2, 3) else ADULT_HOME)
            records = prescriptions_of(member, patient, NOW.date())
            for commercial in (True, False):
                some = [prescribed(each) for each in records if each.commercial is commercial]
                for page, shown in pages(
                    [PrescriptionEntry(x, person, x.standing(NOW.date())) for x in some], USUAL.described
                ):
                    listed = PrescriptionPage(person, shown, len(some))
                    tab = PrescriptionTab.COMMERCIAL if commercial else PrescriptionTab.USUAL
                    whose_list = whose(person, people, GO_PRESCRIPTIONS)
                    check_demo(
                        prescriptions.listing(t, prescriptions.Shown(listed, whose_list, tab, page), layout=USUAL)
                    )


def prescribed(record: PrescriptionRecord) -> Prescription:
    given = {each.name: getattr(record, each.name) for each in fields(record) if each.name != "clinic_id"}
    return replace(IBUPROFEN, demo=True, **given)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("ahead", [1, 9, 60])
def test_the_demos_visits_and_what_is_told_of_them(locale: str, ahead: int) -> None:
    t, people = texts(locale), family_of(FAMILIES[0])
    start = NOW + timedelta(days=ahead)
    for place in PLACES[:5]:
        entries = [
            VisitEntry(visit(place.clinic, slot(0, each.service, f"{each.surname} {each.name}"), start=start), person)
            for each, person in zip(place.doctors, people * 4, strict=False)
        ]
        for page, some in pages(entries, USUAL.described):  # all of one family at one and the same time
            check_demo(
                visits.visit_list(t, Tab.UPCOMING, VisitPage(tuple(some), len(entries)), page, NOW, layout=USUAL)
            )
        for entry in entries:  # all that can be told of one visit
            told = [notice_line(t, kind, entry) for kind in visits.SHORT if kind != VisitNews.VISIT_CANCELLED_BY_CLINIC]
            for page, lines in pages(told, USUAL.described):
                check_demo(notifications.listing(t, tuple(lines), len(told), page, NOW, layout=USUAL))


@pytest.mark.parametrize("locale", LOCALES)
def test_notifications_about_one_case_are_told_apart_by_its_status(locale: str) -> None:
    t = texts(locale)
    for kind in BOOK.kinds:
        items = [replace(ITEMS[0], kind=kind.name, status=each, number=1042) for each in kind.machine]
        told = tuple(
            notifications.NotificationLine(
                Notification(f"n{place}", "a1", CaseNews.CASE_STATUS, "c1", NOW),
                BOOK.headline(t, each),
                names=BOOK.names(t, each),
            )
            for place, each in enumerate(items)
        )
        for page, lines in pages(told, USUAL.described):
            screen = notifications.listing(t, tuple(lines), len(told), page, NOW, layout=USUAL)
            check_demo(screen)
            assert all("1042" in each for each in labels_of(screen)[: len(lines)])
