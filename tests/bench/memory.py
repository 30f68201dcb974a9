"""Memory: the bot's, once ten thousand people have each opened a draft, beside the bare bot's after as many presses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import chdir
from pathlib import Path
from typing import Any

from bot.keyboards.buttons.person import GO_FORM
from services.registry.local.demo import fill_demo
from tests.bench.crowds import COLLECTED_AFTER
from tests.bench.figures import Figure, above
from tests.bench.opened import opened, settings_of
from tests.bench.population import EVE, FIRST_CHAT, settle_accounts
from tests.bench.processes import BARE, bot, folder
from tests.bench.telegram import Button, Chat, telegram
from tests.support.clock import FolderClock

_MORE_MB = 80
_AT_ONCE = 20
_FORM = Button("Fill in the form", GO_FORM.pack())
_HELLO = Button("Press", "pressed")


def measure(drafts: int) -> list[Figure]:
    """`drafts`: people who each open the form of their own by pressing; their accounts are there before as rows."""
    return asyncio.run(_measure(drafts))


async def _measure(drafts: int) -> list[Figure]:
    with folder() as place, folder() as bare_place:
        FolderClock(place).set(EVE)
        await _settle(place, drafts)
        async with telegram() as town, bot(town, place) as ours:
            await _press(town.chat, drafts, _FORM)
            product = ours.memory
        yardstick = await _bare(bare_place, drafts)
        settled = await _bare(bare_place, drafts, COLLECTED_AFTER=COLLECTED_AFTER)
    return [
        Figure(f"{drafts:,} open drafts", product, "MB", yardstick, above(yardstick, _MORE_MB, "MB")),
        Figure(f"{drafts:,} open drafts, beside a bare bot with the same collector", product, "MB", settled),
    ]


async def _bare(place: Path, presses: int, **how: str) -> float:
    async with telegram() as town, bot(town, place, BARE, **how) as bare:
        await _press(town.chat, presses, _HELLO)
        return bare.memory


async def _settle(place: Path, people: int) -> None:
    with chdir(place):
        async with opened(settings_of()) as storage:
            await fill_demo(storage.database, storage.clock)
            await settle_accounts(storage.database, storage.vault, people)


async def _press(chat: Callable[[int], Chat], people: int, button: Button) -> None:
    """Each presses once, some of them at the same time."""
    waiting = iter(range(people))

    async def one_after_another() -> None:
        for number in waiting:
            person = chat(FIRST_CHAT + number)
            person.message_id = 1
            await person.press(button)

    work: list[Coroutine[Any, Any, None]] = [one_after_another() for _ in range(_AT_ONCE)]
    await asyncio.gather(*work)
