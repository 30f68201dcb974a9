"""Errors become sentences: what happened, that nothing was lost, what to press now."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import chat
from bot.keyboards.callbacks import Go, Page
from bot.views import common
from bot.views.screen import Screen
from services.errors import NotFound
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Texts

log = logging.getLogger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Errors(BaseMiddleware):
    """The last resort of every handler. The log gets the trace; the chat a screen with a way on."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        t: Texts = data["t"]
        try:
            return await handler(event, data)
        except TelegramForbiddenError:
            return None  # whoever blocked the bot in the middle of a press has left
        except RegistryUnavailable:
            screen = common.unavailable(t, Go(to=Page.HOME))
        except NotFound:
            screen = common.gone(t)
        except Exception:
            log.exception("a handler failed")
            screen = common.failed(t)
        return await _show(data["bot"], event, screen)


async def _show(bot: Bot, event: TelegramObject, screen: Screen) -> None:
    if isinstance(event, CallbackQuery):
        if event.message is not None:
            await chat.edit(bot, event.from_user.id, event.message.message_id, screen)
        await chat.answer(event)
    elif isinstance(event, Message):
        await chat.send(bot, event.chat.id, screen)
