"""Everything sealed is sealed anew under the present key, in short units of work, while others read and write.

What is still to be done stands in the values themselves, each names its key: so it can be cut short anywhere, and
goes on where it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, or_, select, update
from sqlalchemy.exc import IntegrityError

from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.types import Encrypted, Sealed
from services.storage.units import Unit
from services.storage.vault import Vault, VaultError, key_named_in, names_another_key

log = logging.getLogger(__name__)

BATCH = 50
_LOCKED_PAUSE = 0.1

Pause = Callable[[float], Awaitable[object]]
Remake = Callable[[str, Sealed], Mapping[str, str | None]]
"""Blind indexes that a row is to have: from its id, and its value as it is sealed under the present key."""


@dataclass
class Rotated:
    """What was done: how many values, and which do not open with any key at hand («table.column row»)."""

    values: int = 0
    unreadable: list[str] = field(default_factory=list)


def sealed_columns(tables: Iterable[Table]) -> dict[Table, list[Column[Any]]]:
    """Their `Encrypted` columns, by table; the row's id in the additional data is the table's `id`."""
    found = {table: [column for column in table.columns if isinstance(column.type, Encrypted)] for table in tables}
    return {table: columns for table, columns in found.items() if columns}


class Rotation:
    """Goes over all tables again and again until no value names another key than the one that seals now.

    Whoever writes meanwhile must seal with that key, too. `pause` is called after each unit of work with the seconds
    that it took, so that others get as much of the database's one writer.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        tables: Iterable[Table],
        remakes: Mapping[Column[Any], Remake],
        pause: Pause,
    ) -> None:
        self._database = database
        self._tables = sealed_columns(tables)
        self._vault = vault
        self._remakes = remakes
        self._pause = pause
        self._key_id = vault.key_id
        self._broken: dict[Table, set[str]] = {}
        self._done = Rotated()

    async def run(self) -> Rotated:
        """Ends when nothing is left but what cannot be opened."""
        while True:
            before = self._done.values
            for table, columns in self._tables.items():
                await self._over(table, columns)
            if not [table for table, columns in self._tables.items() if await self._ids(table, columns, "", 1)]:
                return self._done
            if self._done.values == before:
                await self._pause(_LOCKED_PAUSE)

    async def _over(self, table: Table, columns: list[Column[Any]]) -> None:
        last = ""
        while ids := await self._ids(table, columns, last, BATCH):
            began = time.monotonic()
            async with self._database.write() as unit:
                rows = select(table.c.id, *columns).where(table.c.id.in_(ids), self._waits(table, columns))
                # A row that somebody else has locked is left for the next time round: nobody waits for anybody.
                for row in (await unit.execute(rows.order_by(table.c.id).with_for_update(skip_locked=True))).all():
                    await self._seal_anew(unit, table, columns, row)
            last = ids[-1]
            await self._pause(time.monotonic() - began)

    async def _ids(self, table: Table, columns: list[Column[Any]], last: str, limit: int) -> list[str]:
        query: Select[Any] = select(table.c.id).where(table.c.id > last, self._waits(table, columns))
        return list((await self._database.fetch(query.order_by(table.c.id).limit(limit))).scalars())

    def _waits(self, table: Table, columns: list[Column[Any]]) -> ColumnElement[bool]:
        waiting = or_(*(names_another_key(column, self._key_id) for column in columns))
        return waiting & table.c.id.not_in(self._broken.get(table, ()))

    async def _seal_anew(self, unit: Unit, table: Table, columns: list[Column[Any]], row: Row) -> None:
        values: dict[str, Any] = {}
        indexes: dict[str, str | None] = {}
        for column in columns:
            sealed = row._mapping[column.name]
            if sealed is None or key_named_in(sealed) == self._key_id:
                continue
            try:
                content = self._vault.open_bytes(column, row.id, sealed)
            except VaultError:
                self._broken.setdefault(table, set()).add(row.id)
                self._done.unreadable.append(f"{table.name}.{column.name} {row.id}")
                continue
            fresh = values[column.name] = self._vault.seal_bytes(column, row.id, content)
            if column in self._remakes:
                indexes |= self._remakes[column](row.id, fresh)
        if values:
            self._done.values += len(values)
            await self._write(unit, table, row.id, values, indexes)

    async def _write(
        self, unit: Unit, table: Table, row_id: str, values: dict[str, Any], indexes: dict[str, str | None]
    ) -> None:
        one = update(table).where(table.c.id == row_id)
        if not indexes:
            await unit.execute(one.values(values))
            return
        try:
            async with unit.savepoint():
                await unit.execute(one.values(values | indexes))
        except IntegrityError:
            # Two processes have entered the same at the very moment the key changed, each under another key. One of
            # them is found from now on; the other keeps all that hangs on its id.
            log.warning("%s %s: another row has the same index, this one is left without", table.name, row_id)
            unique = {name: None for name in indexes if table.c[name].unique}
            await unit.execute(one.values(values | indexes | unique))
