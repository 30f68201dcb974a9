"""Driver calls a press: SQL statements, commits and calls of the Bot API for each of the ten commonest presses.

The bot's dispatcher runs in this process and is handed one update at a time, with no tick beside it, so that every
call belongs to the press.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, chdir
from pathlib import Path
from statistics import mean
from typing import Any

from aiogram.types import Update

from bot.build import build_dispatcher, build_house
from bot.common import by_itself
from bot.process import build_bot, kernel_of
from bot.registry import patients_registry
from bot.signing import OFF
from services.registry.local.demo import fill_demo
from services.storage.engine import Database
from tests.bench.figures import Figure
from tests.bench.opened import opened, settings_of
from tests.bench.patients import COMMONEST, LAST, Patient
from tests.bench.processes import folder
from tests.bench.telegram import Telegram, telegram
from tests.support.bot_process import BEGIN
from tests.support.clock import FolderClock
from tests.support.counting import counting
from tests.support.machine import unhurried

_CHAT = 5_000_000_001
_WARM = 3


def measure(rounds: int) -> list[Figure]:
    """`rounds`: visits booked and cancelled; the means."""
    counted = asyncio.run(_press(rounds))
    kinds = (("sql", "SQL statements"), ("commit", "commits"), ("api", "calls of the Bot API"))
    return [
        Figure(f"{name}: {says}", mean(calls[kind] for calls in counted[name]), "")
        for name in COMMONEST
        for kind, says in kinds
    ]


def profile(rounds: int, target: Path) -> None:
    """Where the time of presses goes, for `python -m pstats`; the most expensive on the screen."""
    profiler = cProfile.Profile()
    asyncio.run(_press(rounds, profiler))
    target.parent.mkdir(parents=True, exist_ok=True)
    profiler.dump_stats(target)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


async def _press(rounds: int, profiler: cProfile.Profile | None = None) -> Mapping[str, Sequence[Counter[str]]]:
    """The calls of each press, by its name; `profiler` watches the same presses."""
    counted: dict[str, list[Counter[str]]] = defaultdict(list)
    with folder() as place, chdir(place):
        FolderClock(place).set(BEGIN)
        async with telegram() as town, _dispatching(town) as database:
            patient = Patient(town.chat(_CHAT), 1)
            await patient.settle_in()
            visits = -_WARM
            with counting(database) as calls:
                async with aclosing(patient.visits()) as presses:
                    calls.clear()
                    town.calls.clear()
                    async for pressed in presses:
                        if visits >= 0:
                            counted[pressed.name].append(calls + Counter(api=town.calls.total()))
                        visits += pressed.name == LAST
                        if profiler is not None and visits == 0:
                            profiler.enable()
                        if visits == rounds:
                            break
                        calls.clear()
                        town.calls.clear()
            if profiler is not None:
                profiler.disable()
    return counted


@asynccontextmanager
async def _dispatching(town: Telegram) -> AsyncIterator[Database]:
    """The bot in this process and this folder, handed each update as it comes."""
    settings = settings_of(town.url)
    bot = build_bot(settings)
    async with opened(settings) as storage, bot.session:
        await fill_demo(storage.database, storage.clock)
        ready = asyncio.Event()
        ready.set()
        common = by_itself(storage, unhurried())
        registry = patients_registry(settings, storage)
        house = build_house(kernel_of(settings, storage, common, registry, OFF))
        dispatcher = build_dispatcher(house, ready, common)

        async def feed(update: Mapping[str, Any]) -> None:
            await dispatcher.feed_update(bot, Update.model_validate(update, context={"bot": bot}))

        town.deliver = feed
        yield storage.database
