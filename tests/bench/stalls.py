"""How long the loop stands still for everybody while a crowd presses: alone, and beside what may hold it up.

What is watched is said in `watched.py`. Beside the crowd, one after another: the demo's nightly rolling, over and over;
a foreign writer that holds SQLite's write lock most of the time (`locker.py`); a disk whose every sync takes longer
(`slow_disk.py`); an import by the product's own command, on the same database. Yardstick: the bare handler under the
same watch, alone, and beside an import that is none of its business, which in turn is the yardstick of the import.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.crowds import COLLECTED_AFTER, Side, bare, product
from tests.bench.figures import Figure
from tests.bench.importing import begin, migrate
from tests.bench.processes import folder, process, slowest_told
from tests.bench.watched import LONG, Seen, Watched
from tests.support.schedules import Files, write_files

_WATCHED = (sys.executable, "-m", "tests.bench.watched")
_HELD_MS, _FREE_MS = 80, 20
_SYNC_MS = 50
_DATABASE = Path("data/nomerok.sqlite")
Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Time:
    """A while that was watched: what was seen, how long it lasted, how many presses a second there were.

    `lost`: how many screens did not lead on.
    """

    seen: Seen
    seconds: float
    a_second: float
    lost: int


@dataclass(frozen=True, slots=True)
class _Crowd:
    """People who press on a process that is watched."""

    side: Side
    watched: Watched

    async def beside(self, work: Work) -> _Time:
        """They press until `work` is done."""
        side = self.side.anew()
        lost = side.lost
        await self.watched.seen()
        await side.beside(work())
        return _Time(await self.watched.seen(), side.seconds, side.a_second, side.lost - lost)


def measure(crowd: int, seconds: float, lines: int) -> list[Figure]:
    """`crowd`: people at once, in each setting for `seconds`; beside an import of so many `lines`, until it is done."""
    return asyncio.run(_measure(crowd, seconds, lines))


async def _measure(people: int, seconds: float, lines: int) -> list[Figure]:
    async with AsyncExitStack() as stack:
        elsewhere = stack.enter_context(folder())
        await asyncio.to_thread(migrate, elsewhere, _in(elsewhere))
        handler = bare(people, (*_WATCHED, "tests.bench.bare_bot"), COLLECTED_AFTER=COLLECTED_AFTER)
        yardstick = await stack.enter_async_context(_watched(handler))
        ours = await stack.enter_async_context(_watched(product(people, (*_WATCHED, "bot"))))
        for crowd in (yardstick, ours):  # the first presses fill caches and compile statements
            await crowd.beside(partial(asyncio.sleep, seconds / 2))
        bare_alone = await yardstick.beside(partial(asyncio.sleep, seconds / 2))
        figures = _figures("alone", await ours.beside(partial(asyncio.sleep, seconds)), bare_alone)
        for name, meddling in (
            ("beside the demo's rolling", _rolling),
            (f"beside a writer that holds the lock {_HELD_MS} ms of {_HELD_MS + _FREE_MS}", _locked),
            (f"on a disk that takes {_SYNC_MS} ms longer for each sync", _on_a_slow_disk),
        ):
            figures += _figures(name, await meddling(ours, seconds), bare_alone)
        figures += await _beside_an_import(ours, yardstick, elsewhere, lines)
        for crowd in (yardstick, ours):
            await crowd.side.leave()
        return [*figures, *slowest_told(ours.side.place)]


@asynccontextmanager
async def _watched(crowd: AbstractAsyncContextManager[Side]) -> AsyncIterator[_Crowd]:
    async with crowd as side:
        watched = await Watched.at(side.place)
        try:
            yield _Crowd(side, watched)
        finally:
            watched.leave()


async def _rolling(crowd: _Crowd, seconds: float) -> _Time:
    """Night after night, as many as come to their end."""

    async def nights() -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            await crowd.watched.tell("roll")

    return await crowd.beside(nights)


async def _locked(crowd: _Crowd, seconds: float) -> _Time:
    locker = (sys.executable, "-m", "tests.bench.locker", str(_DATABASE), str(_HELD_MS), str(_FREE_MS))
    with process(locker, crowd.side.place):
        return await crowd.beside(partial(asyncio.sleep, seconds))


async def _on_a_slow_disk(crowd: _Crowd, seconds: float) -> _Time:
    await crowd.watched.tell(f"sync {_SYNC_MS / 1000}")
    try:
        return await crowd.beside(partial(asyncio.sleep, seconds))
    finally:
        await crowd.watched.tell("sync 0")


async def _beside_an_import(ours: _Crowd, yardstick: _Crowd, elsewhere: Path, lines: int) -> list[Figure]:
    """The bare handler beside one of the same lines into a database of its own; last, for it changes what is listed."""
    files = write_files(elsewhere, lines)
    bare = await yardstick.beside(partial(_import, elsewhere, _in(elsewhere), files))
    place = ours.side.place
    time_of = await ours.beside(partial(_import, place, _in(place), files))
    name = f"beside an import of {lines:,} lines"
    return [
        *_figures(name, time_of, bare),
        Figure(f"the import of {lines:,} lines beside them", time_of.seconds, "s", bare.seconds),
    ]


async def _import(place: Path, address: str, files: Files) -> None:
    child = await begin(place, address, files)
    _, said = await child.communicate()
    if child.returncode:
        raise RuntimeError(said.decode())


def _in(place: Path) -> str:
    return f"sqlite:///{place / _DATABASE}"


def _figures(name: str, ours: _Time, bare: _Time) -> list[Figure]:
    seen = ours.seen
    syncs = "" if seen.syncs is None else f", {seen.syncs} syncs of SQLite's files meanwhile"
    long = f"turns of more than {LONG:g} ms"
    return [
        Figure(
            f"{name}: longest turn of the loop",
            seen.longest,
            "ms",
            bare.seen.longest,
            note=f"{seen.by}; {seen.busy:.0f} ms of it on the processor{syncs}",
        ),
        Figure(f"{name}: {long}", _a_minute(ours), "/min", _a_minute(bare)),
        Figure(f"{name}: a timer came late by at most", seen.latest, "ms", bare.seen.latest),
        Figure(f"{name}: presses", ours.a_second, "/s", bare.a_second, note=_lost(ours)),
    ]


def _lost(while_watched: _Time) -> str:
    return f"{while_watched.lost} screens did not lead on" if while_watched.lost else ""


def _a_minute(while_watched: _Time) -> float:
    return 60 * while_watched.seen.over / while_watched.seconds
