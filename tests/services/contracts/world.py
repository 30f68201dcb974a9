"""A registry and the hands that furnish it, whatever registry it is; and whom the stories are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from services.registry.model import (
    AgeGroup,
    Booked,
    BookingAnswer,
    Insurer,
    IssuePoint,
    Patient,
    PatientIdentity,
    Policy,
    PolicyKind,
    Sex,
    Visit,
    VisitStatus,
)
from services.registry.ports.addresses import AddressRecord
from services.registry.ports.insurance import CareCaseRecord, CoverageRecord
from services.registry.ports.prescriptions import PrescriptionRecord
from services.registry.ports.registry import Registry
from tests.support.clock import FakeClock

MOSCOW = ZoneInfo("Europe/Moscow")
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")

ANNA = PatientIdentity(
    surname="Ёлкина",
    name="Анна",
    patronymic="Петровна",
    birth_date=date(1990, 3, 14),
    sex=Sex.FEMALE,
    policy=Policy(PolicyKind.ENP, "5058099085000017"),
    snils="11223344595",
    phone="+74950000001",
)
OLEG = replace(
    ANNA, surname="Орлов", name="Олег", sex=Sex.MALE, policy=Policy(PolicyKind.TEMPORARY, "123456789"), snils=None
)


def at(hour: int, minute: int = 0, *, day: int = 24, zone: ZoneInfo = MOSCOW) -> datetime:
    """A moment of November 2026 by the wall clock of a zone; 23 November, 09:00 in Moscow is now."""
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


class RegistryWorld(Protocol):
    """A registry and the hands that furnish it."""

    registry: Registry
    clock: FakeClock

    async def clinic(
        self,
        name: str = "Поликлиника № 1",
        *,
        region: str = "50",
        tz: str = "Europe/Moscow",
        age_group: AgeGroup = AgeGroup.ANY,
    ) -> str: ...

    async def doctor(
        self,
        clinic_id: str,
        surname: str = "Ветров",
        *,
        service: str = "Терапевт",
        age_group: AgeGroup = AgeGroup.ANY,
    ) -> str:
        """The service's id is `service_id(service)`."""
        ...

    def service_id(self, service: str) -> str: ...

    async def free(self, doctor_id: str, start: datetime, minutes: int = 20) -> str:
        """A free time; its id."""
        ...

    async def patient(self, identity: PatientIdentity = ANNA) -> Patient:
        """A patient that the registry knows, confirmed."""
        ...

    async def cancel_at_the_desk(self, visit_id: str) -> None: ...

    async def move_at_the_desk(self, visit_id: str, slot_id: str) -> Visit:
        """The visit that has taken its place."""
        ...

    async def miss_at_the_desk(self, visit_id: str) -> None:
        """The desk notes that nobody came."""
        ...

    async def prescribe(self, record: PrescriptionRecord) -> None:
        """A doctor writes a prescription, or changes the one of this number."""
        ...

    async def insure(self, record: CoverageRecord) -> None:
        """Who insures a patient becomes known, or changes."""
        ...

    async def pay(self, record: CareCaseRecord) -> None:
        """A version of a case of care is paid for."""
        ...

    async def furnish_addresses(self, records: Sequence[AddressRecord]) -> None:
        """The directory of addresses knows these."""
        ...

    async def open_offices(self, insurers: Sequence[Insurer] | None, points: Sequence[IssuePoint] | None) -> None:
        """These are all that there are; None: as it was."""
        ...


def booked(answer: BookingAnswer | None) -> Booked:
    assert isinstance(answer, Booked), answer
    return answer


def one_of_many(number: int) -> PatientIdentity:
    """A person of one's own number."""
    return replace(OLEG, policy=Policy(PolicyKind.TEMPORARY, f"{number:09}"))


async def a_visit(world: RegistryWorld, service: str = "Терапевт", hour: int = 9) -> Visit:
    """Anna is booked for 24 November at a doctor of her own."""
    slot_id = await world.free(await world.doctor(await world.clinic(), service=service), at(hour))
    patient = await world.patient(ANNA)
    return booked(await world.registry.book(f"{service} {hour}", patient.id, slot_id)).visit


async def some_visits(world: RegistryWorld) -> tuple[str, list[Visit]]:
    """Anna's id and her four visits on 24 November: at 9, 10, 12 and 13 o'clock."""
    clinic, patient = await world.clinic(), await world.patient(ANNA)
    visits: list[Visit] = []
    for hour, service in ((9, "Терапевт"), (10, "Хирург"), (12, "Невролог"), (13, "Офтальмолог")):
        slot_id = await world.free(await world.doctor(clinic, service=service), at(hour))
        visits.append(booked(await world.registry.book(service, patient.id, slot_id)).visit)
    return patient.id, visits


async def live(world: RegistryWorld, patient_ids: Sequence[str]) -> list[Visit]:
    """The visits of these patients that stand."""
    visits = await world.registry.visits(patient_ids)
    return [visit for visit in visits if visit.status is VisitStatus.BOOKED]
