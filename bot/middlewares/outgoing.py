"""The way out: Telegram's «too many requests» is obeyed, and what nobody asked for is metered.

The gate meters unsolicited sends only (30 a second overall, 1 a second a chat); answers, edits and replies
obey `retry_after` alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    TelegramMethod,
)
from aiogram.methods.base import Response, TelegramType

from bot.progress import wait_for_telegram

log = logging.getLogger(__name__)

OVERALL_A_SECOND = 30
_LONGEST_WAIT = 30
_TRIES = 3
_PAUSE = 0.5
_REPEATABLE = (AnswerCallbackQuery, DeleteMessage, EditMessageReplyMarkup, EditMessageText)
"""What may be asked again when the answer is lost: if the first try has done it, the second finds it done."""
_CHATS = 10_000


_nobody_waits: ContextVar[bool] = ContextVar("nobody_waits", default=False)


@contextmanager
def unsolicited() -> Iterator[None]:
    """For what nobody waits for: any 429 goes to the caller at once, who keeps the message for later.

    Waiting it out would keep the rest of what is due waiting as well.
    """
    token = _nobody_waits.set(True)
    try:
        yield
    finally:
        _nobody_waits.reset(token)


class Patience(BaseRequestMiddleware):
    """Waits out a short 429 and asks again, a long one goes to the caller; repeats what can do no harm twice."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        for _ in range(_TRIES - 1):
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                if error.retry_after > _LONGEST_WAIT or _nobody_waits.get():
                    raise
                log.warning("Telegram asks to wait %s s before %s", error.retry_after, type(method).__name__)
                wait_for_telegram()
                await asyncio.sleep(error.retry_after)
            except (TelegramNetworkError, TelegramServerError) as error:
                if not isinstance(method, _REPEATABLE):
                    raise
                log.warning("no answer to %s: %s", type(method).__name__, type(error).__name__)
                await asyncio.sleep(_PAUSE)
        return await make_request(bot, method)


class Gate:
    """Spaces unsolicited sends: each waits for its turn overall and in its chat."""

    def __init__(self) -> None:
        self._next = 0.0
        self._chats: OrderedDict[int, float] = OrderedDict()

    async def pass_to(self, chat_id: int) -> None:
        """Returns when a message nobody asked for may go to this chat."""
        pause = await self._pause(chat_id)
        if pause > 0:
            await asyncio.sleep(pause)

    async def _pause(self, chat_id: int) -> float:
        """Takes the next turn; how long it is until then, in seconds."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next, self._chats.get(chat_id, 0.0))
        self._next = max(now, self._next) + 1 / OVERALL_A_SECOND
        self._chats[chat_id] = turn + 1.0
        self._chats.move_to_end(chat_id)
        if len(self._chats) > _CHATS:
            self._chats.popitem(last=False)
        return turn - now
