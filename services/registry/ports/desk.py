"""What the clinic's desk does: only a registry that lets us."""

from __future__ import annotations

from typing import Protocol

from services.registry.model import Patient, PatientIdentity, Visit


class DeskPort(Protocol):
    """The registrar's acts."""

    async def enrol(self, identity: PatientIdentity, clinic_id: str) -> Patient:
        """The desk saw the documents: the patient is confirmed and attached to this clinic."""
        ...

    async def cancel_visit(self, visit_id: str) -> Visit:
        """The clinic cancels: the visit is over, its time is not given to anybody. `NotFound` if it does not stand."""
        ...

    async def move_visit(self, visit_id: str, slot_id: str) -> Visit:
        """The clinic moves a visit to a free time of its own; gives the new one. `NotFound` if it cannot be done."""
        ...

    async def mark_missed(self, visit_id: str) -> Visit:
        """The patient did not come. `NotFound` if no such visit was booked."""
        ...
