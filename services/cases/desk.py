"""The other side of cases: whoever answers lists them, reads them and moves them on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from services.cases.cases import move_on, read_case, read_photo
from services.cases.model import (
    LONGEST_COMMENT,
    Case,
    CaseKind,
    CommentMissing,
    CommentTooLong,
    DeskLine,
)
from services.cases.tables import case as case_table
from services.cases.tables import case_file
from services.clock import Clock
from services.errors import NotFound
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.statement import statement
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

    `kinds`: all that there are. What the bot answers by itself is, for the desk, not there.
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
        """All cases that are the desk's, without their content, newest first."""
        rows = (await self._database.fetch(_lines())).all()
        shown = [row for row in rows if self._kinds[row.kind].is_the_desks(row.status)]
        return [DeskLine(row.number, row.kind, row.status, row.created_at, row.photos) for row in shown]

    async def read(self, number: int) -> Case:
        """A case with its content; `NotFound` where there is none of this number."""
        async with self._database.read() as connection:
            row = (await connection.execute(_numbered(number))).one_or_none()
            if row is None or not self._kinds[row.kind].is_the_desks(row.status):
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
            kind = self._kinds[row.kind]
            if not kind.is_the_desks(row.status):
                raise NotFound
            if comment is None and status in kind.need_comment and status in kind.following(row.status):
                raise CommentMissing
            await move_on(unit, self._vault, self._outbox, kind, row, status, self._clock.now(), comment)
