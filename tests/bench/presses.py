"""Presses: from an update's arrival to the screen's edit, and how many a second, beside a bare aiogram handler.

The bots are processes of their own and poll the same kind of stand-in (`telegram.py`), in turns within one run: the
same press of a person alone, then as many people at once as `crowd` says (`crowds.py`). The bare handler edits once and
answers; it stands there twice, as aiogram makes it and with Python's collector set as the product sets its own.
Processor time is the bot's own, whatever else the machine does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from statistics import mean, median, quantiles

from tests.bench.crowds import BARE_PRESS, COLLECTED_AFTER, Side, bare, in_turns, postgres, product
from tests.bench.figures import Figure, at_most, share_of, times
from tests.bench.opened import fill, settings_of
from tests.bench.patients import COMMONEST
from tests.bench.processes import folder, slowest_told
from tests.support.bot_process import BEGIN
from tests.support.clock import FolderClock

_SHARE = {"SQLite": 0.5, "PostgreSQL": 0.3}
_GLANCES_SHARE = 0.8
_TIMES = 2.5
_CONFIRM = "confirm the booking"
_CONFIRM_MS = 3.5
_WARM = 5
_TURNS = 3
_A_VISIT = len(COMMONEST) + 4
"""Presses of a visit's life, those that are pressed along among them."""


def measure(rounds: int, crowd: int, seconds: float) -> list[Figure]:
    """`rounds`: visits booked and cancelled alone; `crowd`: people at once, in turns of `seconds`, three times each."""
    return asyncio.run(_measure(rounds, crowd, seconds))


async def _measure(rounds: int, crowd: int, seconds: float) -> list[Figure]:
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        FolderClock(place).set(BEGIN)
        address = await stack.enter_async_context(postgres())
        await fill(settings_of(database_url=address), place)
        as_it_is = await stack.enter_async_context(bare(crowd))
        settled = await stack.enter_async_context(bare(crowd, COLLECTED_AFTER=COLLECTED_AFTER))
        sqlite = await stack.enter_async_context(product(crowd))
        on_postgres = await stack.enter_async_context(product(crowd, place=place, DATABASE_URL=address))
        figures = await _alone(sqlite, as_it_is, rounds)
        sides = as_it_is, settled, sqlite, on_postgres
        crowds = _together(await in_turns(sides, seconds, _TURNS), f"{crowd} people at once")
        for side in sides[2:]:
            await side.leave()
        glancing = sqlite.anew([each.glances() for each in sqlite.patients])
        glances = _glances(await in_turns((as_it_is, settled, glancing), seconds / 2, _TURNS), crowd)
        for side in (as_it_is, settled, glancing):
            await side.leave()
        return [*crowds, *glances, *figures, *slowest_told(sqlite.place)]


async def _alone(product: Side, yardstick: Side, rounds: int) -> list[Figure]:
    for side in (product, yardstick):  # what is imported or compiled with the first presses is not measured
        await side.alone(_WARM * len(COMMONEST))
    ours, bare = product.anew(), yardstick.anew()
    for _ in range(rounds):
        await ours.alone(_A_VISIT)
        await bare.alone(_A_VISIT)
    bare_screens, bare_used = bare.screens[BARE_PRESS], bare.used[BARE_PRESS]
    bare_p95 = _p95(bare_screens)
    screens = [took for name in COMMONEST for took in ours.screens[name]]
    return [
        Figure("the ten presses alone, p95 to the screen", _p95(screens), "ms", bare_p95, times(bare_p95, _TIMES)),
        Figure("the ten presses alone, median to the screen", median(screens), "ms", median(bare_screens)),
        *(_processor(name, ours.used[name], bare_used) for name in COMMONEST),
        *(
            figure
            for name in COMMONEST
            for figure in (
                Figure(f"{name}, median", median(ours.screens[name]), "ms", median(bare_screens)),
                Figure(f"{name}, p95", _p95(ours.screens[name]), "ms", bare_p95),
            )
        ),
    ]


def _processor(name: str, used: Sequence[float], bare: Sequence[float]) -> Figure:
    """The median, for a tick that falls into a press is none of its own; the mean bears the collector's share."""
    aim = at_most(_CONFIRM_MS, "ms") if name == _CONFIRM else None
    return Figure(f"{name}, processor", median(used), "ms", median(bare), aim, f"mean {mean(used):.2f} ms")


def _together(sides: Sequence[Side], who: str) -> list[Figure]:
    as_it_is, settled, *engines = sides
    figures = []
    for (engine, share), side in zip(_SHARE.items(), engines, strict=True):
        aim = share_of(as_it_is.a_second, share)
        figures += [
            Figure(f"{who}, {engine}: presses", side.a_second, "/s", as_it_is.a_second, aim),
            Figure(f"{who}, {engine}: presses, {_SETTLED}", side.a_second, "/s", settled.a_second),
            Figure(f"{who}, {engine}: processor a press", side.cpu_a_press, "ms", as_it_is.cpu_a_press),
            Figure(f"{who}, {engine}: processor a press, {_SETTLED}", side.cpu_a_press, "ms", settled.cpu_a_press),
        ]
    return figures


_SETTLED = "beside a bare handler with the same collector"


def _glances(sides: Sequence[Side], crowd: int) -> list[Figure]:
    as_it_is, settled, ours = sides
    who = f"{crowd} people at once who only look at Home and their bookings"
    aim = share_of(as_it_is.a_second, _GLANCES_SHARE)
    return [
        Figure(f"{who}: presses", ours.a_second, "/s", as_it_is.a_second, aim),
        Figure(f"{who}: presses, {_SETTLED}", ours.a_second, "/s", settled.a_second),
        Figure(f"{who}: processor a press", ours.cpu_a_press, "ms", as_it_is.cpu_a_press),
        Figure(f"{who}: processor a press, {_SETTLED}", ours.cpu_a_press, "ms", settled.cpu_a_press),
    ]


def _p95(took: Sequence[float]) -> float:
    return quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
