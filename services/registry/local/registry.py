"""The registry in SQL tables of our own: the demo's, and an operator's who imports a directory."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock
from services.errors import NomerokError
from services.registry.local import offers
from services.registry.local.bookings import Bookings
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.local.generations import stands
from services.registry.local.patients import Patients
from services.registry.local.refs import natural
from services.registry.local.tables import clinic, visit
from services.registry.local.visits import clinic_of, to_milliseconds, visit_of, visits_with_clinics
from services.registry.model import (
    Booked,
    BookingAnswer,
    CancelAnswer,
    CancelRefusal,
    Capabilities,
    Clinic,
    DayOffer,
    Doctor,
    DoctorOffer,
    NotCancelled,
    Patient,
    PatientIdentity,
    Refusal,
    Refused,
    ServiceOffer,
    Slot,
    Unknown,
    Visit,
)
from services.registry.port import RegistryUnavailable
from services.storage.engine import Database
from services.storage.vault import Vault

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class LocalRegistry:
    """`Registry` over the tables of `registry.local.tables`; the semantics stand on the port."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, *, registers_patients: bool, moves: bool = True
    ) -> None:
        self._database = database
        self._patients = Patients(vault)
        self._bookings = Bookings(self._patients)
        self._clock = clock
        self._capabilities = Capabilities(registers_patients=registers_patients, moves=moves)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def regions(self) -> Mapping[str, int]:
        counts = select(clinic.c.region, func.count().label("clinics")).where(stands(clinic))
        rows = await self._ask(counts.group_by(clinic.c.region))
        return {row.region: row.clinics for row in rows}

    async def clinics(self, region: str) -> Sequence[Clinic]:
        rows = await self._ask(select(clinic).where(clinic.c.region == region, stands(clinic)))
        return sorted(map(clinic_of, rows), key=lambda found: (natural(found.name), found.id))

    async def clinic(self, clinic_id: str) -> Clinic | None:
        rows = await self._ask(select(clinic).where(clinic.c.id == clinic_id, stands(clinic)))
        return clinic_of(rows[0]) if rows else None

    async def doctor(self, doctor_id: str) -> Doctor | None:
        rows = await self._ask(offers.one_doctor(doctor_id))
        return offers.doctor_of(rows[0]) if rows else None

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
        async def unit(connection: AsyncConnection) -> BookingAnswer:
            return await self._bookings.book(connection, key, patient_id, slot_id, self._now())

        return await self._done("a booking", unit) or Refused(Refusal.UNAVAILABLE)

    async def find_booking(self, key: str) -> BookingAnswer | None:
        try:
            found = await self._visit_by(visit.c.key == key)
        except RegistryUnavailable:
            return Unknown()
        return None if found is None else Booked(found)

    async def move(self, key: str, visit_id: str, slot_id: str) -> BookingAnswer:
        if not self._capabilities.moves:
            raise NomerokError("this registry does not move visits")

        async def unit(connection: AsyncConnection) -> BookingAnswer:
            return await self._bookings.move(connection, key, visit_id, slot_id, self._now())

        return await self._done("a move", unit) or Refused(Refusal.UNAVAILABLE)

    async def cancel(self, visit_id: str) -> CancelAnswer:
        async def unit(connection: AsyncConnection) -> CancelAnswer:
            return await self._bookings.cancel(connection, visit_id, self._now())

        return await self._done("a cancelling", unit) or NotCancelled(CancelRefusal.UNAVAILABLE)

    async def visits(self, patient_ids: Collection[str], *, since: datetime | None = None) -> Sequence[Visit]:
        if not patient_ids:
            return []
        statement = visits_with_clinics().where(visit.c.patient_id.in_(patient_ids))
        if since is not None:
            statement = statement.where(visit.c.starts_at >= since)
        rows = await self._ask(statement.order_by(visit.c.starts_at, visit.c.id))
        now = self._now()
        return [visit_of(row, now) for row in rows]

    async def visit(self, visit_id: str) -> Visit | None:
        return await self._visit_by(visit.c.id == visit_id)

    async def _visit_by(self, condition: Any) -> Visit | None:
        rows = await self._ask(visits_with_clinics().where(condition))
        return visit_of(rows[0], self._now()) if rows else None

    async def _done(self, what: str, unit: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer | Unknown | None:
        """What the write unit answered, tried again where a unique index refused it; None where nothing was done.

        `Unknown`: it failed in its commit, and what that left is known only to who asks later.
        """
        answer: Answer | None = None
        try:
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):
                    async with self._database.write() as connection:
                        answer = await unit(connection)
                    return answer  # noqa: RET504  (the name outlives a failing commit)
        except Exception:
            log.exception("%s failed %s", what, "before its commit" if answer is None else "in its commit")
        return None if answer is None else Unknown()

    async def _ask(self, statement: Select[tuple[Any, ...]]) -> Sequence[Row[Any]]:
        with answering():
            return (await self._database.fetch(statement)).all()

    def _now(self) -> datetime:
        return to_milliseconds(self._clock.now())
