"""The other side of cases: whoever answers lists them, reads them and moves them on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from services.cases.cases import note_step, read_case, read_photo
from services.cases.model import (
    LONGEST_COMMENT,
    Case,
    CaseKind,
    CommentMissing,
    CommentTooLong,
    DeskLine,
    WrongStep,
)
from services.cases.notices import CaseNews
from services.cases.tables import case as case_table
from services.cases.tables import case_file
from services.clock import Clock
from services.errors import NotFound
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.statement import statement, update_row
from services.storage.vault import Vault


@statement
def _lines() -> Select[Any]:
    photos = select(func.count()).where(case_file.c.request_id == case_table.c.id).scalar_subquery()
    named = (case_table.c[name] for name in ("number", "kind", "status", "created_at"))
    return select(*named, photos.label("photos")).order_by(case_table.c.number.desc())


@statement
def _numbered(number: int) -> Select[Any]:
    return select(case_table).where(case_table.c.number == number)


@statement
def _numbered_locked(number: int) -> Select[Any]:
    return select(case_table).where(case_table.c.number == number).with_for_update()


class CaseDesk:
    """Knows cases by their numbers; knows nothing of who has sent them but where to tell the answer.

    `kinds`: all that there are.
    """

    def __init__(
        self, database: Database, vault: Vault, outbox: Outbox, clock: Clock, kinds: Collection[CaseKind]
    ) -> None:
        self._database = database
        self._vault = vault
        self._outbox = outbox
        self._clock = clock
        self._kinds = {kind.name: kind for kind in kinds}

    async def lines(self) -> Sequence[DeskLine]:
        """All cases without their content, newest first."""
        rows = (await self._database.fetch(_lines())).all()
        return [DeskLine(row.number, row.kind, row.status, row.created_at, row.photos) for row in rows]

    async def read(self, number: int) -> Case:
        """A case with its content; `NotFound` where there is none of this number."""
        async with self._database.read() as connection:
            row = (await connection.execute(_numbered(number))).one_or_none()
            if row is None:
                raise NotFound
            return await read_case(connection, self._vault, row)

    async def kind(self, number: int) -> CaseKind:
        """What kind the case of this number is of; `NotFound` where there is none."""
        row = (await self._database.fetch(_numbered(number))).one_or_none()
        if row is None:
            raise NotFound
        return self._kinds[row.kind]

    async def photos(self, number: int) -> Sequence[bytes]:
        """All photos of a case, JPEGs; `NotFound` where there is no case of this number."""
        found = await self.read(number)
        async with self._database.read() as connection:
            return [await read_photo(connection, self._vault, each) for each in found.photos]

    async def move(self, number: int, status: str, comment: str | None = None) -> None:
        """The next status, and word of it to whoever has sent the case.

        Raises `NotFound`, `WrongStep`, `CommentMissing`, `CommentTooLong`.
        """
        comment = (comment or "").strip() or None
        if len(comment or "") > LONGEST_COMMENT:
            raise CommentTooLong
        async with self._database.write() as unit:
            row = (await unit.execute(_numbered_locked(number))).one_or_none()
            if row is None:
                raise NotFound
            kind, now = self._kinds[row.kind], self._clock.now()
            if status not in kind.following(row.status):
                raise WrongStep(row.status, kind.following(row.status))
            if comment is None and status in kind.need_comment:
                raise CommentMissing
            await unit.execute(update_row(case_table, row.id, {"status": status, "updated_at": now}))
            await unit.execute(note_step(self._vault, row.id, status, now, comment))
            # What the earlier status has not told yet is told by this one: the card says how it stands now.
            untold = keys.case_status(row.id, row.status), keys.confirmation(row.draft_id or "")
            await self._outbox.withdraw(unit, *untold)
            news, key = CaseNews.CASE_STATUS, keys.case_status(row.id, status)
            await self._outbox.add(unit, Notice(row.account_id, row.person_id, news, row.id, key))
