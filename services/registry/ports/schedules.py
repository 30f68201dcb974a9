"""The directory and its schedules as an operator brings them: only a registry that lets us is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.errors import SetupError
from services.registry.model import AgeGroup, Clinic


@dataclass(frozen=True, slots=True)
class DoctorRecord:
    """A doctor of a clinic. `id` is stable between imports; `service_id`: post code; `service`: its name."""

    id: str
    clinic_id: str
    service_id: str
    service: str
    surname: str
    name: str
    patronymic: str | None
    room: str
    age_group: AgeGroup


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """One time of a doctor. Moments are aware."""

    doctor_id: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What an import did. A slot that somebody has booked is kept even if the file no longer has it."""

    clinics_added: int = 0
    clinics_updated: int = 0
    doctors_added: int = 0
    doctors_updated: int = 0
    slots_added: int = 0
    slots_kept: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What an import may lean on without naming it again."""

    zones: Mapping[str, str]
    """IANA zone by clinic id."""
    doctors: Mapping[str, str]
    """Clinic id by doctor id."""


class ImportUnderWay(SetupError):  # noqa: N818  (it names the answer, not a defect)
    """Another import is at work, or one was cut short so lately that it may be."""

    def __init__(self) -> None:
        super().__init__(
            "another import is at work, or was cut short less than a minute ago; nothing was imported, try again later"
        )


class SchedulesPort(Protocol):
    """Import of clinics, doctors and their times."""

    async def known(self) -> Known:
        """The clinics and doctors that are already there."""
        ...

    async def load(
        self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord], slots: Iterable[SlotRecord]
    ) -> LoadReport:
        """Adds or updates, all or nothing; safe to repeat; a booked visit is never destroyed.

        `slots`: of doctor after doctor, by their ids, each by start. They speak for their doctors from the first day
        named to the last: a free time of theirs in between that is not among them is removed. People go on booking
        meanwhile. Raises `ImportUnderWay` where another import is at work.
        """
        ...
