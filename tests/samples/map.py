"""Clinics on a map."""

from __future__ import annotations

from bot.keyboards.layout import USUAL
from bot.views import booking
from bot.views import map as map_view
from services.accounts.model import full_name
from tests.samples.clinics import ordinary_rows, rows_of
from tests.samples.common import (
    ANNA,
    CLINICS,
    EVIL_CLINIC,
    EVIL_PERSON,
    LONGEST,
    LONGEST_PERSON,
    NEIGHBOURS,
    PLAIN,
    REAL,
    Sample,
    Samples,
    StepSample,
)

PICTURE = b"\x89PNG"


def maps() -> list[StepSample]:
    """The fullest: eight of the longest names, with everything there is to say beside them."""
    who = full_name(LONGEST_PERSON.identity)
    ordinary = map_view.MapPage(
        full_name(ANNA.identity), PICTURE, ordinary_rows(), 0, len(NEIGHBOURS), 0, beyond=False, all_shown=True
    )
    return [
        StepSample("ordinary", ordinary, ordinary=True),
        *(
            StepSample(
                f"{clinic.id[:3]} {clinic.name[:9]} {distance} {page} {unplaced}",
                map_view.MapPage(
                    who,
                    PICTURE,
                    rows_of(clinic, distance, USUAL.pins),
                    page,
                    712,
                    unplaced,
                    bool(unplaced),
                    distance is None,
                ),
                full=clinic is LONGEST and bool(unplaced) and distance is not None,
            )
            for clinic in (PLAIN, REAL, LONGEST, EVIL_CLINIC)
            for distance, page, unplaced in ((None, 0, 0), (6200.4, 88, 1), (0.3, 3, 222))
        ),
    ]


def cards() -> list[StepSample]:
    return [
        StepSample("ordinary", map_view.Card(full_name(ANNA.identity), ordinary_rows(1.2)[0]), ordinary=True),
        *(
            StepSample(
                f"{clinic.name[:15]} {row.distance}",
                map_view.Card(full_name(person.identity), row),
                full=clinic is LONGEST,
            )
            for clinic in CLINICS
            for row in (booking.ClinicRow(clinic, True, True, 6200.4), booking.ClinicRow(clinic, False, False, None))
            for person in (LONGEST_PERSON, EVIL_PERSON)
        ),
    ]


SAMPLES = Samples(
    sentences=[
        *(Sample(each) for each in (map_view.not_drawn, map_view.nowhere, map_view.here, map_view.thanks)),
        *(Sample(map_view.length_words, (each,)) for each in map_view.SCALES),
    ],
)
