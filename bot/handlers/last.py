"""What nobody else took: no press spins for ever, no message stays unanswered."""

from __future__ import annotations

from bot.front import HomeScreen
from bot.views import common
from bot.visitor import Visitor


async def unknown_press(visitor: Visitor, *, home: HomeScreen) -> None:
    """A button of a layout that is no longer understood."""
    await visitor.show(await home.screen(visitor), common.outdated(visitor.t))


async def unknown_message(visitor: Visitor) -> None:
    await visitor.send(common.not_understood(visitor.t))
