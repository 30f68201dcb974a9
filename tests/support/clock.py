"""Clocks that a test winds: one in this process, one for whatever runs in a folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.clock import ShiftedClock

MONDAY_MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday 23 November 2026, 09:00 in Moscow."""


class FakeClock:
    """Stands still until the test moves it."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: Any) -> None:
        """`advance(minutes=5)`: the keywords of `timedelta`."""
        self._now += timedelta(**by)

    def set(self, moment: datetime) -> None:
        assert moment.tzinfo is not None, "the product's time is always aware"
        self._now = moment.astimezone(UTC)


class FolderClock:
    """The clock of whatever runs in a folder, where DEMO looks for it: stands where a test has set it.

    Who never set it reads the machine's.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "data" / "clock-shift"
        self._clock = ShiftedClock(self._file)

    def now(self) -> datetime:
        return self._clock.now()

    def set(self, moment: datetime) -> None:
        assert moment.tzinfo is not None, "the product's time is always aware"
        self._file.parent.mkdir(exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(moment.isoformat())
        fresh.replace(self._file)
