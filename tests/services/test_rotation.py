"""A new key takes the old one's place under a bot at work, cut short anywhere; and what a thief finds in the file."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.exc import OperationalError

from bot.cli import rotate_key as rotate
from bot.logs import mask
from bot.storage import Storage, open_storage
from services.accounts.accounts import Accounts
from services.accounts.codes import CodeKind
from services.accounts.mail_codes import MailCodesUsedUp
from services.accounts.model import Account, Basis, Covers, Offer, Relation
from services.accounts.patients import indexes_of, same_patient
from services.accounts.tables import CHAT, PATIENT, person
from services.accounts.tables import account as account_table
from services.booking.model import BookingLink, LinkKind, Made
from services.drafts.model import Draft
from services.errors import SetupError
from services.limits.model import LIMITS, Act
from services.operators.tables import operator_act
from services.registry.local.tables import patient
from services.registry.model import PatientIdentity, Policy, PolicyKind, VisitStatus
from services.storage import migrate, rotation
from services.storage.engine import Database
from services.storage.keys import KeySource, key_names
from services.storage.rotation import sealed_columns
from services.storage.vault import Vault, VaultError, key_named_in, load_key, write_key
from services.tables import all_tables, metadata
from tests.services.test_access import ANNA, MASHA, PETER
from tests.services.test_key import KEY, KEY_TEXT, ready_url, settings
from tests.services.test_mydata import (
    ADDRESS,
    ANSWER,
    OLGA,
    OTHER_ADDRESS,
    SOUGHT,
    TYPED,
    WRITTEN,
    Life,
    a_life,
    cells,
    raw,
)
from tests.support.clock import FakeClock
from tests.support.world import ADULT, CLINIC, KIND, THERAPIST, World, somebody

__all__ = ["ready_url"]
ALL_TABLES = metadata.sorted_tables
KEY_FILE = Path("secrets/encryption.key")
NEXT_FILE, OLD_FILE = KEY_FILE.with_name("encryption.key.next"), KEY_FILE.with_name("encryption.key.old")
OTHER_TEXT = base64.b64encode(bytes(range(1, 33))).decode()
Hook = Callable[[int], Awaitable[None]]


class Killed(Exception):  # noqa: N818
    """The process ends here: nothing after this is done."""


@dataclass
class Town:
    """A bot at work with a life in it; commands of the operator run beside it, with connections of their own."""

    url: str
    storage: Storage
    world: World
    life: Life
    before: list[tuple[str, str]]
    key_id: str
    settings: Any = None
    printed: StringIO = field(default_factory=StringIO)

    async def rotate(self, hook: Hook | None = None) -> str:
        """The command; `hook` is called in each of its pauses with how many there have been: 0 is the grace."""
        pauses = iter(range(100_000))

        async def pause(_seconds: float) -> None:
            self.storage.vault.look()  # the bot's tick, in the time that this stands for
            if hook is not None:
                await hook(next(pauses))

        self.printed = StringIO()
        assert await rotate.run(self.settings or settings(self.url), stdout=self.printed, pause=pause) == 0
        return self.printed.getvalue()

    async def restart(self) -> World:
        """The bot's next process, over the same database and folder."""
        storage = await open_storage(self.settings or settings(self.url))
        await storage.database.close()
        return World(self.world.database, storage.vault, self.world.clock)

    async def named(self) -> dict[str, int]:
        """How many values name each key."""
        found: dict[str, int] = {}
        for columns in sealed_columns(all_tables()).values():
            for column in columns:
                for value in (await self.world.database.fetch(select(column).where(column.is_not(None)))).scalars():
                    found[key_named_in(value)] = found.get(key_named_in(value), 0) + 1
        return found

    async def all_opens(self, world: World | None = None) -> None:
        """Every value of every table opens as it did, the registry's too; patients are found as they were."""
        world = world or self.world
        assert await in_clear(world) == self.before
        for row in (await world.database.fetch(select(patient))).all():
            assert world.vault.open(patient.c.identity, row.id, row.identity)
        await found_by_everything(world)


async def in_clear(world: World) -> list[tuple[str, str]]:
    """What every sealed cell of our own tables says, but the trail's: each rotation adds to it."""
    tables = [each for each in all_tables() if each is not operator_act]
    sealed = {f"{column.table.name}.{column.name}" for columns in sealed_columns(tables).values() for column in columns}
    return sorted(each for each in await cells(world) if each[0] in sealed)


async def found_by_everything(world: World) -> None:
    """Patients by the policy, and by СНИЛС where the policy is another; accounts by their chats; rows of a patient."""
    for row in (await world.database.fetch(select(account_table))).all():
        found = await Accounts(world.database, world.vault, world.clock).by_telegram(
            int(CHAT.open(world.vault, row.id, row.chat))
        )
        assert found is not None
        assert found.id == row.id
    for row in (await world.database.fetch(select(person).where(person.c.patient.is_not(None)))).all():
        same = PATIENT.among(world.vault, [PATIENT.open(world.vault, row.id, row.patient)])
        assert row.id in set((await world.database.fetch(select(person.c.id).where(same))).scalars())
    for identity in (ANNA, MASHA, PETER, OLGA):
        async with world.database.read() as connection:
            patients = world.admin._patients
            by_policy = await patients.find(connection, identity)
            other = Policy(PolicyKind.ENP, "5097579792009999")
            by_snils = await patients.find(connection, replace_policy(identity, other))
        assert by_policy is not None
        assert by_policy.confirmed
        assert by_snils is not None
        assert (by_snils.id, by_snils.confirmed) == (by_policy.id, False)


def replace_policy(identity: PatientIdentity, policy: Policy) -> PatientIdentity:
    return PatientIdentity(
        *(identity.surname, identity.name, identity.patronymic, identity.birth_date, identity.sex),
        *(policy, identity.snils, identity.phone),
    )


@dataclass(frozen=True)
class Lived:
    """A life as its database holds it, with the key that sealed it."""

    rows: dict[Table, list[Any]]
    key: bytes
    life: Life
    before: list[tuple[str, str]]

    async def restore(self, url: str) -> None:
        """Into an empty database and an empty folder."""
        KEY_FILE.parent.mkdir(mode=0o700)
        write_key(self.key, KEY_FILE)
        database = Database.from_url(url)
        async with database.write() as unit:
            for table, rows in self.rows.items():
                if rows:
                    await unit.execute(insert(table), rows)
        await database.close()


async def live(url: str, clock: FakeClock) -> Town:
    storage = await open_storage(settings(url))
    world = World(storage.database, storage.vault, clock)
    await world.furnish()
    life = await a_life(world)
    return Town(url, storage, world, life, await in_clear(world), storage.vault.key_id)


async def keep_and_clear(town: Town) -> Lived:
    """What is needed to restore it; database and folder are empty again."""
    database = town.storage.database
    rows = {table: [dict(row) for row in (await database.fetch(select(table))).mappings()] for table in ALL_TABLES}
    async with database.write() as unit:
        for table in reversed(ALL_TABLES):
            await unit.execute(delete(table))
    await database.close()
    key = load_key("", KEY_FILE)
    assert key is not None
    KEY_FILE.unlink()
    KEY_FILE.parent.rmdir()
    return Lived(rows, key, town.life, town.before)


@pytest.fixture(scope="module")
def lived() -> dict[str, Lived]:
    """By engine: living takes ten times as long as restoring, and each story wants a life."""
    return {}


@pytest.fixture
async def new_town(
    ready_url: str, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """Small batches, so that a life is many of them. Its life is lived here and now."""
    monkeypatch.setattr(rotation, "BATCH", 2)
    made = await live(ready_url, clock)
    yield made
    await made.storage.database.close()


@pytest.fixture
async def town(
    ready_url: str,
    database: Database,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    lived: dict[str, Lived],
) -> AsyncIterator[Town]:
    """The same, with a life that was lived before."""
    if database.dialect not in lived:
        lived[database.dialect] = await keep_and_clear(await live(ready_url, clock))
    kept = lived[database.dialect]
    monkeypatch.setattr(rotation, "BATCH", 2)
    await kept.restore(ready_url)
    storage = await open_storage(settings(ready_url))
    world = World(storage.database, storage.vault, clock)
    world._numbers = count(1_000)
    yield Town(ready_url, storage, world, replace(kept.life, world=world), kept.before, storage.vault.key_id)
    await storage.database.close()


def test_every_sealed_column_stands_in_a_row_with_an_id() -> None:
    tables = sealed_columns(all_tables())
    assert {"person", "account", "draft", "request", "request_file", "registry_patient"} <= {
        each.name for each in tables
    }
    for table in tables:
        assert [column.name for column in table.primary_key] == ["id"], "the id is part of what is authenticated"


# --- from one key to the next -----------------------------------------------------------------------


async def test_all_opens_before_in_the_middle_and_after(town: Town) -> None:
    code = (await town.world.access.issue(town.life.anna, {Covers.SEE_VISITS}, 3))[0].digits
    await town.world.draft(town.life.anna, surname=TYPED)
    town.before = await in_clear(town.world)
    middle: list[dict[str, int]] = []

    async def look(pauses: int) -> None:
        if pauses % 3 == 0:
            middle.append(await town.named())
            await town.all_opens()

    # STEP 1. The bot reads on while it happens, with the vault that it was started with.
    said = await town.rotate(look)
    assert len(middle) >= 5
    assert any(len(each) == 2 for each in middle), "both keys lie in the database for a time"
    assert middle[0].keys() == {town.key_id}, "nothing is touched before everybody has the new key"

    # STEP 2. After: the new key alone, named by the setting; files in their places.
    new = town.world.vault.key_id
    assert new != town.key_id
    assert (await town.named()).keys() == {new}
    assert (await key_names(town.world.database)).sealed == new
    assert (await key_names(town.world.database)).next is None
    assert Vault(load_key("", KEY_FILE) or b"").key_id == new
    assert Vault(load_key("", OLD_FILE) or b"").key_id == town.key_id
    assert not exists(NEXT_FILE)
    assert modes(KEY_FILE, OLD_FILE) == {0o600}
    assert str(sum((await town.named()).values())) in said
    await town.all_opens()
    if town.world.database.dialect == "sqlite":
        assert raw(town.url).count(b"\x01" + bytes.fromhex(town.key_id)) == 0, "not on the disk either"

    # STEP 3. A restarted bot opens all, and knows the code and the link of before while the old key lies there.
    again = await town.restart()
    await town.all_opens(again)
    assert await again.links.waiting(town.life.anna.telegram_id) == BookingLink(LinkKind.CLINIC, CLINIC.id)
    assert isinstance(await again.access.redeem(town.life.grantee, code), Offer)

    # STEP 4. The old key is removed: only what cannot be looked up any more is gone.
    OLD_FILE.unlink()
    for world in (town.world, await town.restart()):
        world.vault.look()  # the bot's tick, in the time that this stands for
        assert world.vault.key_ids == (new,)
        await town.all_opens(world)
        assert await world.links.waiting(town.life.anna.telegram_id) is None
        assert await world.access._codes.find(code) is None

    # STEP 5. And once more.
    await town.rotate()
    assert (await town.named()).keys() == {town.world.vault.key_id} != {new}
    await town.all_opens()


async def test_rows_of_one_patient_are_the_same_patients_in_the_middle_too(town: Town) -> None:
    """Two of them, sealed under two keys: what ends for one ends for the other."""
    world, own = town.world, town.life.own
    twin = await world.person(await world.account(), own.identity, Relation.PARENT, Basis.CONSENT)
    assert twin.patient_id == own.patient_id
    town.before = await in_clear(world)
    keys: list[set[str]] = []

    async def look(_pauses: int) -> None:
        rows = (
            await world.database.fetch(select(person.c.patient).where(person.c.id.in_([own.id, twin.id])))
        ).scalars()
        keys.append({key_named_in(each) for each in rows})
        async with world.database.write() as unit:
            for each in (own, twin):
                same = same_patient(each.id, await indexes_of(unit, world.vault, each.id))
                assert set((await unit.execute(same)).scalars()) == {own.id, twin.id}

    await town.rotate(look)
    assert len(set().union(*keys)) == 2, "they were looked at under both keys"


async def test_a_code_of_the_desk_is_used_while_the_key_changes(town: Town) -> None:
    anna = town.life.anna
    code = await town.world.access._codes.issue(CodeKind.CONSENT, {"tries": 0}, anna.id)

    async def look(pauses: int) -> None:
        if pauses in (0, 4, 12):
            found = await town.world.access._codes.find(code.digits)
            assert found is not None
            await town.world.access._codes.count_wrong_holder(found.id)

    await town.rotate(look)
    assert await town.world.access._codes.find(code.digits) is None, "the third wrong holder burns it"


async def test_people_go_on_writing_meanwhile(town: Town) -> None:
    """The bot's own acts between any two units of work, and really at once."""
    world, anna = town.world, town.life.anna
    new_people: list[tuple[Account, PatientIdentity]] = []
    free = await world.registry.slots(CLINIC.id, THERAPIST.service_id, age=30)
    visits: dict[str, str] = {}

    async def act(pauses: int) -> None:
        identity = somebody(100 + pauses, ADULT, f"Новикова{chr(ord('а') + pauses % 30)}")
        account = await world.account()
        person = await world.person(account, identity)
        made = await world.booking.book(await world.request(account, person, free[pauses]))
        assert isinstance(made, Made)
        visits[made.visit.id] = free[pauses].id
        draft = await world.drafts.start(Draft("", account.id, KIND, "who", answers={"surname": identity.surname}))
        assert draft.answers["surname"] == identity.surname
        await world.links.keep(anna.telegram_id, BookingLink(LinkKind.CLINIC, CLINIC.id))
        await world.give_mail(account, f"n{pauses}@example.org")
        new_people.append((account, identity))

    together: list[asyncio.Task[None]] = []

    async def hook(pauses: int) -> None:
        if pauses < 8:
            await act(pauses)
        elif pauses < 16:
            together.append(asyncio.create_task(act(pauses)))

    await town.rotate(hook)
    await asyncio.gather(*together)
    assert len(new_people) >= 12
    assert len(visits) == len(new_people)
    assert (await town.named()).keys() == {world.vault.key_id}
    again = await town.restart()
    for visit_id, slot_id in visits.items():
        found_visit = await again.registry.visit(visit_id)
        assert found_visit is not None
        assert (found_visit.slot_id, found_visit.status) == (slot_id, VisitStatus.BOOKED)
    for account, identity in new_people:
        (person,) = await again.persons.family(account)
        assert person.identity == identity
        found = await again.registry.find_patient(identity)
        assert found is not None
        assert found.id == person.patient_id
    counts = select(func.count(patient.c.id)).group_by(patient.c.policy_index)
    assert set((await world.database.fetch(counts)).scalars()) == {1}
    links = await world.database.fetch(select(func.count()).select_from(waiting()))
    assert links.scalar_one() == 1, "the chat's link has its present index, the row of before is gone"


def waiting() -> Any:
    return next(table for table in sealed_columns(all_tables()) if table.name == "waiting_link")


async def test_an_erasing_in_the_middle_stays_one(town: Town) -> None:
    async def erase(pauses: int) -> None:
        if pauses == 5:
            await town.world.mydata.erase(town.life.anna)

    await town.rotate(erase)
    assert (await town.world.database.fetch(select(func.count()).select_from(waiting()))).scalar_one() == 0
    assert not [value for _, value in await cells(town.world) if ANNA.surname in value and "Аннаб" in value]


async def test_an_event_of_the_calendar_is_known_again(town: Town) -> None:
    world, anna = town.world, town.life.anna
    ahead = (await world.visits.upcoming(anna, 0, 1)).items[0]
    first = await world.calendar.event(anna, await world.calendar.find(anna, ahead.visit.id))
    await town.rotate()
    again = await world.calendar.event(anna, await world.calendar.find(anna, ahead.visit.id))
    assert (again.uid, again.sequence) == (first.uid, first.sequence)


async def test_a_code_for_an_address_is_good_afterwards_and_letters_are_counted_on(town: Town) -> None:
    world, anna = town.world, town.life.anna
    code = await world.mail_code(anna)
    await town.rotate()
    for _ in range(LIMITS[Act.MAIL_CODE].most - 2):
        await world.mail.send_code(anna, OTHER_ADDRESS)
    with pytest.raises(MailCodesUsedUp):
        await world.mail.send_code(anna, OTHER_ADDRESS)
    assert isinstance(await world.mail.confirm(anna, OTHER_ADDRESS, code.digits), Account)


async def test_a_refused_address_that_was_sealed_anew_is_still_the_address(town: Town) -> None:
    address = await town.world.mail.of(town.life.anna)
    assert address is not None
    await town.rotate()
    await town.world.mail.refuse(town.life.anna, address)
    after = await town.world.mail.of(town.life.anna)
    assert after is not None
    assert after.refused


# --- cut short --------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 4])
async def test_killed_after_some_units_it_goes_on(town: Town, after: int) -> None:
    async def dies(pauses: int) -> None:
        if pauses == after:
            raise Killed

    # STEP 1. Twice it dies on the way; each time the bot goes on, the running one and one that starts now.
    for _ in range(2):
        with pytest.raises(Killed):
            await town.rotate(dies)
        await town.all_opens()
        again = await town.restart()
        await town.all_opens(again)
        assert again.vault.key_id == town.world.vault.key_id != town.key_id
        assert (await key_names(town.world.database)).next == again.vault.key_id
    named = await town.named()
    assert named[town.key_id] > 0
    traced = 1  # the second command's own trace is written after the new key is there
    assert (after > 0) == (named[town.world.vault.key_id] > traced)

    # STEP 2. What the new key has sealed needs it: without it nothing starts, and the line says which.
    kept = NEXT_FILE.rename("kept")
    with pytest.raises(SetupError, match=town.world.vault.key_id) as refused:
        await town.restart()
    assert "encryption.key.next" in str(refused.value)
    Path("kept").rename(NEXT_FILE)
    assert kept

    # STEP 3. The same command goes on.
    await town.rotate()
    assert (await town.named()).keys() == {town.world.vault.key_id}
    await town.all_opens()
    await town.all_opens(await town.restart())


STEPS = ["name_next", "name_key", "tidy", "put_next_in_place", "between the files"]


@pytest.mark.parametrize("step", STEPS)
async def test_killed_between_any_two_steps_it_goes_on(town: Town, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if step in ("name_next", "name_key"):
            patched.setattr(rotate, step, dies)
        elif step == "tidy":
            patched.setattr(Database, "tidy", dies)
        elif step == "put_next_in_place":
            patched.setattr(KeySource, step, dies)
        else:
            replaces = Path.replace

            def only_the_old(self: Path, target: Path) -> Path:
                if self.name.endswith(".next"):
                    raise Killed
                return replaces(self, target)

            patched.setattr(Path, "replace", only_the_old)
        with pytest.raises(Killed):
            await town.rotate()
    assert exists(NEXT_FILE)
    await town.all_opens()
    again = await town.restart()
    await town.all_opens(again)
    await town.rotate()
    assert (await town.named()).keys() == {again.vault.key_id} != {town.key_id}
    assert Vault(load_key("", KEY_FILE) or b"").key_id == again.vault.key_id
    assert Vault(load_key("", OLD_FILE) or b"").key_id == town.key_id
    assert not exists(NEXT_FILE)
    await town.all_opens(await town.restart())


async def test_a_database_that_goes_away_is_one_line(town: Town) -> None:
    async def breaks(pauses: int) -> None:
        if pauses == 3:
            raise OperationalError("UPDATE person", None, Exception("the database is locked"))

    with pytest.raises(SetupError, match="the same command goes on") as caught:
        await town.rotate(breaks)
    assert "person" not in str(caught.value)
    await town.all_opens()
    await town.rotate()
    assert (await town.named()).keys() == {town.world.vault.key_id}


async def test_a_unit_that_breaks_changes_nothing_of_its_batch(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Vault.seal_bytes
    calls: list[str] = []

    def breaks(self: Vault, column: Any, row_id: str, content: bytes) -> Any:
        calls.append(row_id)
        if len(calls) == 6:
            raise Killed
        return sealed(self, column, row_id, content)

    with monkeypatch.context() as patched:
        patched.setattr(Vault, "seal_bytes", breaks)
        with pytest.raises(Killed):
            await town.rotate()
    named = await town.named()
    assert 0 < named[town.world.vault.key_id] < 6
    await town.all_opens()


# --- what is in the way -----------------------------------------------------------------------------


async def test_a_damaged_value_is_told_and_stops_nothing(town: Town) -> None:
    table = next(each for each in sealed_columns(all_tables()) if each.name == "person")
    row = (await town.world.database.fetch(select(table).where(table.c.id == town.life.typed.id))).one()
    broken = bytes(row.profile[:-1]) + bytes([row.profile[-1] ^ 1])
    await town.world.database.execute(update(table).where(table.c.id == row.id).values(profile=broken))
    said = await town.rotate()
    assert f"person.profile {row.id}" in said
    assert (await town.named())[town.key_id] == 1
    with pytest.raises(VaultError):
        town.world.vault.open(table.c.profile, row.id, broken)


async def test_the_same_policy_under_two_keys_ends_as_one(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Two processes, one of which had not seen the new key yet, entered one person at the same moment."""
    twin = await town.world.database.fetch(select(patient).where(patient.c.policy_index.is_not(None)).limit(1))
    row = twin.one()

    async def enter(pauses: int) -> None:
        if pauses == 0:
            vault, new_id = town.world.vault, "twin00000000"
            content = vault.open(patient.c.identity, row.id, row.identity)
            sealed = vault.seal(patient.c.identity, new_id, content)
            indexes = town.world.admin._patients.indexes_of(new_id, sealed)
            values = dict(row._mapping) | {"id": new_id, "identity": sealed, **indexes}
            await town.world.database.execute(patient.insert().values(values))

    await town.rotate(enter)
    assert (await town.named()).keys() == {town.world.vault.key_id}
    assert row.id in caplog.text
    left = await town.world.database.fetch(select(patient).where(patient.c.id == row.id))
    one = left.one()
    assert one.policy_index is None
    assert one.snils_index is not None


async def test_the_same_chat_under_two_keys_ends_as_one(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Two processes, one of which had not seen the new key yet, made an account of one chat at the same moment."""
    world, chat = town.world, town.life.anna.telegram_id

    async def enter(pauses: int) -> None:
        if pauses == 0:
            twin = {"id": "twin00000000", "locale": "ru", "created_at": world.clock.now()}
            values = twin | CHAT.values(world.vault, "twin00000000", str(chat))
            await world.database.execute(insert(account_table).values(values))

    await town.rotate(enter)
    assert (await town.named()).keys() == {world.vault.key_id}
    assert "another row has the same index" in caplog.text
    OLD_FILE.unlink()
    again = await town.restart()
    found = await again.accounts.by_telegram(chat)
    assert found is not None
    indexes = await world.database.fetch(select(account_table.c.id).where(account_table.c.chat_index.is_(None)))
    assert {found.id, indexes.scalar_one()} == {"twin00000000", town.life.anna.id}


async def test_the_wrong_key_refuses_to_start_as_before(town: Town) -> None:
    await town.rotate()
    new = (await key_names(town.world.database)).sealed or "?"
    OLD_FILE.rename(KEY_FILE)  # the key of before, put back in its place
    with pytest.raises(SetupError, match=new):
        await town.restart()
    with pytest.raises(SetupError, match=new):
        await town.rotate()
    KEY_FILE.unlink()
    with pytest.raises(SetupError, match="gone"):
        await town.restart()


async def test_wrong_use_is_one_clear_line(town: Town) -> None:
    async def refusal(**changes: str) -> str:
        town.settings = settings(town.url).model_copy(update=changes)
        with pytest.raises(SetupError) as caught:
            await town.rotate()
        assert "\n" not in str(caught.value)
        assert KEY_TEXT not in str(caught.value)
        return str(caught.value)

    present = KEY_FILE.read_text().strip()
    assert "ENCRYPTION_KEY_NEXT" in await refusal(encryption_key=present)
    assert "present one" in await refusal(encryption_key=present, encryption_key_next=present)
    assert "ENCRYPTION_KEY_NEXT must hold" in await refusal(encryption_key=present, encryption_key_next="short")
    assert "wants" in await refusal(encryption_key=KEY_TEXT, encryption_key_next=OTHER_TEXT)
    assert (await town.named()).keys() == {town.key_id}
    town.settings = None
    await town.rotate()
    assert str(OLD_FILE) in await refusal()
    OLD_FILE.rename(NEXT_FILE)
    NEXT_FILE.rename(OLD_FILE)
    NEXT_FILE.touch(mode=0o600)
    NEXT_FILE.write_text(OTHER_TEXT)
    assert "earlier rotation" in await refusal()


async def test_keys_in_the_settings(ready_url: str, database: Database, clock: FakeClock) -> None:
    """The bot is restarted with both, then the command, then the new one alone."""
    first = await open_storage(settings(ready_url, KEY_TEXT))
    await first.database.close()
    world = World(database, first.vault, clock)
    await world.furnish()
    life = await a_life(world)
    both = settings(ready_url, KEY_TEXT).model_copy(update={"encryption_key_next": OTHER_TEXT})

    # STEP 1. From the restart on the new key seals; a start without it is refused.
    storage = await open_storage(both)
    await storage.database.close()
    assert storage.vault.key_ids == (Vault(bytes(range(1, 33))).key_id, Vault(KEY).key_id)
    with pytest.raises(SetupError, match="ENCRYPTION_KEY_NEXT"):
        await open_storage(settings(ready_url, KEY_TEXT))

    # STEP 2. The command; given again it says the same.
    before = await in_clear(world)
    town = Town(ready_url, storage, World(database, storage.vault, clock), life, before, Vault(KEY).key_id, both)
    for _ in range(2):
        assert "set ENCRYPTION_KEY" in await town.rotate()
    assert (await town.named()).keys() == {storage.vault.key_id}
    assert not exists(Path("secrets"))

    # STEP 3. The new one alone; the old one alone is refused.
    town.settings = settings(ready_url, OTHER_TEXT)
    await town.all_opens(await town.restart())
    with pytest.raises(SetupError, match="wants"):
        await open_storage(settings(ready_url, KEY_TEXT))


# --- nothing in clear -------------------------------------------------------------------------------


def without_the_directory(hay: str) -> str:
    """A doctor's patronymic begins with somebody's surname; who works at a clinic is no secret."""
    return hay.replace(THERAPIST.patronymic or "?", "")


def words_of(life: Life) -> set[str]:
    """Everything personal of everybody in this life."""
    found = {WRITTEN, ANSWER, ADDRESS, TYPED, SOUGHT, "Черновикова", "anna.ivanova"}
    for identity in (ANNA, MASHA, PETER, OLGA, life.own.identity, life.child.identity, life.typed.identity):
        policy, snils, phone = identity.policy.number, identity.snils, identity.phone
        found |= {identity.surname, identity.name, identity.patronymic or "", policy, snils or "", phone or ""}
        found |= {(phone or "").removeprefix("+7"), identity.birth_date.strftime("%d.%m.%Y")}
    return found - {""}


def all_that_lies_there(url: str) -> bytes:
    """The database, its journal, copies of it, and whatever else the bot has put beside them; but for the keys."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    files = [each for each in sorted(folder.rglob("*")) if each.is_file() and KEY_FILE.parent.name not in each.parts]
    assert {"nomerok.sqlite", "nomerok.sqlite-wal", "nomerok.sqlite.before-0002"} <= {each.name for each in files}
    return b"".join(each.read_bytes() for each in files)


async def test_a_stolen_file_holds_nothing_personal_in_clear(new_town: Town) -> None:
    town = new_town
    words = words_of(town.life)
    assert len(words) >= 25
    told = " ".join(value for _, value in await cells(town.world))
    assert WRITTEN in told, "the life has been lived"
    if town.world.database.dialect != "sqlite":
        for columns in sealed_columns(all_tables()).values():
            for table in {column.table for column in columns}:
                everything = without_the_directory(str((await town.world.database.fetch(select(table))).all()))
                assert [word for word in words if word in everything] == []
        return
    # What a start with a newer version leaves beside the database is stolen with it.
    file = Path(town.url.removeprefix("sqlite:///"))
    await town.world.database.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
    await town.world.database.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    migrate._copy(file, file.with_name("nomerok.sqlite.before-0002"), "0001")
    for moment in ("before", "after"):
        stolen = all_that_lies_there(town.url)
        assert CLINIC.id.encode() in stolen
        assert CLINIC.name.encode() in stolen, "what is not personal is found, so the search works"
        forms = {word: (word, word.upper(), word.lower()) for word in words}
        told = without_the_directory(stolen.decode(errors="replace"))
        found = {word for word, ways in forms.items() for way in ways if way in told}
        escaped = {word for word in words if word.encode("unicode_escape") in stolen}
        wide = {word for word in words for form in ("utf-16-le", "utf-16-be") if word.encode(form) in stolen}
        narrow = {word for word in words if len(word) > 5 and word.encode("cp1251") in stolen}
        assert found | escaped | wide | narrow == set(), moment
        for key in (KEY_FILE, OLD_FILE):
            if exists(key):
                assert load_key("", key) not in (None, b"")
                assert (load_key("", key) or b"?") not in stolen
                assert key.read_bytes().strip() not in stolen
        if moment == "before":
            await town.rotate()


async def test_logs_of_a_life_at_debug_hold_nothing_personal(
    ready_url: str, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    # Drivers never speak so in the product (`bot/logs.py`); here they do, and say nothing all the same.
    names = ("services", "bot", "sqlalchemy", "aiosqlite", "asyncpg", "alembic")
    log = StringIO()
    handler = logging.StreamHandler(log)
    loggers = [logging.getLogger(name) for name in names]
    levels = [each.level for each in loggers]
    try:
        for each in loggers:
            each.addHandler(handler)
            each.setLevel(logging.DEBUG)
        storage = await open_storage(settings(ready_url))
        world = World(storage.database, storage.vault, clock)
        await world.furnish()
        life = await a_life(world)
        town = Town(ready_url, storage, world, life, [], storage.vault.key_id)
        await town.rotate()
        keys = [KEY_FILE.read_text().strip(), OLD_FILE.read_text().strip()]
        await storage.database.close()
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.removeHandler(handler)
            each.setLevel(level)
    said = mask(without_the_directory(log.getvalue()))
    assert str(life.anna.telegram_id) not in said, "long numbers are masked"
    assert "UPDATE person " in said, "statements are logged, so there is something to search"
    assert [word for word in words_of(life) if word in said] == []
    assert [key for key in keys if key in said or key in town.printed.getvalue() or key in caplog.text] == []


def exists(path: Path) -> bool:
    return path.exists()


def modes(*files: Path) -> set[int]:
    return {file.stat().st_mode & 0o777 for file in files}
