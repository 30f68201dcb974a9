"""The clock of DEMO: what its file may say."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.clock import ShiftedClock
from tests.support.clock import MONDAY_MORNING, FakeClock, FolderClock

LATER = timedelta(hours=3)


@pytest.mark.parametrize(
    ("told", "ahead"),
    [("86400\n", 86_400), ("-60", -60), ("0\n", 0), ("", 0), ("  7 \n", 7), ("20261124", 20_261_124)],
)
def test_seconds_move_it_and_it_goes_on(tmp_path: Path, told: str, ahead: int) -> None:
    machine, file = FakeClock(), tmp_path / "shift"
    file.write_text(told)
    clock = ShiftedClock(file, machine)
    assert clock.now() == MONDAY_MORNING + timedelta(seconds=ahead)
    machine.advance(hours=3)
    assert clock.now() == MONDAY_MORNING + timedelta(seconds=ahead) + LATER


@pytest.mark.parametrize(
    "told",
    ["2027-01-31T23:59:59.250000+00:00", "2027-02-01T02:59:59.250+03:00\n", "2027-01-31T23:59:59.250Z"],
)
def test_a_moment_stops_it(tmp_path: Path, told: str) -> None:
    machine, file = FakeClock(), tmp_path / "shift"
    file.write_text(told)
    clock = ShiftedClock(file, machine)
    stands = datetime(2027, 1, 31, 23, 59, 59, 250_000, tzinfo=UTC)
    assert clock.now() == stands
    assert clock.now().tzinfo is UTC
    machine.advance(hours=3)
    assert clock.now() == stands


@pytest.mark.parametrize(
    "told",
    ["tomorrow", "1.5", "9" * 30, "9" * 13, "2027-01-31T23:59:59", "2027-01-31", "0001-01-01T00:00+14:00", "завтра"],
)
def test_what_it_does_not_understand_changes_nothing(tmp_path: Path, told: str) -> None:
    file = tmp_path / "shift"
    file.write_text(told)
    assert ShiftedClock(file, FakeClock()).now() == MONDAY_MORNING


def test_without_a_file_it_is_the_machines(tmp_path: Path) -> None:
    clock = ShiftedClock(tmp_path / "shift", FakeClock())
    assert clock.now() == MONDAY_MORNING
    (tmp_path / "shift").mkdir()
    assert clock.now() == MONDAY_MORNING


def test_a_file_that_stays_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, file = FakeClock(), tmp_path / "shift"
    file.write_text("60")
    os.utime(file, (0, 0))  # it was not written just now
    clock = ShiftedClock(file, machine)
    assert clock.now() == MONDAY_MORNING + timedelta(minutes=1)
    machine.advance(hours=3)
    with monkeypatch.context() as patched:
        patched.delattr(Path, "read_text")
        assert clock.now() == MONDAY_MORNING + LATER + timedelta(minutes=1)
    file.write_text("90")
    assert clock.now() == MONDAY_MORNING + LATER + timedelta(seconds=90)
    file.unlink()
    assert clock.now() == MONDAY_MORNING + LATER


def test_every_move_is_seen_however_fast_they_come(tmp_path: Path) -> None:
    """Faster than the time of a file can tell them apart."""
    clock, reader = FolderClock(tmp_path), ShiftedClock(tmp_path / "data" / "clock-shift")
    for second in range(200):
        moment = MONDAY_MORNING + timedelta(seconds=second % 3)
        clock.set(moment)
        assert reader.now() == clock.now() == moment
