"""How far one update has come, for whoever holds a request open until it has been handled."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar


class Handling:
    """`begun`: its turn has come, and what it does may have been done. `on_its_own`: set once it goes on without
    anybody waiting for it.
    """

    def __init__(self) -> None:
        self.begun = False
        self.on_its_own = asyncio.Event()


_current: ContextVar[Handling | None] = ContextVar("handling", default=None)


def watch(handling: Handling) -> None:
    """From here on the running task handles this update."""
    _current.set(handling)


def begin() -> None:
    """The turn of the running task's update has come."""
    handling = _current.get()
    if handling is not None:
        handling.begun = True


def wait_for_telegram() -> None:
    """Telegram has told the running task to wait: nobody else is to wait with it."""
    handling = _current.get()
    if handling is not None:
        handling.on_its_own.set()
