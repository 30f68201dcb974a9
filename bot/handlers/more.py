"""«Ещё»."""

from __future__ import annotations

from bot.entries import Entries
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.more import GO_MORE
from bot.routing import to
from bot.topic import Place
from bot.views import more as view
from bot.visitor import Visitor


async def page(visitor: Visitor, *, wizards: Wizards, entries: Entries) -> None:
    await wizards.leave(visitor)
    rows = await entries.rows(visitor, Place.MORE)
    await visitor.show(view.more(visitor.t, await entries.told(visitor, Place.MORE), rows))


ROUTES = (to(GO_MORE, page),)
