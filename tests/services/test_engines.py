"""How databases are asked: SQLite on the loop and aside, under one lock; PostgreSQL by connections of a pool."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Select, Update, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from services.storage import sqlite as on_sqlite
from services.storage.engine import Database
from services.storage.latest import Latest
from services.storage.postgres import PostgresEngine
from services.storage.sqlite import LoopEngine, _ThreadUnit
from services.storage.statement import statement
from services.storage.tables import setting
from tests.support.counting import counting
from tests.support.databases import SqliteTemplate


@statement
def names() -> Select[tuple[str]]:
    return select(setting.c.name).order_by(setting.c.name)


@statement
def rename(name: str, value: str) -> Update:
    return update(setting).where(setting.c.name == name).values(value=value)


@pytest.fixture
def file(tmp_path: Path, sqlite_template: SqliteTemplate) -> Path:
    sqlite_template.copy(tmp_path)
    return tmp_path / "nomerok.sqlite"


@pytest.fixture
async def here(file: Path) -> AsyncIterator[Database]:
    database = Database.from_url(f"sqlite:///{file}")
    await database.execute(insert(setting).values(name="one", value="1"))
    yield database
    await database.close()


@contextmanager
def writing_elsewhere(file: Path) -> Iterator[sqlite3.Connection]:
    """Another process holds the writer's lock."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


# --- on the loop --------------------------------------------------------------------------------------


async def test_a_unit_runs_on_the_loops_thread_and_lets_nobody_in(here: Database) -> None:
    threads = set()
    here.listen(lambda _: threads.add(threading.get_ident()))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    await asyncio.sleep(0)
    before = turns
    async with here.write() as unit:
        for value in range(50):
            await unit.execute(rename("one", str(value)))
        await unit.execute(select(setting))
    assert turns - before <= 1  # before the unit, at most
    assert threads == {threading.get_ident()}
    beside.cancel()


async def test_a_task_that_only_asks_lets_others_in(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_sqlite, "_SLICE", 0.0)
    turns = []

    async def other() -> None:
        turns.append(True)

    beside = [asyncio.create_task(other()) for _ in range(3)]
    await here.fetch(names())
    await here.fetch(names())
    assert len(turns) == 3
    await asyncio.gather(*beside)


async def test_a_writer_of_another_process_is_waited_for_on_the_loop(here: Database, file: Path) -> None:
    with writing_elsewhere(file) as other:
        writing = [asyncio.create_task(_rename(here, str(number))) for number in range(3)]
        for _ in range(20):  # others have their turn, and reading waits for nobody
            await asyncio.sleep(0)
            assert (await here.fetch(names())).scalars().all() == ["one"]
        assert not any(each.done() for each in writing)
        other.execute("COMMIT")
    await asyncio.gather(*writing)
    assert (await here.fetch(select(setting.c.value))).scalar_one() == "2"  # in the order in which they came


async def _rename(database: Database, value: str) -> None:
    async with database.write() as unit:
        await unit.execute(rename("one", value))


@pytest.mark.parametrize("how", ["unit", "single"])
async def test_who_waits_too_long_is_told_and_the_next_one_is_served(
    here: Database, file: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(on_sqlite, "BUSY_SECONDS", 0.0)
    with writing_elsewhere(file), pytest.raises(OperationalError, match="locked"):
        await (_rename(here, "2") if how == "unit" else here.execute(rename("one", "2")))
    await _rename(here, "3")
    assert (await here.fetch(select(setting.c.value))).scalar_one() == "3"


async def test_who_is_cancelled_while_waiting_leaves_no_lock(here: Database, file: Path) -> None:
    with writing_elsewhere(file):
        first, second = (asyncio.create_task(_rename(here, value)) for value in "23")
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
    await _rename(here, "4")


async def test_a_unit_that_is_cancelled_in_the_middle_is_undone(
    here: Database, caplog: pytest.LogCaptureFixture
) -> None:
    reached = asyncio.Event()

    async def work() -> None:
        async with here.write() as unit:
            await unit.execute(rename("one", "2"))
            reached.set()
            await asyncio.Event().wait()

    with caplog.at_level(logging.WARNING):
        task = asyncio.create_task(work())
        await reached.wait()
        assert (await here.fetch(select(setting.c.value))).scalar_one() == "1"  # nobody sees what is not committed
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert on_sqlite.UNIT_WAITED in caplog.text
    assert (await here.fetch(select(setting.c.value))).scalar_one() == "1"
    await _rename(here, "3")


async def test_a_unit_whose_commit_fails_is_undone(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    say = LoopEngine.say

    def fail(engine: LoopEngine, words: str) -> None:
        if words == "COMMIT":
            raise OperationalError(words, None, sqlite3.OperationalError("disk I/O error"))
        say(engine, words)

    with monkeypatch.context() as patched:
        patched.setattr(LoopEngine, "say", fail)
        with pytest.raises(OperationalError):
            await _rename(here, "2")
    assert (await here.fetch(select(setting.c.value))).scalar_one() == "1"
    await _rename(here, "3")


async def test_what_is_slow_on_the_loop_is_named_without_its_values(
    here: Database, caplog: pytest.LogCaptureFixture
) -> None:
    here.tell_what_is_slow(longer_than=-1.0)
    with caplog.at_level(logging.WARNING):
        await here.execute(rename("one", "a secret"))
        await here.fetch(select(setting).where(setting.c.value == "a secret"))
        await _rename(here, "a secret")
    told = caplog.text
    assert "slow on the loop: tests.services.test_engines.rename took" in told
    assert "slow on the loop: SELECT setting.name" in told
    assert "slow on the loop: COMMIT took" in told
    assert "a secret" not in told


# --- what is read once ---------------------------------------------------------------------------------


async def test_what_is_asked_twice_in_one_go_is_read_once(database: Database) -> None:
    await database.execute(insert(setting).values(name="one", value="1"))
    latest = Latest[str](database)

    async def value() -> str:
        return str((await database.fetch(select(setting.c.value).where(setting.c.name == "one"))).scalar_one())

    async def asked() -> tuple[str, str, int]:
        """The answer, twice, and how many questions that took."""
        with counting(database) as calls:
            return await latest.of("one", value), await latest.of("one", value), calls["sql"]

    in_one_go = 1 if database.dialect == "sqlite" else 2
    await asyncio.sleep(0)
    assert await asked() == ("1", "1", in_one_go)
    # Something is written, by the same task or by another one meanwhile: it is seen at once.
    await _rename(database, "2")
    assert await asked() == ("2", "2", in_one_go)
    before = await latest.of("one", value)
    other = asyncio.create_task(_rename(database, "3"))
    await other
    assert (before, await latest.of("one", value)) == ("2", "3")
    # A thread of this process has: it is another moment as soon as its unit has ended, whoever has read meanwhile.
    async with database.aside.write() as unit:
        await unit.execute(update(setting).where(setting.c.name == "one").values(value="4"))
        if database.dialect == "sqlite":
            assert await latest.of("one", value) == "3"
        before_it = cast(tuple[object, int, int], database.moment())
    after_it = cast(tuple[object, int, int], database.moment())
    assert database.dialect != "sqlite" or after_it[2] == before_it[2] + 1
    assert await latest.of("one", value) == "4"
    # Within a unit that is under way, what stands; and another question is another one.
    async with database.write() as unit:
        await unit.execute(update(setting).where(setting.c.name == "one").values(value="5"))
        assert await latest.of("one", value) == "4"
    assert await latest.of("one", value) == "5"
    assert await latest.of("another", _nothing) == "nothing"
    assert await latest.of("one", value) == "5"


async def _nothing() -> str:
    return "nothing"


# --- aside --------------------------------------------------------------------------------------------


async def test_long_work_has_a_thread_of_its_own_and_the_same_lock(here: Database) -> None:
    threads = set()
    inside = asyncio.Event()

    async def long() -> None:
        async with here.aside.write() as unit:
            await unit.execute(rename("one", "long"))
            threads.add(await cast(_ThreadUnit, unit)._driver.run(lambda _: threading.get_ident()))
            inside.set()
            for _ in range(20):
                await unit.execute(names())

    at_work = asyncio.create_task(long())
    await inside.wait()
    short = asyncio.create_task(_rename(here, "short"))
    assert (await here.fetch(select(setting.c.value))).scalar_one() == "1"
    await asyncio.gather(at_work, short)
    assert threading.get_ident() not in threads
    assert (await here.fetch(select(setting.c.value))).scalar_one() == "short"


async def test_work_aside_that_fails_or_is_cancelled_is_undone(here: Database) -> None:
    async def work(ends: asyncio.Event | None) -> None:
        async with here.aside.write() as unit:
            await unit.execute(rename("one", "2"))
            inside.set()
            if ends is None:
                raise RuntimeError
            await ends.wait()

    inside = asyncio.Event()
    with pytest.raises(RuntimeError):
        await work(None)
    inside.clear()
    task = asyncio.create_task(work(asyncio.Event()))
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await _rename(here, "3")
    assert (await here.aside.fetch(select(setting.c.value))).scalar_one() == "3"


async def test_the_journal_is_carried_over_aside(here: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_sqlite, "_COMMITS_A_CHECKPOINT", 10)
    journal = file.with_name(f"{file.name}-wal")
    longest = 0
    for number in range(300):
        await _rename(here, str(number) * 1000)
        longest = max(longest, journal.stat().st_size)
        if number % 10 == 9:
            checkpoints = here._checkpoints
            assert checkpoints is not None
            assert checkpoints._task is not None
            await checkpoints._task
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as bare:  # without the journal
        assert int(bare.execute("SELECT value FROM setting").fetchone()[0][:3]) >= 289
    assert longest < 60 * 4096 * 3
    assert (await here.fetch(select(func.count()).select_from(setting))).scalar_one() == 1


# --- PostgreSQL ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_connection_that_has_broken_is_replaced(database: Database) -> None:
    await database.execute(insert(setting).values(name="one", value="1"))
    with pytest.raises(DBAPIError):
        await _break(database)
    assert (await database.fetch(names())).scalars().all() == ["one"]
    assert (await database.fetch(select(setting.c.value))).scalar_one() == "1"


async def _break(database: Database) -> None:
    async with database.write() as unit:
        await unit.execute(rename("one", "2"))
        await unit.execute(select(func.pg_terminate_backend(func.pg_backend_pid())))
        await unit.execute(names())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_more_ask_than_there_are_connections(database: Database) -> None:
    await database.execute(insert(setting).values(name="one", value="0"))

    async def count() -> None:
        async with database.write() as unit:
            found = await unit.execute(select(setting.c.value).with_for_update())
            await unit.execute(rename("one", str(int(found.scalar_one()) + 1)))

    await asyncio.gather(*(count() for _ in range(60)))
    assert (await database.fetch(select(setting.c.value))).scalar_one() == "60"
    engine = database._engine
    assert isinstance(engine, PostgresEngine)
    assert len(engine._idle) <= 16


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_who_is_cancelled_leaves_nothing_behind(database: Database) -> None:
    await database.execute(insert(setting).values(name="one", value="1"))
    inside = asyncio.Event()

    async def work() -> None:
        async with database.write() as unit:
            await unit.execute(rename("one", "2"))
            inside.set()
            await unit.execute(select(func.pg_sleep(600)))

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.execute(rename("one", "3"))
    assert (await database.fetch(select(setting.c.value))).scalar_one() == "3"
