"""What only the registry in our own tables promises: how it fails, what it keeps open, what a listing costs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.dialects import sqlite

from services.errors import NomerokError, NotFound
from services.registry.local import bookings
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo import roll_demo
from services.registry.local.demo_clinics import DemoClinic
from services.registry.local.refs import natural, short_hash, slot_ref
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import patient, slot, visit
from services.registry.local.times import (
    day_offers,
    doctor_offers,
    free_slots,
    nearest_of_doctors,
    service_offers,
)
from services.registry.local.visits import changed_after
from services.registry.model import (
    AgeGroup,
    Booked,
    Cancelled,
    CancelRefusal,
    Clinic,
    NotCancelled,
    PatientIdentity,
    Policy,
    PolicyKind,
    Refusal,
    Refused,
    Sex,
    Unknown,
    Visit,
    VisitStatus,
)
from services.registry.ports.addresses import AddressRecord
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.storage import sqlite as sqlite_engine
from services.storage.engine import Database
from services.storage.postgres import _PostgresUnit
from services.storage.sqlite import LoopEngine
from services.storage.statement import Bound
from services.storage.units import COMMIT, Unit
from services.storage.vault import Vault
from tests.support.clock import FakeClock

CLINIC = Clinic("c", "Поликлиника", "ул. Мира, д. 1", "Мытищи", "50", "", "", "Europe/Moscow", AgeGroup.ANY)
DOCTOR = DoctorRecord("d", "c", "110", "Терапевт", "Ветров", "Иван", None, "каб. 1", AgeGroup.ANY)
START = datetime(2026, 11, 24, 6, tzinfo=UTC)
ANNA = PatientIdentity(
    *("Ёлкина", "Анна", None, date(1990, 3, 14), Sex.FEMALE),
    *(Policy(PolicyKind.ENP, "5058099085000017"), "11223344595", "+74950000001"),
)
SLOT = slot_ref("d", START)
LATER = START + timedelta(hours=3)
LATER_SLOT = slot_ref("d", LATER)


@pytest.fixture
def admin(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistryAdmin:
    return LocalRegistryAdmin(database, vault, clock)


@pytest.fixture
def registry(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistry:
    return LocalRegistry(database, vault, clock, registers_patients=False)


@pytest.fixture
async def patient_id(admin: LocalRegistryAdmin) -> str:
    """A clinic, a doctor, two free times; and Anna, who may take them."""
    await admin.load([CLINIC], [DOCTOR], times(START, LATER))
    return (await admin.enrol(ANNA, "c")).id


@pytest.fixture
async def made(registry: LocalRegistry, patient_id: str) -> Visit:
    """Anna's visit to the first of the two times."""
    answer = await registry.book("key", patient_id, SLOT)
    assert isinstance(answer, Booked)
    return answer.visit


def times(*starts: datetime) -> list[SlotRecord]:
    """Times of 20 minutes of the one doctor."""
    return [SlotRecord("d", start, start + timedelta(minutes=20)) for start in starts]


@contextmanager
def dead_line(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commits go through, their answers do not."""
    say = _PostgresUnit._say
    say_here = LoopEngine.say

    async def fail(unit: _PostgresUnit, words: str) -> None:
        await say(unit, words)
        if words == COMMIT:
            raise OSError("the line went dead")

    def fail_here(engine: LoopEngine, words: str) -> None:
        say_here(engine, words)
        if words == COMMIT:
            raise OSError("the line went dead")

    with monkeypatch.context() as patched:
        patched.setattr(_PostgresUnit, "_say", fail)
        patched.setattr(LoopEngine, "say", fail_here)
        yield


# --- a database that does not answer -------------------------------------------------------------


async def test_a_registry_that_is_out_of_reach_says_so(
    tmp_path: Path, vault: Vault, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for url in (f"sqlite:///{tmp_path}/empty.sqlite", f"postgresql://nobody@/none?host={tmp_path}"):
        database = Database.from_url(url)
        registry = LocalRegistry(database, vault, clock, registers_patients=True)
        for question in (
            registry.regions(),
            registry.clinics("50"),
            registry.services("c", age=36),
            registry.slot("s"),
            registry.visits(["p"]),
            registry.towns("50", "", 1),
            registry.streets("t", "мира", 1),
            registry.houses("s", "5", 1),
            registry.find_patient(ANNA),
            registry.register_patient(ANNA),
            LocalRegistryAdmin(database, vault, clock).known(),
            LocalRegistryAdmin(database, vault, clock).cancel_visit("v"),
            LocalRegistryAdmin(database, vault, clock).put_addresses([AddressRecord("50", "Мытищи", "г")]),
        ):
            with pytest.raises(RegistryUnavailable):
                await question
        with caplog.at_level(logging.CRITICAL):
            assert await registry.book("key", "p", "s") == Refused(Refusal.UNAVAILABLE)
            assert await registry.move("key", "v", "s") == Refused(Refusal.UNAVAILABLE)
            assert await registry.cancel("v") == NotCancelled(CancelRefusal.UNAVAILABLE)
        assert await registry.find_booking("key") == Unknown()
        await database.close()


async def test_a_database_locked_by_somebody_else_refuses_and_recovers(
    tmp_path: Path, vault: Vault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, sqlite_template: Any
) -> None:
    monkeypatch.setattr(sqlite_engine, "BUSY_SECONDS", 0.05)
    url = sqlite_template.copy(tmp_path)
    database, other = Database.from_url(url), Database.from_url(url)
    admin, registry = (
        LocalRegistryAdmin(database, vault, clock),
        LocalRegistry(database, vault, clock, registers_patients=True),
    )
    await admin.load([CLINIC], [DOCTOR], [SlotRecord("d", START, START + timedelta(minutes=20))])
    patient_id = (await admin.enrol(ANNA, "c")).id
    async with other.write():
        assert await registry.book("key", patient_id, SLOT) == Refused(Refusal.UNAVAILABLE)
        assert await registry.slot(SLOT) is not None, "reading goes on"
    assert isinstance(await registry.book("key", patient_id, SLOT), Booked)
    await database.close()
    await other.close()


async def test_an_answer_lost_in_the_commit_is_unknown_until_asked(
    database: Database, registry: LocalRegistry, patient_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit goes through, its answer does not: the very case that the key is for."""
    with dead_line(monkeypatch):
        assert await registry.book("key", patient_id, SLOT) == Unknown()
    found = await registry.find_booking("key")
    assert isinstance(found, Booked)
    assert await registry.book("key", patient_id, SLOT) == found
    assert len(await registry.visits([patient_id])) == 1


async def test_a_move_and_a_cancelling_lost_in_the_commit_are_unknown_until_asked(
    database: Database, registry: LocalRegistry, made: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dead_line(monkeypatch):
        assert await registry.move("move", made.id, LATER_SLOT) == Unknown()
    found = await registry.find_booking("move")
    assert isinstance(found, Booked)
    assert await registry.move("move", made.id, LATER_SLOT) == found
    with dead_line(monkeypatch):
        assert await registry.cancel(found.visit.id) == Unknown()
    assert await registry.cancel(found.visit.id) == NotCancelled(CancelRefusal.ALREADY_CANCELLED)


async def test_a_move_that_breaks_off_half_way_has_done_nothing(
    registry: LocalRegistry, made: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise OSError("the line went dead")

    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
        patched.setattr("services.registry.local.bookings._free", broken)
        assert await registry.move("move", made.id, LATER_SLOT) == Refused(Refusal.UNAVAILABLE)
        assert await registry.cancel(made.id) == NotCancelled(CancelRefusal.UNAVAILABLE)
    assert await registry.visits([made.patient_id]) == [made]
    assert await registry.find_booking("move") is None
    assert await registry.slot(LATER_SLOT) is not None
    assert await registry.slot(SLOT) is None


async def test_a_number_that_is_taken_is_drawn_again(
    admin: LocalRegistryAdmin, registry: LocalRegistry, patient_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = START + timedelta(days=1)
    await admin.load([], [], [SlotRecord("d", later, later + timedelta(minutes=20))])
    oleg = await admin.enrol(
        PatientIdentity("Орлов", "Олег", None, date(1980, 1, 1), Sex.MALE, Policy(PolicyKind.TEMPORARY, "123456789")),
        "c",
    )
    numbers = iter(["4071-2265", "4071-2265", "4071-2266"])
    monkeypatch.setattr("services.registry.local.visits.new_number", lambda: next(numbers))
    assert isinstance(await registry.book("1", patient_id, SLOT), Booked)
    answer = await registry.book("2", oleg.id, slot_ref("d", later))
    assert isinstance(answer, Booked)
    assert answer.visit.number == "4071-2266"
    numbers = iter(["4071-2265", "4071-2267", "4071-2266", "4071-2268"])
    moved = await registry.move("3", answer.visit.id, LATER_SLOT)
    assert isinstance(moved, Booked)
    assert moved.visit.number == "4071-2267"
    assert (await admin.move_visit(moved.visit.id, slot_ref("d", later))).number == "4071-2268"


# --- in which order it is told --------------------------------------------------------------------


async def test_what_is_counted_first_is_there_first(
    database: Database,
    admin: LocalRegistryAdmin,
    registry: LocalRegistry,
    patient_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody reads the number of a later change while an earlier one is not committed, and passes it over so."""
    oleg = await admin.enrol(
        PatientIdentity("Орлов", "Олег", None, date(1980, 1, 1), Sex.MALE, Policy(PolicyKind.TEMPORARY, "123456789")),
        "c",
    )
    since = (await registry.changed_visits(None, 10)).cursor
    insert_visit = bookings._insert
    counted, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(connection: Unit, booked: Visit, key: str, change: int) -> None:
        if key == "slow":
            counted.set()
            await go_on.wait()
        await insert_visit(connection, booked, key, change)

    monkeypatch.setattr(bookings, "_insert", slowly)
    slow = asyncio.create_task(registry.book("slow", patient_id, SLOT))
    await counted.wait()
    quick = asyncio.create_task(registry.book("quick", oleg.id, LATER_SLOT))
    if database.dialect != "sqlite":
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        while not (await database.fetch(waiting)).scalar_one():
            assert not quick.done()
    assert not (await registry.changed_visits(since, 10)).items
    go_on.set()
    made = [answer.visit for answer in await asyncio.gather(slow, quick) if isinstance(answer, Booked)]
    assert (await registry.changed_visits(since, 10)).items == made
    caplog.clear()  # the slow unit has waited on purpose


async def test_what_has_changed_is_searched_by_its_number(tmp_path: Path, sqlite_template: Any) -> None:
    database = Database.from_url(sqlite_template.copy(tmp_path))
    plan = await _plan(database, changed_after(5, 200))
    await database.close()
    assert any("registry_visit USING INDEX ix_registry_visit_change" in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN") or "B-TREE" in step], plan


# --- what is kept --------------------------------------------------------------------------------


async def test_nothing_of_a_patient_lies_open(database: Database, registry: LocalRegistry, patient_id: str) -> None:
    await registry.book("key", patient_id, SLOT)
    rows = [*(await database.fetch(select(patient))).all(), *(await database.fetch(select(visit))).all()]
    kept = repr([tuple(row) for row in rows])
    for secret in ("Ёлкина", "Анна", "1990", "5058099085000017", "11223344595", "4950000001"):
        assert secret not in kept
        assert secret.encode() not in b"".join(value for row in rows for value in row if isinstance(value, bytes))


async def test_a_registry_that_registers_nobody(registry: LocalRegistry) -> None:
    assert not registry.capabilities().registers_patients
    with pytest.raises(NomerokError):
        await registry.register_patient(ANNA)


async def test_a_registry_that_moves_nothing(database: Database, vault: Vault, clock: FakeClock, made: Visit) -> None:
    registry = LocalRegistry(database, vault, clock, registers_patients=False, moves=False)
    assert not registry.capabilities().moves
    with pytest.raises(NomerokError):
        await registry.move("move", made.id, LATER_SLOT)
    assert await registry.visit(made.id) == made


async def test_the_desk_attaches_to_a_clinic_that_there_is(admin: LocalRegistryAdmin, patient_id: str) -> None:
    with pytest.raises(NotFound):
        await admin.enrol(ANNA, "nowhere")
    known = await admin.known()
    assert (dict(known.zones), dict(known.doctors)) == ({"c": "Europe/Moscow"}, {"d": "c"})


async def test_a_slot_is_given_once_whatever_the_code_does(
    database: Database, registry: LocalRegistry, patient_id: str
) -> None:
    """The last guard: a unique index on the slots of live visits."""
    answer = await registry.book("key", patient_id, SLOT)
    assert isinstance(answer, Booked)
    row = (await database.fetch(select(visit))).one()._mapping
    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.execute(insert(visit).values(**{**row, "id": "other", "key": "other", "number": "1"}))


async def test_import_and_booking_at_once(
    admin: LocalRegistryAdmin, registry: LocalRegistry, patient_id: str, database: Database
) -> None:
    """Schedules that drop the hour race with the one who takes it: a booked visit always keeps its slot."""
    other_day = START + timedelta(days=2)
    without = [SlotRecord("d", START + timedelta(hours=1), START + timedelta(minutes=80))]
    without += [SlotRecord("d", other_day, other_day + timedelta(minutes=20))]
    answer, *_ = await asyncio.gather(
        registry.book("key", patient_id, SLOT), *(admin.load([], [], without) for _ in range(3))
    )
    taken = (await database.fetch(select(slot.c.id).where(slot.c.visit_id.is_not(None)))).scalars().all()
    assert taken == ([SLOT] if isinstance(answer, Booked) else [])
    assert isinstance(answer, Booked) or answer == Refused(Refusal.TIME_BUSY)


@pytest.mark.usefixtures("patient_id")
async def test_imports_and_moves_at_once(admin: LocalRegistryAdmin, registry: LocalRegistry) -> None:
    """Both lock several times of one doctor: neither waits for the other in a ring."""
    visits = []
    starts = [START + timedelta(days=1, minutes=20 * place) for place in range(24)]
    await admin.load([], [], times(*starts))
    for number in range(8):
        who = replace(ANNA, policy=Policy(PolicyKind.TEMPORARY, f"{number:09}"), snils=None)
        answer = await registry.book(f"{number}", (await admin.enrol(who, "c")).id, slot_ref("d", starts[number]))
        assert isinstance(answer, Booked)
        visits.append(answer.visit)

    async def wander(number: int, one: Visit) -> Visit:
        for step in range(4):
            slot_id = slot_ref("d", starts[(5 * number + 7 * step) % 24])
            answer = await registry.move(f"{number} {step}", one.id, slot_id)
            assert answer != Refused(Refusal.UNAVAILABLE)
            if isinstance(answer, Booked):
                one = answer.visit
        return one

    async def import_again() -> None:
        for _ in range(4):
            await admin.load([], [], times(*starts))

    last, *_ = await asyncio.gather(
        asyncio.gather(*(wander(*each) for each in enumerate(visits))), import_again(), import_again()
    )
    ever = await registry.visits([one.patient_id for one in visits])
    standing = [one for one in ever if one.status is VisitStatus.BOOKED]
    assert sorted(one.id for one in standing) == sorted(one.id for one in last)
    free = {found.id for found in await registry.slots("c", "110", age=36, day=starts[0].date())}
    assert free == {slot_ref("d", start) for start in starts} - {one.slot_id for one in last}


async def test_a_time_freed_by_cancelling_goes_with_the_next_import(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit
) -> None:
    between = START + timedelta(hours=1)
    await admin.load([], [], times(between, LATER))
    assert await registry.slots("c", "110", age=36) == [
        await registry.slot(slot_ref("d", between)),
        await registry.slot(LATER_SLOT),
    ]
    await registry.cancel(made.id)
    assert await registry.slot(SLOT) is not None
    await admin.load([], [], times(START - timedelta(hours=1), LATER))
    assert await registry.slot(SLOT) is None
    assert await registry.visit(made.id) == replace(made, status=VisitStatus.CANCELLED_BY_PATIENT)


async def test_the_nightly_roll_takes_a_freed_time_away_and_keeps_a_closed_one_closed(
    database: Database, admin: LocalRegistryAdmin, registry: LocalRegistry, patient_id: str, clock: FakeClock
) -> None:
    demo = DemoClinic(CLINIC, (replace(DOCTOR, id="demo-01"),))
    freed, closed = (START + timedelta(minutes=7, hours=hour) for hour in (0, 3))  # no times of the demo's own
    slots = [SlotRecord("demo-01", start, start + timedelta(minutes=3)) for start in (freed, closed)]
    await admin.load([], demo.doctors, slots)
    made = await registry.book("key", patient_id, slot_ref("demo-01", freed))
    assert isinstance(made, Booked)
    moved = await registry.move("move", made.visit.id, slot_ref("demo-01", closed))
    assert isinstance(moved, Booked)
    await admin.cancel_visit(moved.visit.id)
    assert await registry.slot(made.visit.slot_id) is not None
    for day in range(3):
        clock.set(START - timedelta(days=1) + timedelta(days=2 * day))
        await roll_demo(database, clock, [demo])
        kept = await database.fetch(select(slot.c.id).where(slot.c.id.in_([made.visit.slot_id, moved.visit.slot_id])))
        assert kept.scalars().all() == [moved.visit.slot_id]
        assert await registry.slot(moved.visit.slot_id) is None


async def test_a_freed_time_stands_where_its_doctor_works_now(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit
) -> None:
    await admin.load([replace(CLINIC, id="other")], [replace(DOCTOR, clinic_id="other")], [])
    await registry.cancel(made.id)
    assert [found.id for found in await registry.slots("other", "110", age=36)] == [SLOT, LATER_SLOT]
    assert await registry.slots("c", "110", age=36) == []


# --- what the clinic does ------------------------------------------------------------------------


async def test_a_visit_cancelled_by_the_clinic_keeps_its_time_closed(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit
) -> None:
    """The doctor is ill: nobody is offered that time, and no import brings it back."""
    cancelled = await admin.cancel_visit(made.id)
    assert cancelled == replace(made, status=VisitStatus.CANCELLED_BY_CLINIC)
    assert await registry.visit(made.id) == cancelled
    await admin.load([], [], times(START, LATER))
    assert await registry.slot(SLOT) is None
    assert [found.id for found in await registry.slots("c", "110", age=36)] == [LATER_SLOT]
    assert await registry.book("2", made.patient_id, SLOT) == Refused(Refusal.TIME_BUSY)
    assert await registry.cancel(made.id) == NotCancelled(CancelRefusal.ALREADY_CANCELLED)
    assert await registry.move("3", made.id, LATER_SLOT) == Refused(Refusal.OLD_VISIT_OVER)
    assert isinstance(await registry.book("4", made.patient_id, LATER_SLOT), Booked), "the same specialist"


async def test_a_visit_moved_by_the_clinic_names_its_successor(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit
) -> None:
    moved = await admin.move_visit(made.id, LATER_SLOT)
    assert (moved.status, moved.patient_id, moved.slot_id) == (VisitStatus.BOOKED, made.patient_id, LATER_SLOT)
    old = replace(made, status=VisitStatus.MOVED, moved_to=moved.id)
    assert await registry.visits([made.patient_id]) == [old, moved]
    assert await registry.slot(SLOT) is not None
    assert await registry.cancel(made.id) == NotCancelled(CancelRefusal.MOVED)


async def test_the_clinic_moves_without_asking_for_ages_and_clashes(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit
) -> None:
    child_surgeon = replace(DOCTOR, id="d2", service_id="28", service="Детский хирург", age_group=AgeGroup.CHILD)
    surgeon = replace(DOCTOR, id="d3", service_id="122", service="Хирург")
    slots = [SlotRecord(each, LATER, LATER + timedelta(minutes=20)) for each in ("d2", "d3")]
    await admin.load([], [child_surgeon, surgeon], slots)
    assert isinstance(await registry.book("2", made.patient_id, slot_ref("d3", LATER)), Booked)
    moved = await admin.move_visit(made.id, slot_ref("d2", LATER))
    assert (moved.doctor_id, moved.start) == ("d2", LATER)


async def test_the_clinic_cannot_change_a_visit_that_does_not_stand(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit, clock: FakeClock
) -> None:
    await registry.cancel(made.id)
    again = await registry.book("2", made.patient_id, SLOT)
    assert isinstance(again, Booked)
    for visit_id in (made.id, "nothing"):
        for change in (admin.cancel_visit(visit_id), admin.move_visit(visit_id, LATER_SLOT)):
            with pytest.raises(NotFound):
                await change
    for slot_id in (SLOT, "nothing"):
        with pytest.raises(NotFound):
            await admin.move_visit(again.visit.id, slot_id)
    clock.set(START)
    for change in (admin.cancel_visit(again.visit.id), admin.move_visit(again.visit.id, LATER_SLOT)):
        with pytest.raises(NotFound):
            await change
    assert await registry.visit(again.visit.id) == again.visit


async def test_the_clinic_does_not_move_to_a_time_that_has_passed(
    admin: LocalRegistryAdmin, registry: LocalRegistry, patient_id: str, clock: FakeClock
) -> None:
    later = await registry.book("2", patient_id, LATER_SLOT)
    assert isinstance(later, Booked)
    clock.set(START)
    with pytest.raises(NotFound):
        await admin.move_visit(later.visit.id, SLOT)
    assert await registry.visit(later.visit.id) == later.visit


async def test_a_patient_who_did_not_come_stays_marked(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit, clock: FakeClock
) -> None:
    for visit_id in (made.id, "nothing"):
        with pytest.raises(NotFound):
            await admin.mark_missed(visit_id)
    clock.set(START)
    missed = replace(made, status=VisitStatus.MISSED)
    assert await admin.mark_missed(made.id) == missed
    clock.set(LATER)
    assert await registry.visit(made.id) == missed, "the end of its time does not make it take place"
    assert await registry.cancel(made.id) == NotCancelled(CancelRefusal.TIME_PASSED)
    with pytest.raises(NotFound):
        await admin.mark_missed(made.id)


async def test_a_visit_that_is_over_may_still_be_marked_as_missed(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit, clock: FakeClock
) -> None:
    clock.set(START + timedelta(days=1))
    found = await registry.visit(made.id)
    assert found is not None
    assert found.status is VisitStatus.FULFILLED
    assert (await admin.mark_missed(made.id)).status is VisitStatus.MISSED


async def test_the_clinic_and_the_patient_change_a_visit_at_once(
    admin: LocalRegistryAdmin, registry: LocalRegistry, made: Visit
) -> None:
    """Whoever comes first has done it; the others are told so, and no time is left without its owner."""
    changes = [
        *(admin.cancel_visit(made.id) for _ in range(3)),
        *(admin.move_visit(made.id, LATER_SLOT) for _ in range(3)),
    ]
    by_clinic, cancelled, moved = await asyncio.gather(
        asyncio.gather(*changes, return_exceptions=True),
        registry.cancel(made.id),
        registry.move("move", made.id, LATER_SLOT),
    )
    done = [isinstance(each, Visit) for each in by_clinic] + [cancelled == Cancelled(), isinstance(moved, Booked)]
    assert done.count(True) == 1
    assert all(isinstance(each, Visit | NotFound) for each in by_clinic)
    visits = await registry.visits([made.patient_id])
    old, new = visits[0], visits[1:]
    assert (old.moved_to is not None) == bool(new)
    closed = old.status is VisitStatus.CANCELLED_BY_CLINIC
    assert (await registry.slot(SLOT) is None, await registry.slot(LATER_SLOT) is None) == (closed, bool(new))


# --- what a listing costs ------------------------------------------------------------------------

GROUPS = ["any", "adult"]
LISTINGS: Mapping[str, Bound] = {
    "services": service_offers("c", GROUPS, START, ["x"]),
    "doctors": doctor_offers("c", "110", GROUPS, START, ["x"]),
    "days": day_offers("c", "110", None, GROUPS, START, ["x"], dialect="sqlite"),
    "days of a doctor": day_offers("c", "110", "d", GROUPS, START, ["x"], dialect="sqlite"),
    "slots": free_slots("c", "110", None, None, GROUPS, START, ["x"], 5),
    "slots of a day": free_slots("c", "110", "d", START.date(), GROUPS, START, ["x"], None),
    "nearest elsewhere": nearest_of_doctors(["c", "e"], "110", GROUPS, START, ["x"]),
}


@pytest.mark.parametrize("name", LISTINGS)
async def test_listings_search_the_free_times_only(name: str, tmp_path: Path, sqlite_template: Any) -> None:
    database = Database.from_url(sqlite_template.copy(tmp_path))
    steps = await _plan(database, LISTINGS[name])
    await database.close()
    (touching,) = [step for step in steps if "registry_slot" in step]
    assert "SEARCH registry_slot USING" in touching, steps
    assert "ix_registry_slot_free_" in touching, steps
    assert not [step for step in steps if step.startswith("SCAN")], steps
    counts_only = not name.startswith("slots")
    assert ("COVERING INDEX" in touching) == counts_only, "the times themselves need not be looked at to be counted"


async def _plan(database: Database, wanted: Bound) -> list[str]:
    """SQLite's steps for the very text that is run; any value will do for a plan."""
    asked, _ = wanted.compiled(sqlite.dialect(paramstyle="qmark")).arguments(wanted.values)
    plan = await database.fetch(text(f"EXPLAIN QUERY PLAN {asked.replace('?', '1')}"))
    return [str(row.detail) for row in plan]


def test_people_count_numbers() -> None:
    names = ["Поликлиника № 10", "Поликлиника № 9", "ёж", "Поликлиника"]
    assert sorted(names, key=natural) == ["ёж", "Поликлиника", "Поликлиника № 9", "Поликлиника № 10"]
    assert sorted(["10 я", "9 я", "я"], key=natural) == ["9 я", "10 я", "я"]


def test_ids_are_stable_and_fit_a_button() -> None:
    assert short_hash("a", "b") == short_hash("a", "b") != short_hash("ab")
    assert slot_ref("d", START) == slot_ref("d", START.astimezone()) == SLOT
    assert len(SLOT) == 12
