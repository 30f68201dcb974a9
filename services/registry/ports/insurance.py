"""OMS insurance: who insures a patient, where they are attached, and what their care has cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.registry.model import Attachment, CareCase, Coverage, CoverageStatus, PolicyForm
from services.registry.ports.port import Port
from services.registry.ports.reports import RecordsReport


class CoveragePort(Port, Protocol):
    """Policy, insurer and attachment of a patient, as the insurance's own register has them."""

    async def coverage(self, patient_id: str) -> Coverage | None:
        """The policy that stands for this patient now; None where the register has none."""
        ...

    async def attachment(self, patient_id: str) -> Attachment | None:
        """Where the patient is attached; None: nowhere."""
        ...


class CareCasesPort(Port, Protocol):
    """Finished cases of care that OMS has paid for."""

    async def care_cases(self, patient_id: str) -> Sequence[CareCase]:
        """All versions of all cases that this patient has ever had, in no order: `costs.statement` reads them."""
        ...


@dataclass(frozen=True, slots=True)
class CoverageRecord:
    """Insurance of a patient as it is brought: the policy itself is the patient's (`DeskPort.enrol`).

    `attached_since`, `doctor`: of the clinic that the patient is attached to, where that is known.
    """

    patient_id: str
    region: str
    insurer: str
    insurer_phone: str
    form: PolicyForm | None
    status: CoverageStatus
    since: date | None = None
    until: date | None = None
    attached_since: date | None = None
    doctor: str = ""


@dataclass(frozen=True, slots=True)
class CareCaseRecord:
    """A version of a case as it is brought."""

    patient_id: str
    case: CareCase


class InsuranceAdminPort(Protocol):
    """Import of insurance: only a registry that lets us is written to."""

    async def put_coverages(self, records: Iterable[CoverageRecord]) -> int:
        """Adds them, or puts them in the place of what was known; safe to repeat. Gives how many patients are known."""
        ...

    async def put_care_cases(self, records: Iterable[CareCaseRecord]) -> RecordsReport:
        """Adds or changes versions of cases, in short units one after another; safe to repeat.

        Cut short, what was written stays, and the same records again do the rest.
        """
        ...
