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
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's time moved by the whole seconds that a file holds.

    DEMO only: whoever tries the product can move time forward and see what the next day brings.
    A missing, empty or broken file means no shift.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._read_shift()

    def _read_shift(self) -> timedelta:
        try:
            stat = self._path.stat()
        except OSError:
            return timedelta(0)
        stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp != self._stamp:
            try:
                self._shift = timedelta(seconds=int(self._path.read_text(encoding="ascii").strip() or "0"))
            except (OSError, ValueError, OverflowError):
                self._shift = timedelta(0)
            self._stamp = stamp
        return self._shift
