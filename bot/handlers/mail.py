"""«Электронная почта»: the address of an account's letters."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.fsm import mail
from bot.handlers.common import consented, leave_wizard
from bot.handlers.wizard import Wizards, begin
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.mail import GO_MAIL, MailRemove
from bot.tools import Tools
from bot.views import mail as view
from services.accounts.model import Account
from services.texts.i18n import Texts


async def page(query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts) -> None:
    """The address, or the question for one."""
    await leave_wizard(bot, tools, account)
    address = await tools.mail.of(account)
    if address is not None:
        await chat.show(query, bot, view.mail(t, address, on=tools.mail.on))
    elif tools.mail.on:
        await begin(query, bot, tools, wizards, account, t, mail.KIND)
    else:
        await chat.show(query, bot, view.none(t, on=False))


async def remove(
    query: CallbackQuery, callback_data: MailRemove, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """Asked first."""
    address = await tools.mail.of(account)
    if address is None:
        await chat.show(query, bot, view.none(t, on=tools.mail.on))
    elif callback_data.sure:
        await tools.mail.remove(account)
        await chat.show(query, bot, view.none(t, on=tools.mail.on, note=view.removed(t)))
    else:
        await chat.show(query, bot, view.remove(t, address))


def setup() -> Router:
    router = consented("mail")
    router.callback_query.register(page, Go.filter(F.to == GO_MAIL.to))
    router.callback_query.register(remove, MailRemove.filter())
    return router
