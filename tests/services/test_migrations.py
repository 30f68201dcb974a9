"""Migrations: from nothing to exactly the tables of the code, up and down, and what the start does about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

import services.registry.local.tables  # noqa: F401  (its tables stand on the same metadata)
from services.errors import SetupError
from services.storage import migrate
from services.storage.engine import Database, async_url
from services.storage.migrate import HEAD, ensure_current, revision, upgrade
from services.storage.tables import metadata, setting
from tests.support.databases import ENGINES, PostgresServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=ENGINES)
async def empty_url(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_server: Callable[[], PostgresServer]
) -> AsyncIterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.sqlite"
        return
    server = postgres_server()
    await server.run("CREATE DATABASE from_nothing")
    yield server.url("from_nothing")
    await server.drop("from_nothing")


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = Database.from_url(empty_url)
    yield database
    await database.close()


async def look(database: Database, see: Callable[[Connection], Any]) -> Any:
    async with database.write() as connection:
        return await connection.run_sync(see)


def differences(connection: Connection) -> list[Any]:
    """What autogenerate would write into a new revision."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
    )
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def partial_indexes(connection: Connection) -> dict[str, str]:
    """Every index with a condition: autogenerate does not compare those."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%WHERE%'"
    return {name: " ".join(definition.split()) for name, definition in connection.execute(text(query))}


def downgrade(url: str, target: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, target)


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))


def test_the_newest_revision_is_the_one_that_the_start_looks_for() -> None:
    assert scripts().get_heads() == [HEAD], "one head, and the constant names it"


async def test_from_nothing_come_exactly_the_tables_of_the_code(
    empty_url: str, empty: Database, database: Database
) -> None:
    await asyncio.to_thread(upgrade, empty_url)
    assert await revision(empty) == HEAD
    assert await look(empty, tables) == set(metadata.tables)
    assert await look(empty, differences) == []
    if empty.dialect == database.dialect:
        assert await look(empty, partial_indexes) == await look(database, partial_indexes)
        assert await look(empty, partial_indexes)


async def test_every_step_goes_down_and_up_again(empty_url: str, empty: Database) -> None:
    revisions = [each.revision for each in reversed(list(scripts().walk_revisions()))]
    for each in revisions:
        await asyncio.to_thread(upgrade, empty_url, each)
        await asyncio.to_thread(downgrade, empty_url, "-1")
        await asyncio.to_thread(upgrade, empty_url, each)
    assert await look(empty, differences) == []
    await asyncio.to_thread(downgrade, empty_url, "base")
    assert await look(empty, tables) == set()
    await asyncio.to_thread(upgrade, empty_url)
    assert await revision(empty) == HEAD


async def test_rows_outlive_a_migration_that_has_nothing_to_do(empty_url: str, empty: Database) -> None:
    await asyncio.to_thread(upgrade, empty_url)
    await empty.execute(insert(setting).values(name="x", value="y"))
    await asyncio.to_thread(upgrade, empty_url)
    assert (await empty.fetch(select(setting.c.value).where(setting.c.name == "x"))).scalar_one() == "y"


async def test_an_empty_database_stands_at_no_revision(empty: Database) -> None:
    assert await revision(empty) is None


async def test_postgres_is_never_migrated_by_the_start(empty_url: str, empty: Database) -> None:
    if empty.dialect == "sqlite":
        await ensure_current(empty_url, empty)
        assert await revision(empty) == HEAD
        return
    with pytest.raises(SetupError) as caught:
        await ensure_current(empty_url, empty)
    assert "python -m bot migrate" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert await look(empty, tables) == set(), "nothing is touched"
    await asyncio.to_thread(upgrade, empty_url)
    await ensure_current(empty_url, empty)


async def test_an_older_sqlite_file_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what stands in the journal only: the process before may have been killed."""
    url = f"sqlite:///{tmp_path}/old.sqlite"
    database = Database.from_url(url)
    await ensure_current(url, database)
    assert not list_of(tmp_path, "*before*"), "there was nothing to copy"
    await database.execute(insert(setting).values(name="x", value="kept"))
    monkeypatch.setattr(migrate, "HEAD", "9999")
    migrated: list[str] = []
    monkeypatch.setattr(migrate, "upgrade", migrated.append)
    await ensure_current(url, database)
    assert migrated == [url]
    (copy,) = list_of(tmp_path, "*before-9999")
    kept = Database.from_url(f"sqlite:///{copy}")
    assert (await kept.fetch(select(setting.c.value).where(setting.c.name == "x"))).scalar_one() == "kept"
    assert await revision(kept) == HEAD
    await kept.close()
    await database.close()


async def test_a_database_that_is_up_to_date_is_left_alone(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    await database.execute(text(f"INSERT INTO alembic_version VALUES ('{HEAD}')"))
    monkeypatch.setattr(migrate, "upgrade", lambda _: pytest.fail("it was migrated"))
    await ensure_current(database_url, database)
    await database.execute(text("DROP TABLE alembic_version"))


def list_of(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))
