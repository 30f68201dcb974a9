"""One update of a chat at a time, in the order they came; an update that came twice is handled once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol
from weakref import WeakValueDictionary

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

_REMEMBERED = 10_000

COMES_AGAIN = "comes_again"
"""The name under which a webhook tells that an update that is not taken now will be sent once more."""

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


class BeingHandled(Exception):  # noqa: N818 (no fault of anybody's)
    """Another process has an update of this chat in its hands, and does not come to an end of it."""


class Seen(Protocol):
    """Remembers which updates have been handled."""

    def handling(self, chat: int, name: str | None, /) -> AbstractAsyncContextManager[bool]:
        """True inside for whoever is to handle the update; an update whose handling broke is not remembered.

        One without a name is never known. `BeingHandled` where it is not known yet what has become of it.
        """
        ...


class SeenHere:
    """In memory: enough for one process."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, None] = OrderedDict()

    @asynccontextmanager
    async def handling(self, _chat: int, name: str | None) -> AsyncIterator[bool]:
        if name is None or name in self._names:
            yield name is None
            return
        self._names[name] = None
        if len(self._names) > _REMEMBERED:
            self._names.popitem(last=False)
        try:
            yield True
        except BaseException:
            self._names.pop(name, None)
            raise


class Duplicates(BaseMiddleware):
    """Telegram may deliver an update again; a press is known by its own id, a message by chat and number."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        chat = _chat_id(event)
        if chat is None:
            return await handler(event, data)
        try:
            async with self._seen.handling(chat, _event_name(event)) as first_time:
                return await handler(event, data) if first_time else None
        except BeingHandled:  # only asking again later tells whether it has been handled
            if data.get(COMES_AGAIN):
                raise
            return None


def _inner(event: TelegramObject) -> Message | CallbackQuery | None:
    return event.message or event.callback_query if isinstance(event, Update) else None


def _chat_id(event: TelegramObject) -> int | None:
    inner = _inner(event)
    if isinstance(inner, CallbackQuery):
        return inner.from_user.id
    if inner is None and isinstance(event, Update) and event.my_chat_member is not None:
        return event.my_chat_member.chat.id  # «the bot is let in again» comes before the /start that follows it
    return inner.chat.id if inner else None


def _event_name(event: TelegramObject) -> str | None:
    inner = _inner(event)
    if isinstance(inner, CallbackQuery):
        return f"press {inner.id}"
    return f"message {inner.chat.id} {inner.message_id}" if inner else None
