"""What doctors of the demo have prescribed to the ready family: invented, and the same for a patient always."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from random import Random

from services.registry.local.admin import LocalRegistryAdmin
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
    Post,
    doctors_by_post,
    name_of,
)
from services.registry.local.demo_family import FamilyMember, give_to_all
from services.registry.model import Patient, PrescriptionStatus, Sex
from services.registry.ports.prescriptions import PrescriptionRecord, PrescriptionsAdminPort
from services.registry.ports.schedules import DoctorRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.dates import full_years

GIVEN = "demo_prescriptions"
"""The setting that says that families of earlier releases have got theirs."""

_SERIES = "50ДМ"
_DIGITS = 10**12
"""Of a number: many, for it is drawn by itself and nobody else's may be like it."""

ACTIVE, DISPENSED, EXPIRED, CANCELLED = PrescriptionStatus


@dataclass(frozen=True, slots=True)
class _Written:
    """A prescription beside the day on which the family was made: written `ago` days before it, good for `good` days.

    `given`: how many days after it was written the drug was given out; `free`: at the state's cost.
    """

    post: Post
    drug: str
    how: str
    amount: str
    ago: int
    good: int
    status: PrescriptionStatus
    given: int | None = None
    free: bool = False


_ENALAPRIL = _Written(
    THERAPIST,
    "Эналаприл, таблетки, 10 мг",
    "По 1 таблетке 2 раза в день, утром и вечером",
    "180 таблеток",
    14,
    90,
    ACTIVE,
    free=True,
)
_ATORVASTATIN = replace(
    _ENALAPRIL,
    drug="Аторвастатин, таблетки, покрытые плёночной оболочкой, 20 мг",
    how="По 1 таблетке 1 раз в день, вечером",
    amount="90 таблеток",
)
_OLD = (
    _ENALAPRIL,
    _ATORVASTATIN,
    *(replace(each, ago=104, status=DISPENSED, given=2) for each in (_ENALAPRIL, _ATORVASTATIN)),
    *(replace(each, ago=194, status=DISPENSED, given=1) for each in (_ENALAPRIL, _ATORVASTATIN)),
    _Written(
        OPHTHALMOLOGIST,
        "Тимолол, капли глазные, 0,5 %",
        "По 1 капле в оба глаза 2 раза в день",
        "1 флакон",
        70,
        30,
        EXPIRED,
        free=True,
    ),
    _Written(
        THERAPIST,
        "Ацетилсалициловая кислота, таблетки кишечнорастворимые, 100 мг",
        "По 1 таблетке 1 раз в день до еды, запивая водой",
        "30 таблеток",
        120,
        60,
        CANCELLED,
        free=True,
    ),
    _Written(
        TRAUMATOLOGIST,
        "Мелоксикам, таблетки, 7,5 мг",
        "По 1 таблетке 1 раз в день во время еды, 7 дней",
        "10 таблеток",
        160,
        60,
        DISPENSED,
        3,
    ),
    _Written(
        THERAPIST,
        "Хондроитина сульфат, капсулы, 250 мг",
        "По 2 капсулы 2 раза в день",
        "2 упаковки",
        20,
        60,
        ACTIVE,
    ),
)
_OWN = (
    _Written(
        THERAPIST,
        "Ибупрофен, табл. п.о., 200 мг",
        "По 1 таблетке до 3 раз в день после еды, до 5 дней",
        "20 таблеток",
        40,
        60,
        CANCELLED,
    ),
    _Written(
        ENDOCRINOLOGIST,
        "Левотироксин натрия, таблетки, 50 мкг",
        "По 1 таблетке утром за 30 минут до еды",
        "100 таблеток",
        18,
        90,
        ACTIVE,
        free=True,
    ),
    _Written(
        THERAPIST,
        "Амоксициллин + [Клавулановая кислота], таблетки, 875 мг + 125 мг",
        "По 1 таблетке 2 раза в день, 7 дней",
        "14 таблеток",
        215,
        15,
        DISPENSED,
        0,
    ),
    _Written(
        THERAPIST,
        "Омепразол, капсулы кишечнорастворимые, 20 мг",
        "По 1 капсуле в день за 30 минут до завтрака",
        "28 капсул",
        9,
        60,
        ACTIVE,
    ),
)
_SPOUSE = (
    _Written(
        DERMATOLOGIST,
        "Бетаметазон, крем для наружного применения, 0,05 %",
        "Наносить тонким слоем 2 раза в день, до 10 дней",
        "1 туба",
        95,
        60,
        DISPENSED,
        1,
    ),
    _Written(
        TRAUMATOLOGIST,
        "Диклофенак, гель для наружного применения, 5 %",
        "Наносить на область сустава 2–3 раза в день, до 14 дней",
        "1 туба",
        130,
        60,
        EXPIRED,
    ),
)
_OF_SEX: Mapping[Sex, _Written] = {
    Sex.FEMALE: _Written(
        GYNAECOLOGIST,
        "Железа сульфат + [Аскорбиновая кислота], таблетки, 100 мг + 60 мг",
        "По 1 таблетке 2 раза в день до еды",
        "2 упаковки",
        25,
        60,
        ACTIVE,
    ),
    Sex.MALE: _Written(
        UROLOGIST,
        "Нитрофурантоин, таблетки, 50 мг",
        "По 2 таблетки 3 раза в день после еды, 7 дней",
        "42 таблетки",
        140,
        15,
        DISPENSED,
        0,
    ),
}
_SMALL = (
    _Written(
        PAEDIATRICIAN,
        "Амоксициллин, порошок для приготовления суспензии для приёма внутрь, 250 мг/5 мл",
        "По 5 мл 3 раза в день, 7 дней",
        "2 флакона",
        260,
        15,
        DISPENSED,
        0,
    ),
    _Written(
        PAEDIATRICIAN,
        "Колекальциферол, капли для приёма внутрь, 15 000 МЕ/мл",
        "По 2 капли в день",
        "1 флакон",
        11,
        60,
        ACTIVE,
    ),
)
_TEENAGER = (
    _Written(
        PAEDIATRICIAN,
        "Цетиризин, таблетки, покрытые плёночной оболочкой, 10 мг",
        "По 1 таблетке 1 раз в день, вечером",
        "20 таблеток",
        150,
        60,
        EXPIRED,
    ),
    _Written(
        CHILD_ENDOCRINOLOGIST,
        "Калия йодид, таблетки, 200 мкг",
        "По 1 таблетке в день после еды",
        "100 таблеток",
        30,
        90,
        ACTIVE,
        free=True,
    ),
)
_ELDERLY, _GROWN, _IN_HIS_TEENS = 60, 18, 12


def prescriptions_of(member: FamilyMember, patient: Patient, made: date) -> list[PrescriptionRecord]:
    """All that this member of a family that was `made` on that day has. None where the clinic is not the demo's."""
    doctors = doctors_by_post(patient.clinic_id)
    random = Random(patient.id)  # noqa: S311  (who has written it, not a secret)
    return [
        _record(place, each, patient, random.choice(doctors[each.post.id]), made)
        for place, each in enumerate(_had_by(member, made))
        if each.post.id in doctors
    ]


async def prescribe(admin: PrescriptionsAdminPort, family: Sequence[tuple[FamilyMember, Patient]], made: date) -> None:
    """The family gets all of them in one unit; once they are there, nothing changes. They have had them all along."""
    await admin.put_prescriptions([each for who in family for each in prescriptions_of(*who, made)], news=False)


async def prescribe_to_all(
    database: Database,
    vault: Vault,
    admin: LocalRegistryAdmin,
    families: AsyncIterable[tuple[str, date]],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Families that an earlier release has made get theirs, a unit each. See `give_to_all`."""
    await give_to_all(database, vault, families, GIVEN, partial(prescribe, admin), pause)


def _had_by(member: FamilyMember, made: date) -> Sequence[_Written]:
    age = full_years(member.identity.birth_date, made)
    if age >= _ELDERLY:
        return _OLD
    if age >= _GROWN:
        return (*(_OWN if member.relation == "own" else _SPOUSE), _OF_SEX[member.identity.sex])
    return _TEENAGER if age >= _IN_HIS_TEENS else _SMALL


def _record(place: int, written: _Written, patient: Patient, doctor: DoctorRecord, made: date) -> PrescriptionRecord:
    issued = made - timedelta(days=written.ago)
    return PrescriptionRecord(
        number=_number(patient.id, place),
        patient_id=patient.id,
        commercial=not written.free,
        drug=written.drug,
        how=written.how,
        amount=written.amount,
        clinic_id=doctor.clinic_id,
        doctor=name_of(doctor),
        issued=issued,
        valid_until=issued + timedelta(days=written.good),
        status=written.status,
        dispensed=None if written.given is None else issued + timedelta(days=written.given),
    )


def _number(patient_id: str, place: int) -> str:
    digest = hashlib.blake2b(f"{patient_id} {place}".encode(), digest_size=8).digest()
    return f"{_SERIES} {int.from_bytes(digest) % _DIGITS:012}"
