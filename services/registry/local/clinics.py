"""The directory of the local registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, func, select

from services.registry.local.generations import in_force
from services.registry.local.port import LocalPort
from services.registry.local.refs import natural
from services.registry.local.tables import clinic, doctor, service
from services.registry.model import AgeGroup, Clinic, Doctor
from services.storage.rows import Row
from services.storage.statement import statement

_OF_CLINIC = tuple(field.name for field in fields(Clinic))


CLINIC_COLUMNS = tuple(clinic.c[name].label(f"clinic_{name}") for name in _OF_CLINIC)
"""For `clinic_of` with the prefix «clinic_»: beside columns of another table."""
_COLUMNS = tuple(clinic.c[name].label(name) for name in _OF_CLINIC)


@statement
def _counts() -> Select[Any]:
    counts = select(clinic.c.region, func.count().label("clinics")).where(in_force(clinic))
    return counts.group_by(clinic.c.region)


@statement
def _of_region(region: str) -> Select[Any]:
    return select(*_COLUMNS).where(clinic.c.region == region, in_force(clinic))


@statement
def _clinic(clinic_id: str) -> Select[Any]:
    return select(*_COLUMNS).where(clinic.c.id == clinic_id, in_force(clinic))


@statement
def _doctor(doctor_id: str) -> Select[Any]:
    return (
        select(doctor, service.c.name.label("service"))
        .select_from(doctor.join(service, service.c.id == doctor.c.service_id))
        .where(doctor.c.id == doctor_id, in_force(doctor))
    )


class LocalClinics(LocalPort):
    """`ClinicsPort`."""

    async def regions(self) -> Mapping[str, int]:
        return {row.region: row.clinics for row in await self._ask(_counts())}

    async def clinics(self, region: str) -> Sequence[Clinic]:
        rows = await self._ask(_of_region(region))
        return sorted(map(clinic_of, rows), key=lambda found: (natural(found.name), found.id))

    async def clinic(self, clinic_id: str) -> Clinic | None:
        rows = await self._ask(_clinic(clinic_id))
        return clinic_of(rows[0]) if rows else None

    async def doctor(self, doctor_id: str) -> Doctor | None:
        rows = await self._ask(_doctor(doctor_id))
        return _doctor_of(rows[0]) if rows else None


def clinic_of(row: Row, prefix: str = "") -> Clinic:
    values = {name: getattr(row, prefix + name) for name in _OF_CLINIC}
    return Clinic(**values | {"age_group": AgeGroup(values["age_group"])})


def full_name(row: Row) -> str:
    """Surname, name, patronymic of a row that has them."""
    return " ".join(part for part in (row.surname, row.name, row.patronymic) if part)


def _doctor_of(row: Row) -> Doctor:
    return Doctor(row.id, row.clinic_id, row.service_id, row.service, full_name(row))
