"""The clock that is passed in: nothing in the product asks the system for the time by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  (the one place)


class ShiftedClock:
    """The machine's time moved by the whole seconds that a file holds, or standing at the moment that it names.

    DEMO only: whoever tries the product can move time forward and see what the next day brings, and a test can stop it.
    The file: `86400`, or ISO 8601 with an offset, `2026-11-23T09:01:00+03:00`. A missing, empty or broken file means
    the machine's time.
    """

    def __init__(self, path: Path, machine: Clock | None = None) -> None:
        self._path = path
        self._machine = machine or SystemClock()

    def now(self) -> datetime:
        machine = self._machine.now()
        try:  # read each time: two moves may follow each other faster than the file's own time tells them apart
            return _told(self._path.read_text(encoding="ascii").strip(), machine)
        except (OSError, ValueError, OverflowError):
            return machine


def _told(words: str, machine: datetime) -> datetime:
    """The moment that the file means. `ValueError`, `OverflowError`: it means none."""
    try:
        return machine + timedelta(seconds=int(words))
    except ValueError:
        moment = datetime.fromisoformat(words)
    if moment.tzinfo is None:
        raise ValueError("no moment without an offset")
    return moment.astimezone(UTC)
