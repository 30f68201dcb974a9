"""Presses that are about nobody: what is closed to see the screen above it, and cells of tables on old screens."""

from __future__ import annotations

from bot.keyboards.buttons.common import Close, Idle
from bot.routing import on
from bot.views import common
from bot.visitor import Visitor


async def close(visitor: Visitor, _: Close) -> None:
    """Takes away what stands below a screen; open to guests too, for an old file may outlive its account."""
    if visitor.pressed is not None and not await visitor.delete(visitor.pressed):
        await visitor.strip(visitor.pressed)  # too old to be taken away
    await visitor.answer()


async def idle(visitor: Visitor, _: Idle) -> None:
    await visitor.answer(common.only_a_word(visitor.t))


ROUTES = (on(Close, close, guests=True), on(Idle, idle, guests=True))
