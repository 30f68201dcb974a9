"""What was looked for: telling it, and erasing it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from services.personal import Facts, Leaving, Obligation, Section, Subject, Word
from services.searches.tables import search
from services.storage.engine import Database
from services.storage.units import Unit
from services.storage.vault import Vault


class SearchData:
    """The last search of each list."""

    sections = (Section("searches"),)

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        mine = select(search).where(search.c.account_id == whose.account_id).order_by(search.c.searched_at, search.c.id)
        return {
            "searches": [
                {
                    "asked": Word("search", row.list),
                    "looked_for": self._vault.open(search.c.text, row.id, row.text),
                    "searched_at": row.searched_at,
                }
                for row in (await self._database.fetch(mine)).all()
            ]
        }

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        await unit.execute(delete(search).where(search.c.account_id == leaving.account_id))
