"""Clinics by region, and how they stand in lists."""

from __future__ import annotations

from dataclasses import replace

from bot.views import booking, clinics
from services.clinics.regions import REGIONS
from services.registry.model import AgeGroup, Clinic
from tests.samples.common import (
    BY_LENGTH,
    CLINICS,
    DESCRIBED,
    LONGEST_REGION,
    MOSCOW_REGION,
    NEIGHBOURS,
    NOW,
    PLAIN,
    ROOM,
    Sample,
    Samples,
    usual,
)


def rows_of(clinic: Clinic, distance: float | None, number: int = DESCRIBED) -> list[booking.ClinicRow]:
    return [booking.ClinicRow(clinic, place == 0, place < 3, distance) for place in range(number)]


def ordinary_rows(distance: float | None = None) -> list[booking.ClinicRow]:
    """Clinics as people meet them: the patient's own first."""
    return [
        booking.ClinicRow(each, place == 0, place < 2, None if distance is None else distance * (place + 1))
        for place, each in enumerate(NEIGHBOURS)
    ]


SAMPLES = Samples(
    screens=[
        usual(clinics.regions, [(each, 4 + place) for place, each in enumerate(REGIONS[:2])], 0),
        usual(clinics.clinics, MOSCOW_REGION, NEIGHBOURS, 0),
        *(usual(clinics.clinic, each) for each in NEIGHBOURS[:2]),
        *(Sample(clinics.regions, ([(each, 700) for each in BY_LENGTH], page)) for page in (0, 5, 10, 99)),
        Sample(clinics.regions, ([], 0)),
        *(
            Sample(clinics.clinics, (LONGEST_REGION, [replace(each, id=f"c{place}") for place in range(number)], page))
            for each in CLINICS
            for number, page in ((1, 0), (700, 0), (700, 174))
        ),
        Sample(clinics.clinics, (LONGEST_REGION, [], 0)),
        *(Sample(clinics.clinic, (replace(each, age_group=group),)) for each in CLINICS for group in AgeGroup),
    ],
    markups=[Sample(clinics.close_venue)],
    sentences=[
        *(Sample(clinics.age_group_words, (group,)) for group in AgeGroup),
        Sample(clinics.clock_line, ([(NOW, "Asia/Vladivostok")],)),
        *(Sample(clinics.kilometres, (each,)) for each in (0.3, 3.3, 33.3)),
        *(Sample(clinics.region_name, (each,)) for each in REGIONS),
        *(Sample(clinics.room_line, (each,)) for each in ("214", ROOM)),
        Sample(clinics.contacts, (PLAIN,)),
        Sample(clinics.told_name, (replace(PLAIN, demo=True),)),
        Sample(clinics.demo_mark, named={"demo": True}),
    ],
    words=[name for names in clinics.clinic_names(NEIGHBOURS) for name in names],
)
