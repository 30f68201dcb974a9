"""Keeping notes, and reading them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, select

from services.accounts import concerns
from services.accounts.model import Account
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.errors import NotFound
from services.notes.model import Note
from services.notes.notices import NoteNews, key_of
from services.notes.tables import note as note_table
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.types import Sealed
from services.storage.vault import Vault


@statement
def _keep(note_id: str, account_id: str, text: Sealed, kept_at: datetime, *, dialect: str) -> Insert:
    note = insert_for(dialect, note_table).values(id=note_id, account_id=account_id, text=text, kept_at=kept_at)
    return note.on_conflict_do_nothing(index_elements=["id"])


@statement
def _one(account_id: str, note_id: str) -> Select[Any]:
    return select(note_table).where(note_table.c.account_id == account_id, note_table.c.id == note_id)


@statement
def _all_of(account_id: str) -> Select[Any]:
    mine = select(note_table).where(note_table.c.account_id == account_id)
    return mine.order_by(note_table.c.kept_at.desc(), note_table.c.id)


class Notes:
    """Each is of one account, sealed."""

    def __init__(self, database: Database, vault: Vault, drafts: Drafts, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._drafts = drafts
        self._outbox = outbox
        self._clock = clock

    @concerns.account("what it has noted")
    async def keep(self, who: Account, draft_id: str, text: str) -> Note:
        """Keeps what the draft holds, closes the draft and tells of it, at once. The same draft gives the same note."""
        async with self._database.write() as unit:
            sealed = self._vault.seal(note_table.c.text, draft_id, text)
            note = _keep(draft_id, who.id, sealed, self._clock.now(), dialect=self._database.dialect)
            kept = await unit.execute(note)
            if kept.rowcount:
                await self._drafts.finish(unit, draft_id, draft_id)
                key = key_of(NoteNews.NOTE_KEPT, draft_id)
                await self._outbox.add(unit, Notice(who.id, None, NoteNews.NOTE_KEPT, draft_id, key))
        return await self.get(who, draft_id)

    @concerns.account("what it has noted")
    async def get(self, who: Account, note_id: str) -> Note:
        """One note; `NotFound` for anybody else's."""
        row = (await self._database.fetch(_one(who.id, note_id))).one_or_none()
        if row is None:
            raise NotFound
        return self._note(row)

    @concerns.account("what it has noted")
    async def of(self, who: Account) -> Sequence[Note]:
        """All of the account, newest first."""
        return [self._note(row) for row in await self._database.fetch(_all_of(who.id))]

    def _note(self, row: Row) -> Note:
        return Note(row.id, self._vault.open(note_table.c.text, row.id, row.text), row.kept_at)
