"""A press that takes over a second says that it is being worked on, instead of spinning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery, TelegramObject

from bot import chat, progress
from bot.visitor import Visitor

_PATIENCE = 1.0

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class SlowPress(BaseMiddleware):
    """Answers early where the handler has not answered within a second; the screen follows when it is ready."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, CallbackQuery):
            return await handler(event, data)
        early = _EarlyAnswer(self._patience, event, data["visitor"])
        try:
            result = await handler(event, data)
        except asyncio.CancelledError:
            await early.break_off()
            raise
        except Exception:
            with suppress(Exception):  # what the work has failed by is what counts
                await early.end()
            raise
        await early.end()
        return result


class _EarlyAnswer:
    """The word for a slow press. A timer: a task for each press would serve the one in thousands that is slow."""

    def __init__(self, patience: float, query: CallbackQuery, visitor: Visitor) -> None:
        self._query = query
        self._visitor = visitor
        self._timer = asyncio.get_running_loop().call_later(patience, self._begin)
        self._sending: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        # An answer that the request was to bear has been kept back long enough: it is sent, and needs no other.
        said = progress.hand_over() or AnswerCallbackQuery(
            callback_query_id=self._query.id, text=self._visitor.t.label("One moment, waiting for the registry…")
        )
        self._sending = asyncio.create_task(chat.send_answer(self._visitor.bot, said))

    async def end(self) -> None:
        """The work is done: an answer that is under way is waited for. Raises what Telegram says to it."""
        self._timer.cancel()
        if self._sending is not None:
            await self._sending

    async def break_off(self) -> None:
        """Nothing is under way when this returns."""
        self._timer.cancel()
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait({self._sending})
