"""SQLite's driver: `aiosqlite`, with one change of threads a statement.

A statement runs in the connection's own thread. As SQLAlchemy uses the driver, that thread was asked five times a
statement (for a cursor, to execute, to fetch, to close, to roll back), and each time costs as much as a small statement
itself. Here a cursor executes, fetches and closes in one go; a listing is in memory afterwards, as it was before.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

Found = TypeVar("Found")
Parameters = Sequence[Any] | dict[str, Any]


class Cursor:
    """What SQLAlchemy needs of a cursor. Not for use by two tasks at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, statement: str, parameters: Parameters = ()) -> Cursor:
        def run(connection: sqlite3.Connection) -> Sequence[Any]:
            return self._done(connection.execute(statement, parameters))

        self._rows = deque(await self._connection.run(run))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Parameters]) -> Cursor:
        def run(connection: sqlite3.Connection) -> Sequence[Any]:
            return self._done(connection.executemany(statement, parameters))

        self._rows = deque(await self._connection.run(run))
        return self

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, deque()
        return rows

    async def close(self) -> None:
        self._rows.clear()

    def _done(self, cursor: sqlite3.Cursor) -> Sequence[Any]:
        """All rows first: what a RETURNING statement has changed is counted only then."""
        rows: Sequence[Any] = cursor.fetchall() if cursor.description else ()
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()
        return rows


class Connection(aiosqlite.Connection):
    """A connection in a thread of its own."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def run(self, work: Callable[[sqlite3.Connection], Found]) -> Found:
        """`work` in the connection's thread."""
        found: Found = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return found


def connect(file: Path | str, **how: Any) -> Connection:
    """To be awaited. `how`: as `sqlite3.connect` takes it."""
    connection = Connection(lambda: sqlite3.connect(file, **how), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a connection that nobody has closed holds up no exit
    return connection
