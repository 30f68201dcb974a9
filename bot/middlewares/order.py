"""One update of a chat at a time, in the order they came; an update that came twice is handled once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakValueDictionary

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from bot import progress

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
AT_ONCE = 30
"""Somebody who sends an album and presses on at once is no flood."""
LINE = 60
"""So many of one chat's updates are kept waiting."""

COMES_AGAIN = "comes_again"
"""The name under which a webhook tells that an update that is not taken now will be sent once more."""

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


@dataclass(weakref_slot=True, slots=True)
class _Line:
    """Whoever waits in one chat."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Pace:
    """How quickly one chat's updates are let begin: `AT_ONCE` of them, then so many `a_minute`.

    Nobody presses as quickly as that for long. What comes quicker is not refused: it waits, and nobody else does.
    """

    def __init__(
        self,
        a_minute: int,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._apart = 60 / a_minute
        self._now = now
        self._sleep = sleep
        self._paid_to: OrderedDict[int, float] = OrderedDict()

    async def turn(self, chat: int) -> None:
        """Returns when the chat's next update may begin."""
        paid_to = self._paid_to.get(chat, 0.0)
        early = paid_to - (AT_ONCE - 1) * self._apart - self._now()
        if early > 0:
            await self._sleep(early)
        self._paid_to[chat] = max(self._now(), paid_to) + self._apart
        self._paid_to.move_to_end(chat)
        if len(self._paid_to) > _REMEMBERED:
            self._paid_to.popitem(last=False)


class ChatOrder(BaseMiddleware):
    """Five quick presses are handled one after another: the first acts, the others see what it did.

    Lines live only while somebody stands in them. The drafts' versions remain the guard; this spares people the sight
    of their own presses overtaking each other, and keeps one chat from taking the turns of the others: it has one
    update in hand at a time, begun at its `pace`, and what comes when `LINE` of them wait is passed over.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lines: WeakValueDictionary[int, _Line] = WeakValueDictionary()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        chat = _chat_id(event)
        if chat is None:
            return await handler(event, data)
        line = self._lines.get(chat)
        if line is None:
            line = self._lines[chat] = _Line()
        if line.waiting >= LINE:
            log.warning("a chat sends more than it is answered: an update was passed over")
            return None
        line.waiting += 1
        try:
            await line.turn.acquire()
        finally:
            line.waiting -= 1
        try:
            await self._pace.turn(chat)
            return await handler(event, data)
        finally:
            line.turn.release()


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
            progress.begin()
            return await handler(event, data)
        try:
            async with self._seen.handling(chat, _event_name(event)) as first_time:
                if not first_time:
                    return None
                progress.begin()
                return await handler(event, data)
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
