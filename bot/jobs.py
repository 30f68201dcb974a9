"""Scheduled ticks: each calls one service; what is due stands in rows, so a missed tick loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.channel import TelegramChannel
from bot.mail import MailChannel
from bot.tools import Tools

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]

_OUTBOX = timedelta(seconds=2)
_RECOVERY = timedelta(seconds=5)
_CONSENTS = timedelta(minutes=1)
_AGES = timedelta(minutes=1)
_WATCH = timedelta(seconds=30)
_SWEEP = timedelta(minutes=10)
_NIGHT = CronTrigger(hour=0, minute=20, timezone="Europe/Moscow")


def build_scheduler(
    tools: Tools, channel: TelegramChannel, mail: MailChannel | None, nightly: Job | None
) -> AsyncIOScheduler:
    """All ticks of one process. `mail`: only where there is a mail server.

    `nightly`: moves the demo's schedule on; only where there is one.
    """
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})

    async def sweep() -> None:
        await tools.holds.purge()
        await tools.drafts.purge()
        await tools.watch.purge()
        await tools.replies.purge()
        await tools.access.purge()
        await tools.links.purge()
        await tools.mydata.tidy()

    async def watch() -> None:
        while await tools.watch.look():
            pass  # a batch at a time, until everybody has been asked about

    def every(period: timedelta, name: str, job: Job) -> None:
        trigger = IntervalTrigger(seconds=int(period.total_seconds()), timezone="UTC")
        scheduler.add_job(_logged(name, job), trigger, name=name)

    every(_OUTBOX, "outbox", channel.deliver_due)
    if mail is not None:  # a tick of its own: a slow mail server keeps nobody's message in the chat waiting
        every(_OUTBOX, "email", mail.deliver_due)
    every(_RECOVERY, "recovery", tools.booking.recover)
    every(_RECOVERY, "recovery of cancelling", tools.cancelling.recover)
    every(_CONSENTS, "consents", tools.access.expire)
    every(_AGES, "ages", tools.ageing.run)
    every(_WATCH, "watch", watch)
    every(_SWEEP, "sweep", sweep)
    if nightly is not None:
        scheduler.add_job(_logged("nightly", nightly), _NIGHT, name="nightly")
    return scheduler


def _logged(name: str, job: Job) -> Job:
    async def run() -> None:
        try:
            await job()
        except asyncio.CancelledError:  # the process is ending: units are rolled back, and rows tell the next start
            log.info("job %s was stopped", name)
        except Exception:
            log.exception("job %s failed", name)

    return run
