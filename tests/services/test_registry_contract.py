"""The contracts of the registry's ports: whatever registry comes later must pass those of the ports that it has.

A later registry adds a class of its own below, with a `world` that can furnish it; one that moves visits in one call
passes `MovingContract` as well, one that tells its changes `VisitChangesContract`, one that has prescriptions
`PrescriptionsContract`, one that tells what becomes of them `PrescriptionChangesContract`, one that knows who insures a
patient and what care has cost `InsuranceContract`, from whom to choose `InsurersContract`, one that has a directory of
addresses `AddressesContract`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

import pytest

from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.refs import slot_ref
from services.registry.local.registry import LocalRegistry
from services.registry.model import AgeGroup, Clinic, Insurer, IssuePoint, Patient, PatientIdentity, Visit
from services.registry.ports.addresses import AddressRecord
from services.registry.ports.insurance import CareCaseRecord, CoverageRecord
from services.registry.ports.prescriptions import PrescriptionRecord
from services.registry.ports.registry import Registry
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.services.contracts.addresses import AddressesContract
from tests.services.contracts.bookings import BookingsContract, MovingContract
from tests.services.contracts.changes import VisitChangesContract
from tests.services.contracts.clinics import ClinicsContract
from tests.services.contracts.insurance import InsuranceContract
from tests.services.contracts.insurers import InsurersContract
from tests.services.contracts.patients import PatientsContract
from tests.services.contracts.prescriptions import PrescriptionChangesContract, PrescriptionsContract
from tests.services.contracts.times import TimesContract
from tests.services.contracts.visits import VisitsContract
from tests.services.contracts.world import ANNA, RegistryWorld
from tests.support.clock import FakeClock


class LocalWorld:
    """`RegistryWorld` of the local registry."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.registry: Registry = LocalRegistry(database, vault, clock, registers_patients=True)
        self.clock = clock
        self._admin = LocalRegistryAdmin(database, vault, clock)
        self._numbers = count(1)
        self._slots: list[SlotRecord] = []
        self._some_clinic: str | None = None

    async def clinic(
        self,
        name: str = "Поликлиника № 1",
        *,
        region: str = "50",
        tz: str = "Europe/Moscow",
        age_group: AgeGroup = AgeGroup.ANY,
    ) -> str:
        clinic_id = f"c{next(self._numbers)}"
        await self._admin.load(
            [Clinic(clinic_id, name, "ул. Мира, д. 1", "Мытищи", region, "", "", tz, age_group)], [], []
        )
        self._some_clinic = clinic_id
        return clinic_id

    async def doctor(
        self,
        clinic_id: str,
        surname: str = "Ветров",
        *,
        service: str = "Терапевт",
        age_group: AgeGroup = AgeGroup.ANY,
    ) -> str:
        doctor_id = f"d{next(self._numbers)}"
        record = DoctorRecord(
            id=doctor_id,
            clinic_id=clinic_id,
            service_id=self.service_id(service),
            service=service,
            surname=surname,
            name="Иван",
            patronymic="Ильич",
            room="каб. 12",
            age_group=age_group,
        )
        await self._admin.load([], [record], [])
        return doctor_id

    def service_id(self, service: str) -> str:
        return {"Терапевт": "110", "Хирург": "122", "Невролог": "45", "Педиатр": "59", "Офтальмолог": "63"}[service]

    async def free(self, doctor_id: str, start: datetime, minutes: int = 20) -> str:
        self._slots.append(SlotRecord(doctor_id, start, start + timedelta(minutes=minutes)))
        await self._admin.load([], [], sorted(self._slots, key=lambda slot: (slot.doctor_id, slot.start)))
        return slot_ref(doctor_id, start)

    async def patient(self, identity: PatientIdentity = ANNA) -> Patient:
        clinic_id = self._some_clinic or await self.clinic()
        return await self._admin.enrol(identity, clinic_id)

    async def cancel_at_the_desk(self, visit_id: str) -> None:
        await self._admin.cancel_visit(visit_id)

    async def move_at_the_desk(self, visit_id: str, slot_id: str) -> Visit:
        return await self._admin.move_visit(visit_id, slot_id)

    async def miss_at_the_desk(self, visit_id: str) -> None:
        await self._admin.mark_missed(visit_id)

    async def prescribe(self, record: PrescriptionRecord) -> None:
        await self._admin.put_prescriptions([record])

    async def insure(self, record: CoverageRecord) -> None:
        await self._admin.put_coverages([record])

    async def pay(self, record: CareCaseRecord) -> None:
        await self._admin.put_care_cases([record])

    async def furnish_addresses(self, records: Sequence[AddressRecord]) -> None:
        await self._admin.put_addresses(records)

    async def open_offices(self, insurers: Sequence[Insurer] | None, points: Sequence[IssuePoint] | None) -> None:
        await self._admin.put_insurers(insurers, points)


class TestLocalRegistry(
    ClinicsContract,
    PatientsContract,
    TimesContract,
    VisitsContract,
    BookingsContract,
    MovingContract,
    VisitChangesContract,
    PrescriptionsContract,
    PrescriptionChangesContract,
    InsuranceContract,
    AddressesContract,
    InsurersContract,
):
    @pytest.fixture
    def world(self, database: Database, vault: Vault, clock: FakeClock) -> RegistryWorld:
        return LocalWorld(database, vault, clock)
