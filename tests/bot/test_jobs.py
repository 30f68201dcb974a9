"""Ticks: what one raises stops nobody, and none is left half-way when the process ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from apscheduler.triggers.date import DateTrigger

from bot import jobs
from bot.jobs import Ticks
from tests.support.world import PATIENCE


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
