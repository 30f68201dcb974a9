"""SQLite, asked in two ways: short statements on the event loop's own thread, long work aside in threads.

A statement of a press takes some tens of microseconds, less than handing it to a thread and back; so it is run where it
is asked for. What holds up the loop goes aside: imports, filling, sweeps, exports, rotation, and whatever waits for the
disk. Both write under one lock, for SQLite has one writer; readers have connections of their own (WAL) without a
transaction. Nothing waits inside SQLite on the loop's thread: whoever finds a writer of another process tries again.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import AsyncAdaptedQueuePool, Connection, StaticPool, create_engine, exc
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.storage import sqlite_thread
from services.storage.rows import Rows
from services.storage.statement import Bound
from services.storage.units import COMMIT, Asked, Engine, Unit, called, rows_of

log = logging.getLogger(__name__)

BUSY_SECONDS = 5.0
"""How long another process may hold the writer's lock until a unit gives up."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.02
_SLICE = 0.005
"""Seconds after which a task that never suspends lets others in."""
_COMMITS_A_CHECKPOINT = 500
"""The journal is some megabytes long by then."""
_READERS = 4
UNIT_WAITED = "a unit of work has waited for something else, and all other writers with it"
_DIALECT = SQLiteDialect_pysqlite(paramstyle="qmark")
T = TypeVar("T")


class LoopEngine(Engine):
    """Runs statements on the thread of whoever asks: that of the event loop."""

    dialect = "sqlite"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.lock = asyncio.Lock()
        self.writer = _Held(file)
        self._reader = _Held(file)
        self._began: float | None = None
        self._commits = 0
        self.written_aside = 0
        """How often something was written aside, as far as the loop has heard."""
        self.on_commits: Callable[[], None] = lambda: None
        """Called after so many commits: somebody else is to empty the journal."""

    def write(self) -> AbstractAsyncContextManager[Unit]:
        return _Writing(self)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        yield _LoopUnit(self, writes=False)

    async def fetch(self, statement: Asked, parameters: Any = None) -> Rows:
        await self.let_others_in()
        return await self.when_free(partial(self.run, self.reader, statement, parameters))

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        await self.let_others_in()
        async with self.lock:
            # One statement is a transaction by itself.
            done = await self.when_free(partial(self.run, self.writer, statement, parameters))
        self.committed()
        return done

    async def close(self) -> None:
        self._reader.close()
        self.writer.close()

    @property
    def reader(self) -> _Held:
        """The writer, whose cache outlasts its own commits; while a unit is under way, one that sees what stands."""
        return self._reader if self.lock.locked() else self.writer

    def run(self, held: _Held, statement: Asked, parameters: Any = None) -> Rows:
        """Here and now."""
        self._tell(statement)
        began = time.perf_counter()
        found = held.run(statement, parameters)
        took = time.perf_counter() - began
        if took > self.slow:
            log.warning("slow on the loop: %s took %.0f ms", called(statement), took * 1000)
        return found

    def say(self, words: str) -> None:
        """A word of transactions, to the writer."""
        began = time.perf_counter()
        self.writer.say(words)
        took = time.perf_counter() - began
        if took > self.slow:
            log.warning("slow on the loop: %s took %.0f ms", words, took * 1000)

    async def let_others_in(self) -> None:
        """Where nobody has suspended for some milliseconds: statements alone would not let others in."""
        if time.perf_counter() - self.mark() > _SLICE:
            await asyncio.sleep(0)
            self.mark()

    def mark(self) -> float:
        """Since when nobody else has had a turn; it is another moment after the loop has turned."""
        if self._began is None:
            self._began = time.perf_counter()
            asyncio.get_running_loop().call_soon(self._turned)
        return self._began

    def moment(self) -> Hashable | None:
        return self.mark(), self._commits, self.written_aside

    def _turned(self) -> None:
        self._began = None

    async def when_free(self, work: Callable[[], T]) -> T:
        """Tries again while another process is at work in the file."""
        pause = _FIRST_PAUSE
        ends = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return work()
            except exc.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > ends:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def committed(self) -> None:
        if self.hearers:
            self._tell(COMMIT)
        self._commits += 1
        if self._commits % _COMMITS_A_CHECKPOINT == 0:
            self.on_commits()


class _Held:
    """One connection, opened when it is first asked for. SQLAlchemy's connection and ours are the same."""

    def __init__(self, file: Path) -> None:
        self._engine = create_engine(
            "sqlite://", creator=partial(self._connect, file), poolclass=StaticPool, hide_parameters=True
        )
        self._connection: Connection | None = None
        self._driver: sqlite3.Connection | None = None

    @property
    def driver(self) -> sqlite3.Connection:
        if self._driver is None:
            self.connection  # noqa: B018
        assert self._driver is not None
        return self._driver

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's, for statements that are not made once."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def run(self, statement: Asked, parameters: Any = None) -> Rows:
        """Raises as SQLAlchemy does."""
        if isinstance(statement, Bound):
            return run(self.driver, statement)
        return rows_of(self.connection.execute(statement, parameters))

    def say(self, words: str) -> None:
        try:
            self.driver.execute(words)
        except sqlite3.Error as error:
            raise told(error, words) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._driver = None
        self._engine.dispose()

    def _connect(self, file: Path) -> sqlite3.Connection:
        driver = sqlite3.connect(file, isolation_level=None, timeout=0, check_same_thread=False, cached_statements=512)
        driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")  # the first words may find another at work
        prepare(driver)
        driver.execute("PRAGMA busy_timeout = 0")
        driver.execute("PRAGMA wal_autocheckpoint = 0")
        self._driver = driver
        return driver


class _LoopUnit(Unit):
    dialect = "sqlite"

    def __init__(self, engine: LoopEngine, *, writes: bool) -> None:
        self._engine = engine
        self._writes = writes

    @property
    def _held(self) -> _Held:
        return self._engine.writer if self._writes else self._engine.reader

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        return self._engine.run(self._held, statement, parameters)

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        return work(self._held.connection)

    async def _say(self, words: str) -> None:
        self._held.say(words)


class _Writing:
    """`LoopEngine.write`."""

    __slots__ = ("_engine", "_mark")

    def __init__(self, engine: LoopEngine) -> None:
        self._engine = engine

    async def __aenter__(self) -> Unit:
        engine = self._engine
        await engine.let_others_in()
        await engine.lock.acquire()
        try:
            await engine.when_free(partial(engine.say, "BEGIN IMMEDIATE"))
        except BaseException:
            engine.lock.release()
            raise
        self._mark = engine.mark()
        return _LoopUnit(engine, writes=True)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        engine = self._engine
        try:
            if error is None:
                engine.say(COMMIT)
        finally:
            if engine.writer.driver.in_transaction:  # an error may have ended it already
                engine.say("ROLLBACK")
            engine.lock.release()
        if engine.mark() != self._mark:
            log.warning(UNIT_WAITED)
        if error is None:
            engine.committed()


class AsideEngine(Engine):
    """Runs statements in threads of their own (`aiosqlite`): for whatever takes long. Their units are short too.

    `loop`: whose lock is the writer's, and who hears of each unit that is committed.
    """

    dialect = "sqlite"

    def __init__(self, file: Path, loop: LoopEngine) -> None:
        super().__init__()
        self._loop = loop
        self._writer = _threaded(file, pool_size=1)
        self._reader = _threaded(file, pool_size=_READERS, skip_autocommit_rollback=True)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Unit]:
        """Nobody else of this process writes; nothing has been begun."""
        async with self._loop.lock, self._writer.connect() as connection:
            yield await _thread_unit(self, connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Unit]:
        async with self.alone() as unit:
            await unit._say("BEGIN IMMEDIATE")
            try:
                yield unit
                await unit._say(COMMIT)
            except BaseException:
                with suppress(exc.DBAPIError):  # it has rolled back by itself
                    await unit._say("ROLLBACK")
                raise
        self._loop.written_aside += 1
        self._tell(COMMIT)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        async with self._reader.connect() as connection:
            yield await _thread_unit(self, connection)

    async def fetch(self, statement: Asked, parameters: Any = None) -> Rows:
        async with self.read() as unit:
            return await unit.execute(statement, parameters)

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        async with self.write() as unit:
            return await unit.execute(statement, parameters)

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


class _ThreadUnit(Unit):
    dialect = "sqlite"

    def __init__(self, engine: AsideEngine, connection: AsyncConnection, driver: sqlite_thread.Connection) -> None:
        self._engine = engine
        self._connection = connection
        self._driver = driver

    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        self._engine._tell(statement)
        if isinstance(statement, Bound):
            return await self._driver.run(partial(run, statement=statement))
        return rows_of(await self._connection.execute(statement, parameters))

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        return await self._connection.run_sync(work)

    async def _say(self, words: str) -> None:
        try:
            await self._driver.run(lambda driver: driver.execute(words).close())
        except sqlite3.Error as error:
            raise told(error, words) from error


class Checkpoints:
    """Carries the journal over into the file, in a thread: the loop never waits for the disk.

    Whoever writes the first page of a journal that begins anew waits for the disk, too; that is done here as well.
    """

    def __init__(self, aside: AsideEngine) -> None:
        self._aside = aside
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Does nothing while one is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._carry_over())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _carry_over(self) -> None:
        try:
            async with self._aside.read() as unit:
                await unit._say(_CHECKPOINT)  # most of it, while others write
            async with self._aside.alone() as unit:
                await unit._say(_CHECKPOINT)
                await unit._say(_TOUCH)
        except exc.DBAPIError:
            log.warning("the journal could not be carried over; it is tried again")


_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"
_TOUCH = "PRAGMA user_version = 0"
"""Nobody reads it; it is written whatever it was."""


def run(driver: sqlite3.Connection, statement: Bound) -> Rows:
    """One statement that is made once; raises as SQLAlchemy does."""
    compiled = statement.compiled(_DIALECT)
    text, arguments = compiled.arguments(statement.values)
    try:
        cursor = driver.execute(text, arguments)
        # All rows first: what a RETURNING statement has changed is counted only then.
        found = cursor.fetchall() if compiled.gives_rows else []
    except sqlite3.Error as error:
        raise told(error, statement.name) from error
    return Rows(compiled.rows(found), cursor.rowcount)


def told(error: sqlite3.Error, words: str) -> exc.DBAPIError:
    """The driver's error as SQLAlchemy would raise it. `words`: what was run, without any value."""
    kind: type[exc.DBAPIError] = getattr(exc, type(error).__name__, exc.DBAPIError)
    return kind(words, None, error, hide_parameters=True)


def prepare(driver: sqlite3.Connection) -> None:
    """What holds for each connection."""
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = NORMAL", "secure_delete = ON"):
        driver.execute(f"PRAGMA {pragma}")


def _is_busy(error: exc.OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _threaded(file: Path, *, pool_size: int, **how: Any) -> AsyncEngine:
    async def connect() -> sqlite_thread.Connection:
        # The driver's own transaction control begins before DML only, so a SELECT would stay outside it: there is none.
        connection = sqlite_thread.connect(file, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
        await connection
        await connection.run(prepare)
        return connection

    url, pool = "sqlite+aiosqlite://", AsyncAdaptedQueuePool
    return create_async_engine(
        url, poolclass=pool, pool_size=pool_size, max_overflow=0, hide_parameters=True, async_creator=connect, **how
    )


async def _thread_unit(engine: AsideEngine, connection: AsyncConnection) -> _ThreadUnit:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    return _ThreadUnit(engine, connection, driver)
