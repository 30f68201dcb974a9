"""Notes: telling them, and erasing them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from services.notes.tables import note
from services.personal import Facts, Leaving, Obligation, Section, Subject
from services.storage.engine import Database
from services.storage.units import Unit
from services.storage.vault import Vault


class NoteData:
    sections = (Section("notes"),)

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        mine = select(note).where(note.c.account_id == whose.account_id).order_by(note.c.kept_at, note.c.id)
        rows = (await self._database.fetch(mine)).all()
        return {
            "notes": [{"note": self._vault.open(note.c.text, row.id, row.text), "kept_at": row.kept_at} for row in rows]
        }

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        """Nobody waits for a note."""
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        await unit.execute(delete(note).where(note.c.account_id == leaving.account_id))
