"""Errors become sentences: what happened, that nothing was lost, what to press now."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot import chat
from bot.front import ConsentFirst
from bot.keyboards.buttons.common import GO_HOME
from bot.views import common, refusals
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.errors import ConsentNeeded, NotAllowed, NotFound
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import Texts, locale_of, texts

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Errors(BaseMiddleware):
    """The last resort of every handler. The log gets the trace; the chat a screen with a way on.

    Whoever has blocked the bot in the middle of a press has left: the chat is unreachable until it speaks again.
    """

    def __init__(self, accounts: Accounts, consent: ConsentFirst) -> None:
        self._accounts = accounts
        self._consent = consent

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        try:
            try:
                return await handler(event, data)
            except ConsentNeeded:
                await self._consent.ask_anew(data["visitor"], event.data if isinstance(event, CallbackQuery) else None)
                return None
        except TelegramForbiddenError:
            await self._closed(data)
            return None
        except TelegramRetryAfter as error:  # a screen of ours would be refused as well; the last one stands
            log.warning("Telegram asks a chat to wait %s s, too long to be waited out", error.retry_after)
            return None
        except RegistryUnavailable:
            pressed = event.data if isinstance(event, CallbackQuery) else None
            screen = common.unavailable(_texts(data), pressed or GO_HOME)
        except NotFound:
            screen = common.gone(_texts(data))
        except NotAllowed as denied:
            screen = refusals.denied(_texts(data), denied.reason)
        except (TelegramNetworkError, TelegramServerError) as error:
            log.warning("Telegram has not taken a screen: %s", type(error).__name__)
            screen = common.failed(_texts(data))
        except Exception:
            log.exception("a handler failed")
            screen = common.failed(_texts(data))
        try:
            await _show(data, event, screen)
        except TelegramForbiddenError:
            await self._closed(data)
        except TelegramAPIError as error:
            log.warning("what happened could not be told: %s", type(error).__name__)
        return None

    async def _closed(self, data: dict[str, Any]) -> None:
        user: User | None = data.get("event_from_user")
        account = await self._accounts.by_telegram(user.id) if user is not None else None
        if account is not None:
            await self._accounts.set_reachable(account, reachable=False)


def _texts(data: dict[str, Any]) -> Texts:
    """The person's language; Telegram's word for it where the failure came before the account was known."""
    visitor: Visitor | None = data.get("visitor")
    user: User | None = data.get("event_from_user")
    return visitor.t if visitor else texts(locale_of(user.language_code if user else None))


async def _show(data: dict[str, Any], event: TelegramObject, screen: Screen) -> None:
    bot: Bot = data["bot"]
    visitor: Visitor | None = data.get("visitor")
    if isinstance(event, CallbackQuery):
        if visitor is not None and event.message is not None:
            await visitor.show(screen)
        elif event.message is not None:  # it failed before it was known who is speaking
            await chat.show(event, bot, screen)
        else:
            await chat.answer(bot, event)
    elif isinstance(event, Message):
        await chat.send(bot, event.chat.id, screen)
