"""`python -m bot` with a registry that can be told to misbehave, through `faults.json` in the working folder.

The file maps a method of the port to what it does instead. Any of them: `unavailable`. `book`, `move` and
`cancel` besides: `silent` (no answer, nothing done), `lost` (done, the answer lost), `refuse:REASON`,
`die-before` and `die-after` (the process is killed there). `cancel`: `silent-for:VISIT`, the others are cancelled.
`kill`: a `tests.support.kills.Point`, where the process is killed.
`capabilities`: `no-moves`, a registry that does not move in one call. `conflicts`: `lenient`, one that takes a second
visit to the same specialist. `draw`: `fails`, no map can be drawn.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import string
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from aiogram import Bot, Dispatcher
from aiogram.methods import GetUpdates
from aiogram.methods.base import TelegramMethod
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import build, jobs, process, shared, storage
from bot.logs import set_up_logging
from bot.middlewares.slow import SlowPress
from bot.settings import Settings, load_settings
from services import ids
from services.documents import map as maps
from services.registry.local import bookings, visits
from services.registry.model import (
    BookingAnswer,
    CancelAnswer,
    CancelRefusal,
    Capabilities,
    NotCancelled,
    Refusal,
    Refused,
    Unknown,
)
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.registry import Registry
from tests.support.clock import FolderClock
from tests.support.kills import die_where_told
from tests.support.machine import PATIENCE

FAULTS = Path("faults.json")
Answer = TypeVar("Answer")


class FaultyRegistry:
    """Stands between the services and the real registry."""

    def __init__(self, real: Registry) -> None:
        self._real = real

    def capabilities(self) -> Capabilities:
        return replace(self._real.capabilities(), moves=_fault("capabilities") != "no-moves")

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)

        async def asked(*args: Any, **named: Any) -> Any:
            if _fault(name) == "unavailable":
                raise RegistryUnavailable
            return await method(*args, **named)

        return asked

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        return await self._act("book", _refused, lambda: self._real.book(key, patient_id, slot_id))

    async def move(self, key: str, visit_id: str, slot_id: str) -> BookingAnswer:
        return await self._act("move", _refused, lambda: self._real.move(key, visit_id, slot_id))

    async def cancel(self, visit_id: str) -> CancelAnswer:
        if _fault("cancel") == f"silent-for:{visit_id}":
            return Unknown()
        return await self._act("cancel", _not_cancelled, lambda: self._real.cancel(visit_id))

    async def _act(
        self, name: str, refused: Callable[[str], Answer], really: Callable[[], Awaitable[Answer]]
    ) -> Answer | Unknown:
        fault = _fault(name)
        if fault == "die-before":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "silent":
            return Unknown()
        if fault == "unavailable" or fault.startswith("refuse:"):
            return refused(fault.removeprefix("refuse:"))
        answer = await really()
        if fault == "die-after":
            os.kill(os.getpid(), signal.SIGKILL)
        return Unknown() if fault == "lost" else answer


def _refused(reason: str) -> BookingAnswer:
    return Refused(Refusal(reason))


def _not_cancelled(reason: str) -> CancelAnswer:
    return NotCancelled(CancelRefusal(reason))


def _lenient_where_told() -> None:
    """A second visit to the same specialist is refused, or not, as `faults.json` says."""

    def refusal(*args: Any) -> Refusal | None:
        reason = visits.refusal(*args)
        lenient = reason is Refusal.SAME_SPECIALIST and _fault("conflicts") == "lenient"
        return None if lenient else reason

    setattr(bookings, "refusal", refusal)  # noqa: B010  (a name of that module's imports)


def _no_map_where_told() -> None:
    """Drawing fails, or not, as `faults.json` says."""
    compiled = maps._compiled

    def drawn(*args: Any) -> bytes:
        if _fault("draw") == "fails":
            raise RuntimeError("told to fail")
        return compiled(*args)

    setattr(maps, "_compiled", drawn)  # noqa: B010  (a function is not assigned to)


def _fault(method: str) -> str:
    try:
        faults: dict[str, str] = json.loads(FAULTS.read_text())
    except FileNotFoundError:
        return ""
    return faults.get(method, "")


class Work:
    """Updates are confirmed to Telegram only when they have been handled, so a story knows when the bot is done.

    aiogram asks for the next ones at once, and so says that it has these before anything has come of them.
    """

    def __init__(self) -> None:
        self._open = 0
        self._done = asyncio.Event()
        self._done.set()

    def watch(self, dispatcher: Dispatcher) -> Dispatcher:
        feed = dispatcher.feed_update

        async def counted(*args: Any, **named: Any) -> Any:
            self._open += 1
            self._done.clear()
            try:
                return await feed(*args, **named)
            finally:
                self._open -= 1
                if not self._open:
                    self._done.set()

        setattr(dispatcher, "feed_update", counted)  # noqa: B010  (a method is not assigned to)
        return dispatcher

    async def before_polling(self, make_request: Any, bot: Bot, method: TelegramMethod[Any]) -> Any:
        if isinstance(method, GetUpdates):
            await asyncio.sleep(0)  # the tasks of the last batch have only been made
            await self._done.wait()
        return await make_request(bot, method)


class PromptTicks(jobs.Ticks):
    """Ticks that run at once, too, when a story asks by SIGUSR1: what is due first, then what is to be told of it.

    What has its hour of the day is left out: the hour would be the machine's, no story's.
    """

    def __init__(self) -> None:
        super().__init__()
        self._jobs: list[tuple[str, jobs.Job]] = []
        self._asked = asyncio.Event()
        self._answering: asyncio.Task[None] | None = None

    def add(self, trigger: BaseTrigger, name: str, job: jobs.Job) -> None:
        if isinstance(trigger, CronTrigger):
            return
        at_once = name in _AT_ONCE
        super().add(IntervalTrigger(seconds=1, timezone="UTC") if at_once else trigger, name, job)
        if at_once:
            self._jobs.append((name, self._watched(name, job)))

    def start(self) -> None:
        super().start()
        self._jobs.sort(key=lambda each: _AT_ONCE.index(each[0]))
        self._asked.set()  # asked before this could be heard
        self._answering = asyncio.create_task(self._answer())
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._asked.set)

    async def stop(self) -> None:
        self._jobs.clear()  # the one under way is let finish, as any other tick
        await super().stop()
        if self._answering is not None:
            self._answering.cancel()

    async def _answer(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            for _, job in tuple(self._jobs):
                if self._jobs:
                    await job()


_AT_ONCE = (
    "changes",
    "watch",
    "consents",
    "ages",
    "recovery",
    "recovery of cancelling",
    "owners of addresses",
    "statements of costs",
    "choices of insurers",
    "demo staff",
    "outbox",
    "email",
)


def _exact_and_quick() -> None:
    """Puts the watch and ticks of a second into the composition root; a story has no time to wait for the real ones.

    Nobody is told that a press takes long: here it is the machine that does.
    """
    setattr(SlowPress.__init__, "__defaults__", (PATIENCE,))  # noqa: B010  (nothing of a method is assigned to)
    shared.LEASE, shared._LOOK_AGAIN_S = timedelta(seconds=1), 1.0
    setattr(jobs, "Ticks", PromptTicks)  # noqa: B010  (a class is not assigned to)
    work, build_bot, build_dispatcher = Work(), process.build_bot, build.build_dispatcher

    def watched_bot(settings: Settings) -> Bot:
        bot = build_bot(settings)
        bot.session.middleware(work.before_polling)
        return bot

    def watched_dispatcher(*args: Any, **named: Any) -> Dispatcher:
        return work.watch(build_dispatcher(*args, **named))

    process.build_bot = watched_bot
    setattr(process, "build_dispatcher", watched_dispatcher)  # noqa: B010  (a name of that module's imports)


def leave_nothing_to_chance() -> None:
    """A story has one moment, and an order of what befell in it.

    Without DEMO, too, when nothing moves the product's clock: to a story, its own clock is the machine's.
    """
    setattr(storage, "SystemClock", lambda: FolderClock(Path()))  # noqa: B010  (a name of that module's imports)
    letters = _letters_of_ids()
    setattr(ids, "secrets", SimpleNamespace(choice=lambda _: next(letters)))  # noqa: B010  (likewise)


def _letters_of_ids() -> Iterator[str]:
    """Each id sorts before those made earlier, in any process: two rows of one moment are always in the wrong order.

    With ids drawn by lot, a story that expects an order of them would fail now and then.
    """
    alphabet = sorted(string.ascii_letters + string.digits)
    base = len(alphabet)
    while True:
        number = base**ids.LENGTH - 1000 * time.monotonic_ns() - os.getpid() % 1000 - 1
        yield from (alphabet[number // base**place % base] for place in reversed(range(ids.LENGTH)))


def main() -> None:
    leave_nothing_to_chance()
    _exact_and_quick()
    _lenient_where_told()
    _no_map_where_told()
    die_where_told(lambda: _fault("kill"))
    settings = load_settings()
    set_up_logging(settings.log_level, settings.secrets)
    asyncio.run(process.run(settings, lambda real: cast(Registry, FaultyRegistry(real))))


if __name__ == "__main__":
    main()
