"""Who insures the ready family, and what its care has cost: invented, and the same for a patient always.

Cases hang together with what doctors of the demo have written (`demo_prescriptions`): each visit at which something was
prescribed is a case; check-ups, analyses and a few days in a hospital of earlier years stand beside them. So is each
visit that has been booked here, once it has taken place.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from random import Random
from typing import Any

from sqlalchemy import Select, select

from services.registry.local.demo_clinics import (
    CHILD_ENDOCRINOLOGIST,
    DERMATOLOGIST,
    ENDOCRINOLOGIST,
    GYNAECOLOGIST,
    OPHTHALMOLOGIST,
    PAEDIATRICIAN,
    THERAPIST,
    TRAUMATOLOGIST,
    UROLOGIST,
    demo_clinics,
    doctors_by_post,
    name_of,
)
from services.registry.local.demo_family import FamilyMember, give_to_all
from services.registry.local.demo_prescriptions import prescriptions_of
from services.registry.local.generations import in_force
from services.registry.local.tables import clinic, visit
from services.registry.model import ADULT_AGE, CareCase, CoverageStatus, Patient, PolicyForm, VisitStatus
from services.registry.ports.insurance import CareCaseRecord, CoverageRecord, InsuranceAdminPort
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import statement
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, full_years, local

GIVEN = "demo_insurance_2"
"""The setting that says that families of earlier releases have got theirs."""

REGION = "50"
INSURERS = (
    ("Страховая компания «Подмосковье-Полис» (демо)", "+7 800 000-50-01"),
    ("Страховая компания «Областная забота» (демо)", "+7 800 000-50-02"),
)
"""Invented companies of the demo's region, and their phones."""
ELSEWHERE = "77", "Страховая компания «Столичный полис» (демо)", "+7 800 000-77-01"
"""The region that whoever has moved was insured in, the company there and its phone."""

PRIMARY = "первичная медико-санитарная помощь"
SPECIAL = "специализированная медицинская помощь"
OUTPATIENT, DAY, INPATIENT = "амбулаторно", "в дневном стационаре", "стационарно"

LATELY = timedelta(days=40)
"""So far back visits are looked for that are no cases yet: longer than any demo has stood still."""
_YEARS = 4
"""So many years back the earliest case lies, at most."""


@dataclass(frozen=True, slots=True)
class _Care:
    """What is done often: how long a case takes, in days, and what it costs, in kopecks, from and to."""

    service: str
    costs: tuple[int, int]
    kind: str = PRIMARY
    condition: str = OUTPATIENT
    days: int = 1


def _visit(whose: str) -> _Care:
    return _Care(f"Приём (осмотр, консультация) врача-{whose} первичный", (39_000, 74_000))


_VISITS: Mapping[str, _Care] = {
    THERAPIST.id: _visit("терапевта"),
    PAEDIATRICIAN.id: _visit("педиатра"),
    OPHTHALMOLOGIST.id: _visit("офтальмолога"),
    TRAUMATOLOGIST.id: _visit("травматолога-ортопеда"),
    ENDOCRINOLOGIST.id: _visit("эндокринолога"),
    CHILD_ENDOCRINOLOGIST.id: _visit("детского эндокринолога"),
    DERMATOLOGIST.id: _visit("дерматовенеролога"),
    GYNAECOLOGIST.id: _visit("акушера-гинеколога"),
    UROLOGIST.id: _visit("уролога"),
}
_BLOOD = _Care("Общий (клинический) анализ крови развёрнутый", (21_000, 36_000))
_ULTRASOUND = _Care("Ультразвуковое исследование органов брюшной полости (комплексное)", (78_000, 129_000))
_XRAY = _Care("Флюорография лёгких цифровая", (29_000, 45_000))
_CHECKUP = _Care("Профилактический медицинский осмотр взрослых", (180_000, 320_000), days=3)
_CHILD_CHECKUP = _Care("Профилактический медицинский осмотр несовершеннолетних", (210_000, 350_000), days=3)
_DAY_HOSPITAL = _Care("Лечение в дневном стационаре, терапия", (1_150_000, 1_650_000), SPECIAL, DAY, days=8)
_HOSPITAL = _Care(
    "Законченный случай лечения в стационаре, терапия", (2_900_000, 4_800_000), SPECIAL, INPATIENT, days=9
)
_EVERY_YEAR = (_CHECKUP, _BLOOD, _XRAY)
_OLD_EVERY_YEAR = (_CHECKUP, _BLOOD, _BLOOD, _ULTRASOUND, _XRAY)
_CHILD_EVERY_YEAR = (_CHILD_CHECKUP, _BLOOD)
_ELDERLY = 60
_SCHOOL, _OVER_SINCE = 7, 20


def coverage_of(member: FamilyMember, patient: Patient, made: date) -> CoverageRecord:
    """Of this member of a family that was `made` on that day.

    Whose account it is has moved here, and nobody insures the smaller child any more: both may choose on any day.
    """
    random, age = Random(f"coverage {patient.id}"), full_years(member.identity.birth_date, made)  # noqa: S311
    insurer, phone = random.choice(INSURERS)
    region, insurer, phone = ELSEWHERE if member.relation == "own" else (REGION, insurer, phone)
    over = age < _SCHOOL
    return CoverageRecord(
        patient_id=patient.id,
        region=region,
        insurer=insurer,
        insurer_phone=phone,
        form=PolicyForm.CARD if age >= _ELDERLY else PolicyForm.PAPER if age >= ADULT_AGE else PolicyForm.ELECTRONIC,
        status=CoverageStatus.ENDED if over else CoverageStatus.VALID,
        until=made - timedelta(days=_OVER_SINCE) if over else None,
        since=max(member.identity.birth_date + timedelta(days=20), made - timedelta(days=random.randrange(900, 2400))),
        attached_since=max(
            member.identity.birth_date + timedelta(days=25), made - timedelta(days=random.randrange(400, 800))
        ),
        doctor=_area_doctor(patient, random),
    )


def cases_of(member: FamilyMember, patient: Patient, made: date) -> list[CareCase]:
    """All versions of all cases of this member. None where the clinic is not the demo's."""
    clinic = _clinics().get(patient.clinic_id or "")
    if clinic is None:
        return []
    random = Random(f"cases {patient.id}")  # noqa: S311  (what was done, not a secret)
    planned = [*_prescribed(member, patient, made, random), *_every_year(member, made, random)]
    planned.sort(key=lambda each: (each[0], each[1].service))
    told = [_case(place, each, patient, clinic, random) for place, each in enumerate(planned)]
    return [*told, *_corrected(told)]


async def insure(admin: InsuranceAdminPort, family: Sequence[tuple[FamilyMember, Patient]], made: date) -> None:
    """Everybody of the family gets theirs; once it is there, nothing changes."""
    await admin.put_coverages([coverage_of(*who, made) for who in family])
    await admin.put_care_cases(
        [CareCaseRecord(patient.id, each) for member, patient in family for each in cases_of(member, patient, made)]
    )


async def insure_all(
    database: Database, vault: Vault, admin: InsuranceAdminPort, families: AsyncIterable[tuple[str, date]]
) -> None:
    """Families that an earlier release has made get theirs. See `give_to_all`."""
    await give_to_all(database, vault, families, GIVEN, partial(insure, admin))


async def pay_for_visits(database: Database, admin: InsuranceAdminPort, now: datetime) -> None:
    """Visits at the demo's clinics that have taken place lately are cases of care from then on; safe to repeat."""
    rows = (await database.aside.fetch(_taken_place(now - LATELY, now))).all()
    await admin.put_care_cases([CareCaseRecord(row.patient_id, _case_of_visit(row)) for row in rows])


@statement
def _taken_place(after: datetime, by: datetime) -> Select[Any]:
    there = select(visit, clinic.c.name.label("clinic_name")).join(clinic, clinic.c.id == visit.c.clinic_id)
    ours = clinic.c.id.in_(sorted(_clinics())), visit.c.status == VisitStatus.BOOKED.value
    return there.where(*ours, visit.c.ends_at > after, visit.c.ends_at <= by, in_force(clinic))


def _case_of_visit(row: Row) -> CareCase:
    care = _VISITS.get(row.service_id) or _Care(f"Приём (осмотр, консультация): {row.service}", (39_000, 74_000))
    random = Random(f"visit {row.id}")  # noqa: S311  (a cost, not a secret)
    day = local(row.starts_at, MOSCOW).date()
    return CareCase(
        number=_number(row.id, 0),
        version=1,
        void=False,
        region=REGION,
        clinic=row.clinic_name,
        begun=day,
        ended=day,
        kind=care.kind,
        condition=care.condition,
        service=care.service,
        cost=Decimal(random.randrange(*care.costs, 5)) / 100,
    )


def _prescribed(member: FamilyMember, patient: Patient, made: date, random: Random) -> Iterator[tuple[date, _Care]]:
    """The visits at which something was prescribed, each once."""
    there = doctors_by_post(patient.clinic_id)
    posts = {name_of(each): post for post, some in there.items() for each in some}
    days = {(each.issued, posts[each.doctor]) for each in prescriptions_of(member, patient, made)}
    for day, post in sorted(days):
        yield day, _VISITS[post]
        if random.random() < 0.3:
            yield day + timedelta(days=2), _BLOOD


def _every_year(member: FamilyMember, made: date, random: Random) -> Iterator[tuple[date, _Care]]:
    age = full_years(member.identity.birth_date, made)
    care = _OLD_EVERY_YEAR if age >= _ELDERLY else _EVERY_YEAR if age >= ADULT_AGE else _CHILD_EVERY_YEAR
    for year in range(min(_YEARS, age)):
        first = made - timedelta(days=365 * year + random.randrange(40, 300))
        for place, each in enumerate(care):
            yield first + timedelta(days=3 * place), each
    if age >= _ELDERLY:
        yield made - timedelta(days=440), _HOSPITAL
        yield made - timedelta(days=75), _DAY_HOSPITAL


def _case(place: int, planned: tuple[date, _Care], patient: Patient, clinic: str, random: Random) -> CareCase:
    begun, care = planned
    return CareCase(
        number=_number(patient.id, place),
        version=1,
        void=False,
        region=REGION,
        clinic=clinic,
        begun=begun,
        ended=begun + timedelta(days=care.days - 1),
        kind=care.kind,
        condition=care.condition,
        service=care.service,
        cost=Decimal(random.randrange(*care.costs, 5)) / 100,
    )


def _corrected(told: Sequence[CareCase]) -> Iterator[CareCase]:
    """An insurer has looked twice at some: what the first says was too much, and the second was not done."""
    if len(told) > 2:
        yield replace(told[0], version=2, cost=told[0].cost - Decimal("12.50"))
        yield replace(told[1], version=2, void=True)


def _number(patient_id: str, place: int) -> str:
    digest = hashlib.blake2b(f"case {patient_id} {place}".encode(), digest_size=8).digest()
    return f"{REGION}-{int.from_bytes(digest) % 10**12:012}"


def _area_doctor(patient: Patient, random: Random) -> str:
    """A therapist or paediatrician of the patient's own clinic; nobody where it is none of the demo's."""
    there = doctors_by_post(patient.clinic_id)
    near = [name_of(each) for post in (THERAPIST.id, PAEDIATRICIAN.id) for each in there.get(post, ())]
    return random.choice(near) if near else ""


@cache
def _clinics() -> Mapping[str, str]:
    """Names by ids."""
    return {place.clinic.id: place.clinic.name for place in demo_clinics()}
