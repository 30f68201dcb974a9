"""What an account has begun for somebody for whom it may do less now."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.drafts.tables import draft
from services.personal import Narrowed
from services.storage.vault import Vault


class DraftsBegun:
    """Drafts that name the person, with the times that they hold."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def drop(self, unit: AsyncConnection, narrowed: Narrowed) -> None:
        mine = select(draft.c.id, draft.c.data).where(draft.c.account_id == narrowed.account_id)
        for row in (await unit.execute(mine)).all():
            sealed = self._vault.open(draft.c.data, row.id, row.data)
            if any(person_id in sealed for person_id in narrowed.persons):
                await unit.execute(delete(draft).where(draft.c.id == row.id))
