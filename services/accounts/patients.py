"""Rows of persons that are one patient in the registry: several accounts may have the same one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, or_, select

from services.accounts.tables import PATIENT, person
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault

Indexes = Collection[str] | None
"""What rows of one patient may be found by; None for somebody whom no registry has."""


def same_patient(person_id: str, indexes: Indexes) -> Select[str]:
    """Asks for the ids of the person's rows: the very one, and those that are the same patient (`indexes_of`)."""
    this = person.c.id == person_id
    if indexes is None:
        return select(person.c.id).where(this)
    return select(person.c.id).where(or_(this, PATIENT.index.in_(indexes)))


async def indexes_of(unit: Unit, vault: Vault, person_id: str) -> Indexes:
    """Of the person's patient."""
    sealed = (await unit.execute(_patient(person_id))).scalar_one_or_none()
    return None if sealed is None else PATIENT.indexes(vault, [PATIENT.open(vault, person_id, sealed)])


@statement
def _patient(person_id: str) -> Select[Any]:
    return select(person.c.patient).where(person.c.id == person_id)
