"""One update of a chat at a time, in the order they came; an update that came twice is handled once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

_REMEMBERED = 10_000

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class ChatOrder(BaseMiddleware):
    """Five quick presses are handled one after another: the first acts, the others see what it did.

    Locks live only while somebody waits on them. The drafts' versions remain the guard; this spares people
    the sight of their own presses overtaking each other.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        chat = _chat_id(event)
        if chat is None:
            return await handler(event, data)
        lock = self._locks.get(chat)
        if lock is None:
            lock = self._locks[chat] = asyncio.Lock()
        async with lock:
            return await handler(event, data)


class Duplicates(BaseMiddleware):
    """Telegram may deliver an update again; a press is known by its own id, a message by chat and number."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        name = _event_name(event)
        if name is None:
            return await handler(event, data)
        if name in self._seen:
            return None
        self._seen[name] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return await handler(event, data)


def _inner(event: TelegramObject) -> Message | CallbackQuery | None:
    return event.message or event.callback_query if isinstance(event, Update) else None


def _chat_id(event: TelegramObject) -> int | None:
    inner = _inner(event)
    if isinstance(inner, CallbackQuery):
        return inner.from_user.id
    return inner.chat.id if inner else None


def _event_name(event: TelegramObject) -> str | None:
    inner = _inner(event)
    if isinstance(inner, CallbackQuery):
        return f"press {inner.id}"
    return f"message {inner.chat.id} {inner.message_id}" if inner else None
