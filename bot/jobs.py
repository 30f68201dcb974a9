"""Scheduled ticks: each calls one service; what is due stands in rows, so a missed tick loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.channel import TelegramChannel
from bot.mail import MailChannel
from bot.tools import Tools

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]

_OUTBOX = timedelta(seconds=2)
_RECOVERY = timedelta(seconds=5)
_KEYS = timedelta(seconds=2)
_CONSENTS = timedelta(minutes=1)
_AGES = timedelta(minutes=1)
_WATCH = timedelta(seconds=30)
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


def build_ticks(
    tools: Tools,
    channel: TelegramChannel,
    mail: MailChannel | None,
    look_at_keys: Callable[[], None],
    sweep_registry: Job,
    nightly: Job | None,
) -> Ticks:
    """All ticks of one process. `mail`: only where there is a mail server.

    `look_at_keys`: a bot that nobody speaks to follows a rotation of the key, too. `sweep_registry`: takes away what an
    import left that was cut short. `nightly`: moves the demo's schedule on; only where there is one.
    """
    ticks = Ticks()

    async def sweep() -> None:
        await tools.holds.purge()
        await tools.drafts.purge()
        await tools.watch.purge()
        await tools.replies.purge()
        await tools.access.purge()
        await tools.links.purge()
        await tools.mydata.tidy()
        await sweep_registry()

    async def watch() -> None:
        while await tools.watch.look():
            pass  # a batch at a time, until everybody has been asked about

    async def keys() -> None:
        look_at_keys()

    def every(period: timedelta, name: str, job: Job) -> None:
        trigger = IntervalTrigger(seconds=int(period.total_seconds()), timezone="UTC")
        ticks.add(trigger, name, job)

    every(_OUTBOX, "outbox", channel.deliver_due)
    if mail is not None:  # a tick of its own: a slow mail server keeps nobody's message in the chat waiting
        every(_OUTBOX, "email", mail.deliver_due)
    every(_KEYS, "keys", keys)
    every(_RECOVERY, "recovery", tools.booking.recover)
    every(_RECOVERY, "recovery of cancelling", tools.cancelling.recover)
    every(_CONSENTS, "consents", tools.access.expire)
    every(_AGES, "ages", tools.ageing.run)
    every(_WATCH, "watch", watch)
    every(_SWEEP, "sweep", sweep)
    if nightly is not None:
        ticks.add(_NIGHT, "nightly", nightly)
    return ticks
