"""What an account has begun for somebody for whom it may do less now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Delete, Select, delete, select

from services.drafts.tables import draft
from services.personal import Narrowed
from services.storage.rows import Row
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault, VaultError


@statement
def _all_of(account_id: str) -> Select[Any]:
    return select(draft.c.id, draft.c.data).where(draft.c.account_id == account_id)


@statement
def _drop(draft_id: str) -> Delete:
    return delete(draft).where(draft.c.id == draft_id)


class DraftsBegun:
    """Drafts that name the person, with the times that they hold."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        if narrowed.manages:
            return
        for row in (await unit.execute(_all_of(narrowed.account_id))).all():
            if self._names(row, narrowed.persons):
                await unit.execute(_drop(row.id))

    def _names(self, row: Row, persons: Collection[str]) -> bool:
        """Whether it speaks of one of them. A damaged one may: nobody can go on with it, and no right waits for it."""
        try:
            told = self._vault.open(draft.c.data, row.id, row.data)
        except VaultError:
            return True
        return any(person_id in told for person_id in persons)
