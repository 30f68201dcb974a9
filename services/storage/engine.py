"""The database: SQLite or PostgreSQL, asked in the same words.

A press asks SQLite on the event loop's own thread (`storage.sqlite`); what takes long goes through `Database.aside`.
"""

from __future__ import annotations

import shutil
from collections.abc import Hashable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from services.errors import SetupError
from services.storage.postgres import PostgresEngine
from services.storage.rows import Rows
from services.storage.sqlite import AsideEngine, Checkpoints, LoopEngine
from services.storage.units import Asked, Engine, Hearer, Unit

_SQLITE_FULL, _POSTGRES_FULL = 13, "53100"
_SLOW = 0.02


class Database:
    """Where units of work come from. Make it with `Database.from_url`, end it with `close`."""

    def __init__(
        self, engine: Engine, aside: Engine, checkpoints: Checkpoints | None = None, file: Path | None = None
    ) -> None:
        self._engine = engine
        self._aside = aside
        self._checkpoints = checkpoints
        self._file = file
        self.dialect: str = engine.dialect
        self.aside: Database = self if aside is engine else Database(aside, aside, None, file)
        """The same database for what takes long: there it holds up nobody. Its units are short all the same."""

    @classmethod
    def from_url(cls, url: str) -> Database:
        """`sqlite:///PATH` or `postgresql://…`; anything else is a `SetupError`."""
        parsed = async_url(url)
        if parsed.get_backend_name() != "sqlite":
            engine = PostgresEngine(parsed)
            return cls(engine, engine)
        file = Path(parsed.database or "")
        _make_folder(file.parent)
        loop = LoopEngine(file)
        aside = AsideEngine(file, loop)
        checkpoints = Checkpoints(aside)
        loop.on_commits = checkpoints.begin
        return cls(loop, aside, checkpoints, file)

    def write(self) -> AbstractAsyncContextManager[Unit]:
        """One write unit: committed at the end, rolled back on an exception.

        Keep it short, and wait for nothing in it but for the unit itself.
        """
        return self._engine.write()

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """A connection for reading, outside any transaction."""
        return self._engine.read()

    async def fetch(self, statement: Asked, parameters: Any = None) -> Rows:
        """One reading statement; its rows are already in memory."""
        return await self._engine.fetch(statement, parameters)

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        """One writing statement in a unit of its own."""
        return await self._engine.execute(statement, parameters)

    def moment(self) -> Hashable | None:
        """See `Engine.moment`."""
        return self._engine.moment()

    def listen(self, hearer: Hearer) -> None:
        """From now on `hearer` is told of each statement and of each unit that is committed."""
        for engine in {self._engine, self._aside}:
            engine.hearers.append(hearer)

    def unlisten(self, hearer: Hearer) -> None:
        """Takes `listen` back."""
        for engine in {self._engine, self._aside}:
            engine.hearers.remove(hearer)

    def tell_what_is_slow(self, longer_than: float = _SLOW) -> None:
        """People wait for the loop now: what holds it up for so many seconds is named in the log."""
        self._engine.slow = longer_than

    def free_bytes(self) -> int | None:
        """Room on the disk that the database lies on; None where it cannot be known: a server tells no client."""
        return shutil.disk_usage(self._file.parent).free if self._file is not None else None

    async def tidy(self) -> bool:
        """Empties SQLite's journal, which keeps what was deleted; the freed pages themselves are blank already.

        False where somebody is reading from it: to be tried again.
        """
        if self.dialect != "sqlite":
            return True
        busy: int = (await self._aside.fetch(text("PRAGMA wal_checkpoint(TRUNCATE)"))).scalar_one()
        return not busy

    async def close(self) -> None:
        if self._checkpoints is not None:
            await self._checkpoints.close()
        await self._engine.close()
        if self._aside is not self._engine:
            await self._aside.close()


def is_disk_full(error: DBAPIError) -> bool:
    """Whether a statement has failed because there is no room for it, in the words of either engine."""
    told = getattr(error.orig, "sqlite_errorcode", None), getattr(error.orig, "sqlstate", None)
    return told[0] == _SQLITE_FULL or told[1] == _POSTGRES_FULL


def async_url(url: str) -> URL:
    """The SQLAlchemy URL with the asynchronous driver of its engine; `SetupError` on any other engine."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SetupError("DATABASE_URL is not a database address; try sqlite:///data/nomerok.sqlite") from None
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    backend = parsed.drivername.split("+")[0]
    if backend not in drivers:
        raise SetupError(f"DATABASE_URL names {backend!r}; only sqlite and postgresql are supported")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise SetupError("DATABASE_URL must name a file: bookings kept in memory would be lost")
    return parsed.set(drivername=drivers[backend])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SetupError(f"DATABASE_URL names a file in {folder}, which cannot be made; choose another place") from None
