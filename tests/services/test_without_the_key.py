"""The database without its key: nothing in clear ties a chat to a patient, nor did the migration leave any of it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, text, update

from bot.storage import migrate_storage, open_storage
from services.accounts.accounts import Accounts
from services.accounts.model import Account
from services.accounts.tables import PATIENT, account, person
from services.booking.model import Made
from services.booking.tables import INTENT_PATIENT, booking_intent
from services.errors import SetupError
from services.registry.local.tables import patient, slot, visit
from services.registry.model import Patient
from services.storage import migrate, sealing
from services.storage.engine import Database
from services.storage.keys import name_key
from services.storage.migrate import HEAD, copies_in_clear, revision, upgrade
from services.storage.tables import setting
from services.storage.types import UtcDateTime
from services.storage.vault import Vault
from tests.services.test_key import KEY_TEXT, settings
from tests.services.test_migrations import empty_url, look
from tests.services.test_mydata import Life, a_life, raw
from tests.services.test_rotation import words_of
from tests.support.clock import FakeClock
from tests.support.filling import rows_of
from tests.support.old_databases import take_back
from tests.support.thief import Loot, steal
from tests.support.world import ADULT, SURGEON, THERAPIST, World, somebody

__all__ = ["empty_url"]
OLD = "0016"
"""The revision of the last release that kept chats and patients in clear."""
REMOTE = "patient-of-another-registry-0817"


async def chats_of(world: World) -> list[int]:
    query = select(account.c.id)
    found = [await world.accounts.by_id(each) for each in (await world.database.fetch(query)).scalars()]
    return [each.telegram_id for each in found if each is not None]


async def ids(world: World, column: Any) -> set[str]:
    return set((await world.database.fetch(select(column))).scalars())


# --- what a thief reads -----------------------------------------------------------------------------


async def test_no_chat_and_nobody_stands_in_clear_in_any_column(world: World) -> None:
    life = await a_life(world)
    chats, loot = await chats_of(world), await steal(world.database)
    assert len(chats) >= 3
    words = words_of(life) | {str(each) for each in chats}
    seen = {word: loot.places(word) for word in words}
    directory = "registry_doctor.patronymic", "registry_visit.doctor"  # a doctor's begins with somebody's surname
    assert {word: at for word, at in seen.items() if at - set(directory)} == {}
    assert loot.places(life.anna.id), "the search finds what is in clear"


async def test_a_patient_of_the_registry_is_named_in_its_own_tables_alone(world: World) -> None:
    await a_life(world)
    patients, loot = await ids(world, patient.c.id), await steal(world.database)
    assert len(patients) >= 4
    assert {place for each in patients for place in loot.places(each)} == {
        "registry_patient.id",
        "registry_visit.patient_id",
        "registry_prescription.patient_id",
        "registry_coverage.id",
        "registry_care_case.patient_id",
    }


async def test_nothing_leads_from_a_chat_anywhere(world: World) -> None:
    """Neither its number, nor what can be reckoned from it without the key."""
    await a_life(world)
    loot = await steal(world.database)
    for chat in await chats_of(world):
        plain = str(chat), f"{chat:x}", str(-chat)
        reckoned = [getattr(hashlib, name)(each.encode()).hexdigest() for name in ("md5", "sha256") for each in plain]
        assert loot.reached([*plain, *reckoned]) == set()


async def test_by_no_join_but_over_a_visit_does_an_account_lead_to_the_registry(world: World) -> None:
    """Visits and times stand in clear: they lead from one random id to another, with no chat and nobody at the ends."""
    life = await a_life(world)
    loot = await steal(world.database)
    visits = await ids(world, visit.c.id) | await ids(world, visit.c.key) | await ids(world, slot.c.id)
    accounts = [life.anna.id, life.grantee.id, life.giver.id]
    reached = loot.reached(accounts, visits)
    assert {"person", "person_link", "booking_intent", "visit_watch", "outbox", "audit"} <= set(reached)
    assert {each for each in reached if each.startswith("registry_")} == set()
    assert "registry_visit" in loot.reached(accounts), "the walk goes as far as it can"


async def test_no_two_columns_hold_the_same_index(world: World) -> None:
    """Two of one purpose would be a join: from the intent to the person, from the person to the registry."""
    await a_life(world)
    loot = await steal(world.database)
    indexes = {name: {each for each in loot._values[name] if len(each) == 64} for name in loot.columns}
    filled = {name for name, values in indexes.items() if values}
    assert {"account.chat_index", "person.patient_index", "booking_intent.patient_index"} <= filled
    assert {"registry_patient.policy_index", "registry_prescription.number_index"} <= filled
    assert {"act_count.id", "access_code.digest", "waiting_link.id"} <= filled
    assert [pair for pair in combinations(sorted(filled), 2) if indexes[pair[0]] & indexes[pair[1]]] == []


async def test_with_the_key_all_is_found(world: World) -> None:
    life = await a_life(world)
    fresh = Accounts(world.database, world.vault, world.clock)
    assert await fresh.by_telegram(life.anna.telegram_id) == await world.accounts.by_id(life.anna.id)
    assert life.own.patient_id is not None
    mine = PATIENT.among(world.vault, [life.own.patient_id])
    assert set((await world.database.fetch(select(person.c.id).where(mine))).scalars()) == {life.own.id}
    asked = INTENT_PATIENT.among(world.vault, [life.own.patient_id])
    booked = select(func.count()).select_from(booking_intent).where(asked, booking_intent.c.status == "booked")
    assert (await world.database.fetch(booked)).scalar_one() == 3


# --- an old database --------------------------------------------------------------------------------


@dataclass
class Old:
    """A database as the last release left it, its bot stopped; the key is the settings'."""

    url: str
    vault: Vault
    clock: FakeClock
    life: Life
    chats: list[int]
    patients: set[str]

    async def start(self) -> World:
        """As each engine comes up to date: by the start, or by the command before it."""
        if not self.url.startswith("sqlite"):
            await migrate_storage(settings(self.url, KEY_TEXT))
        storage = await open_storage(settings(self.url, KEY_TEXT))
        world = World(storage.database, storage.vault, self.clock)
        world._numbers = count(1_000)
        return world

    async def loot(self) -> Loot:
        database = Database.from_url(self.url)
        try:
            return await steal(database)
        finally:
            await database.close()

    @property
    def copy(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///") + f".before-{HEAD}")


@pytest.fixture
async def old(empty_url: str, vault: Vault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Old:
    """A life in it, and somebody whom a registry elsewhere knows; sealed in units of three."""
    monkeypatch.setattr(sealing, "BATCH", 3)
    await asyncio.to_thread(upgrade, empty_url)
    database = Database.from_url(empty_url)
    await name_key(database, vault.key_id)
    world = World(database, vault, clock)
    await world.furnish()
    life = await a_life(world)
    await world.persons.set_patient(life.typed.id, Patient(REMOTE, confirmed=False, clinic_id=None))
    chats, patients = await chats_of(world), await ids(world, patient.c.id)
    await database.close()
    await take_back(empty_url, OLD, vault)
    return Old(empty_url, vault, clock, life, chats, patients | {REMOTE})


def ways_of(chat: int) -> tuple[bytes, bytes]:
    """How a number lies on the disk: in digits, and as SQLite writes an integer of this size."""
    return str(chat).encode(), chat.to_bytes(6, "big")


async def test_what_stood_in_clear_is_sealed_and_nothing_of_it_is_left(
    old: Old, caplog: pytest.LogCaptureFixture
) -> None:
    # STEP 1. Before: the thief goes from a chat to a patient in two joins, and finds both on the disk.
    before = await old.loot()
    chat = str(old.life.anna.telegram_id)
    assert before.places(chat) == {"account.telegram_id"}
    assert {"person.patient_id", "booking_intent.patient_id"} <= before.places(old.life.own.patient_id or "?")
    assert {"person", "registry_patient"} <= set(before.reached([chat]))
    on_disk = old.url.startswith("sqlite")
    if on_disk:
        leave_in_a_freed_page(old.url, REMOTE + " of a row that was deleted")
        lies_there = raw(old.url)
        assert all(any(way in lies_there for way in ways_of(each)) for each in old.chats)
        assert f"{REMOTE} of a row that was deleted".encode() in lies_there

    # STEP 2. After: neither, in no column, freed page or journal; what was in clear is found with the key.
    world = await old.start()
    loot = await steal(world.database)
    assert [each for each in old.chats if loot.places(str(each))] == []
    assert loot.reached([chat]) == set()
    registry = {"registry_patient.id", "registry_visit.patient_id"}
    assert {place for each in old.patients for place in loot.places(each)} == registry
    assert sorted(await chats_of(world)) == sorted(old.chats)
    anna = await world.accounts.by_telegram(old.life.anna.telegram_id)
    assert anna is not None
    family = {each.id: each for each in await world.persons.family(anna)}
    assert family[old.life.own.id] == old.life.own
    assert family[old.life.typed.id].patient_id == REMOTE
    assert await left_to_rewrite(world.database) == []
    if on_disk:
        lies_there = raw(old.url)
        assert [each for each in old.chats if any(way in lies_there for way in ways_of(each))] == []
        assert REMOTE.encode() not in lies_there

        # STEP 3. The copy of before still has all of it: at every start it is named, until it is deleted.
        kept = old.copy.read_bytes()
        assert any(way in kept for way in ways_of(old.chats[0]))
        assert copies_in_clear(old.url) == [old.copy]
        said = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
        assert [each for each in said if str(old.copy) in each and "delete it" in each]
        old.copy.unlink()
        assert copies_in_clear(old.url) == []
    await world.database.close()

    # STEP 4. And the bot goes on: whoever is there already books, somebody new comes.
    caplog.clear()
    world = await old.start()
    assert "delete it" not in caplog.text
    peter = await world.accounts.by_telegram(old.life.grantee.telegram_id)
    assert peter is not None
    assert isinstance(await book(world, peter, SURGEON, 10), Made)
    new = await world.account()
    assert isinstance(await book(world, new, THERAPIST, 11), Made)
    await world.database.close()


def leave_in_a_freed_page(url: str, word: str) -> None:
    """As a release did that did not blank what it deleted."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE gone (x TEXT)")
        connection.executemany("INSERT INTO gone VALUES (?)", [(word,)] * 300)
        connection.execute("DROP TABLE gone")


async def book(world: World, who: Account, doctor: Any, hour: int) -> object:
    own = await world.persons.own(who) or await world.person(who, somebody(77, ADULT))
    return await world.booking.book(await world.request(who, own, await world.slot(doctor, hour, day=25)))


async def left_to_rewrite(database: Database) -> list[str]:
    query = select(setting.c.value).where(setting.c.name == sealing.TO_BE_REWRITTEN)
    return list((await database.fetch(query)).scalars())


# --- cut short, refused -----------------------------------------------------------------------------


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_after(work: Callable[..., Any], times: int) -> Callable[..., Any]:
    """The process ends when this has been done so often."""
    left = iter(range(times, 0, -1))

    def does(*args: Any, **named: Any) -> Any:
        done = work(*args, **named)
        if next(left) == 1:
            die()
        return done

    return does


def before_sealing(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(sealing, "seal", die)


def in_the_middle_of_a_unit(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(Vault, "seal", dies_after(Vault.seal, 5))


def before_the_columns_go(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(migrate, "upgrade", lambda url, target="head": die() if target == "head" else upgrade(url, target))


def before_it_is_written_anew(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(migrate, "_rewrite", die)


POINTS: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    before_sealing: sealing.REVISION,
    in_the_middle_of_a_unit: sealing.REVISION,
    before_the_columns_go: sealing.REVISION,
    before_it_is_written_anew: HEAD,
}


def another_process(url: str) -> multiprocessing.process.BaseProcess:
    child = multiprocessing.get_context("fork").Process(
        target=lambda: asyncio.run(migrate_storage(settings(url, KEY_TEXT)))
    )
    child.start()
    return child


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.__name__)
async def test_killed_anywhere_the_next_start_goes_on(
    old: Old, point: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        point(patched)
        child = another_process(old.url)
        await asyncio.to_thread(child.join, 120)
    assert child.exitcode == -signal.SIGKILL
    database = Database.from_url(old.url)
    assert await revision(database) == POINTS[point]
    if not old.url.startswith("sqlite"):
        with pytest.raises(SetupError, match="python -m bot migrate"):
            await open_storage(settings(old.url, KEY_TEXT))
    await database.close()
    world = await old.start()
    assert await revision(world.database) == HEAD
    assert sorted(await chats_of(world)) == sorted(old.chats)
    assert await left_to_rewrite(world.database) == []
    if old.url.startswith("sqlite"):
        lies_there = raw(old.url)
        assert [each for each in old.chats if any(way in lies_there for way in ways_of(each))] == []
        assert any(way in old.copy.read_bytes() for way in ways_of(old.chats[0])), "the copy is that of before"
    await world.database.close()


async def test_without_the_key_it_is_refused_and_nothing_has_changed(
    old: Old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database.from_url(old.url)
    rows = await look(database, rows_of)
    for key in ("", KEY_TEXT.swapcase()):
        with pytest.raises(SetupError, match=r"its key is gone|is not the one that sealed"):
            await migrate_storage(settings(old.url, key))
    assert await revision(database) == OLD
    assert await look(database, rows_of) == rows
    assert not list(tmp_path.glob("*before*"))
    await database.close()


async def test_an_old_process_that_writes_on_is_refused_and_what_it_wrote_is_sealed_later(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = sealing.seal

    async def somebody_writes(database: Database, vault: Vault) -> int:
        done = await seal(database, vault)
        await database.execute(text(f"UPDATE person SET patient_id = '{REMOTE}' WHERE id = '{old.life.child.id}'"))
        anew = text("INSERT INTO account (id, telegram_id, locale, created_at) VALUES (:id, :chat, 'ru', :now)")
        values = {"id": "met anew", "chat": old.life.anna.telegram_id, "now": old.clock.now() + timedelta(days=1)}
        await database.execute(anew.bindparams(bindparam("now", type_=UtcDateTime)), values)
        return done

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "seal", somebody_writes)
        with pytest.raises(SetupError) as caught:
            await migrate_storage(settings(old.url, KEY_TEXT))
    assert "1 values of account.telegram_id stand in clear: stop every process" in str(caught.value)
    assert "\n" not in str(caught.value)
    world = await old.start()
    anna = await world.accounts.by_telegram(old.life.anna.telegram_id)
    assert anna is not None
    assert anna.id == old.life.anna.id, "the chat is whose it was, not who was met anew"
    assert (await world.persons.get(anna, old.life.child.id)).patient_id == REMOTE
    await world.database.close()


async def test_two_at_once_seal_each_value_once(old: Old) -> None:
    children = [another_process(old.url) for _ in range(2)]
    for child in children:
        await asyncio.to_thread(child.join, 120)
    assert [child.exitcode for child in children] == [0, 0]
    world = await old.start()
    assert sorted(await chats_of(world)) == sorted(old.chats)
    await world.database.close()


async def test_a_damaged_patient_keeps_nobody_else_from_being_looked_at(world: World) -> None:
    """It does not open: whose it is is not asked about, the others are."""
    one, other = await world.account(), await world.account()
    broken = await world.person(one, somebody(1, ADULT))
    whole = await world.person(other, somebody(2, ADULT))
    theirs = await world.at_the_desk(whole.patient_id or "?", await world.slot())
    await world.database.execute(update(person).where(person.c.id == broken.id).values(patient=b"\x01 broken"))
    await world.watch.look()
    query = text("SELECT visit_id FROM visit_watch")
    assert list((await world.database.fetch(query)).scalars()) == [theirs.id]
