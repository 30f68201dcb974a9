"""Who is speaking and in which language; only what people themselves say in a private chat gets further."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatType, ContentType
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot.views.common import write_in_private
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.clock import Clock
from services.memory import Memory
from services.texts.i18n import locale_of, texts

_CHOSEN = "guest locale"
_REMEMBERED = timedelta(days=1)
_TOLD = "group told"
_TOLD_AGAIN = timedelta(minutes=10)

SAID = frozenset(
    {
        ContentType.TEXT,
        ContentType.RICH_MESSAGE,
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.DOCUMENT,
        ContentType.LIVE_PHOTO,
        ContentType.PAID_MEDIA,
        ContentType.PHOTO,
        ContentType.STICKER,
        ContentType.STORY,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
        ContentType.CHECKLIST,
        ContentType.CONTACT,
        ContentType.DICE,
        ContentType.GAME,
        ContentType.POLL,
        ContentType.VENUE,
        ContentType.LOCATION,
        ContentType.INVOICE,
        ContentType.GIVEAWAY,
        ContentType.GIVEAWAY_WINNERS,
    }
)
"""What people send, or send on. The rest are Telegram's own words of what was done in the chat: nobody waits for an
answer to them, and to a wizard they are none.
"""

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

    def __init__(
        self, accounts: Accounts, locales: GuestLocales, memory: Memory, clock: Clock, ready: asyncio.Event
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._locales = locales
        self._memory = memory
        self._ready = ready

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        user: User | None = data.get("event_from_user")
        if user is None or not isinstance(event, Message | CallbackQuery):
            return None
        if isinstance(event, Message) and event.content_type not in SAID:
            return None
        if not _is_private(event):
            return await self._send_away(event, data["bot"], user)
        account = await self._accounts.by_telegram(user.id)
        if account is not None and not account.reachable and isinstance(event, CallbackQuery):
            account = await self._accounts.set_reachable(account, reachable=True)  # who presses has let the bot in
        t = texts(account.locale if account else await self._locales.of(user))
        data["visitor"] = Visitor(event, data["bot"], user.id, account, t, self._clock.now(), self._memory)
        if account is not None or isinstance(event, CallbackQuery):
            await self._ready.wait()
        return await handler(event, data)

    async def _send_away(self, event: Message | CallbackQuery, bot: Bot, user: User) -> None:
        """One sentence, for a command that names this bot: a bare one may be any bot's. Once a while in a group."""
        sentence = write_in_private(texts(await self._locales.of(user)))
        if isinstance(event, CallbackQuery):
            await event.answer(sentence, show_alert=True)
            return
        if not _is_command_to(event, (await bot.me()).username) or await self._memory.recall(_TOLD, event.chat.id):
            return
        await self._memory.keep(_TOLD, event.chat.id, _TOLD, _TOLD_AGAIN)
        with suppress(TelegramAPIError):  # a group may forbid bots to write; that says nothing of who has asked
            await event.answer(sentence)


def _is_private(event: Message | CallbackQuery) -> bool:
    if isinstance(event, Message):
        return event.chat.type == ChatType.PRIVATE
    return event.message is None or event.message.chat.type == ChatType.PRIVATE


def _is_command_to(message: Message, username: str | None) -> bool:
    """«/start@nomerok_bot»."""
    command, _, named = next(iter((message.text or "").split()), "").partition("@")
    return command.startswith("/") and bool(named) and named.casefold() == (username or "").casefold()
