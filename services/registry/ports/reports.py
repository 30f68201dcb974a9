"""What became of records that were brought into a registry."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class RecordsReport:
    """How many were added, changed, and left out, for nobody knows their patient or their clinic.

    `kept`: stood there already, word for word. `others`: left out, for the number stands for another patient.
    """

    added: int = 0
    changed: int = 0
    kept: int = 0
    others: int = 0
    unknown_patients: int = 0
    unknown_clinics: int = 0

    def __add__(self, other: RecordsReport) -> RecordsReport:
        return RecordsReport(*map(sum, zip(astuple(self), astuple(other), strict=True)))
