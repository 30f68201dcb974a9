"""Prescriptions as an account sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.accounts.model import Person
from services.registry.model import Prescription, PrescriptionStatus


@dataclass(frozen=True, slots=True)
class PrescriptionEntry:
    """A prescription and whose it is. `status`: what it is today, where it was written."""

    prescription: Prescription
    person: Person
    status: PrescriptionStatus


@dataclass(frozen=True, slots=True)
class PrescriptionPage:
    """A page of one of a person's two lists. `total`: how many that list has, or were found in it."""

    person: Person
    items: Sequence[PrescriptionEntry]
    total: int
