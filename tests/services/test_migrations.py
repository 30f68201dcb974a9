"""Migrations: from nothing to exactly the tables of the code, up and down, and what the start does about it."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from services.booking.model import Made
from services.errors import SetupError
from services.notify.outbox import EMAIL
from services.storage import migrate, sealing
from services.storage.engine import Database
from services.storage.migrate import HEAD, ensure_current, revision, upgrade
from services.storage.tables import metadata, setting
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.databases import ENGINES, PostgresServer
from tests.support.filling import Rows, fill, rows_of
from tests.support.old_databases import downgrade, take_back
from tests.support.world import ADULT, SURGEON, THERAPIST, World, somebody

ROOT = Path(__file__).parents[2]
KEY = Vault(bytes(range(32)))
DROPPED = {"account": {"telegram_id"}, "person": {"patient_id"}, "booking_intent": {"patient_id"}}
"""Columns of before they were sealed; what stood there is sealed."""


async def no_key(*_: object) -> Vault:
    raise AssertionError("nothing is to be sealed")


async def key(*_: object) -> Vault:
    return KEY


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
    """By a new connection: PostgreSQL keeps what it has prepared for columns as they were before."""
    await database.close()
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


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))


def test_the_newest_revision_is_the_one_that_the_start_looks_for() -> None:
    assert scripts().get_heads() == [HEAD], "one head, and its file is called so"


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
        await ensure_current(empty_url, empty, no_key)
        assert await revision(empty) == HEAD
        return
    with pytest.raises(SetupError) as caught:
        await ensure_current(empty_url, empty, no_key)
    assert "python -m bot migrate" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert await look(empty, tables) == set(), "nothing is touched"
    await asyncio.to_thread(upgrade, empty_url)
    await ensure_current(empty_url, empty, no_key)


async def test_an_older_sqlite_file_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what stands in the journal only: the process before may have been killed."""
    url = f"sqlite:///{tmp_path}/old.sqlite"
    database = Database.from_url(url)
    await ensure_current(url, database, no_key)
    assert not list_of(tmp_path, "*before*"), "there was nothing to copy"
    await database.execute(insert(setting).values(name="x", value="kept"))
    monkeypatch.setattr(migrate, "HEAD", "9999")
    migrated: list[str] = []
    monkeypatch.setattr(migrate, "upgrade", migrated.append)
    await ensure_current(url, database, no_key)
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
    await ensure_current(database_url, database, no_key)
    await database.execute(text("DROP TABLE alembic_version"))


def list_of(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


# --- filled databases -------------------------------------------------------------------------------


def shape(connection: Connection) -> dict[str, Any]:
    """Tables with their columns, keys and constraints, and every index with its condition."""
    seen = inspect(connection)
    engine = connection.dialect

    def columns(table: str) -> Any:
        return {
            each["name"]: (str(each["type"].compile(engine)), each["nullable"], each["default"])
            for each in seen.get_columns(table)
        }

    def keys(table: str) -> Any:
        return sorted(
            (each["name"] or "", each["constrained_columns"], each["referred_table"], str(each["options"]))
            for each in seen.get_foreign_keys(table)
        )

    def indexes(table: str) -> Any:
        return sorted(
            (each["name"] or "", each["column_names"], bool(each["unique"])) for each in seen.get_indexes(table)
        )

    def uniques(table: str) -> Any:
        return sorted((each["name"] or "", each["column_names"]) for each in seen.get_unique_constraints(table))

    found = {
        table: (columns(table), seen.get_pk_constraint(table), keys(table), indexes(table), uniques(table))
        for table in sorted(tables(connection))
    }
    return {**found, "indexes with a condition": partial_indexes(connection)}


async def test_every_row_of_every_revision_outlives_all_later_ones(
    empty_url: str, empty: Database, sqlite_template: Any, postgres_server: Callable[[], PostgresServer], tmp_path: Path
) -> None:
    # STEP 1. At each revision every table gets rows; what stands there after each step is what stood there before.
    revisions = [each.revision for each in reversed(list(scripts().walk_revisions()))]
    rows: Rows = {}
    for place, each in enumerate(revisions):
        await asyncio.to_thread(upgrade, empty_url, each)
        now = await look(empty, rows_of)
        assert_kept(rows, now)
        if each == "0002" and rows:
            assert all(row["read_at"] == row["created_at"] for row in now["notification"]), "what is old is no news"
        if each == sealing.REVISION:  # no release stands there: what is in clear is sealed at once
            assert await sealing.seal(empty, KEY) > 0
        else:
            await look(empty, partial(fill, mark=ascii_letters[place]))
        rows = await look(empty, rows_of)
        assert all(len(found) >= 3 for found in rows.values()), "every table was filled"
    assert await revision(empty) == HEAD
    assert set(rows) == set(metadata.tables)

    # STEP 2. The schema is the one that the code would make.
    assert await look(empty, differences) == []
    made = Database.from_url(await made_by_the_code(empty.dialect, sqlite_template, postgres_server, tmp_path))
    assert await look(empty, shape) == await look(made, shape)
    await made.close()


async def made_by_the_code(
    dialect: str, sqlite_template: Any, postgres_server: Callable[[], PostgresServer], folder: Path
) -> str:
    if dialect == "sqlite":
        address: str = sqlite_template.copy(folder)
        return address
    return postgres_server().url("template_nomerok")


def assert_kept(before: Rows, now: Rows) -> None:
    for table, rows in before.items():
        own = {json.dumps(key_of(table, row), default=str): row for row in now[table]}
        for row in rows:
            kept = own[json.dumps(key_of(table, row), default=str)]
            stays = row.keys() - (DROPPED.get(table, set()) - kept.keys())
            assert {name: kept[name] for name in stays} == {name: row[name] for name in stays}, f"a row of {table}"


def key_of(table: str, row: Mapping[str, Any]) -> list[Any]:
    return [row[column.name] for column in metadata.tables[table].primary_key]


async def test_visits_of_before_the_eighth_are_told_of_once_they_change(empty_url: str, vault: Vault) -> None:
    # STEP 1. Visits are made by the code of today; then the database is one of before.
    await asyncio.to_thread(upgrade, empty_url)
    database = Database.from_url(empty_url)
    world = World(database, vault, FakeClock(), tells=True)
    await world.furnish()
    account = await world.account()
    anna = await world.person(account, somebody(1, ADULT))
    slots = await world.slot(THERAPIST, 9), await world.slot(SURGEON, 10)
    made = [await world.at_the_desk(anna.patient_id or "", slot) for slot in slots]
    await world.watch.look()
    await database.close()
    await take_back(empty_url, "0007", vault)
    before = Database.from_url(empty_url)
    rows = await look(before, rows_of)
    assert ["change" in row for row in rows["registry_visit"]] == [False, False]
    await before.close()

    # STEP 2. Migrated, they are as they were, and numbered as what nobody is to be told of.
    database = Database.from_url(empty_url)
    await bring_up(empty_url, database)
    now = await look(database, rows_of)
    assert_kept(rows, now)
    assert [row["change"] for row in now["registry_visit"]] == [0, 0]
    assert now["feed"] == []
    world = World(database, vault, world.clock, tells=True)
    assert [await world.registry.visit(visit.id) for visit in made] == made
    await world.following.run()
    assert (await look(database, rows_of))["feed"][0]["cursor"] == "0"

    # STEP 3. A change of one of them is told, and the other one is let be.
    asked = world.registry.asked["visits"]
    await world.admin.cancel_visit(made[0].id)
    await world.following.run()
    told = [(row["kind"], row["subject_id"]) for row in (await look(database, rows_of))["notification"]]
    assert [subject for kind, subject in told if kind == "visit_cancelled_by_clinic"] == [made[0].id]
    assert world.registry.asked["visits"] == asked
    await database.close()


async def test_letters_to_addresses_of_before_the_ninth_wait_for_their_owners(empty_url: str, vault: Vault) -> None:
    # STEP 1. Letters are due to addresses that were typed and no more, and to one that its server has refused.
    await asyncio.to_thread(upgrade, empty_url)
    database = Database.from_url(empty_url)
    world = World(database, vault, FakeClock())
    await world.furnish()
    visits = {}
    for number, address in enumerate(("anna@example.org", "peter@example.org", None)):
        account = await world.account()
        if address:
            account = await world.give_mail(account, address)
        who = await world.person(account, somebody(number, ADULT))
        made = await world.booking.book(await world.request(account, who, await world.slot(THERAPIST, 9 + number)))
        assert isinstance(made, Made)
        visits[account.id] = made.visit.id
    found = [await world.accounts.by_id(each) for each in visits]
    anna, peter, nobody = [each for each in found if each is not None]
    refused = await world.mail.of(peter)
    assert refused is not None
    await world.mail.refuse(peter, refused)
    await world.mail.send_code(nobody, "nobody@example.org")
    await database.close()
    await take_back(empty_url, "0008", vault)
    before = Database.from_url(empty_url)
    rows = await look(before, rows_of)
    assert "mail_code" not in rows
    assert [row["status"] for row in rows["outbox"] if row["channel"] == "email"] == ["due", "due"]
    await before.close()

    # STEP 2. Migrated, all is kept, and no letter is due that nobody has agreed to.
    database = Database.from_url(empty_url)
    await bring_up(empty_url, database)
    now = await look(database, rows_of)
    letters = {row["account_id"]: row for row in now["outbox"] if row["channel"] == "email"}
    assert {who: row["status"] for who, row in letters.items()} == {anna.id: "waiting", peter.id: "due"}
    letters_before = {row["id"]: row for row in rows["outbox"] if row["channel"] == "email"}
    assert {name: value for name, value in letters[anna.id].items() if name != "status"} == {
        name: value for name, value in letters_before[letters[anna.id]["id"]].items() if name != "status"
    }
    assert_kept({name: kept for name, kept in rows.items() if name != "outbox"}, now)
    world = World(database, vault, world.clock)
    world.clock.advance(seconds=30)
    for _ in range(2):
        await world.mail.ask_owners()
    asked = [row for row in (await look(database, rows_of))["notification"] if row["kind"] == "mail_unconfirmed"]
    assert [row["account_id"] for row in asked] == [anna.id]

    # STEP 3. The owner confirms it: the letter goes out.
    (due,) = await world.outbox.claim(10, EMAIL)
    assert due.notification.account_id == peter.id
    await world.give_mail(anna, "anna@example.org")
    (due,) = await world.outbox.claim(10, EMAIL)
    assert (due.notification.account_id, due.notification.subject_id) == (anna.id, visits[anna.id])
    await database.close()


@pytest.fixture
async def old(empty_url: str, empty: Database) -> Rows:
    """Filled at the third revision; what stood there."""
    await asyncio.to_thread(upgrade, empty_url, "0003")
    await look(empty, lambda connection: fill(connection, "a"))
    rows: Rows = await look(empty, rows_of)
    return rows


async def bring_up(url: str, database: Database) -> None:
    """As each engine is: by the start, or by the command."""
    await (ensure_current(url, database, key) if database.dialect == "sqlite" else migrate.migrate(url, key))


async def test_a_migration_that_fails_half_way_has_changed_nothing(
    empty_url: str, empty: Database, old: Rows, tmp_path: Path
) -> None:
    await empty.execute(text("CREATE TABLE calendar_event (x INTEGER)"))  # the fifth will want to make it
    with pytest.raises(SetupError) as caught:
        await bring_up(empty_url, empty)
    told = str(caught.value)
    assert "calendar_event" in told
    assert "\n" not in told
    assert "the database is as it was before" in told
    assert await revision(empty) == "0003"
    await empty.execute(text("DROP TABLE calendar_event"))
    assert await look(empty, rows_of) == old, "what the fourth has made is gone again"
    if empty.dialect == "sqlite":
        (copy,) = list_of(tmp_path, f"*before-{HEAD}")
        assert str(copy) in told
        kept = Database.from_url(f"sqlite:///{copy}")
        assert await look(kept, rows_of) | {"calendar_event": []} == old | {"calendar_event": []}
        await kept.close()
    await bring_up(empty_url, empty)
    assert_kept(old, await look(empty, rows_of))


async def test_killed_half_way_it_can_be_started_again(
    empty_url: str, empty: Database, old: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two migrations done, and the last one in the middle of its indexes."""
    made = iter(range(100))
    create = op.create_index

    def dies(*args: Any, **kwargs: Any) -> None:
        if next(made) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        create(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_index", dies)
        child = another_process(empty_url)
        await asyncio.to_thread(child.join, 60)
    assert child.exitcode == -signal.SIGKILL
    assert await revision(empty) == "0003"
    assert await look(empty, rows_of) == old
    await bring_up(empty_url, empty)
    assert await revision(empty) == HEAD
    assert_kept(old, await look(empty, rows_of))


async def test_two_processes_at_once_migrate_once(empty_url: str, empty: Database, old: Rows, tmp_path: Path) -> None:
    # STEP 1. Both begin, and on PostgreSQL both wait for a third who has the lock.
    if empty.dialect == "sqlite":
        children = [another_process(empty_url) for _ in range(2)]
    else:
        children = await two_waiting(empty_url, empty)

    # STEP 2. One does it, the other finds nothing to do.
    for child in children:
        await asyncio.to_thread(child.join, 60)
    assert [child.exitcode for child in children] == [0, 0]
    assert await revision(empty) == HEAD
    assert_kept(old, await look(empty, rows_of))
    if empty.dialect == "sqlite":
        (copy,) = list_of(tmp_path, "*before*")
        kept = Database.from_url(f"sqlite:///{copy}")
        assert await revision(kept) == "0003", "a copy of what there was before, whoever was first"
        await kept.close()


async def two_waiting(url: str, database: Database) -> list[multiprocessing.process.BaseProcess]:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    async with database.write() as third:
        await third.execute(text(f"SELECT pg_advisory_xact_lock({0x6E6F6D65726F6B})"))
        children = [another_process(url) for _ in range(2)]
        while (await database.fetch(waiting)).scalar_one() < 2:
            assert all(child.is_alive() for child in children)
        assert await revision(database) == "0003"
    return children


def another_process(url: str) -> multiprocessing.process.BaseProcess:
    child = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(migrate.migrate(url, key)))
    child.start()
    return child


async def test_a_file_that_cannot_be_copied_is_not_migrated(tmp_path: Path) -> None:
    """Something else bears the copy's name, or the disk is full: one line says so, and nothing has changed."""
    url = f"sqlite:///{tmp_path}/old.sqlite"
    database = Database.from_url(url)
    await asyncio.to_thread(upgrade, url, "0003")
    await look(database, lambda connection: fill(connection, "a"))
    rows = await look(database, rows_of)
    copy = tmp_path / f"old.sqlite.before-{HEAD}"

    async def refused() -> str:
        with pytest.raises(SetupError) as caught:
            await ensure_current(url, database, key)
        assert await revision(database) == "0003"
        assert await look(database, rows_of) == rows
        assert list_of(tmp_path, "*before*") == ([copy] if copy.is_dir() else []), "no part of a copy is left"
        return str(caught.value)

    copy.mkdir()
    told = await refused()
    assert "\n" not in told
    assert f"cannot be copied to {copy}" in told
    assert "nothing has been changed" in told
    copy.rmdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        told = await refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert f"cannot be copied to {copy}" in told
    await ensure_current(url, database, key)
    assert_kept(rows, await look(database, rows_of))
    await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(empty_url: str, empty: Database) -> None:
    await asyncio.to_thread(upgrade, empty_url, "0001")
    await empty.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for begin in (ensure_current(empty_url, empty, no_key), migrate.migrate(empty_url, no_key)):
        with pytest.raises(SetupError, match="revision 9999, this version knows them up to"):
            await begin
    assert await revision(empty) == "9999"
