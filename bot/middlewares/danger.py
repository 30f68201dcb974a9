"""Danger first: whoever speaks of it is told whom to call before anything else, whatever the chat waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatType
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Message, TelegramObject, Update, User

from bot.calls import SendMessage
from bot.front import OwnClinic
from bot.middlewares.guest import GuestLocales
from bot.middlewares.order import ChatOrder, Pace
from bot.views import danger as view
from services.accounts.accounts import Accounts
from services.accounts.model import Account
from services.memory import Memory
from services.registry.model import Clinic
from services.texts.danger import Danger, danger_in
from services.texts.i18n import Texts, locale_of, texts

log = logging.getLogger(__name__)

ALARM = "alarm"
"""The name under which a message's handler finds that the alarm has been raised."""
_TOLD = "alarm told"
_REMEMBERED = timedelta(hours=1)
_PATIENCE = 1.0
"""Seconds that the clinic's phone is waited for. Whom to call in danger waits for nobody."""
_A_MINUTE = 60
"""So many alarms a minute, after the first thirty, are sent to one chat."""

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class AlarmFirst(BaseMiddleware):
    """Sends the alarm past the line of the chat, in which a press may be waiting for the registry.

    The message itself stands in that line as ever, and what answers it comes below the alarm (`BelowAlarm`). One that
    comes again is told nothing twice. Nothing that goes wrong here keeps the message from its handler.
    """

    def __init__(
        self, accounts: Accounts, locales: GuestLocales, memory: Memory, own_clinic: OwnClinic, crisis_line: str
    ) -> None:
        self._accounts = accounts
        self._locales = locales
        self._memory = memory
        self._own_clinic = own_clinic
        self._crisis_line = crisis_line
        self._line = ChatOrder(Pace(_A_MINUTE))

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        message = event.message if isinstance(event, Update) else None
        danger = _danger_of(message) if message is not None else None
        if message is None or danger is None:
            return await handler(event, data)
        telling = asyncio.create_task(self._line(partial(self._tell, message, danger), event, data))
        data[ALARM] = telling
        try:
            return await handler(event, data)
        except asyncio.CancelledError:
            telling.cancel()
            raise
        finally:
            await asyncio.wait({telling})

    async def _tell(self, message: Message, danger: Danger, _: TelegramObject, data: dict[str, Any]) -> None:
        bot: Bot = data["bot"]
        try:
            if message.from_user is None or await self._has_told(message):
                return
            account, t = await self._who(message.from_user)
            clinic = await self._clinic(account) if account is not None else None
            await bot(SendMessage(chat_id=message.chat.id, text=view.alarm(t, danger, clinic, self._crisis_line)))
            await self._memory.keep(_TOLD, message.chat.id, str(message.message_id), _REMEMBERED)
        except TelegramAPIError as error:
            log.warning("an alarm was not taken: %s", type(error).__name__)
        except Exception:
            log.exception("an alarm could not be raised")

    async def _has_told(self, message: Message) -> bool:
        """Telegram, or a process that ended too early, may bring a message again; their numbers ascend in a chat."""
        last = await self._memory.recall(_TOLD, message.chat.id)
        return last is not None and message.message_id <= int(last)

    async def _who(self, user: User) -> tuple[Account | None, Texts]:
        try:
            account = await self._accounts.by_telegram(user.id)
            return account, texts(account.locale if account else await self._locales.of(user))
        except Exception:
            log.exception("an alarm goes to somebody unknown")
            return None, texts(locale_of(user.language_code))

    async def _clinic(self, account: Account) -> Clinic | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._own_clinic.of(account)
        except Exception as error:  # the registry is silent, is being filled, or tells this account nothing
            log.info("an alarm names no clinic: %s", type(error).__name__)
            return None


class BelowAlarm(BaseMiddleware):
    """Lets a message be answered once its alarm stands."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        telling: asyncio.Task[Any] | None = data.get(ALARM)
        if telling is not None:
            await asyncio.wait({telling})
        return await handler(event, data)


def _danger_of(message: Message) -> Danger | None:
    """What danger is spoken of where somebody speaks to the bot alone: in a message, a caption, behind a command."""
    if message.chat.type != ChatType.PRIVATE:
        return None
    return danger_in(message.text or message.caption or "")
