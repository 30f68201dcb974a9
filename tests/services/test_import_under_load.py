"""An import of many lines beside people who book: there all at once or not at all, killed anywhere, one at a time."""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import os
import signal
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from services.clinics.importing import ClinicsImporter
from services.imports.importing import add_arguments, run
from services.registry.local import importing, loading
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.refs import slot_ref
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import slot
from services.registry.model import AgeGroup, Booked, Policy, PolicyKind, Refusal, Refused
from services.registry.ports.schedules import DoctorRecord, ImportUnderWay, SlotRecord
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from services.tables import metadata
from tests.services.test_registry_local import ANNA
from tests.support.clock import FakeClock
from tests.support.schedules import FIRST_DAY, Files, write_files

LINES = 400
A_DOCTOR = 40
MORE = 21 * A_DOCTOR
"""Those of more doctors than one clinic has."""
CLINIC_ID, DOCTOR_ID = "c0000", "d00000"
Hook = Callable[[int], Awaitable[None]]
State = dict[str, Any]


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the first day."""
    return datetime.combine(FIRST_DAY, time(hour, minute), ZoneInfo("Europe/Moscow"))


def nothing_yet(_: int) -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


@dataclass
class Town:
    """A registry that people use, and the operator's command beside it."""

    database: Database
    url: str
    folder: Path
    vault: Vault
    clock: FakeClock
    said: str = ""

    def __post_init__(self) -> None:
        self.registry = LocalRegistry(self.database, self.vault, self.clock, registers_patients=True)
        self.admin = LocalRegistryAdmin(self.database, self.vault, self.clock)

    def files(self, lines: int = LINES, **how: Any) -> Files:
        return write_files(self.folder, lines, a_doctor=A_DOCTOR, **how)

    async def run(self, files: Files, hook: Hook = nothing_yet) -> int:
        """The command; `hook` is called after each of its units with how many there have been before."""
        code, self.said = await import_files(self.database, self.vault, self.clock, files, hook)
        return code

    async def seen(self) -> State:
        """What a person may see of it all."""
        return {
            "regions": await self.registry.regions(),
            "clinics": await self.registry.clinics("50"),
            "clinic": await self.registry.clinic(CLINIC_ID),
            "doctor": await self.registry.doctor(DOCTOR_ID),
            "services": await self.registry.services(CLINIC_ID, age=30),
            "doctors": await self.registry.doctors(CLINIC_ID, "110", age=30),
            "days": await self.registry.days(CLINIC_ID, "110", age=30),
            "slots": await self.registry.slots(CLINIC_ID, "110", age=30),
            "known": await self.admin.known(),
        }

    async def rows(self) -> dict[str, list[Any]]:
        """Every row of the registry's tables."""
        return {
            table.name: sorted(map(tuple, await self.database.fetch(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name.startswith("registry_")
        }

    async def somebody(self, number: int) -> str:
        """A patient's id."""
        who = replace(ANNA, policy=Policy(PolicyKind.TEMPORARY, f"{number:09}"), snils=None)
        return (await self.admin.enrol(who, CLINIC_ID)).id

    async def no_time_is_given_twice(self) -> None:
        """No two times of a doctor cross where one of them is taken."""
        taken = [row for row in await self.database.fetch(select(slot)) if row.visit_id is not None]
        assert taken
        free = await self.registry.slots(CLINIC_ID, "110", age=30)
        for row in taken:
            own = [each for each in free if each.doctor_id == row.doctor_id]
            assert not [each for each in own if each.start < row.ends_at and row.starts_at < each.end]


async def import_files(database: Database, vault: Vault, clock: FakeClock, files: Files, hook: Hook) -> tuple[int, str]:
    units = iter(range(100_000))

    async def pause(_seconds: float) -> None:
        await hook(next(units))

    parser = argparse.ArgumentParser()
    importer = ClinicsImporter(LocalRegistryAdmin(database, vault, clock, pause), clock.now())
    add_arguments(parser, [importer.format])
    out = io.StringIO()
    code = await run(parser.parse_args(files.arguments), [importer], stdout=out, stderr=out)
    return code, out.getvalue()


@pytest.fixture
def town(
    database: Database,
    database_url: str,
    tmp_path: Path,
    vault: Vault,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Town:
    """Fifty times a unit, so that four hundred are many units."""
    monkeypatch.setattr(loading, "CHUNK", 50)
    return Town(database, database_url, tmp_path, vault, clock)


# --- all at once ------------------------------------------------------------------------------------


async def test_it_is_there_all_at_once(town: Town) -> None:
    """The first time, and when everything changes: names, rooms, hours, lengths of visits."""
    states: list[State] = []

    async def look(_: int) -> None:
        state = await town.seen()
        if not states or state != states[-1]:
            states.append(state)

    # STEP 1. Into an empty registry.
    assert await town.run(town.files(), look) == 0
    assert "Imported: 1 clinics, 10 doctors, 400 times." in town.said
    assert "Times: 400 added" in town.said
    assert [len(state["slots"]) for state in states] == [0, LINES]
    assert [len(state["known"].zones) for state in states] == [0, 1]
    assert (states[0]["regions"], states[0]["clinic"], states[0]["doctor"]) == ({}, None, None)

    # STEP 2. Other names, other hours; two new clinics with their doctors.
    states.clear()
    assert await town.run(town.files(MORE, hour=13, suffix=" б"), look) == 0
    before, after = states
    assert {each.start.astimezone(ZoneInfo("Europe/Moscow")).hour for each in before["slots"]} == {8, 9, 10, 11, 12}
    assert {each.start.astimezone(ZoneInfo("Europe/Moscow")).hour for each in after["slots"]} == {13, 14, 15, 16, 17}
    assert (before["doctor"].name, after["doctor"].name) == ("Ветров Иван", "Ветров б Иван")
    assert [len(state["clinics"]) for state in states] == [1, 2]

    # STEP 3. Once more: nothing is written, nothing is left to be swept.
    rows = await town.rows()
    assert len(rows["registry_slot"]) == MORE
    states.clear()
    assert await town.run(town.files(MORE, hour=13, suffix=" б"), look) == 0
    assert "Clinics: 0 added, 0 updated. Doctors: 0 added, 0 updated. Times: 0 added" in town.said
    assert len(states) == 1
    assert await town.rows() == rows


async def test_no_unit_grows_with_the_file(town: Town) -> None:
    counts: list[int] = []

    async def count(_: int) -> None:
        counts.append((await town.database.fetch(select(func.count()).select_from(slot))).scalar_one())

    assert await town.run(town.files(), count) == 0
    steps = [later - sooner for sooner, later in zip([0, *counts], counts, strict=False)]
    assert max(steps) < 2 * loading.CHUNK
    assert sum(steps) == LINES


async def test_the_same_start_with_another_length(town: Town) -> None:
    """Both are there until the switch; afterwards one, whatever its length was before."""
    await town.run(town.files())
    for minutes in (10, 15, 10):
        before = await town.registry.slots(CLINIC_ID, "110", age=30)
        assert await town.run(town.files(length=minutes)) == 0
        after = await town.registry.slots(CLINIC_ID, "110", age=30)
        assert {each.end - each.start for each in after} == {timedelta(minutes=minutes)}
        assert [each.start for each in after] == [each.start for each in before]


# --- people go on -----------------------------------------------------------------------------------


async def test_what_is_booked_meanwhile_stands_and_nothing_is_offered_over_it(town: Town) -> None:
    await town.run(town.files())
    wanted = slot_ref(DOCTOR_ID, at(9))
    stale = slot_ref(DOCTOR_ID, at(9, 15))
    answers: list[Any] = []

    async def act(_: int) -> None:
        if await marked(town) and not answers:  # every old time is to go, the new ones lie there unseen
            assert await town.registry.slot(stale) is not None
            answers.append(await town.registry.book("key", await town.somebody(1), wanted))

    # STEP 1. The new schedule begins at another minute and crosses the old one everywhere.
    files = town.files(minute=5)
    assert await town.run(files, act) == 0
    assert isinstance(answers[0], Booked)
    assert f"Times: {LINES - 2} added" in town.said

    # STEP 2. The visit stands; two new times that cross it are not offered, the others are.
    (visit,) = await town.registry.visits([answers[0].visit.patient_id])
    assert visit == answers[0].visit
    starts = {each.start for each in await town.registry.slots(CLINIC_ID, "110", doctor_id=DOCTOR_ID, age=30)}
    assert {at(8, 35), at(9, 20)} <= starts
    assert not {at(8, 50), at(9, 5), at(9)} & starts
    await town.no_time_is_given_twice()

    # STEP 3. Who had chosen an old time is told that it is gone.
    assert await town.registry.slot(stale) is None
    assert await town.registry.book("stale", await town.somebody(2), stale) == Refused(Refusal.TIME_BUSY)

    # STEP 4. The next import keeps the visit; once it is cancelled, the time goes with the one after.
    assert await town.run(files) == 0
    assert "Times: 0 added, 1 booked ones kept." in town.said
    await town.registry.cancel(visit.id)
    assert await town.run(files) == 0
    assert "Times: 2 added, 0 booked ones kept." in town.said
    assert len(await town.registry.slots(CLINIC_ID, "110", age=30)) == LINES


async def marked(town: Town) -> bool:
    query = select(func.count()).where(slot.c.until.is_not(None), slot.c.visit_id.is_(None))
    return bool((await town.database.fetch(query)).scalar_one() == LINES)


async def test_many_book_really_at_once(town: Town) -> None:
    await town.run(town.files())
    old = [each.id for each in await town.registry.slots(CLINIC_ID, "110", age=30)][:: LINES // 50]
    people = [await town.somebody(number) for number in range(50)]
    booking: list[asyncio.Task[Any]] = []

    async def act(_: int) -> None:
        for _turn in range(3):
            if len(booking) < len(people):
                place = len(booking)
                booking.append(asyncio.create_task(town.registry.book(f"{place}", people[place], old[place])))

    files = town.files(minute=7)
    assert await town.run(files, act) == 0
    answers = await asyncio.gather(*booking)
    booked = [each for each in answers if isinstance(each, Booked)]
    assert booked
    assert [each for each in answers if each not in booked] == [Refused(Refusal.TIME_BUSY)] * (
        len(answers) - len(booked)
    )
    standing = {row.id for row in await town.database.fetch(select(slot.c.id).where(slot.c.visit_id.is_not(None)))}
    assert standing == {each.visit.slot_id for each in booked}
    await town.no_time_is_given_twice()


# --- killed -----------------------------------------------------------------------------------------


def end_at(step: str, monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Where the process is to be killed; a hook for the command."""

    async def never(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "in the middle of a unit":
        monkeypatch.setattr(loading.Loader, "_remove", never)
    elif step == "in the switch":
        monkeypatch.setattr(importing, "drop_crossing", never)

    async def hook(units: int) -> None:
        if step.isdecimal() and units == int(step):
            await never()

    return hook


@pytest.mark.parametrize("step", ["0", "2", "in the middle of a unit", "in the switch"])
async def test_killed_before_the_switch_nothing_has_changed(
    town: Town, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.run(town.files())
    rows, seen = await town.rows(), await town.seen()
    files = town.files(LINES + 200, hour=11, suffix=" б")

    # STEP 1. The process dies; whoever looks sees what was before, and books it.
    with monkeypatch.context() as patched:
        await killed(town, files, end_at(step, patched))
    assert await town.seen() == seen
    assert (await town.rows() == rows) == (step == "0"), "something of it lies there"

    # STEP 2. Another import may be the one that is still at work; a minute later it is not, and the bot sweeps up.
    with pytest.raises(ImportUnderWay):
        await town.run(files)
    with pytest.raises(ImportUnderWay):
        await town.admin.load([], [], [])
    await town.admin.sweep()
    town.clock.advance(minutes=1)
    await town.admin.sweep()
    assert await town.rows() == rows
    assert await town.seen() == seen

    # STEP 3. Once more, to the end.
    assert await town.run(files) == 0
    assert (await town.seen())["doctor"].name == "Ветров б Иван"


async def test_the_next_import_sweeps_up_itself(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.run(town.files())
    with monkeypatch.context() as patched:
        await killed(town, town.files(LINES + 200, hour=11, suffix=" б"), end_at("in the switch", patched))
    town.clock.advance(minutes=1)
    assert await town.run(town.files()) == 0
    assert "Doctors: 0 added, 0 updated. Times: 0 added" in town.said
    assert len((await town.rows())["registry_slot"]) == LINES


async def test_killed_after_the_switch_all_of_it_is_there(town: Town) -> None:
    await town.run(town.files())
    switched: list[State] = []

    async def ends(_: int) -> None:
        doctor = await town.registry.doctor(DOCTOR_ID)
        if doctor is not None and "б" in doctor.name:
            switched.append(await town.seen())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await town.run(town.files(hour=13, suffix=" б"), ends)
    assert len((await town.rows())["registry_slot"]) == 2 * LINES
    assert await town.seen() == switched[0]
    await town.admin.sweep()
    assert len((await town.rows())["registry_slot"]) == LINES
    assert await town.seen() == switched[0]


async def killed(town: Town, files: Files, hook: Hook) -> None:
    """The command in a process of its own, which dies where `hook` says."""

    def work() -> None:
        async def load() -> None:
            database = Database.from_url(town.url)
            await import_files(database, Vault(bytes(range(KEY_BYTES))), FakeClock(), files, hook)

        asyncio.run(load())

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    await asyncio.to_thread(child.join, 60)
    assert child.exitcode == -signal.SIGKILL


# --- two at once ------------------------------------------------------------------------------------


async def test_the_second_of_two_is_refused_in_one_line(town: Town) -> None:
    refused: list[ImportUnderWay] = []

    async def again(units: int) -> None:
        if units == 3:
            for small in (False, True):
                with pytest.raises(ImportUnderWay) as caught:
                    await (town.admin.load([], [], []) if small else town.run(files))
                refused.append(caught.value)

    files = town.files()
    assert await town.run(files, again) == 0
    assert len(refused) == 2
    assert str(refused[0]) == str(refused[1])
    assert "\n" not in str(refused[0])
    assert "another import is at work" in str(refused[0])
    assert len(await town.registry.slots(CLINIC_ID, "110", age=30)) == LINES


async def test_one_that_was_silent_for_too_long_has_lost_its_turn(town: Town) -> None:
    """Stopped, and taken over: it writes nothing any more, and what the other does is whole."""
    other: list[int] = []

    async def silent(units: int) -> None:
        if units == 4:
            town.clock.advance(minutes=1)
            other.append((await import_files(town.database, town.vault, town.clock, files, nothing_yet))[0])

    files = town.files()
    with pytest.raises(ImportUnderWay):
        await town.run(files, silent)
    assert other == [0]
    rows = await town.rows()
    assert len(rows["registry_slot"]) == LINES
    await town.admin.sweep()
    assert await town.rows() == rows


async def test_one_that_is_interrupted_lets_the_next_begin_at_once(town: Town) -> None:
    async def ends(units: int) -> None:
        if units == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await town.run(town.files(), ends)
    assert (await town.seen())["slots"] == []
    assert await town.run(town.files()) == 0
    assert len(await town.registry.slots(CLINIC_ID, "110", age=30)) == LINES


# --- long files -------------------------------------------------------------------------------------


async def test_bad_lines_at_the_end_of_a_long_file(town: Town) -> None:
    files = town.files(1_000)
    with files.paths[2].open("a", encoding="utf-8") as file:
        file.writelines(f"d00000,2027-02-30,08:{place % 60:02},09:00\n" for place in range(300))
    assert await town.run(files) == 1
    told = town.said.splitlines()
    assert told[3] == "schedule.csv, line 1002: date: «2027-02-30» is not a date like 2026-11-24 or 24.11.2026"
    assert told[-2:] == ["… and 250 more", "Nothing was imported."]
    assert len(told) == 3 + 50 + 2
    assert await town.registry.regions() == {}


async def test_times_out_of_order_are_a_mistake_of_the_caller(town: Town) -> None:
    doctor = DoctorRecord("d", CLINIC_ID, "110", "Терапевт", "Ветров", "Иван", None, "1", AgeGroup.ANY)
    late, soon = (SlotRecord("d", at(hour), at(hour, 15)) for hour in (10, 9))
    with pytest.raises(ValueError, match="by doctor and start"):
        await town.admin.load([], [doctor], [late, soon])


async def test_the_memory_stays_flat(
    tmp_path: Path, vault: Vault, clock: FakeClock, sqlite_template: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven times the lines, and half a megabyte of Python's own memory at most."""
    monkeypatch.setattr(loading, "CHUNK", 50)
    peaks: list[int] = []
    for lines in (300, 300, 2_000):  # the first fills caches
        folder = tmp_path / f"{lines} {len(peaks)}"
        folder.mkdir()
        database = Database.from_url(sqlite_template.copy(folder))
        files = write_files(folder, lines)
        tracemalloc.start()
        code, _ = await import_files(database, vault, clock, files, nothing_yet)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert code == 0
        await database.close()
    assert peaks[2] - peaks[1] < 500_000, peaks
