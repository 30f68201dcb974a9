"""The directory: regions, their clinics, doctors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.registry.model import Clinic, Doctor
from services.registry.ports.port import Port


class ClinicsPort(Port, Protocol):
    """Where people are seen, and by whom."""

    async def regions(self) -> Mapping[str, int]:
        """How many clinics each region has; regions without any are left out."""
        ...

    async def clinics(self, region: str) -> Sequence[Clinic]:
        """All clinics of a region, in the order of their names."""
        ...

    async def clinic(self, clinic_id: str) -> Clinic | None: ...

    async def doctor(self, doctor_id: str) -> Doctor | None:
        """A doctor by the id, whatever age they see and whether anything is free."""
        ...
