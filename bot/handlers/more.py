"""«Ещё»."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.common import consented, leave_wizard
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.more import GO_MORE
from bot.tools import Tools
from bot.views import more as view
from services.accounts.model import Account
from services.texts.i18n import Texts


async def page(query: CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    await leave_wizard(bot, tools, account)
    await chat.show(query, bot, view.more(t, mail=tools.mail.on or account.mail))


def setup() -> Router:
    router = consented("more")
    router.callback_query.register(page, Go.filter(F.to == GO_MORE.to))
    return router
