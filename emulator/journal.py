"""What happened, for those who watch: the page, the driver, a test that asks why."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.entities import Json


@dataclass(frozen=True)
class Call:
    """One Bot API call that was answered; `injected` marks an error that a test asked for."""

    bot_id: int
    method: str
    params: Json
    ok: bool
    error: str = ""
    injected: bool = False


@dataclass(frozen=True)
class Toast:
    """A bot's answer to a press; an empty text only ends the button's waiting."""

    bot_id: int
    user_id: int
    query_id: str
    text: str
    show_alert: bool = False
    url: str = ""


@dataclass
class Activity:
    """Wakes those who wait for "anything changed" and counts what is under way."""

    in_flight: int = 0
    _waiters: set[asyncio.Future[None]] = field(default_factory=set)

    def bump(self) -> None:
        """Something changed."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def changed(self, within: float) -> bool:
        """Wait for the next change, at most `within` seconds; False when nothing changed."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter, within)
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True


@dataclass
class Journal:
    """The newest calls and toasts, the listeners of events, and the activity of one emulator."""

    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=20_000))
    toasts: deque[Toast] = field(default_factory=lambda: deque(maxlen=20_000))
    activity: Activity = field(default_factory=Activity)
    listeners: set[Callable[[Json], None]] = field(default_factory=set)

    def emit(self, event: str, **fields: object) -> None:
        """Tell every listener; `event` is "message", "edit", "delete", "keyboard", "toast", …"""
        for listener in tuple(self.listeners):
            listener({"event": event, **fields})
        self.activity.bump()
