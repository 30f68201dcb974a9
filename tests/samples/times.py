"""Specialists, days and times: steps that booking and moving share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.views import specialties, times
from services.booking.model import Held, NoHold, Unheld
from services.errors import Denial
from services.registry.model import DayOffer, DoctorOffer, ServiceOffer, Slot
from tests.samples.common import (
    ANNA,
    BARE,
    CLINICS,
    DESCRIBED,
    EVIL,
    EVIL_CLINIC,
    EVIL_SLOT,
    LONGEST,
    LONGEST_DOCTOR,
    LONGEST_PERSON,
    LONGEST_SERVICE,
    LONGEST_SLOT,
    NOW,
    PAGE,
    PLAIN,
    ROOM,
    Sample,
    Samples,
    StepSample,
    slot,
)

TIMES = 24
SPECIALTIES = {"34": "Кардиолог", "45": "Невролог", "110": "Терапевт", "122": "Хирург"}
"""Some of those that have a name in English too, by post."""
HOURS = tuple(map(frozenset, ({9}, {9, 12}, {9, 12, 17}, {14}, {14, 18}, {8, 19}, {20}, set[int]())))
"""In which free times may begin; a registry may not tell."""
DOCTORS = ("Ветров Иван Петрович", "Жукова Елена Владимировна", "Орлов Пётр Ильич")


def places() -> list[times.Place]:
    return [
        times.Place(LONGEST_PERSON.full_name, LONGEST_PERSON.short_name, LONGEST),
        *(times.Place(ANNA.full_name, ANNA.short_name, each) for each in CLINICS),
        times.Place(EVIL, EVIL, EVIL_CLINIC),
    ]


def held_or_not(at: Slot) -> list[Held | Unheld]:
    """A chosen time at its confirmation."""
    return [Held(at, NOW + timedelta(minutes=5)), Unheld(at, NoHold.SPENT), Unheld(at, NoHold.MANY)]


def each_place(make: Callable[[times.Place], Any] = lambda place: place, *, ordinary: bool = True) -> list[StepSample]:
    """`ordinary`: whether all but the place is."""
    return [
        StepSample(f"place {number}", make(place), full=not number, ordinary=ordinary and number == 1)
        for number, place in enumerate(places())
    ]


def services() -> list[StepSample]:
    soon = NOW + timedelta(days=60)

    def offers(name: str, free: int, post: str = "v999") -> list[ServiceOffer]:
        return [ServiceOffer(post, name, soon if free else None, free) for _ in range(PAGE)]

    known = [ServiceOffer(post, "Терапевт", NOW + timedelta(days=1), 5) for post in list(specialties.BY_POST)[:PAGE]]
    some = [
        ServiceOffer(post, name, NOW + timedelta(days=ahead) if ahead else None, 7 * ahead)
        for ahead, (post, name) in enumerate(SPECIALTIES.items())
    ]
    return [
        StepSample(
            "ordinary",
            times.ServiceChoice(times.Place(ANNA.full_name, ANNA.short_name, PLAIN), some, 0, len(some)),
            ordinary=True,
        ),
        *each_place(lambda place: times.ServiceChoice(place, offers(LONGEST_SERVICE, 12345), 3, 40), ordinary=False),
        *each_place(lambda place: times.ServiceChoice(place, offers(EVIL, 0), 0, PAGE), ordinary=False),
        *each_place(lambda place: times.ServiceChoice(place, known, 0, PAGE)),
        *each_place(lambda place: times.ServiceChoice(place, [], 0, 0)),
    ]


def doctors() -> list[StepSample]:
    soon = NOW + timedelta(days=60)
    longest = [DoctorOffer(f"d{place}", LONGEST_DOCTOR, ROOM, soon, 12345) for place in range(DESCRIBED)]
    evil = [DoctorOffer(f"d{place}", EVIL, EVIL, None, 0) for place in range(DESCRIBED)]
    some = [
        DoctorOffer(f"d{place}", name, f"21{place}", NOW + timedelta(days=1 + place), 9 - place)
        for place, name in enumerate(DOCTORS)
    ]
    here = times.Place(ANNA.full_name, ANNA.short_name, PLAIN)
    return [
        StepSample("ordinary", times.DoctorChoice(here, "110", "Терапевт", some, 0, len(some), slot()), ordinary=True),
        *each_place(
            lambda place: times.DoctorChoice(place, "v999", LONGEST_SERVICE, longest, 3, 40, LONGEST_SLOT),
            ordinary=False,
        ),
        *each_place(
            lambda place: times.DoctorChoice(place, "v999", EVIL, evil, 0, DESCRIBED, EVIL_SLOT), ordinary=False
        ),
        *each_place(lambda place: times.DoctorChoice(place, "110", "Терапевт", evil[:1], 0, 1, None), ordinary=False),
    ]


def _chosen() -> list[times.Chosen]:
    return [
        times.Chosen(places()[0], "v999", LONGEST_SERVICE, LONGEST_DOCTOR),
        times.Chosen(places()[-1], "v999", EVIL, EVIL),
        times.Chosen(places()[1], "110", "Терапевт", None),
    ]


def unexplained(*, moves: bool) -> list[StepSample]:
    reasons = (Denial.HIDDEN_CLASH, Denial.TOO_MANY_CLASHES)
    return [
        StepSample(
            f"{place.clinic.id} {number} {reason} {old_stands}",
            times.Unexplained(
                replace(place, moved_from=NOW) if old_stands else place, reason, "p1" if number else None, old_stands
            ),
            full=not number,
            ordinary=(number, reason) == (1, Denial.HIDDEN_CLASH) and old_stands is not False,
        )
        for number, place in enumerate(places())
        for reason in reasons
        for old_stands in ((True, False) if moves else (None,))
    ]


def days() -> list[StepSample]:
    today = NOW.date()
    many = [DayOffer(today + timedelta(days=ahead), 99, HOURS[ahead % len(HOURS)]) for ahead in range(100)]
    months = sorted({each.day.replace(day=1) for each in many})
    return [
        *(
            StepSample(
                f"{month} {number}",
                times.DayChoice(chosen, many, month),
                full=not number and month == months[0],
                ordinary=number == 2 and month in months[:2],
            )
            for number, chosen in enumerate(_chosen())
            for month in months
        ),
        *(
            StepSample(
                f"list {number} {page}",
                times.DayChoice(chosen, many, months[0], listed=True, page=page),
                ordinary=number == 2 and page == 0,
            )
            for number, chosen in enumerate(_chosen())
            for page in (0, 5, 12)
        ),
        *(
            StepSample(
                f"one day {number} {'list' if listed else 'calendar'}",
                times.DayChoice(chosen, [DayOffer(day, 1, HOURS[0])], day.replace(day=1), listed),
                ordinary=number == 2,
            )
            for listed in (False, True)
            for number, chosen in enumerate(_chosen())
            for day in (today, today + timedelta(days=1), date(2027, 1, 1))
        ),
    ]


def times_of_day() -> list[StepSample]:
    slots = [slot(place) for place in range(TIMES)]
    parts = [(part, 144) for part in times.DayPart]
    today = NOW.date()
    usual = [(times.DayPart.MORNING, 12), (times.DayPart.AFTERNOON, 9)]
    return [
        *(
            StepSample(
                f"ordinary {part}",
                times.TimeChoice(_chosen()[2], today + timedelta(days=1), slots[:free], part, usual, 0, free),
                ordinary=True,
            )
            for part, free in usual
        ),
        *_full_days(slots, parts, today),
    ]


def _full_days(slots: Sequence[Slot], parts: Sequence[tuple[times.DayPart, int]], today: date) -> list[StepSample]:
    return [
        StepSample(
            f"{number} {part} {len(tabs)} tabs",
            times.TimeChoice(chosen, day, slots, part, tabs, 1, 144),
            full=not number and tabs is parts and part is times.DayPart.MORNING and day != today,
        )
        for number, chosen in enumerate(_chosen())
        for part in times.DayPart
        for tabs in (parts, [(part, 1)])
        for day in (today, date(2027, 1, 1))
    ]


SAMPLES = Samples(
    notes=[
        *(Sample(times.no_times, (name, each)) for name in (LONGEST_SERVICE, EVIL) for each in (BARE, LONGEST)),
        Sample(times.no_times_on_day),
    ],
    sentences=[
        *(Sample(times.no_times, (each, PLAIN)) for each in ("Терапевт", EVIL)),
        Sample(times.place_lines, (times.Place(EVIL, EVIL, EVIL_CLINIC), NOW)),
        *(
            Sample(times.day_label, (DayOffer(NOW.date() + timedelta(days=400), 3, hours), NOW.date()))
            for hours in (frozenset({9}), frozenset({9, 18}), frozenset({9, 13, 18}))
        ),
        *(Sample(times.hold_line, (each, PLAIN.tz)) for each in held_or_not(slot())),
    ],
    toasts=[
        *(
            Sample(times.empty_day, (day, days, NOW.date()))
            for day in (None, NOW.date() - timedelta(days=1), NOW.date(), NOW.date() + timedelta(days=400))
            for days in ([], [NOW.date() + timedelta(days=1)], [date(2027, 1, 11)])
        ),
        *(
            Sample(times.weekday, (number, days, NOW.date()))
            for number in range(7)
            for days in ([], [NOW.date() + timedelta(days=ahead) for ahead in range(3)])
        ),
    ],
    words=DOCTORS,
)
