"""Trouble on demand: what the network and Telegram do to bots now and then.

A `Fault` is armed for the next `times` calls that it matches and then gone. What concerns no call of its own
(a cut, updates that come twice or out of order) is told to `Faults`, the one place that takes them all.
"""

from __future__ import annotations

import asyncio
import math
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, get_args

from emulator import refusals
from emulator.refusals import Refusal

Kind = Literal["refuse", "lose_reply", "lose_call", "slow"]
MailFault = Literal["refuse", "slow", "drop", "down"]  # see `Emulator.mail_fault`

_DESCRIPTIONS = {403: "Forbidden: bot was blocked by the user", 502: "Bad Gateway"}


@dataclass(frozen=True)
class Fault:
    """What happens to a matching call.

    "refuse": nothing is done, the answer is an error with `code`. 429 carries `retry_after` seconds, and until
    they have passed on the emulator's clock, whatever the fault matches is refused again with what is left of them:
    for `chat_id` alone, or for all. A `description` with 400 is one of the table of refusals, its fields filled in.
    "lose_reply": the work is done, then the connection breaks without an answer. "lose_call": it breaks before
    anything is done. "slow": the work is done, the answer comes `delay_ms` real milliseconds later.
    `method` "*" matches every method but getUpdates; None for `bot_id` or `chat_id` matches any.
    Raises ValueError for what Telegram would never answer.
    """

    method: str = "*"
    kind: Kind = "refuse"
    code: int = 429
    description: str = ""
    retry_after: int = 1
    times: int = 1
    bot_id: int | None = None
    chat_id: int | None = None
    delay_ms: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no such kind of fault: {self.kind}")
        if self.times < 1 or self.retry_after < 1 or self.delay_ms < 0:
            raise ValueError("times and retry_after are at least 1, delay_ms at least 0")
        if self.kind != "refuse":
            return
        if not (400 <= self.code <= 599):
            raise ValueError(f"{self.code} is no refusal")
        if self.code == 400 and not _is_known(self.description):
            raise ValueError(f"Telegram is not known to answer {self.description!r}")

    def refusal(self, retry_after: int) -> Refusal:
        """The error that a "refuse" fault answers with, `retry_after` seconds before the end of a 429."""
        if self.code == 429:
            return Refusal(f"Too Many Requests: retry after {retry_after}", 429, "asked for")
        description = self.description or _DESCRIPTIONS.get(self.code, "Internal Server Error")
        return Refusal(description, self.code, "asked for")

    def matches(self, bot_id: int, method: str, chat_id: int | None) -> bool:
        """Does the fault concern this call?"""
        named = self.method.lower() == method.lower() or (self.method == "*" and method != "getUpdates")
        return named and self.bot_id in (None, bot_id) and self.chat_id in (None, chat_id)


@dataclass
class Faults:
    """The armed faults of one emulator; they do not survive its restart."""

    armed: list[Fault] = field(default_factory=list)
    floods: list[tuple[Fault, float]] = field(default_factory=list)  # a 429 and until when it holds
    duplicates: int = 0
    overtaken: int = 0  # how many of the next updates come after the one that follows them
    connected: asyncio.Event = field(default_factory=asyncio.Event)  # not set: a cut

    def __post_init__(self) -> None:
        self.connected.set()

    @property
    def is_cut(self) -> bool:
        """Does nothing pass between bots and the emulator?"""
        return not self.connected.is_set()

    def add(self, fault: Fault) -> None:
        """Arm a fault."""
        self.armed.append(fault)

    def duplicate_updates(self, count: int = 1) -> None:
        """Deliver each of the next `count` updates twice, as after a lost confirmation."""
        self.duplicates += count

    def reorder_updates(self, count: int = 1) -> None:
        """Let each of the next `count` updates be overtaken by the one that follows it."""
        self.overtaken += count

    def take(self, bot_id: int, method: str, chat_id: int | None, now: float) -> tuple[Fault, int] | None:
        """The fault that the call meets, with the seconds left of a 429; uses up one of its times.

        A 429 that holds still comes before what is armed. `now`: Unix seconds of the emulator's clock.
        """
        self.floods = [(fault, until) for fault, until in self.floods if until > now]
        for fault, until in self.floods:
            if fault.matches(bot_id, method, chat_id):
                return fault, math.ceil(until - now)
        for index, fault in enumerate(self.armed):
            if fault.matches(bot_id, method, chat_id):
                if fault.times > 1:
                    self.armed[index] = replace(fault, times=fault.times - 1)
                else:
                    del self.armed[index]
                if fault.kind == "refuse" and fault.code == 429:
                    self.floods.append((fault, now + fault.retry_after))
                return fault, fault.retry_after
        return None

    def take_duplicate(self) -> bool:
        """Shall the update just confirmed come once more?"""
        if self.duplicates <= 0:
            return False
        self.duplicates -= 1
        return True

    def take_overtaken(self) -> bool:
        """Shall this update wait for the next one to pass it?"""
        if self.overtaken <= 0:
            return False
        self.overtaken -= 1
        return True

    def state(self) -> dict[str, object]:
        """What is armed, as JSON."""
        return {
            "armed": [asdict(fault) for fault in self.armed],
            "floods": [{"chat_id": fault.chat_id, "until": until} for fault, until in self.floods],
            "duplicates": self.duplicates,
            "overtaken": self.overtaken,
            "cut": self.is_cut,
        }

    def clear(self) -> None:
        """Disarm everything, and end a cut."""
        self.armed.clear()
        self.floods.clear()
        self.duplicates = self.overtaken = 0
        self.connected.set()


def _is_known(description: str) -> bool:
    """Whether the table has this description, whatever its fields say."""
    known = (each.description for each in refusals.TABLE if each.code == 400 and "emulator:" not in each.description)
    return any(re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", re.escape(each)), description) for each in known)
