"""What is done to visits, inside somebody else's unit of work.

Whoever changes a visit holds its patient first, then the registry's generation where a time is taken, and slots
after that in the order of their ids: so no two wait for each other in a ring, and what was read of the patient's
visits stands until the unit ends. The changes of visits are counted at the very end, under the lock of their counter:
what has a smaller number was committed before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Update, and_, or_, select, update

from services.errors import NomerokError
from services.ids import new_id
from services.registry.local.changes import count_changes
from services.registry.local.generations import hold_present
from services.registry.local.patients import Patients
from services.registry.local.tables import doctor, patient, slot, visit
from services.registry.local.visits import (
    CHANGES,
    Beside,
    LocalVisits,
    cancel_refusal,
    new_visit,
    refusal,
    row_of,
    slot_to_book,
    stands,
    to_book,
    visit_by_id,
    visit_of,
    visits_with_clinics,
)
from services.registry.model import (
    Booked,
    BookingAnswer,
    CancelAnswer,
    Cancelled,
    CancelRefusal,
    NotCancelled,
    Refusal,
    Refused,
    Unknown,
    Visit,
    VisitStatus,
)
from services.registry.ports.errors import RegistryUnavailable
from services.storage.rows import Row
from services.storage.statement import insert_row, statement, update_row
from services.storage.units import Unit


class Bookings:
    """Takes and frees times. `now`: the moment of the unit, in milliseconds."""

    def __init__(self, patients: Patients) -> None:
        self._patients = patients

    async def book(self, connection: Unit, key: str, patient_id: str, slot_id: str, now: datetime) -> BookingAnswer:
        """See `BookingsPort.book`."""
        person = (await connection.execute(_patient_locked(patient_id))).one_or_none()
        await hold_present(connection)
        found = (await connection.execute(_slot_beside(slot_id, key, patient_id, now))).all()
        if not found or any(row.beside_key == key for row in found):
            earlier = (await connection.execute(_visit_by_key(key))).one_or_none()
            if earlier is not None:
                return Booked(visit_of(earlier, now))
        if person is None:
            return Refused(Refusal.PATIENT_NOT_FOUND)
        beside = [Beside(row.beside_service_id, row.beside_starts_at, row.beside_ends_at) for row in found]
        others = [each for each in beside if each.service_id is not None]  # a time beside which there is none
        wanted = self._given(person, found[0] if found else None, others, now)
        if isinstance(wanted, Refused):
            return wanted
        booked = new_visit(patient_id, wanted, now)
        await _occupy(connection, booked)
        await _insert(connection, booked, key, await count_changes(connection, CHANGES, 1))
        return Booked(booked)

    async def move(self, connection: Unit, key: str, visit_id: str, slot_id: str, now: datetime) -> BookingAnswer:
        """See `BookingsPort.move`."""
        person = await _lock_patient_of(connection, visit_id)
        mine = None if person is None else person.id
        visits = (await connection.execute(_visits_to_move(key, visit_id, mine, now))).all()
        earlier = _of_key(visits, key)
        if earlier is not None:
            return Booked(visit_of(earlier, now))
        old = next((row for row in visits if row.id == visit_id), None)
        if person is None or old is None or not stands(old, now):
            return Refused(Refusal.OLD_VISIT_OVER)
        await hold_present(connection)
        await _lock_before(connection, old.slot_id, slot_id)
        others = [Beside(row.service_id, row.starts_at, row.ends_at) for row in visits if row is not old]
        wanted = await self._wanted(connection, person, slot_id, others, now)
        if isinstance(wanted, Refused):
            return wanted
        return Booked(await _replace(connection, key, old, wanted, now))

    async def cancel(self, connection: Unit, visit_id: str, now: datetime) -> CancelAnswer:
        """See `BookingsPort.cancel`."""
        old = await _locked(connection, visit_id)
        if old is None:
            return NotCancelled(CancelRefusal.NOT_FOUND)
        reason = cancel_refusal(old, now)
        if reason is not None:
            return NotCancelled(reason)
        await _free(connection, old)
        await _end(connection, old, VisitStatus.CANCELLED_BY_PATIENT)
        return Cancelled()

    async def cancel_by_clinic(self, connection: Unit, visit_id: str, now: datetime) -> Visit | None:
        """See `DeskPort.cancel_visit`; None if the visit does not stand. Its slot still names it, so is taken."""
        old = await _locked(connection, visit_id)
        if old is None or not stands(old, now):
            return None
        return await _end(connection, old, VisitStatus.CANCELLED_BY_CLINIC)

    async def move_by_clinic(self, connection: Unit, visit_id: str, slot_id: str, now: datetime) -> Visit | None:
        """See `DeskPort.move_visit`; None if it cannot be done. Ages and clashes are the clinic's own affair."""
        old = await _locked(connection, visit_id)
        if old is None or not stands(old, now):
            return None
        await hold_present(connection)
        await _lock_before(connection, old.slot_id, slot_id)
        wanted = (await connection.execute(slot_to_book(slot_id))).one_or_none()
        if wanted is None or wanted.visit_id is not None or wanted.starts_at <= now:
            return None
        return await _replace(connection, f"clinic {new_id()}", old, wanted, now)

    async def mark_missed(self, connection: Unit, visit_id: str, now: datetime) -> Visit | None:
        """See `DeskPort.mark_missed`; None if nobody was booked then, or it has not begun."""
        old = await _locked(connection, visit_id)
        if old is None or old.status != VisitStatus.BOOKED or old.starts_at > now:
            return None
        return await _end(connection, old, VisitStatus.MISSED)

    async def _wanted(
        self, connection: Unit, person: Row, slot_id: str, others: Iterable[Beside], now: datetime
    ) -> Row | Refused:
        """The locked slot that this patient may take beside `others`, or why not."""
        wanted = (await connection.execute(slot_to_book(slot_id))).one_or_none()
        return self._given(person, wanted, others, now)

    def _given(self, person: Row, wanted: Row | None, others: Iterable[Beside], now: datetime) -> Row | Refused:
        birth_date = self._patients.identity(person.id, person.identity).birth_date
        reason = refusal(wanted, birth_date, others, now)
        return Refused(reason or Refusal.TIME_BUSY) if reason is not None or wanted is None else wanted


def _not_over(patient_id: str | None, now: datetime) -> ColumnElement[bool]:
    """The patient's booked visits that have not ended: what another one may clash with."""
    return and_(visit.c.patient_id == patient_id, visit.c.status == VisitStatus.BOOKED, visit.c.ends_at > now)


@statement
def _patient_locked(patient_id: str) -> Select[Any]:
    return select(patient).where(patient.c.id == patient_id).with_for_update()


@statement
def _slot_beside(slot_id: str, key: str, patient_id: str, now: datetime) -> Select[Any]:
    """`to_book`, once for each visit that a new one may clash with, and for the one of this key."""
    columns = (visit.c[name].label(f"beside_{name}") for name in ("key", *Beside._fields))
    beside = or_(visit.c.key == key, _not_over(patient_id, now))
    return to_book(slot_id).add_columns(*columns).outerjoin(visit, beside)


@statement
def _visits_to_move(key: str, visit_id: str, patient_id: str | None, now: datetime) -> Select[Any]:
    """The visit of this key, those that a new one may clash with, and the one that is to be moved."""
    mine = _not_over(patient_id, now)
    return visits_with_clinics().where(or_(visit.c.key == key, visit.c.id == visit_id, mine))


@statement
def _visit_by_key(key: str) -> Select[Any]:
    return visits_with_clinics().where(visit.c.key == key)


def _of_key(visits: Sequence[Row], key: str) -> Row | None:
    return next((row for row in visits if row.key == key), None)


async def _lock_patient_of(connection: Unit, visit_id: str) -> Row | None:
    """The patient of a visit. The visit is read after this, once whoever held the patient has finished."""
    return (await connection.execute(_owner_locked(visit_id))).one_or_none()


@statement
def _owner_locked(visit_id: str) -> Select[Any]:
    owner = select(patient).select_from(patient.join(visit)).where(visit.c.id == visit_id)
    return owner.with_for_update(of=patient)


async def _locked(connection: Unit, visit_id: str) -> Row | None:
    """The visit, which nobody else changes until the unit ends."""
    if await _lock_patient_of(connection, visit_id) is None:
        return None
    return (await connection.execute(visit_by_id(visit_id))).first()


async def _lock_before(connection: Unit, old_id: str, wanted_id: str) -> None:
    """Locks the old slot where it goes before the new one, which is locked by `slot_to_book`."""
    if old_id < wanted_id:
        await connection.execute(_slot_locked(old_id))


@statement
def _slot_locked(slot_id: str) -> Select[Any]:
    return select(slot.c.id).where(slot.c.id == slot_id).with_for_update()


async def _replace(connection: Unit, key: str, old: Row, wanted: Row, now: datetime) -> Visit:
    """Takes the new time, lets go of the old one."""
    booked = new_visit(old.patient_id, wanted, now)
    await _occupy(connection, booked)
    await _free(connection, old)
    change = await count_changes(connection, CHANGES, 2)
    await _insert(connection, booked, key, change - 1)
    await _update(connection, old, {"status": VisitStatus.MOVED.value, "moved_to": booked.id, "change": change})
    return booked


async def _end(connection: Unit, old: Row, status: VisitStatus) -> Visit:
    """Gives the visit its last status, after all else that the unit does."""
    await _update(connection, old, {"status": status.value, "change": await count_changes(connection, CHANGES, 1)})
    return replace(visit_of(old, old.starts_at), status=status)


async def _occupy(connection: Unit, booked: Visit) -> None:
    """The visit's slot is taken."""
    await connection.execute(_taken(booked.slot_id, booked.id))


@statement
def _taken(slot_id: str, visit_id: str) -> Update:
    return update(slot).where(slot.c.id == slot_id).values(visit_id=visit_id)


async def _free(connection: Unit, old: Row) -> None:
    """The visit's slot is free again, and where its doctor works now: imports move free times only."""
    await connection.execute(_freed(old.slot_id, old.id))


@statement
def _freed(slot_id: str, visit_id: str) -> Update:
    now_at = {name: _of_doctor(doctor.c[name]) for name in ("clinic_id", "service_id")}
    own = slot.c.id == slot_id, slot.c.visit_id == visit_id
    return update(slot).where(*own).values(visit_id=None, **now_at)


def _of_doctor(column: ColumnElement[str]) -> ScalarSelect[str]:
    return select(column).where(doctor.c.id == slot.c.doctor_id).scalar_subquery()


async def _insert(connection: Unit, booked: Visit, key: str, change: int) -> None:
    await connection.execute(insert_row(visit, {**row_of(booked, key), "change": change}))


async def _update(connection: Unit, old: Row, values: Mapping[str, Any]) -> None:
    await connection.execute(update_row(visit, old.id, values))


class LocalBookings(LocalVisits):
    """`BookingsPort`."""

    @cached_property
    def _bookings(self) -> Bookings:
        return Bookings(Patients(self._vault))

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        async def unit(connection: Unit) -> BookingAnswer:
            return await self._bookings.book(connection, key, patient_id, slot_id, self._now())

        return await self._done("a booking", unit) or Refused(Refusal.UNAVAILABLE)

    async def find_booking(self, key: str) -> BookingAnswer | None:
        try:
            found = await self._visit_by(_visit_by_key(key))
        except RegistryUnavailable:
            return Unknown()
        return None if found is None else Booked(found)

    async def move(self, key: str, visit_id: str, slot_id: str) -> BookingAnswer:
        if not self._capabilities.moves:
            raise NomerokError("this registry does not move visits")

        async def unit(connection: Unit) -> BookingAnswer:
            return await self._bookings.move(connection, key, visit_id, slot_id, self._now())

        return await self._done("a move", unit) or Refused(Refusal.UNAVAILABLE)

    async def cancel(self, visit_id: str) -> CancelAnswer:
        async def unit(connection: Unit) -> CancelAnswer:
            return await self._bookings.cancel(connection, visit_id, self._now())

        return await self._done("a cancelling", unit) or NotCancelled(CancelRefusal.UNAVAILABLE)
