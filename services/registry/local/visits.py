"""Visits of the local registry: asked for, read from their rows, and when a booking or a cancelling is refused."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from services.ids import new_id
from services.registry.local.changes import last_change
from services.registry.local.clinics import CLINIC_COLUMNS, clinic_of, full_name
from services.registry.local.generations import in_force
from services.registry.local.port import LocalPort
from services.registry.local.tables import clinic, doctor, service, slot, visit
from services.registry.model import AgeGroup, CancelRefusal, Changes, Refusal, Visit, VisitStatus
from services.registry.ports.visits import EVERY_VISIT, VisitFilter
from services.storage.rows import Row
from services.storage.statement import Bound, statement
from services.texts.dates import full_years

CHANGES = "registry_visit"
"""The counter that says in which order visits were changed (`bookings`)."""


class LocalVisits(LocalPort):
    """`VisitsPort` and `VisitChangesPort`."""

    async def visits(
        self,
        patient_ids: Collection[str],
        where: VisitFilter = EVERY_VISIT,
        *,
        latest_first: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Visit]:
        if not patient_ids:
            return []
        now = self._now()
        wanted = _visits(
            *_asked(patient_ids, where, now),
            limit,
            offset or None,
            statuses=_statuses(where),
            latest_first=latest_first,
        )
        return [visit_of(row, now) for row in await self._ask(wanted)]

    async def count_visits(self, patient_ids: Collection[str], where: VisitFilter = EVERY_VISIT) -> int:
        if not patient_ids:
            return 0
        wanted = _number_of_visits(*_asked(patient_ids, where, self._now()), statuses=_statuses(where))
        (row,) = await self._ask(wanted)
        return int(row.visits)

    async def visit(self, visit_id: str) -> Visit | None:
        return await self._visit_by(visit_by_id(visit_id))

    async def changed_visits(self, since: str | None, limit: int) -> Changes[Visit]:
        if since is None:
            last = await self._ask(last_change(CHANGES))
            return Changes((), str(last[0].last if last else 0))
        rows = await self._ask(changed_after(int(since), limit))
        now = self._now()
        cursor = str(rows[-1].change) if rows else since
        return Changes([visit_of(row, now) for row in rows], cursor, more=len(rows) == limit)

    async def _visit_by(self, wanted: Bound) -> Visit | None:
        rows = await self._ask(wanted)
        return visit_of(rows[0], self._now()) if rows else None


def visits_with_clinics() -> Select[tuple[Any, ...]]:
    """Rows for `visit_of`."""
    own = [column for column in visit.c if column.name != "clinic_id"]
    return select(*own, *CLINIC_COLUMNS).select_from(visit.join(clinic))


@statement
def visit_by_id(visit_id: str) -> Select[Any]:
    """The row for `visit_of`."""
    return visits_with_clinics().where(visit.c.id == visit_id)


@statement
def changed_after(change: int, limit: int) -> Select[Any]:
    """Rows for `visit_of`, in the order in which they were changed."""
    return visits_with_clinics().where(visit.c.change > change).order_by(visit.c.change).limit(limit)


@statement
def _visits(
    patient_ids: Collection[str],
    since: datetime | None,
    until: datetime | None,
    among: Collection[str] | None,
    moved_to: str | None,
    now: datetime,
    limit: int | None,
    offset: int | None,
    *,
    statuses: Sequence[VisitStatus] | None,
    latest_first: bool,
) -> Select[Any]:
    order = [column.desc() if latest_first else column for column in (visit.c.starts_at, visit.c.id)]
    wanted = _conditions(patient_ids, since, until, among, moved_to, now, statuses)
    return visits_with_clinics().where(*wanted).order_by(*order).limit(limit).offset(offset)


@statement
def _number_of_visits(
    patient_ids: Collection[str],
    since: datetime | None,
    until: datetime | None,
    among: Collection[str] | None,
    moved_to: str | None,
    now: datetime,
    *,
    statuses: Sequence[VisitStatus] | None,
) -> Select[Any]:
    wanted = _conditions(patient_ids, since, until, among, moved_to, now, statuses)
    return select(func.count().label("visits")).select_from(visit).where(*wanted)


_Asked = tuple[list[str], datetime | None, datetime | None, list[str] | None, str | None, datetime]


def _asked(patient_ids: Collection[str], where: VisitFilter, now: datetime) -> _Asked:
    """The first arguments of the two statements above."""
    among = None if where.among is None else list(where.among)
    return list(patient_ids), where.since, where.until, among, where.moved_to, now


def _statuses(where: VisitFilter) -> Sequence[VisitStatus] | None:
    """In one order, whoever asks: it is part of a statement's shape."""
    wanted = where.statuses
    return None if wanted is None else tuple(status for status in VisitStatus if status in wanted)


def _conditions(
    patient_ids: Collection[str],
    since: datetime | None,
    until: datetime | None,
    among: Collection[str] | None,
    moved_to: str | None,
    now: datetime,
    statuses: Sequence[VisitStatus] | None,
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [visit.c.patient_id.in_(patient_ids)]
    if since is not None:
        conditions.append(visit.c.starts_at >= since)
    if until is not None:
        conditions.append(visit.c.starts_at < until)
    if statuses is not None:
        conditions.append(or_(false(), *(_has(status, now) for status in statuses)))
    if among is not None:
        conditions.append(visit.c.id.in_(among))
    if moved_to is not None:
        conditions.append(visit.c.moved_to == moved_to)
    return conditions


def _has(status: VisitStatus, now: datetime) -> ColumnElement[bool]:
    """The visit has this status now: `status_at`, asked of the database."""
    if status is VisitStatus.FULFILLED:
        return or_(visit.c.status == status, and_(visit.c.status == VisitStatus.BOOKED, visit.c.ends_at <= now))
    if status is VisitStatus.BOOKED:
        return and_(visit.c.status == status, visit.c.ends_at > now)
    return visit.c.status == status


@statement
def slot_to_book(slot_id: str) -> Select[tuple[Any, ...]]:
    """See `to_book`."""
    return to_book(slot_id)


def to_book(slot_id: str) -> Select[tuple[Any, ...]]:
    """The slot, its doctor and its clinic; on PostgreSQL the slot's row stays locked to the end of the unit.

    The unit holds the present generation (`hold_present`).
    """
    return (
        select(
            *(slot.c.id, slot.c.visit_id, slot.c.day, slot.c.starts_at, slot.c.ends_at),
            *(slot.c.service_id, slot.c.doctor_id, service.c.name.label("service")),
            *(doctor.c.surname, doctor.c.name, doctor.c.patronymic, doctor.c.room, doctor.c.age_group),
            *CLINIC_COLUMNS,
        )
        .select_from(
            slot.join(doctor, doctor.c.id == slot.c.doctor_id)
            .join(service, service.c.id == slot.c.service_id)
            .join(clinic, clinic.c.id == slot.c.clinic_id)
        )
        .where(slot.c.id == slot_id, in_force(slot))
        .with_for_update(of=slot)
    )


class Beside(NamedTuple):
    """What of a visit tells whether another one clashes with it."""

    service_id: str
    starts_at: datetime
    ends_at: datetime


def refusal(wanted: Row | None, birth_date: date, others: Iterable[Beside], now: datetime) -> Refusal | None:
    """Why this time cannot be given, or None.

    `wanted`: a row of `to_book`; `others`: the patient's booked visits that have not ended.
    The names and their rules are those of ФЭР v2_0 (APPOINT_TIME_IS_BUSY and its kin).
    """
    if wanted is None or wanted.visit_id is not None:
        return Refusal.TIME_BUSY
    if wanted.starts_at <= now:
        return Refusal.TIME_PASSED
    age = full_years(birth_date, wanted.day)
    if not (AgeGroup(wanted.age_group).sees(age) and AgeGroup(wanted.clinic_age_group).sees(age)):
        return Refusal.OTHER_AGE
    others = tuple(others)
    if any(other.service_id == wanted.service_id and other.starts_at > now for other in others):
        return Refusal.SAME_SPECIALIST
    if any(other.starts_at < wanted.ends_at and wanted.starts_at < other.ends_at for other in others):
        return Refusal.SAME_TIME
    return None


def stands(row: Row, now: datetime) -> bool:
    """Whether this visit is still to come."""
    return VisitStatus(row.status) is VisitStatus.BOOKED and bool(row.starts_at > now)


def cancel_refusal(row: Row, now: datetime) -> CancelRefusal | None:
    """Why this visit cannot be cancelled, or None. What became of it is told before what the time is."""
    if row.status in (VisitStatus.CANCELLED_BY_PATIENT, VisitStatus.CANCELLED_BY_CLINIC):
        return CancelRefusal.ALREADY_CANCELLED
    if row.status == VisitStatus.MOVED:
        return CancelRefusal.MOVED
    return None if stands(row, now) else CancelRefusal.TIME_PASSED


def new_visit(patient_id: str, wanted: Row, now: datetime) -> Visit:
    """A visit of this patient to the row of `slot_to_book`: what stands on the ticket, as it is today."""
    return Visit(
        id=new_id(),
        number=new_number(),
        status=VisitStatus.BOOKED,
        patient_id=patient_id,
        clinic=clinic_of(wanted, "clinic_"),
        service_id=wanted.service_id,
        service=wanted.service,
        doctor_id=wanted.doctor_id,
        doctor=full_name(wanted),
        room=wanted.room,
        start=wanted.starts_at,
        end=wanted.ends_at,
        created_at=now,
        slot_id=wanted.id,
    )


def row_of(new: Visit, key: str) -> Mapping[str, Any]:
    """Values of a visit's row."""
    return {
        "id": new.id,
        "key": key,
        "number": new.number,
        "status": new.status.value,
        "patient_id": new.patient_id,
        "clinic_id": new.clinic.id,
        "service_id": new.service_id,
        "service": new.service,
        "doctor_id": new.doctor_id,
        "doctor": new.doctor,
        "room": new.room,
        "slot_id": new.slot_id,
        "starts_at": new.start,
        "ends_at": new.end,
        "created_at": new.created_at,
    }


def new_number() -> str:
    """A ticket number people can read out: «4071-2265»."""
    return f"{1000 + secrets.randbelow(9000)}-{secrets.randbelow(10_000):04}"


def visit_of(row: Row, now: datetime) -> Visit:
    return Visit(
        id=row.id,
        number=row.number,
        status=status_at(VisitStatus(row.status), row.ends_at, now),
        patient_id=row.patient_id,
        clinic=clinic_of(row, "clinic_"),
        service_id=row.service_id,
        service=row.service,
        doctor_id=row.doctor_id,
        doctor=row.doctor,
        room=row.room,
        start=row.starts_at,
        end=row.ends_at,
        created_at=row.created_at,
        slot_id=row.slot_id,
        moved_to=row.moved_to,
    )


def status_at(status: VisitStatus, end: datetime, now: datetime) -> VisitStatus:
    """A visit whose end has passed took place unless the clinic says otherwise; no job writes that down."""
    return VisitStatus.FULFILLED if status is VisitStatus.BOOKED and end <= now else status
