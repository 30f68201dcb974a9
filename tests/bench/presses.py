"""Presses: from an update's arrival to the screen's edit, and how many a second, beside a bare aiogram handler.

Both bots are processes of their own and poll the same kind of stand-in (`telegram.py`), in turns within one run: the
same press of a person alone, then as many people at once as `crowd` says, each pressing on as soon as the press before
has been answered. The bare handler edits once and answers. Processor time is the bot's own, whatever else the machine
does.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.figures import Figure, share_of, times
from tests.bench.patients import COMMONEST, Patient, Pressed
from tests.bench.processes import BARE, Running, bot, folder
from tests.bench.telegram import Chat, telegram
from tests.support.bot_process import BEGIN
from tests.support.clock import FolderClock

_FIRST = 5_000_000_001
_ALONE = "bare handler"
_SHARE = 0.5
_TIMES = 3
_WARM = 5


@dataclass
class Side:
    """One of those compared: its processes, and people who press for ever."""

    running: Sequence[Running]
    people: Sequence[AsyncGenerator[Pressed, None]]
    screens: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
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

    async def alone(self, presses: int) -> None:
        """One person presses so many times; notes how long each screen took."""
        for _ in range(presses):
            pressed = await anext(self.people[0])
            self.screens[pressed.name].append(1000 * pressed.took.screen)

    async def together(self, seconds: float) -> None:
        """Everybody presses for so long; notes how many presses that made."""
        began, used, until = time.perf_counter(), self._used, time.perf_counter() + seconds
        counted = await asyncio.gather(*(_press_until(person, until) for person in self.people))
        self.pressed += sum(counted)
        self.seconds += time.perf_counter() - began
        self.cpu += self._used - used

    @property
    def _used(self) -> float:
        return sum(each.cpu for each in self.running)


def measure(rounds: int, crowd: int, seconds: float) -> list[Figure]:
    """`rounds`: visits booked and cancelled alone; `crowd`: people at once, in turns of `seconds`, three times each."""
    return asyncio.run(_measure(rounds, crowd, seconds))


async def _measure(rounds: int, crowd: int, seconds: float) -> list[Figure]:
    with folder() as place, folder() as bare_place:
        FolderClock(place).set(BEGIN)
        async with (
            telegram() as town,
            telegram() as bare_town,
            bot(town, place) as ours,
            bot(bare_town, bare_place, BARE) as bare,
        ):
            patients = [Patient(town.chat(_FIRST + number), number) for number in range(crowd)]
            for patient in patients:
                await patient.settle_in()
            pressers = [_one_button(bare_town.chat(_FIRST + number)) for number in range(crowd)]
            product = Side([ours], [patient.visits() for patient in patients])
            yardstick = Side([bare], pressers)
            await _compare(product, yardstick, rounds, seconds)
            for person in (*product.people, *yardstick.people):
                await person.aclose()
    return _figures(product, yardstick, crowd)


async def _compare(product: Side, yardstick: Side, rounds: int, seconds: float) -> None:
    for side in (product, yardstick):  # what is imported or compiled with the first presses is not measured
        await side.alone(_WARM * len(COMMONEST))
        side.screens.clear()
    for _ in range(rounds):
        await product.alone(len(COMMONEST) + 4)
        await yardstick.alone(len(COMMONEST) + 4)
    for _ in range(3):
        for side in (product, yardstick):
            await side.together(seconds)


async def _press_until(person: AsyncGenerator[Pressed, None], until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        await anext(person)
        count += 1
    return count


async def _one_button(chat: Chat) -> AsyncGenerator[Pressed, None]:
    await chat.say("/start")
    while True:
        yield Pressed(_ALONE, await chat.press(chat.buttons[0]))


def _figures(product: Side, yardstick: Side, crowd: int) -> list[Figure]:
    bare = yardstick.screens[_ALONE]
    bare_p95 = _p95(bare)
    ours = [took for name in COMMONEST for took in product.screens[name]]
    together = f"{crowd} people at once"
    return [
        Figure(
            f"{together}: presses", product.a_second, "/s", yardstick.a_second, share_of(yardstick.a_second, _SHARE)
        ),
        Figure(f"{together}: processor a press", product.cpu_a_press, "ms", yardstick.cpu_a_press),
        Figure("the ten presses, p95 to the screen", _p95(ours), "ms", bare_p95, times(bare_p95, _TIMES)),
        Figure("the ten presses, median to the screen", median(ours), "ms", median(bare)),
        *(
            figure
            for name in COMMONEST
            for figure in (
                Figure(f"{name}, median", median(product.screens[name]), "ms", median(bare)),
                Figure(f"{name}, p95", _p95(product.screens[name]), "ms", bare_p95),
            )
        ),
    ]


def _p95(took: Sequence[float]) -> float:
    return quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
