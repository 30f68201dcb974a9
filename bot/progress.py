"""How far one update has come, for whoever holds a request open until it has been handled."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar


class Progress:
    """`begun`: its turn has come, and what it does may have been done. `on_its_own`: set once it goes on without
    anybody waiting for it.
    """

    def __init__(self) -> None:
        self.begun = False
        self.on_its_own = asyncio.Event()


_current: ContextVar[Progress | None] = ContextVar("progress", default=None)


def watch(progress: Progress) -> None:
    """From here on the running task handles this update."""
    _current.set(progress)


def begin() -> None:
    """The turn of the running task's update has come."""
    progress = _current.get()
    if progress is not None:
        progress.begun = True


def wait_for_telegram() -> None:
    """Telegram has told the running task to wait: nobody else is to wait with it."""
    progress = _current.get()
    if progress is not None:
        progress.on_its_own.set()
