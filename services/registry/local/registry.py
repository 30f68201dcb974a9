"""The registry in SQL tables of our own: the demo's, and an operator's who imports a directory."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock
from services.errors import NomerokError
from services.registry.local import offers
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.local.patients import Patients
from services.registry.local.refs import natural
from services.registry.local.tables import clinic, patient, slot, visit
from services.registry.local.visits import (
    clinic_of,
    new_visit,
    refusal,
    row_of,
    slot_to_book,
    visit_of,
    visits_with_clinics,
)
from services.registry.model import (
    Booked,
    BookingAnswer,
    Capabilities,
    Clinic,
    DayOffer,
    DoctorOffer,
    Patient,
    PatientIdentity,
    Refusal,
    Refused,
    ServiceOffer,
    Slot,
    Unknown,
    Visit,
    VisitStatus,
)
from services.registry.port import RegistryUnavailable
from services.storage.engine import Database
from services.storage.vault import Vault

log = logging.getLogger(__name__)


class LocalRegistry:
    """`Registry` over the tables of `registry.local.tables`; the semantics stand on the port."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, *, registers_patients: bool, moves: bool = True
    ) -> None:
        self._database = database
        self._patients = Patients(vault)
        self._clock = clock
        self._capabilities = Capabilities(registers_patients=registers_patients, moves=moves)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def regions(self) -> Mapping[str, int]:
        rows = await self._ask(select(clinic.c.region, func.count().label("clinics")).group_by(clinic.c.region))
        return {row.region: row.clinics for row in rows}

    async def clinics(self, region: str) -> Sequence[Clinic]:
        rows = await self._ask(select(clinic).where(clinic.c.region == region))
        return sorted(map(clinic_of, rows), key=lambda found: (natural(found.name), found.id))

    async def clinic(self, clinic_id: str) -> Clinic | None:
        rows = await self._ask(select(clinic).where(clinic.c.id == clinic_id))
        return clinic_of(rows[0]) if rows else None

    async def find_patient(self, identity: PatientIdentity) -> Patient | None:
        with answering():
            async with self._database.read() as connection:
                return await self._patients.find(connection, identity)

    async def register_patient(self, identity: PatientIdentity) -> Patient:
        if not self._capabilities.registers_patients:
            raise NomerokError("this registry does not enter patients by itself")
        with answering():
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):
                    async with self._database.write() as connection:
                        return await self._patients.register(connection, identity, self._now())
        raise RegistryUnavailable

    async def services(self, clinic_id: str, *, age: int, without: Collection[str] = ()) -> Sequence[ServiceOffer]:
        rows = await self._ask(offers.service_offers(clinic_id, age, self._now(), without))
        found = [ServiceOffer(row.id, row.name, row.nearest, row.free) for row in rows]
        return sorted(found, key=lambda offer: (natural(offer.name), offer.id))

    async def doctors(
        self, clinic_id: str, service_id: str, *, age: int, without: Collection[str] = ()
    ) -> Sequence[DoctorOffer]:
        rows = await self._ask(offers.doctor_offers(clinic_id, service_id, age, self._now(), without))
        found = [DoctorOffer(row.id, offers.full_name(row), row.room, row.nearest, row.free) for row in rows]
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
        statement = offers.day_offers(clinic_id, service_id, doctor_id, age, self._now(), without)
        return [DayOffer(row.day, row.free) for row in await self._ask(statement)]

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
        statement = offers.free_slots(clinic_id, service_id, doctor_id, day, age, self._now(), without, limit)
        return [offers.slot_of(row) for row in await self._ask(statement)]

    async def slot(self, slot_id: str) -> Slot | None:
        rows = await self._ask(offers.free_slot(slot_id, self._now()))
        return offers.slot_of(rows[0]) if rows else None

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        answer: BookingAnswer | None = None
        try:
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):
                    async with self._database.write() as connection:
                        answer = await self._take(connection, key, patient_id, slot_id)
                    return answer  # noqa: RET504  (the name outlives a failing commit)
        except Exception:
            log.exception("a booking failed %s", "before its commit" if answer is None else "in its commit")
        # Nothing stands before a commit; what a failing commit left is known only to who asks later.
        return Refused(Refusal.UNAVAILABLE) if answer is None else Unknown()

    async def find_booking(self, key: str) -> BookingAnswer | None:
        try:
            found = await self._visit_by(visit.c.key == key)
        except RegistryUnavailable:
            return Unknown()
        return None if found is None else Booked(found)

    async def visits(self, patient_ids: Collection[str]) -> Sequence[Visit]:
        if not patient_ids:
            return []
        statement = visits_with_clinics().where(visit.c.patient_id.in_(patient_ids))
        rows = await self._ask(statement.order_by(visit.c.starts_at, visit.c.id))
        now = self._now()
        return [visit_of(row, now) for row in rows]

    async def visit(self, visit_id: str) -> Visit | None:
        return await self._visit_by(visit.c.id == visit_id)

    async def _visit_by(self, condition: Any) -> Visit | None:
        rows = await self._ask(visits_with_clinics().where(condition))
        return visit_of(rows[0], self._now()) if rows else None

    async def _take(self, connection: AsyncConnection, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        """The whole of a booking. Locks the patient, then the slot: in one order, so that no two wait in a ring."""
        now = self._now()
        person = (
            await connection.execute(select(patient).where(patient.c.id == patient_id).with_for_update())
        ).one_or_none()
        standing = visit.c.patient_id == patient_id, visit.c.status == VisitStatus.BOOKED, visit.c.ends_at > now
        visits = (await connection.execute(visits_with_clinics().where(or_(visit.c.key == key, and_(*standing))))).all()
        for earlier in visits:
            if earlier.key == key:
                return Booked(visit_of(earlier, now))
        if person is None:
            return Refused(Refusal.PATIENT_NOT_FOUND)
        wanted = (await connection.execute(slot_to_book(slot_id))).one_or_none()
        birth_date = self._patients.identity(person.id, person.identity).birth_date
        reason = refusal(wanted, birth_date, visits, now)
        if reason is not None or wanted is None:
            return Refused(reason or Refusal.TIME_BUSY)
        booked = new_visit(patient_id, wanted, now)
        await connection.execute(insert(visit).values(row_of(booked, key, slot_id)))
        await connection.execute(update(slot).where(slot.c.id == slot_id).values(visit_id=booked.id))
        return Booked(booked)

    async def _ask(self, statement: Select[tuple[Any, ...]]) -> Sequence[Row[Any]]:
        with answering():
            return (await self._database.fetch(statement)).all()

    def _now(self) -> datetime:
        """The present moment as precisely as both engines keep it."""
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
