"""What is free in the local registry: each listing is one statement over the partial indexes of `registry_slot`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, select, type_coerce

from services.registry.local.clinics import full_name
from services.registry.local.generations import in_force
from services.registry.local.port import LocalPort
from services.registry.local.refs import natural
from services.registry.local.tables import clinic, doctor, service, slot
from services.registry.model import AgeGroup, ClinicOffer, DayOffer, DoctorOffer, ServiceOffer, Slot
from services.storage.rows import Row
from services.storage.statement import statement

_HOUR = 3_600_000
"""Milliseconds, as SQLite keeps moments."""
_NEAREST_AND_FREE = (func.min(slot.c.starts_at).label("nearest"), func.count(slot.c.id).label("free"))


class LocalTimes(LocalPort):
    """`TimesPort`."""

    async def services(self, clinic_id: str, *, age: int, without: Collection[str] = ()) -> Sequence[ServiceOffer]:
        rows = await self._ask(service_offers(clinic_id, _seeing(age), self._now(), _these(without)))
        found = [ServiceOffer(row.id, row.name, row.nearest, row.free) for row in rows]
        return sorted(found, key=lambda offer: (natural(offer.name), offer.id))

    async def doctors(
        self, clinic_id: str, service_id: str, *, age: int, without: Collection[str] = ()
    ) -> Sequence[DoctorOffer]:
        rows = await self._ask(doctor_offers(clinic_id, service_id, _seeing(age), self._now(), _these(without)))
        found = [DoctorOffer(row.id, full_name(row), row.room, row.nearest, row.free) for row in rows]
        return sorted(found, key=lambda offer: (natural(offer.name), offer.id))

    async def days(
        self,
        clinic_id: str,
        service_id: str,
        *,
        age: int,
        doctor_id: str | None = None,
        without: Collection[str] = (),
    ) -> Sequence[DayOffer]:
        groups, taken, dialect = _seeing(age), _these(without), self._database.dialect
        wanted = day_offers(clinic_id, service_id, doctor_id, groups, self._now(), taken, dialect=dialect)
        by_day = groupby(await self._ask(wanted), key=lambda row: row.day)
        return [_day_offer(day, list(rows)) for day, rows in by_day]

    async def slots(
        self,
        clinic_id: str,
        service_id: str,
        *,
        age: int,
        doctor_id: str | None = None,
        day: date | None = None,
        without: Collection[str] = (),
        limit: int | None = None,
    ) -> Sequence[Slot]:
        groups, taken = _seeing(age), _these(without)
        wanted = free_slots(clinic_id, service_id, doctor_id, day, groups, self._now(), taken, limit)
        return [slot_of(row) for row in await self._ask(wanted)]

    async def nearest_at(
        self, clinic_ids: Collection[str], service_id: str, *, age: int, without: Collection[str] = ()
    ) -> Sequence[ClinicOffer]:
        if not clinic_ids:
            return []
        wanted = nearest_of_doctors(list(clinic_ids), service_id, _seeing(age), self._now(), _these(without))
        nearest: dict[str, datetime] = {}
        for row in await self._ask(wanted):
            if row.nearest is not None:
                nearest[row.clinic_id] = min(row.nearest, nearest.get(row.clinic_id, row.nearest))
        return [ClinicOffer(clinic_id, start) for clinic_id, start in nearest.items()]

    async def slot(self, slot_id: str) -> Slot | None:
        rows = await self._ask(free_slot(slot_id, self._now()))
        return slot_of(rows[0]) if rows else None


@statement
def service_offers(
    clinic_id: str, groups: Collection[str], now: datetime, without: Collection[str] | None
) -> Select[tuple[Any, ...]]:
    """Rows of `id`, `name`, `nearest` (NULL where nothing is free) and `free`.

    Here and below: `groups` as `_seeing` gives them, `without` as `_these` does.
    """
    return (
        select(service.c.id, service.c.name, *_NEAREST_AND_FREE)
        .select_from(doctor.join(clinic).join(service, service.c.id == doctor.c.service_id))
        .outerjoin(slot, and_(slot.c.doctor_id == doctor.c.id, _free(now, without)))
        .where(doctor.c.clinic_id == clinic_id, in_force(doctor), _see(groups))
        .group_by(service.c.id, service.c.name)
    )


@statement
def doctor_offers(
    clinic_id: str, service_id: str, groups: Collection[str], now: datetime, without: Collection[str] | None
) -> Select[tuple[Any, ...]]:
    """Rows of the doctor's columns and `nearest`, `free`."""
    who = (doctor.c.id, doctor.c.surname, doctor.c.name, doctor.c.patronymic, doctor.c.room)
    return (
        select(*who, *_NEAREST_AND_FREE)
        .select_from(doctor.join(clinic))
        .outerjoin(slot, and_(slot.c.doctor_id == doctor.c.id, _free(now, without)))
        .where(doctor.c.clinic_id == clinic_id, doctor.c.service_id == service_id, in_force(doctor), _see(groups))
        .group_by(*who)
    )


@statement
def day_offers(
    clinic_id: str,
    service_id: str,
    doctor_id: str | None,
    groups: Collection[str],
    now: datetime,
    without: Collection[str] | None,
    *,
    dialect: str,
) -> Select[tuple[Any, ...]]:
    """Rows of `day`, `tz`, `free`, and the `first` and the `last` time within an hour of UTC; days in order."""
    starts = slot.c.starts_at
    hour = func.date_trunc("hour", starts) if dialect == "postgresql" else type_coerce(starts, BigInteger) // _HOUR
    told = (func.count(slot.c.id).label("free"), func.min(starts).label("first"), func.max(starts).label("last"))
    return (
        select(slot.c.day, clinic.c.tz, *told)
        .select_from(_slot_with_doctor())
        .where(_of(clinic_id, service_id, doctor_id), _free(now, without), _see(groups))
        .group_by(slot.c.day, clinic.c.tz, hour)
        .order_by(slot.c.day)
    )


@statement
def free_slots(
    clinic_id: str,
    service_id: str,
    doctor_id: str | None,
    day: date | None,
    groups: Collection[str],
    now: datetime,
    without: Collection[str] | None,
    limit: int | None,
) -> Select[tuple[Any, ...]]:
    """Rows for `slot_of`, earliest first."""
    wanted = _slots().where(_of(clinic_id, service_id, doctor_id), _free(now, without), _see(groups))
    if day is not None:
        wanted = wanted.where(slot.c.day == day)
    return wanted.order_by(slot.c.starts_at, slot.c.doctor_id).limit(limit)


@statement
def nearest_of_doctors(
    clinic_ids: Collection[str],
    service_id: str,
    groups: Collection[str],
    now: datetime,
    without: Collection[str] | None,
) -> Select[tuple[Any, ...]]:
    """Rows of `clinic_id` and `nearest` (NULL where nothing is free), one a doctor of the service.

    Each is the first entry of the doctor's in the index of free times, so it costs as much as there are doctors,
    however many times those have.
    """
    first = (
        select(slot.c.starts_at)
        .where(slot.c.doctor_id == doctor.c.id, _free(now, without))
        .order_by(slot.c.starts_at)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(doctor.c.clinic_id, first.label("nearest"))
        .select_from(doctor.join(clinic))
        .where(doctor.c.clinic_id.in_(clinic_ids), doctor.c.service_id == service_id, in_force(doctor), _see(groups))
    )


@statement
def free_slot(slot_id: str, now: datetime) -> Select[tuple[Any, ...]]:
    """The row for `slot_of` of this slot, if it can still be taken."""
    return _slots().where(slot.c.id == slot_id, _free(now, None))


def _day_offer(day: date, rows: Sequence[Row]) -> DayOffer:
    """An hour of UTC lies in two hours of the clinic's clock at most: its first time and its last one tell of both."""
    zone = ZoneInfo(rows[0].tz)
    hours = frozenset(moment.astimezone(zone).hour for row in rows for moment in (row.first, row.last))
    return DayOffer(day, sum(row.free for row in rows), hours)


def slot_of(row: Row) -> Slot:
    return Slot(
        id=row.id,
        clinic_id=row.clinic_id,
        service_id=row.service_id,
        service=row.service,
        doctor_id=row.doctor_id,
        doctor=full_name(row),
        room=row.room,
        start=row.starts_at,
        end=row.ends_at,
    )


def _slots() -> Select[tuple[Any, ...]]:
    return select(
        *(slot.c.id, slot.c.clinic_id, slot.c.service_id, slot.c.doctor_id, slot.c.starts_at, slot.c.ends_at),
        *(doctor.c.surname, doctor.c.name, doctor.c.patronymic, doctor.c.room),
        service.c.name.label("service"),
    ).select_from(_slot_with_doctor().join(service, service.c.id == slot.c.service_id))


def _slot_with_doctor() -> Any:
    return slot.join(doctor, doctor.c.id == slot.c.doctor_id).join(clinic, clinic.c.id == slot.c.clinic_id)


def _of(clinic_id: str, service_id: str, doctor_id: str | None) -> ColumnElement[bool]:
    place = and_(slot.c.clinic_id == clinic_id, slot.c.service_id == service_id)
    return place if doctor_id is None else and_(place, slot.c.doctor_id == doctor_id)


def _free(now: datetime, without: Collection[str] | None) -> ColumnElement[bool]:
    free = and_(slot.c.visit_id.is_(None), slot.c.starts_at > now, in_force(slot))
    return and_(free, slot.c.id.not_in(without)) if without is not None else free


def _see(groups: Collection[str]) -> ColumnElement[bool]:
    return and_(doctor.c.age_group.in_(groups), clinic.c.age_group.in_(groups))


def _seeing(age: int) -> list[str]:
    """The groups of those who see patients of this age."""
    return [group.value for group in AgeGroup if group.sees(age)]


def _these(without: Collection[str]) -> list[str] | None:
    """None where nothing is left out: that is a statement of its own."""
    return list(without) or None
