"""Engines and units of work, the same for SQLite and PostgreSQL.

SQLite has one writer, so there is one writer connection and every write unit begins with
`BEGIN IMMEDIATE`: a deferred begin lets two racers both read "free" and both write. Reads go
through connections of their own (WAL) without a transaction.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, event, make_url, text
from sqlalchemy.engine import URL, CursorResult, Result
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from services.errors import SetupError
from services.secure import certificates, is_this_machine
from services.storage import sqlite

_SQLITE_READERS = 4
_POSTGRES_POOL = 8
BUSY_SECONDS = 5.0
_SQLITE_FULL, _POSTGRES_FULL = 13, "53100"
_PORT = re.compile(r"(?<=[^:]):\d+$")
_TLS_WORDS = ("sslmode", "ssl", "sslrootcert")
_CHECKED, _UNCHECKED = ("verify-full", "verify-ca", "require"), ("disable", "allow", "prefer")


class Database:
    """Where units of work come from. Make it with `Database.from_url`, end it with `close`."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, file: Path | None = None) -> None:
        self._writer = writer
        self._reader = reader
        self._file = file
        self.dialect: str = writer.dialect.name

    @classmethod
    def from_url(cls, url: str) -> Database:
        """`sqlite:///PATH` or `postgresql://…`; anything else is a `SetupError`."""
        parsed = async_url(url)
        if parsed.get_backend_name() == "sqlite":
            _make_folder(Path(parsed.database or "").parent)
            writer = _sqlite_engine(parsed, pool_size=1)
            event.listen(writer.sync_engine, "begin", _begin_immediate)
            # Readers have no transaction that could be rolled back, and asking costs as much as reading.
            reader = _sqlite_engine(parsed, pool_size=_SQLITE_READERS, skip_autocommit_rollback=True)
            return cls(writer, reader, Path(parsed.database or ""))
        engine = postgres_engine(parsed, pool_size=_POSTGRES_POOL, max_overflow=_POSTGRES_POOL)
        return cls(engine, engine.execution_options(isolation_level="AUTOCOMMIT"))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One write unit: committed at the end, rolled back on an exception. Keep it short, no network inside."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading, outside any transaction."""
        async with self._reader.connect() as connection:
            yield connection

    async def fetch(self, statement: Executable, parameters: Any = None) -> Result[Any]:
        """One reading statement; its rows are already in memory."""

        def read() -> Result[Any]:
            with self._reader.sync_engine.connect() as connection:
                return connection.execute(statement, parameters)

        return await greenlet_spawn(read)  # taking the connection, asking and giving it back in one go

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """One writing statement in a unit of its own."""

        def write() -> CursorResult[Any]:
            with self._writer.sync_engine.begin() as connection:
                return connection.execute(statement, parameters)

        return await greenlet_spawn(write)

    def free_bytes(self) -> int | None:
        """Room on the disk that the database lies on; None where it cannot be known: a server tells no client."""
        return shutil.disk_usage(self._file.parent).free if self._file is not None else None

    async def tidy(self) -> bool:
        """Empties SQLite's journal, which keeps what was deleted; the freed pages themselves are blank already.

        False where somebody is reading from it: to be tried again.
        """
        if self.dialect != "sqlite":
            return True
        busy: int = (await self.fetch(text("PRAGMA wal_checkpoint(TRUNCATE)"))).scalar_one()
        return not busy

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


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


def postgres_engine(url: URL, **how: Any) -> AsyncEngine:
    """An engine whose connections are encrypted, but to this machine; `SetupError` where the address forbids that."""
    url, tls = _tls_of(url)
    return create_async_engine(url, hide_parameters=True, connect_args={"ssl": tls}, **how)


def _tls_of(url: URL) -> tuple[URL, ssl.SSLContext | bool]:
    """The address without what it says of encryption in libpq's words (`sslmode`, `sslrootcert`), and what that means.

    Another machine's certificate is always checked; «require», which says nothing of that, means «verify-full» here.
    """
    asked = {name: _said(url.query[name]) for name in _TLS_WORDS if name in url.query}
    mode = asked.get("sslmode", asked.get("ssl", "")) or "verify-full"
    here = all(host.startswith("/") or is_this_machine(host) for host in _hosts(url))  # "/": a socket that is a file
    if mode not in (*_CHECKED, *_UNCHECKED):
        raise SetupError("DATABASE_URL has an sslmode that is none: verify-full, or verify-ca, or none at all")
    if mode in _UNCHECKED and not here:
        raise SetupError(
            f"DATABASE_URL says sslmode={mode}, and names another machine: personal data go there encrypted and to a "
            "server with a certificate only. Leave it out, or say verify-full, with sslrootcert=FILE where the "
            "certificate is of an authority of your own"
        )
    bare = url.difference_update_query(_TLS_WORDS)
    if mode in _UNCHECKED or (here and not asked):
        return bare, False
    return bare, certificates("DATABASE_URL", asked.get("sslrootcert", ""), names=mode != "verify-ca")


def _hosts(url: URL) -> list[str]:
    """Whom the driver would speak to. Where the address has no word of that, it looks where libpq does."""
    if {"service", "dsn"} & url.query.keys():
        return ["somebody else tells"]
    named = url.query.get("host") or url.host or os.environ.get("PGHOST")
    if not named:
        return ["a file tells"] if "PGSERVICE" in os.environ else ["localhost"]
    several = [named] if isinstance(named, str) else named
    return [_PORT.sub("", host) for each in several for host in each.split(",")]


def _said(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else value[-1]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SetupError(f"DATABASE_URL names a file in {folder}, which cannot be made; choose another place") from None


async def _connect(url: URL, *_: Any, **__: Any) -> sqlite.Connection:
    """The driver's own transaction control begins before DML only, so a SELECT would stay outside it: there is none."""
    how: dict[str, Any] = {"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False}
    connection = sqlite.connect(url.database or "", **how)
    await connection
    return connection


def _sqlite_engine(url: URL, *, pool_size: int, **how: Any) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        async_creator=partial(_connect, url),
        **how,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = NORMAL", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
