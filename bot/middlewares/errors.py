"""Errors become sentences: what happened, that nothing was lost, what to press now."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError, TelegramServerError
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot import chat
from bot.keyboards.callbacks import Go, Page
from bot.views import common
from bot.views.screen import Screen
from services.errors import NotFound
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Texts, locale_of, texts

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Errors(BaseMiddleware):
    """The last resort of every handler. The log gets the trace; the chat a screen with a way on."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        try:
            return await handler(event, data)
        except TelegramForbiddenError:
            return None  # whoever blocked the bot in the middle of a press has left
        except RegistryUnavailable:
            pressed = event.data if isinstance(event, CallbackQuery) else None
            screen = common.unavailable(_texts(data), pressed or Go(to=Page.HOME))
        except NotFound:
            screen = common.gone(_texts(data))
        except (TelegramNetworkError, TelegramServerError) as error:
            log.warning("Telegram has not taken a screen: %s", type(error).__name__)
            screen = common.failed(_texts(data))
        except Exception:
            log.exception("a handler failed")
            screen = common.failed(_texts(data))
        with suppress(TelegramNetworkError, TelegramServerError):
            await _show(data["bot"], event, screen)
        return None


def _texts(data: dict[str, Any]) -> Texts:
    """The person's language; Telegram's word for it where the failure came before the account was known."""
    known: Texts | None = data.get("t")
    user: User | None = data.get("event_from_user")
    return known or texts(locale_of(user.language_code if user else None))


async def _show(bot: Bot, event: TelegramObject, screen: Screen) -> None:
    if isinstance(event, CallbackQuery):
        if event.message is not None:
            await chat.edit(bot, event.from_user.id, event.message.message_id, screen)
        await chat.answer(event)
    elif isinstance(event, Message):
        await chat.send(bot, event.chat.id, screen)
