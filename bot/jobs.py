"""Scheduled ticks: each calls one service; what is due stands in rows, so a missed tick loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.build import House
from bot.channels.email import EmailChannel
from bot.channels.telegram import TelegramChannel
from bot.kernel import bind
from services.registry.following import Following

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]

_OUTBOX = timedelta(seconds=2)
_KEYS = timedelta(seconds=2)
_CHANGES = timedelta(seconds=30)
_SWEEP = timedelta(minutes=10)
_LET_FINISH = timedelta(seconds=5)
_NIGHT = CronTrigger(hour=0, minute=20, timezone="Europe/Moscow")


class Ticks:
    """Jobs that run from time to time, until they are stopped."""

    def __init__(self) -> None:
        # Two instances: the second finds the first at work and ends at once, where one would be a warning every time.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 2}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
        self._running: dict[asyncio.Task[Any], str] = {}

    def add(self, trigger: BaseTrigger, name: str, job: Job) -> None:
        """`job` runs whenever `trigger` says so, unless it is still at work.

        What it raises is logged, and the next time comes all the same.
        """
        self._scheduler.add_job(self._watched(name, job), trigger, name=name)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """No tick begins any more; those under way are let finish, or cancelled after `_LET_FINISH`.

        They have ended when this returns: cancelling a query while the database is being closed can hang for good.
        """
        self._scheduler.pause()
        running = set(self._running)
        if running:
            _, late = await asyncio.wait(running, timeout=_LET_FINISH.total_seconds())
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    def _watched(self, name: str, job: Job) -> Job:
        async def run() -> None:
            if name in self._running.values():
                return
            task = asyncio.current_task()
            assert task is not None
            self._running[task] = name
            try:
                await job()
            except asyncio.CancelledError:  # the process is ending: rows tell the next start what was left
                log.info("job %s was stopped", name)
            except Exception:
                log.exception("job %s failed", name)
            finally:
                del self._running[task]

        return run


@dataclass(frozen=True, slots=True)
class OwnJobs:
    """What the process does for itself. `look_at_keys`: a bot that nobody speaks to follows a rotation of the key, too.

    `sweep_registry`: takes away what an import left that was cut short. `nightly`: moves the demo's schedule on.
    """

    look_at_keys: Job
    sweep_registry: Job
    nightly: Job


def build_ticks(house: House, channel: TelegramChannel, letters: EmailChannel | None, own: OwnJobs) -> Ticks:
    """All ticks of one process: its own, and those of the topics. `letters`: only where there is a mail server."""
    ticks = Ticks()
    sweeps = [bind(each, house.services) for topic in house.topics for each in topic.sweeps]

    async def sweep() -> None:
        for each in (house.kernel.drafts.purge, *sweeps, own.sweep_registry):
            await each()

    def every(period: timedelta, name: str, job: Job) -> None:
        trigger = IntervalTrigger(seconds=int(period.total_seconds()), timezone="UTC")
        ticks.add(trigger, name, job)

    every(_OUTBOX, "outbox", channel.deliver_due)
    if letters is not None:  # a tick of its own: a slow mail server keeps nobody's message in the chat waiting
        every(_OUTBOX, "email", letters.deliver_due)
    every(_KEYS, "keys", own.look_at_keys)
    every(_CHANGES, "changes", house.service(Following).run)
    for each in (tick for topic in house.topics for tick in topic.ticks):
        if each.when is None or bind(each.when, house.services)():
            every(each.every, each.name, bind(each.run, house.services))
    every(_SWEEP, "sweep", sweep)
    ticks.add(_NIGHT, "nightly", own.nightly)
    return ticks
