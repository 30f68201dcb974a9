"""PostgreSQL by `asyncpg`: statements that are made once go to the driver as they are, the rest through SQLAlchemy.

Both ways use the same connection, which commits each statement by itself unless we have begun a unit.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Connection, NullPool, exc
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.errors import SetupError
from services.secure import certificates, is_this_machine
from services.storage.rows import Rows
from services.storage.statement import Bound
from services.storage.units import COMMIT, Asked, Engine, Unit, rows_of

_CONNECTIONS = 16
_PATIENCE = 30.0
"""Seconds that somebody waits for a connection while all are in use."""
_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_PORT = re.compile(r"(?<=[^:]):\d+$")
_TLS_WORDS = ("sslmode", "ssl", "sslrootcert")
_CHECKED, _UNCHECKED = ("verify-full", "verify-ca", "require"), ("disable", "allow", "prefer")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Held:
    """A connection of the pool: SQLAlchemy's, and the driver's under it."""

    connection: AsyncConnection
    driver: Any

    @property
    def is_usable(self) -> bool:
        return not (self.driver.is_closed() or self.connection.invalidated)


class PostgresEngine(Engine):
    """A pool of connections. `patience`: seconds that somebody waits for one of them."""

    dialect = "postgresql"

    def __init__(self, url: URL, patience: float = _PATIENCE) -> None:
        super().__init__()
        self._engine = postgres_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._idle: list[_Held] = []
        self._free = asyncio.Semaphore(_CONNECTIONS)
        self.patience = patience

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Unit]:
        async with self._lent() as held:
            unit = _PostgresUnit(self, held)
            await unit._say("BEGIN")
            try:
                yield unit
                await unit._say(COMMIT)
            except Exception:
                with suppress(exc.DBAPIError):  # what has gone wrong is to be told, not that it is gone
                    await unit._say("ROLLBACK")
                raise
        self._tell(COMMIT)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        async with self._lent() as held:
            yield _PostgresUnit(self, held)

    async def fetch(self, statement: Asked, parameters: Any = None) -> Rows:
        async with self._lent() as held:
            return await self.run(held, statement, parameters)

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        async with self._lent() as held:
            done = await self.run(held, statement, parameters)
        self._tell(COMMIT)
        return done

    async def close(self) -> None:
        for held in self._idle:
            await held.connection.close()
        self._idle.clear()
        await self._engine.dispose()

    async def run(self, held: _Held, statement: Asked, parameters: Any = None) -> Rows:
        """On this connection, within what has been begun there; raises as SQLAlchemy does."""
        self._tell(statement)
        if not isinstance(statement, Bound):
            return rows_of(await held.connection.execute(statement, parameters))
        compiled = statement.compiled(_DIALECT)
        text, arguments = compiled.arguments(statement.values)
        try:
            if compiled.gives_rows:
                found = compiled.rows(await held.driver.fetch(text, *arguments))
                return Rows(found, len(found))
            said: str = await held.driver.execute(text, *arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise told(error, statement.name) from error
        touched = said.rpartition(" ")[2]
        return Rows([], int(touched) if touched.isdecimal() else -1)

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[_Held]:
        """A connection for somebody; one that was cut short in the middle of something is thrown away."""
        await self._wait()
        held: _Held | None = None
        try:
            held = await self._take()
            yield held
        except Exception:
            raise
        except BaseException:
            if held is not None:
                held.driver.terminate()
            raise
        finally:
            if held is not None:
                await self._give_back(held)
            self._free.release()

    async def _wait(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(self.patience):
                await self._free.acquire()
        except TimeoutError:
            raise exc.TimeoutError("all connections to PostgreSQL are in use") from None

    async def _take(self) -> _Held:
        while self._idle:
            held = self._idle.pop()
            if held.is_usable:
                return held
            await _discard(held)
        connection = await self._engine.connect()
        return _Held(connection, (await connection.get_raw_connection()).driver_connection)

    async def _give_back(self, held: _Held) -> None:
        if held.is_usable:
            self._idle.append(held)
        else:
            await _discard(held)


class _PostgresUnit(Unit):
    dialect = "postgresql"

    def __init__(self, engine: PostgresEngine, held: _Held) -> None:
        self._engine = engine
        self._held = held

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        return await self._engine.run(self._held, statement, parameters)

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        return await self._held.connection.run_sync(work)

    async def _say(self, words: str) -> None:
        try:
            await self._held.driver.execute(words)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise told(error, words) from error


def told(error: Exception, words: str) -> exc.DBAPIError:
    """The driver's error as SQLAlchemy would raise it. `words`: what was run, without any value."""
    kind = exc.DBAPIError
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        kind = exc.IntegrityError
    elif isinstance(error, asyncpg.SyntaxOrAccessError):
        kind = exc.ProgrammingError
    elif isinstance(error, asyncpg.InterfaceError):
        kind = exc.InterfaceError
    return kind(words, None, error, hide_parameters=True)


async def _discard(held: _Held) -> None:
    with suppress(Exception):  # it is broken
        await held.connection.invalidate()
    with suppress(Exception):
        await held.connection.close()


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
