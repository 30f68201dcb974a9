"""Schedules of the local registry: what an import may lean on, and the import itself."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select

from services.clock import Clock
from services.registry.local.failures import answering
from services.registry.local.generations import in_force
from services.registry.local.importing import Import, Pause, sweep
from services.registry.local.tables import clinic, doctor
from services.registry.model import Clinic
from services.registry.ports.schedules import DoctorRecord, ImportUnderWay, Known, LoadReport, SlotRecord
from services.storage.engine import Database


class LocalSchedules:
    """`SchedulesPort` over the tables of `registry.local.tables`."""

    def __init__(self, database: Database, clock: Clock, pause: Pause) -> None:
        self._database = database
        self._clock = clock
        self._pause = pause

    async def known(self) -> Known:
        with answering():
            zones = await self._database.fetch(select(clinic.c.id, clinic.c.tz).where(in_force(clinic)))
            doctors = await self._database.fetch(select(doctor.c.id, doctor.c.clinic_id).where(in_force(doctor)))
        return Known({row.id: row.tz for row in zones}, {row.id: row.clinic_id for row in doctors})

    async def load(
        self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord], slots: Iterable[SlotRecord]
    ) -> LoadReport:
        with answering():
            return await Import(self._database.aside, self._clock, self._pause).load(clinics, doctors, slots)

    async def sweep(self) -> None:
        """Takes away what an import left that was cut short; nobody saw any of it."""
        with answering(), suppress(ImportUnderWay):
            await sweep(self._database.aside, self._clock, self._pause)
