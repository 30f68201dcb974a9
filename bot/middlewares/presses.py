"""The short way of a press: from its chat's line to the table, past aiogram's routers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class PressesFirst(BaseMiddleware):
    """Hands presses to whoever takes them. `around`: what they pass on the way, the outermost first.

    Nothing but the table says who takes a press, so no router is asked; the way is put together once. aiogram would ask
    each router and put its way together anew at every press, which costs twice what all middlewares of ours do.
    """

    def __init__(self, take: Handler, around: Sequence[BaseMiddleware]) -> None:
        self._take = take
        for each in reversed(around):
            self._take = partial(each, self._take)

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        press = event.callback_query if isinstance(event, Update) else None
        return await (handler(event, data) if press is None else self._take(press, data))
