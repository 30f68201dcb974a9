"""A press that takes over a second says that it is being worked on, instead of spinning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, TelegramObject

from bot import chat
from bot.visitor import Visitor

_PATIENCE = 1.0

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class SlowPress(BaseMiddleware):
    """Answers early where the handler has not answered within a second; the screen follows when it is ready."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        work = asyncio.ensure_future(handler(event, data))
        try:
            done, _ = await asyncio.wait({work}, timeout=self._patience)
            if not done and isinstance(event, CallbackQuery):
                visitor: Visitor = data["visitor"]
                await chat.answer(event, visitor.t.label("One moment, waiting for the registry…"))
            return await work
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})  # whoever closes the database now must find nothing under way
            raise
