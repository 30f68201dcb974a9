"""Rows of persons that are one patient in the registry: several accounts may have the same one."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from services.accounts.tables import PATIENT, person
from services.storage.units import Unit
from services.storage.vault import Vault


async def same_patient(unit: Unit, vault: Vault, person_id: str) -> Select[str]:
    """Asks for the ids of the person's rows: the very one, and those that are the same patient in the registry."""
    this = person.c.id == person_id
    sealed = (await unit.execute(select(person.c.patient).where(this))).scalar_one_or_none()
    if sealed is None:
        return select(person.c.id).where(this)
    return select(person.c.id).where(or_(this, PATIENT.among(vault, [PATIENT.open(vault, person_id, sealed)])))
