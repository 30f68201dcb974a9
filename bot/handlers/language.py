"""The choice of language, from any step."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.handlers.common import consent_screen, home_screen
from bot.handlers.wizard import Wizards, show_current
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.language import GO_LANGUAGE, SetLocale
from bot.middlewares.guest import GuestLocales
from bot.tools import Tools
from bot.views import language as view
from services.accounts.model import Account
from services.texts.i18n import LOCALES, Texts, texts


async def command(message: Message, bot: Bot, t: Texts) -> None:
    await chat.send(bot, message.chat.id, view.choose(t))


async def page(query: CallbackQuery, bot: Bot, t: Texts) -> None:
    await chat.show(query, bot, view.choose(t))


async def choose(
    query: CallbackQuery,
    callback_data: SetLocale,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    guest_locales: GuestLocales,
    account: Account | None,
) -> None:
    """The wizard that was open is shown again in the new language, else Home."""
    locale = callback_data.locale if callback_data.locale in LOCALES else LOCALES[0]
    t = texts(locale)
    if account is None:
        await guest_locales.choose(query.from_user.id, locale)
        await chat.show(query, bot, consent_screen(tools, t))
        return
    account = await tools.accounts.set_locale(account, locale)
    if not await show_current(bot, tools, wizards, account, t, query):
        await chat.show(query, bot, await home_screen(tools, account, t))


def setup() -> Router:
    router = Router(name="language")
    router.message.register(command, Command("language"))
    router.callback_query.register(page, Go.filter(F.to == GO_LANGUAGE.to))
    router.callback_query.register(choose, SetLocale.filter())
    return router
