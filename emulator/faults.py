"""Trouble on demand: what the network and Telegram do to bots now and then.

A fault is armed for the next `times` calls that it matches and then gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from emulator.refusals import Refusal

Kind = Literal["refuse", "lose_reply"]


@dataclass(frozen=True)
class Fault:
    """What happens to a matching call.

    "refuse": nothing is done, the answer is an error with `code` (429 carries `retry_after`
    seconds). "lose_reply": the work is done, then the connection breaks without an answer.
    `method` "*" matches every method but getUpdates; None for `bot_id` or `chat_id` matches any.
    """

    method: str = "*"
    kind: Kind = "refuse"
    code: int = 429
    description: str = ""
    retry_after: int = 1
    times: int = 1
    bot_id: int | None = None
    chat_id: int | None = None

    def refusal(self) -> Refusal:
        """The error that a "refuse" fault answers with."""
        known = {
            403: "Forbidden: bot was blocked by the user",
            429: f"Too Many Requests: retry after {self.retry_after}",
            502: "Bad Gateway",
        }
        description = self.description or known.get(self.code, "Internal Server Error")
        return Refusal(description, self.code, "asked for")

    def matches(self, bot_id: int, method: str, chat_id: int | None) -> bool:
        """Does the fault concern this call?"""
        named = self.method.lower() == method.lower() or (self.method == "*" and method != "getUpdates")
        return named and self.bot_id in (None, bot_id) and self.chat_id in (None, chat_id)


@dataclass
class Faults:
    """The armed faults of one emulator; they do not survive its restart."""

    armed: list[Fault] = field(default_factory=list)
    duplicates: int = 0

    def add(self, fault: Fault) -> None:
        """Arm a fault."""
        self.armed.append(fault)

    def duplicate_updates(self, count: int = 1) -> None:
        """Deliver each of the next `count` updates twice, as after a lost confirmation."""
        self.duplicates += count

    def take(self, bot_id: int, method: str, chat_id: int | None) -> Fault | None:
        """The first armed fault that matches the call; uses up one of its times."""
        for index, fault in enumerate(self.armed):
            if fault.matches(bot_id, method, chat_id):
                if fault.times > 1:
                    self.armed[index] = replace(fault, times=fault.times - 1)
                else:
                    del self.armed[index]
                return fault
        return None

    def take_duplicate(self) -> bool:
        """Shall the update just confirmed come once more?"""
        if self.duplicates <= 0:
            return False
        self.duplicates -= 1
        return True

    def clear(self) -> None:
        """Disarm everything."""
        self.armed.clear()
        self.duplicates = 0
