"""The desk of the local registry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from services.clock import Clock
from services.errors import NotFound
from services.registry.local.bookings import Bookings
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.local.patients import Patients
from services.registry.local.port import to_milliseconds
from services.registry.local.tables import clinic
from services.registry.model import Patient, PatientIdentity, Visit
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault


@statement
def _clinic(clinic_id: str) -> Select[Any]:
    return select(clinic.c.id).where(clinic.c.id == clinic_id)


class LocalDesk:
    """`DeskPort` over the tables of `registry.local.tables`."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._patients = Patients(vault)
        self._bookings = Bookings(self._patients)
        self._clock = clock

    async def enrol(self, identity: PatientIdentity, clinic_id: str) -> Patient:
        with answering():
            if not (await self._database.fetch(_clinic(clinic_id))).all():
                raise NotFound("no such clinic")
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):  # somebody entered the same policy: the next look finds them
                    async with self._database.write() as connection:
                        return await self._patients.enrol(connection, identity, clinic_id, self._now())
        raise RegistryUnavailable

    async def cancel_visit(self, visit_id: str) -> Visit:
        return await self._changed(lambda unit: self._bookings.cancel_by_clinic(unit, visit_id, self._now()))

    async def move_visit(self, visit_id: str, slot_id: str) -> Visit:
        return await self._changed(lambda unit: self._bookings.move_by_clinic(unit, visit_id, slot_id, self._now()))

    async def mark_missed(self, visit_id: str) -> Visit:
        return await self._changed(lambda unit: self._bookings.mark_missed(unit, visit_id, self._now()))

    async def _changed(self, change: Callable[[Unit], Awaitable[Visit | None]]) -> Visit:
        with answering():
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):  # a ticket's number that is taken is drawn again
                    async with self._database.write() as connection:
                        changed = await change(connection)
                    if changed is None:
                        raise NotFound("no visit that this can be done to")
                    return changed
        raise RegistryUnavailable

    def _now(self) -> datetime:
        return to_milliseconds(self._clock.now())
