"""Who is speaking and in which language; nobody outside a private chat gets further."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiogram import BaseMiddleware
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot.views.common import write_in_private
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.clock import Clock
from services.memory import Memory
from services.texts.i18n import locale_of, texts

_CHOSEN = "guest locale"
_REMEMBERED = timedelta(days=1)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class GuestLocales:
    """Languages chosen before consent: remembered only, for nothing is stored about a guest."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def choose(self, telegram_id: int, locale: str) -> None:
        await self._memory.keep(_CHOSEN, telegram_id, locale, _REMEMBERED)

    async def of(self, user: User) -> str:
        return await self._memory.recall(_CHOSEN, user.id) or locale_of(user.language_code)


class Guest(BaseMiddleware):
    """Puts the `visitor` beside the event: who is speaking, and how they are answered.

    `ready`: set once the registry can be asked; whoever is past consent waits for it.
    """

    def __init__(self, accounts: Accounts, locales: GuestLocales, clock: Clock, ready: asyncio.Event) -> None:
        self._accounts = accounts
        self._clock = clock
        self._locales = locales
        self._ready = ready

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        user: User | None = data.get("event_from_user")
        if user is None or not isinstance(event, Message | CallbackQuery):
            return None
        if not _is_private(event):
            return await _send_away(event, await self._locales.of(user))
        account = await self._accounts.by_telegram(user.id)
        if account is not None and not account.reachable and isinstance(event, CallbackQuery):
            account = await self._accounts.set_reachable(account, reachable=True)  # who presses has let the bot in
        t = texts(account.locale if account else await self._locales.of(user))
        data["visitor"] = Visitor(event, data["bot"], user.id, account, t, self._clock.now())
        if account is not None or isinstance(event, CallbackQuery):
            await self._ready.wait()
        return await handler(event, data)


def _is_private(event: Message | CallbackQuery) -> bool:
    if isinstance(event, Message):
        return event.chat.type == ChatType.PRIVATE
    return event.message is None or event.message.chat.type == ChatType.PRIVATE


async def _send_away(event: Message | CallbackQuery, locale: str) -> None:
    sentence = write_in_private(texts(locale))
    if isinstance(event, CallbackQuery):
        await event.answer(sentence, show_alert=True)
    elif (event.text or "").startswith("/"):
        await event.answer(sentence)
