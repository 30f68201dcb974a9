"""A clock that a test winds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

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
