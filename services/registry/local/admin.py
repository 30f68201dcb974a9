"""What the operator may do with the local registry: load a directory, confirm a patient."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.clock import Clock
from services.errors import NotFound
from services.registry.admin import DoctorRecord, Known, LoadReport, SlotRecord
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.local.loading import Loader
from services.registry.local.patients import Patients
from services.registry.local.tables import clinic, doctor
from services.registry.model import Clinic, Patient, PatientIdentity
from services.registry.port import RegistryUnavailable
from services.storage.engine import Database
from services.storage.vault import Vault


class LocalRegistryAdmin:
    """`RegistryAdmin` over the tables of `registry.local.tables`."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._patients = Patients(vault)
        self._clock = clock

    async def known(self) -> Known:
        with answering():
            zones = await self._database.fetch(select(clinic.c.id, clinic.c.tz))
            doctors = await self._database.fetch(select(doctor.c.id, doctor.c.clinic_id))
        return Known({row.id: row.tz for row in zones}, {row.id: row.clinic_id for row in doctors})

    async def load(
        self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord], slots: Iterable[SlotRecord]
    ) -> LoadReport:
        with answering():
            async with self._database.write() as connection:
                loader = Loader(connection, self._database.dialect)
                clinic_counts = await loader.put_clinics(clinics)
                doctor_counts = await loader.put_doctors(doctors)
                slot_counts = await loader.put_slots(slots)
        return LoadReport(
            clinics_added=clinic_counts.added,
            clinics_updated=clinic_counts.changed,
            doctors_added=doctor_counts.added,
            doctors_updated=doctor_counts.changed,
            slots_added=slot_counts.added,
            slots_kept=slot_counts.changed,
        )

    async def enrol(self, identity: PatientIdentity, clinic_id: str) -> Patient:
        with answering():
            if not (await self._database.fetch(select(clinic.c.id).where(clinic.c.id == clinic_id))).all():
                raise NotFound("no such clinic")
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):  # somebody entered the same policy: the next look finds them
                    async with self._database.write() as connection:
                        return await self._patients.enrol(connection, identity, clinic_id, self._clock.now())
        raise RegistryUnavailable
