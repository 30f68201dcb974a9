"""What the operator may do with the local registry: load a directory, confirm a patient, change a visit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock
from services.errors import NotFound
from services.registry.admin import DoctorRecord, ImportUnderWay, Known, LoadReport, SlotRecord
from services.registry.local.bookings import Bookings
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.local.generations import stands
from services.registry.local.importing import Import, Pause, sweep
from services.registry.local.patients import Patients
from services.registry.local.tables import clinic, doctor
from services.registry.local.visits import to_milliseconds
from services.registry.model import Clinic, Patient, PatientIdentity, Visit
from services.registry.port import RegistryUnavailable
from services.storage.engine import Database
from services.storage.vault import Vault


class LocalRegistryAdmin:
    """`RegistryAdmin` over the tables of `registry.local.tables`."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, pause: Pause = asyncio.sleep) -> None:
        self._database = database
        self._patients = Patients(vault)
        self._bookings = Bookings(self._patients)
        self._clock = clock
        self._pause = pause

    async def known(self) -> Known:
        with answering():
            zones = await self._database.fetch(select(clinic.c.id, clinic.c.tz).where(stands(clinic)))
            doctors = await self._database.fetch(select(doctor.c.id, doctor.c.clinic_id).where(stands(doctor)))
        return Known({row.id: row.tz for row in zones}, {row.id: row.clinic_id for row in doctors})

    async def load(
        self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord], slots: Iterable[SlotRecord]
    ) -> LoadReport:
        with answering():
            return await Import(self._database, self._clock, self._pause).load(clinics, doctors, slots)

    async def sweep(self) -> None:
        """Takes away what an import left that was cut short; nobody saw any of it."""
        with answering(), suppress(ImportUnderWay):
            await sweep(self._database, self._clock, self._pause)

    async def enrol(self, identity: PatientIdentity, clinic_id: str) -> Patient:
        with answering():
            if not (await self._database.fetch(select(clinic.c.id).where(clinic.c.id == clinic_id))).all():
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

    async def _changed(self, change: Callable[[AsyncConnection], Awaitable[Visit | None]]) -> Visit:
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
