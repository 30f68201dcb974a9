"""The raw traffic between bots and Telegram: updates delivered, methods called, and what came back.

It is kept for whoever watches the page's log; all of it stays on this machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Literal

from emulator.entities import Json

_KEPT = 500


@dataclass(frozen=True)
class Entry:
    """One update delivered to a bot, or one call of a bot.

    `name`: the update's kind, "" where it has none, or the method; `sent`: the Update or the call's parameters, each
    file as its name and size; `answer`: what the other side said, None where nothing arrived; `status`: HTTP, 0 where
    nothing arrived. `at` in unix seconds.
    """

    number: int
    at: float
    bot_id: int
    kind: Literal["update", "call"]
    name: str
    sent: Json
    answer: Json | None
    status: int

    def wire(self) -> Json:
        """The entry for the page."""
        return asdict(self)


@dataclass
class Traffic:
    """The newest entries, oldest first; `tell` hears of each new one."""

    tell: Callable[[Entry], None]
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def update(self, at: float, bot_id: int, update: Json, status: int = 200) -> None:
        """An update was delivered: taken from getUpdates, or answered by a webhook with this status."""
        name = next((key for key in update if key != "update_id"), "")
        self._keep(Entry(next(self._numbers), at, bot_id, "update", name, update, None, status))

    def call(self, at: float, bot_id: int, method: str, sent: Json, answer: Json | None, status: int) -> None:
        """A method was called."""
        self._keep(Entry(next(self._numbers), at, bot_id, "call", method, sent, answer, status))

    def _keep(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.tell(entry)
