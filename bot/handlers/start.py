"""/start: Home, or consent for somebody new."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.filters import CommandStart
from aiogram.types import Message

from bot import chat
from bot.handlers.common import ask_consent, home_screen, leave_wizard
from bot.tools import Tools
from services.accounts.model import Account
from services.texts.i18n import Texts


async def start(message: Message, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    if account is None:
        await ask_consent(message, bot, tools, t)
        return
    await tools.accounts.set_reachable(account, reachable=True)
    await leave_wizard(bot, tools, account)
    await chat.send(bot, message.chat.id, await home_screen(tools, account, t))


def setup() -> Router:
    router = Router(name="start")
    router.message.register(start, CommandStart())
    return router
