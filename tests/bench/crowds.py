"""Crowds: people who press on the product or on the bare handler, each anew once the press before is answered."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot import process
from tests.bench.patients import Patient, Pressed
from tests.bench.processes import BARE, BOT, Running, bot, folder
from tests.bench.telegram import Chat, telegram
from tests.support.bot_process import BEGIN
from tests.support.clock import FolderClock
from tests.support.databases import PostgresServer

FIRST = 5_000_000_001
"""The chat of a crowd's first person."""
BARE_PRESS = "bare handler"
COLLECTED_AFTER = ",".join(map(str, process.COLLECTED_AFTER))
"""The product's setting of Python's collector, as the bare handler is told it."""
_BARE_SECONDS = 3.0
"""A turn of the bare handler: it presses ten times as often."""
_LOOK = 0.004
_QUIET = 0.00005
_LOOKS = 50


@dataclass
class Side:
    """One of those compared: its processes in their folder, people who press for ever, and what came of it.

    `patients`: whose presses those are; none of the bare handler. `screens`, `used`: milliseconds to the screen and of
    processor time, of each press alone, by its name.
    """

    running: Sequence[Running]
    place: Path
    people: Sequence[AsyncGenerator[Pressed, None]]
    patients: Sequence[Patient] = ()
    screens: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    used: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    pressed: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def a_second(self) -> float:
        return self.pressed / self.seconds

    @property
    def cpu_a_press(self) -> float:
        """Milliseconds."""
        return 1000 * self.cpu / self.pressed

    @property
    def lost(self) -> int:
        """How many screens have not led on (`Patient.lost`), ever."""
        return sum(each.lost for each in self.patients)

    async def alone(self, presses: int) -> None:
        """One person presses so many times, each time when the bot has nothing else to do."""
        before = await self._quiet()
        for _ in range(presses):
            pressed = await anext(self.people[0])
            after = await self._quiet()
            self.screens[pressed.name].append(1000 * pressed.took.screen)
            self.used[pressed.name].append(1000 * (after - before))
            before = after

    async def together(self, seconds: float) -> None:
        """Everybody presses for so long; notes how many presses that made."""
        await self.beside(asyncio.sleep(seconds))

    async def beside(self, work: Awaitable[object]) -> None:
        """Everybody presses until `work` is done."""
        began, used, doing = time.perf_counter(), self._used, asyncio.ensure_future(work)
        counted = await asyncio.gather(*(_press_beside(person, doing) for person in self.people))
        await doing
        self.pressed += sum(counted)
        self.seconds += time.perf_counter() - began
        self.cpu += self._used - used

    def anew(self, people: Sequence[AsyncGenerator[Pressed, None]] | None = None) -> Side:
        """The same, of which nothing has been noted yet; `people`: who press from now on."""
        return Side(self.running, self.place, self.people if people is None else people, self.patients)

    async def leave(self) -> None:
        """Nobody presses any more."""
        for person in self.people:
            await person.aclose()

    @property
    def _used(self) -> float:
        return sum(each.cpu for each in self.running)

    async def _quiet(self) -> float:
        """Waits until the bot's processor time stands; seconds of it. Ticks at work for longer are not waited for."""
        used = self._used
        for _ in range(_LOOKS):
            await asyncio.sleep(_LOOK)
            before, used = used, self._used
            if used - before < _QUIET:
                break
        return used


async def _press_beside(person: AsyncGenerator[Pressed, None], doing: asyncio.Future[object]) -> int:
    count = 0
    while not doing.done():
        await anext(person)
        count += 1
    return count


async def in_turns(sides: Sequence[Side], seconds: float, turns: int) -> Sequence[Side]:
    """What came of each side, which take turns there and back: whatever else the machine does meets them all.

    The first presses, which fill caches and compile statements, are not counted.
    """
    for side in sides:
        await side.together(_a_turn(side, seconds) / 2)
    counted = [side.anew() for side in sides]
    for turn in range(turns):
        for side in counted if turn % 2 == 0 else reversed(counted):
            await side.together(_a_turn(side, seconds))
    return counted


def _a_turn(side: Side, seconds: float) -> float:
    return seconds if side.patients else min(seconds, _BARE_SECONDS)


@asynccontextmanager
async def product(
    crowd: int, command: Sequence[str] = BOT, place: Path | None = None, **how: str
) -> AsyncIterator[Side]:
    """The bot, and people who book and cancel. `place`: a folder that holds its key already; `how`: its settings."""
    with _folder(place) as home:
        FolderClock(home).set(BEGIN)
        async with telegram() as town, bot(town, home, command, **how) as running:
            patients = [Patient(town.chat(FIRST + number), number) for number in range(crowd)]
            for patient in patients:
                await patient.settle_in()
            yield Side([running], home, [patient.visits() for patient in patients], patients)


@asynccontextmanager
async def bare(crowd: int, command: Sequence[str] = BARE, **how: str) -> AsyncIterator[Side]:
    """The bare handler, and people who press its only button."""
    with folder() as place:
        async with telegram() as town, bot(town, place, command, **how) as running:
            yield Side([running], place, [_one_button(town.chat(FIRST + number)) for number in range(crowd)])


async def _one_button(chat: Chat) -> AsyncGenerator[Pressed, None]:
    await chat.say("/start")
    while True:
        yield Pressed(BARE_PRESS, await chat.press(chat.buttons[0]))


@contextmanager
def _folder(place: Path | None) -> Iterator[Path]:
    if place is not None:
        yield place
        return
    with folder() as own:
        yield own


@asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """A server of our own with an empty database; its address."""
    server = await asyncio.to_thread(PostgresServer)
    try:
        await server.run("CREATE DATABASE bench TEMPLATE template0")
        yield server.url("bench")
    finally:
        await asyncio.to_thread(server.stop)
