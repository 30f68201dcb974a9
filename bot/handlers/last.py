"""What nobody else took: no press spins for ever, no message stays unanswered. Always the last router."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.handlers.common import consented, home_screen
from bot.tools import Tools
from bot.views import common
from services.accounts.model import Account
from services.texts.i18n import Texts


async def unknown_press(query: CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    """A button of a layout that is no longer understood."""
    await chat.show(query, bot, await home_screen(tools, account, t), common.outdated(t))


async def unknown_message(message: Message, bot: Bot, t: Texts) -> None:
    await chat.send(bot, message.chat.id, common.not_understood(t))


def setup() -> Router:
    router = consented("last")
    router.callback_query.register(unknown_press)
    router.message.register(unknown_message)
    return router
