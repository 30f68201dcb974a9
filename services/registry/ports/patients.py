"""Whom the registry knows."""

from __future__ import annotations

from typing import Protocol

from services.registry.model import Patient, PatientIdentity
from services.registry.ports.port import Port


class PatientsPort(Port, Protocol):
    """Patients by what stands in their papers."""

    async def find_patient(self, identity: PatientIdentity) -> Patient | None:
        """The patient with this policy, name and birth date; СНИЛС finds the one whose policy has changed.

        Raises `PatientConflict` where the policy stands for somebody else.
        """
        ...

    async def register_patient(self, identity: PatientIdentity) -> Patient:
        """Enters a person that is not known yet; the patient comes unconfirmed and attached nowhere.

        A person already there is returned as it is. Raises `PatientConflict` as `find_patient` does.
        Only with `capabilities().registers_patients`.
        """
        ...
