"""The clock that is passed in: nothing in the product asks the system for the time by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol


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
        self._known: tuple[_Version, timedelta | datetime] | None = None

    def now(self) -> datetime:
        machine = self._machine.now()
        try:
            told = self._told(machine)
            return machine + told if isinstance(told, timedelta) else told
        except (OSError, ValueError, OverflowError):
            return machine

    def _told(self, machine: datetime) -> timedelta | datetime:
        """What the file says; read anew whenever it may be another one.

        The file's own time is coarse: two moves may follow each other faster than it tells them apart. So what has been
        written just now is not taken for known.
        """
        version = _version(self._path)
        if self._known is not None and self._known[0] == version:
            return self._known[1]
        told = _read(self._path)
        settled = machine.timestamp() * 10**9 - version.written > _COARSE and version == _version(self._path)
        self._known = (version, told) if settled else None
        return told


class _Version(NamedTuple):
    """Which file it is, and when it was written, in nanoseconds."""

    file: int
    length: int
    written: int


_COARSE = 10**8
"""Nanoseconds. What the system stamps files by turns far more often."""


def _version(path: Path) -> _Version:
    found = path.stat()
    return _Version(found.st_ino, found.st_size, found.st_mtime_ns)


def _read(path: Path) -> timedelta | datetime:
    """By how much it moves the clock, or where the clock stands. `ValueError`, `OverflowError`: it means neither."""
    words = path.read_text(encoding="ascii").strip()
    try:
        return timedelta(seconds=int(words))
    except ValueError:
        moment = datetime.fromisoformat(words)
    if moment.tzinfo is None:
        raise ValueError("no moment without an offset")
    return moment.astimezone(UTC)
