"""What only the registry in our own tables promises: how it fails, what it keeps open, what a listing costs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, insert, select, text
from sqlalchemy.dialects import sqlite

from services.errors import NomerokError, NotFound
from services.registry.admin import DoctorRecord, SlotRecord
from services.registry.local import offers
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.refs import natural, short_hash, slot_ref
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import patient, slot, visit
from services.registry.model import (
    AgeGroup,
    Booked,
    Clinic,
    PatientIdentity,
    Policy,
    PolicyKind,
    Refusal,
    Refused,
    Sex,
    Unknown,
)
from services.registry.port import RegistryUnavailable
from services.storage import engine
from services.storage.engine import Database
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


@pytest.fixture
def admin(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistryAdmin:
    return LocalRegistryAdmin(database, vault, clock)


@pytest.fixture
def registry(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistry:
    return LocalRegistry(database, vault, clock, registers_patients=False)


@pytest.fixture
async def patient_id(admin: LocalRegistryAdmin) -> str:
    """A clinic, a doctor, a free time; and Anna, who may take it."""
    await admin.load([CLINIC], [DOCTOR], [SlotRecord("d", START, START + timedelta(minutes=20))])
    return (await admin.enrol(ANNA, "c")).id


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
            registry.find_patient(ANNA),
            registry.register_patient(ANNA),
            LocalRegistryAdmin(database, vault, clock).known(),
        ):
            with pytest.raises(RegistryUnavailable):
                await question
        with caplog.at_level(logging.CRITICAL):
            assert await registry.book("key", "p", "s") == Refused(Refusal.UNAVAILABLE)
        assert await registry.find_booking("key") == Unknown()
        await database.close()


async def test_a_database_locked_by_somebody_else_refuses_and_recovers(
    tmp_path: Path, vault: Vault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, sqlite_template: Any
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
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

    dialect = database._writer.sync_engine.dialect
    commit = dialect.do_commit

    def fail(connection: Any) -> None:
        commit(connection)
        raise OSError("the line went dead")

    with monkeypatch.context() as patched:
        patched.setattr(dialect, "do_commit", fail)
        assert await registry.book("key", patient_id, SLOT) == Unknown()
    found = await registry.find_booking("key")
    assert isinstance(found, Booked)
    assert await registry.book("key", patient_id, SLOT) == found
    assert len(await registry.visits([patient_id])) == 1


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
    row = (await database.fetch(select(visit))).mappings().one()
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


# --- what a listing costs ------------------------------------------------------------------------

LISTINGS: Mapping[str, Select[Any]] = {
    "services": offers.service_offers("c", 36, START, ["x"]),
    "doctors": offers.doctor_offers("c", "110", 36, START, ["x"]),
    "days": offers.day_offers("c", "110", None, 36, START, ["x"]),
    "days of a doctor": offers.day_offers("c", "110", "d", 36, START, ["x"]),
    "slots": offers.free_slots("c", "110", None, None, 36, START, ["x"], 5),
    "slots of a day": offers.free_slots("c", "110", "d", START.date(), 36, START, ["x"], None),
}


@pytest.mark.parametrize("name", LISTINGS)
async def test_listings_search_the_free_times_only(name: str, tmp_path: Path, sqlite_template: Any) -> None:
    database = Database.from_url(sqlite_template.copy(tmp_path))
    compiled = LISTINGS[name].compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": False, "render_postcompile": True}
    )
    plan = (await database.fetch(text(f"EXPLAIN QUERY PLAN {_inlined(str(compiled))}"))).all()
    await database.close()
    steps = [str(row.detail) for row in plan]
    (touching,) = [step for step in steps if "registry_slot" in step]
    assert "SEARCH registry_slot USING" in touching, steps
    assert "ix_registry_slot_free_" in touching, steps
    assert not [step for step in steps if step.startswith("SCAN")], steps


def _inlined(statement: str) -> str:
    """Any value will do for a plan."""
    return statement.replace("?", "1")


def test_people_count_numbers() -> None:
    names = ["Поликлиника № 10", "Поликлиника № 9", "ёж", "Поликлиника"]
    assert sorted(names, key=natural) == ["ёж", "Поликлиника", "Поликлиника № 9", "Поликлиника № 10"]
    assert sorted(["10 я", "9 я", "я"], key=natural) == ["9 я", "10 я", "я"]


def test_ids_are_stable_and_fit_a_button() -> None:
    assert short_hash("a", "b") == short_hash("a", "b") != short_hash("ab")
    assert slot_ref("d", START) == slot_ref("d", START.astimezone()) == SLOT
    assert len(SLOT) == 12
