"""Booking: whom for, where, and the last look before it is made."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from bot.fsm import booking as booking_wizard
from bot.views import booking
from services.accounts.model import Relation
from services.booking.model import Repeat, VisitEntry
from services.clinics.regions import REGIONS
from tests.samples.clinics import ordinary_rows, rows_of
from tests.samples.common import (
    ANNA,
    BARE,
    BY_LENGTH,
    CHILD,
    CLINICS,
    DESCRIBED,
    EVIL,
    EVIL_CLINIC,
    EVIL_PERSON,
    EVIL_SLOT,
    HIDDEN,
    KINDS,
    LONGEST,
    LONGEST_PERSON,
    LONGEST_REGION,
    LONGEST_SLOT,
    LONGEST_VISIT,
    MOSCOW_REGION,
    NEIGHBOURS,
    NOW,
    PAGE,
    PLAIN,
    SHORT_VISIT,
    Sample,
    Samples,
    StepSample,
    slot,
    usual,
    visit,
    words,
)
from tests.samples.elsewhere import alreadies, elsewheres, fulls, womens
from tests.samples.links import TARGETS
from tests.samples.map import cards, maps
from tests.samples.person import OTHER_FIELDS, checks, doubts, question
from tests.samples.times import days, doctors, each_place, held_or_not, places, services, times_of_day, unexplained

REPEATS = [
    Repeat(LONGEST_VISIT, LONGEST_SLOT),
    Repeat(VisitEntry(visit(EVIL_CLINIC, EVIL_SLOT), EVIL_PERSON), EVIL_SLOT),
]


def _regions() -> list[StepSample]:
    longest = [(each, 700) for each in BY_LENGTH[:PAGE]]
    empty = [(each, 0) for each in BY_LENGTH[-PAGE:]]
    code = LONGEST_REGION.code
    return [
        StepSample(
            "ordinary",
            booking.RegionChoice([(each, 12) for each in REGIONS[:PAGE]], 0, len(REGIONS), None, REGIONS[0].code),
            ordinary=True,
        ),
        StepSample("longest names", booking.RegionChoice(longest, 5, len(REGIONS), None, code), full=True),
        StepSample("none has clinics", booking.RegionChoice(empty, 0, len(REGIONS), None, None)),
        StepSample("found", booking.RegionChoice(longest[:1], 0, 1, words(60), code)),
        StepSample("found with markup", booking.RegionChoice(longest[:2], 0, 2, EVIL, code)),
        StepSample("nothing found", booking.RegionChoice([], 0, 0, EVIL, None)),
    ]


def _persons() -> list[StepSample]:
    everybody = [replace(LONGEST_PERSON, relation=relation) for relation in Relation]
    page = [*everybody, ANNA, EVIL_PERSON][:PAGE]
    return [
        StepSample("longest names", booking.PersonChoice(LONGEST_REGION, page, 0, 20, REPEATS), full=True),
        *(
            StepSample(f"by link {place}", booking.PersonChoice(LONGEST_REGION, page, 0, 20, (), target), full=True)
            for place, target in enumerate(TARGETS)
        ),
        StepSample(
            "others left out", booking.PersonChoice(LONGEST_REGION, page, 0, 20, REPEATS, None, True), full=True
        ),
        StepSample("only me", booking.PersonChoice(MOSCOW_REGION, [ANNA], 0, 1), ordinary=True),
        *(
            StepSample(
                f"two, {len(again)} again",
                booking.PersonChoice(MOSCOW_REGION, [ANNA, CHILD], 0, 2, again),
                ordinary=True,
            )
            for again in ((), (Repeat(SHORT_VISIT, slot(2)),))
        ),
        StepSample("without a form", booking.PersonChoice(REGIONS[0], [HIDDEN], 0, 1, own=False)),
        StepSample("nobody", booking.PersonChoice(REGIONS[0], [], 0, 0)),
    ]


def _clinics() -> list[StepSample]:
    who = LONGEST_PERSON.full_name
    samples = []
    for clinic in CLINICS:
        for distance, query in ((None, None), (6200.4, None), (None, words(60)), (None, EVIL)):
            rows = rows_of(clinic, distance)
            nearest = distance is not None
            choice = booking.ClinicChoice(
                who, LONGEST_REGION, rows, 88, 712, nearest, query, clinic is BARE, mapped=clinic is not BARE
            )
            samples.append(
                StepSample(f"{clinic.name[:15]} {distance} {query}", choice, full=clinic is LONGEST and nearest)
            )
    nothing = booking.ClinicChoice(EVIL, REGIONS[0], [], 0, 0, False, None, True)
    ordinary = booking.ClinicChoice(
        ANNA.full_name, MOSCOW_REGION, ordinary_rows()[:DESCRIBED], 0, len(NEIGHBOURS), False, None, False, mapped=True
    )
    return [StepSample("ordinary", ordinary, ordinary=True), *samples, StepSample("nothing", nothing)]


def _no_policy() -> list[StepSample]:
    return [
        StepSample(
            f"{place.clinic.name[:15]} {typed} {own}",
            booking.NoPolicy(place, typed_here=typed, own=own),
            full=typed and own and place.clinic is LONGEST,
            ordinary=(place.who, place.clinic) == (ANNA.full_name, PLAIN) and not typed,
        )
        for place, typed, own in product(places(), (True, False), (True, False))
    ]


def _confirmations() -> list[StepSample]:
    return [
        StepSample(
            f"{number} {place.clinic.id} {state}",
            booking.Confirmation(place, held),
            full=not number,
            ordinary=(number, spot, state) == (2, 1, 0),
        )
        for number, at in enumerate((LONGEST_SLOT, EVIL_SLOT, slot(room="")))
        for spot, place in enumerate(places())
        for state, held in enumerate(held_or_not(at))
    ]


SAMPLES = Samples(
    screens=[
        *(Sample(booking.resume, (kind,), ordinary=kind == booking_wizard.KIND) for kind in KINDS),
        usual(booking.resume, booking_wizard.KIND, [Repeat(SHORT_VISIT, slot(2))], NOW),
        Sample(booking.resume, (booking_wizard.KIND, REPEATS, NOW)),
    ],
    steps={
        booking_wizard.KIND: {
            "region": _regions(),
            "person": _persons(),
            **{each: question(each, Relation.OTHER) for each in OTHER_FIELDS},
            "doubt": doubts(),
            "check": checks(OTHER_FIELDS, Relation.OTHER),
            "clinic": _clinics(),
            "map": maps(),
            "card": cards(),
            "nopolicy": _no_policy(),
            "unattached": [
                replace(each, name=f"{each.name} {certain}", data=booking.Unattached(each.data, certain))
                for each in each_place()
                for certain in (True, False)
            ],
            "service": services(),
            "full": fulls(),
            "elsewhere": elsewheres(),
            "already": alreadies(),
            "women": womens(),
            "doctor": doctors(),
            "day": days(),
            "time": times_of_day(),
            "unexplained": unexplained(moves=False),
            "confirm": _confirmations(),
            "checking": each_place(),
        }
    },
    notes=[
        *(Sample(booking.no_clinics, (LONGEST_REGION,), {"others": others}) for others in (True, False)),
        *(Sample(booking.clinic_not_found, (query,)) for query in (words(60), EVIL)),
    ],
)
