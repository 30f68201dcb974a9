"""Who an account's holder is, as its own form has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from services.accounts.identity import identity_from_json
from services.accounts.model import Relation, full_name
from services.accounts.tables import person, person_link
from services.registry.model import PatientIdentity
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class OwnForm:
    """An account's own person: its row, and all that is kept of it. Of it, others are told `name` at most."""

    person_id: str
    identity: PatientIdentity

    @property
    def name(self) -> str:
        return full_name(self.identity)


@statement
def _own_persons(account_ids: Collection[str]) -> Select[Any]:
    return (
        select(person_link.c.account_id, person.c.id, person.c.profile)
        .join(person, person.c.id == person_link.c.person_id)
        .where(
            person_link.c.account_id.in_(account_ids),
            person_link.c.relation == Relation.OWN.value,
            person_link.c.ended_at.is_(None),
        )
    )


async def own_forms(connection: Unit, vault: Vault, account_ids: Collection[str]) -> Mapping[str, OwnForm]:
    """By account; those without a form, and those whose own access has been ended, are not in it."""
    return {
        row.account_id: OwnForm(row.id, identity_from_json(vault.open_json(person.c.profile, row.id, row.profile)))
        for row in (await connection.execute(_own_persons(set(account_ids)))).all()
    }
