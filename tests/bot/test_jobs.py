"""Ticks: what one raises stops nobody, and none is left half-way when the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger

from bot import jobs
from bot.build import build_house
from bot.channels.telegram import TelegramChannel
from bot.jobs import OwnJobs, Ticks, build_ticks
from bot.topic import Topic
from bot.topics import ALL
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.world import PATIENCE, World


async def test_a_tick_under_way_is_let_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_LET_FINISH", PATIENCE)
    began, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def job() -> None:
        began.set()
        await may_end.wait()
        ended.set()

    ticks = Ticks()
    ticks.add(DateTrigger(), "slow", job)
    ticks.start()
    await began.wait()
    stopping = asyncio.create_task(ticks.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_end.set()
    await stopping
    assert ended.is_set()


async def test_one_that_does_not_end_is_cancelled_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_LET_FINISH", timedelta(0))
    began, cleaned = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    ticks = Ticks()
    ticks.add(DateTrigger(), "endless", job)
    ticks.start()
    await began.wait()
    await ticks.stop()
    assert cleaned.is_set()


async def test_what_is_raised_is_logged_and_stops_nobody(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_LET_FINISH", PATIENCE)
    done = asyncio.Event()

    async def broken() -> None:
        raise ValueError

    async def job() -> None:
        done.set()

    ticks = Ticks()
    ticks.add(DateTrigger(), "broken", broken)
    ticks.add(DateTrigger(), "sound", job)
    ticks.start()
    await done.wait()
    await ticks.stop()
    assert "job broken failed" in caplog.text


async def test_one_that_is_still_at_work_is_not_begun_again() -> None:
    began, may_end, others = 0, asyncio.Event(), asyncio.Event()

    async def job() -> None:
        nonlocal began
        began += 1
        await may_end.wait()

    async def other() -> None:
        others.set()

    ticks = Ticks()
    for _ in range(2):
        ticks.add(DateTrigger(), "outbox", job)
    ticks.add(DateTrigger(), "other", other)
    ticks.start()
    await others.wait()
    assert began == 1
    may_end.set()
    await ticks.stop()


class Noted(Ticks):
    """Ticks that are noted, and never run."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def add(self, trigger: BaseTrigger, name: str, job: jobs.Job) -> None:
        self.names.append(name)
        super().add(trigger, name, job)


def _nobody_acts(topic: Topic) -> Topic:
    return replace(topic, cases=[replace(spec, staff=()) for spec in topic.cases])


@pytest.mark.parametrize(
    ("staffed", "topics", "stands"),
    [(True, ALL, 1), (False, ALL, 0), (True, [_nobody_acts(each) for each in ALL], 0)],
    ids=["on", "off", "nobody has anything to do"],
)
async def test_the_demos_staff_has_a_tick_only_where_it_acts(
    staffed: bool, topics: Sequence[Topic], stands: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "Ticks", Noted)
    database = Database.from_url(f"sqlite:///{tmp_path / 'nothing.sqlite'}")
    kernel = replace(World(database, Vault(bytes(KEY_BYTES)), FakeClock()).house.kernel, staffed=staffed)

    async def nothing() -> None: ...

    channel = cast(TelegramChannel, SimpleNamespace(deliver_due=nothing))
    ticks: Any = build_ticks(build_house(kernel, topics), channel, None, OwnJobs(nothing, nothing, nothing))
    await database.close()
    assert ticks.names.count("demo staff") == stands
    assert "statements of costs" in ticks.names
