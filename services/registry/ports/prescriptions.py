"""Prescriptions as they are, and as an operator brings them; not every registry has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.registry.model import Changes, Prescription, PrescriptionStatus
from services.registry.ports.port import Port
from services.registry.ports.reports import RecordsReport


class PrescriptionsPort(Port, Protocol):
    """Prescriptions of a patient, wherever they were written."""

    async def prescriptions(self, patient_id: str) -> Sequence[Prescription]:
        """All that this patient has ever had, those issued last first, then by number."""
        ...

    async def prescription(self, prescription_id: str) -> Prescription | None: ...


class PrescriptionChangesPort(Port, Protocol):
    """Prescriptions of a registry that tells by itself what becomes of them."""

    async def changed_prescriptions(self, since: str | None, limit: int) -> Changes[Prescription]:
        """Prescriptions that were written or changed after `since`, the cursor of an earlier page.

        None: no prescriptions, but the cursor of this moment. However many are changed at once while pages are given,
        each is in a page after its last change. That its last day passes is no change of a prescription.
        """
        ...


@dataclass(frozen=True, slots=True)
class PrescriptionRecord:
    """A prescription as it is brought: `Prescription`, with its clinic by the id in the directory."""

    number: str
    patient_id: str
    commercial: bool
    drug: str
    how: str
    amount: str
    clinic_id: str
    doctor: str
    issued: date
    valid_until: date | None
    status: PrescriptionStatus
    dispensed: date | None = None


class PrescriptionsAdminPort(Protocol):
    """Import of prescriptions: only a registry that lets us is written to."""

    async def put_prescriptions(self, records: Iterable[PrescriptionRecord], *, news: bool = True) -> RecordsReport:
        """Adds or changes them by their numbers, in short units one after another; safe to repeat.

        Cut short, what was written stays, and the same records again do the rest. A record that changes nothing is no
        change of the prescription. `news`: False, they are what has been so all along, and nobody is told of a change.
        """
        ...
