"""Consent: the first screen, and nothing personal before it."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.keyboards.callbacks import ConsentAgain, ConsentPress
from bot.tools import Tools
from bot.views import consent as view
from bot.views import home as home_view
from bot.views.screen import Screen
from services.accounts.accounts import CONSENT_VERSION
from services.accounts.model import Account
from services.texts.i18n import LOCALES, Texts, texts


def consent_screen(tools: Tools, t: Texts) -> Screen:
    return view.ask(t, _operator(tools, t), CONSENT_VERSION, LOCALES)


async def ask_consent(event: Message | CallbackQuery, bot: Bot, tools: Tools, t: Texts) -> None:
    """Whatever a guest has pressed or written, consent comes first."""
    screen = consent_screen(tools, t)
    if isinstance(event, CallbackQuery):
        await chat.show(event, bot, screen)
    else:
        await chat.send(bot, event.chat.id, screen)


async def answer_consent(
    query: CallbackQuery, callback_data: ConsentPress, bot: Bot, tools: Tools, account: Account | None, t: Texts
) -> None:
    if not callback_data.agree and account is None:
        await chat.show(query, bot, view.refused(t))
        return
    if account is None:
        read_in = texts(callback_data.locale)
        text = view.consent_text(read_in, _operator(tools, read_in), CONSENT_VERSION)
        await tools.accounts.give_consent(query.from_user.id, read_in.locale, text)
        t = read_in
    await chat.show(query, bot, home_view.no_form(t, demo=tools.demo))


async def read_again(query: CallbackQuery, bot: Bot, tools: Tools, t: Texts) -> None:
    await ask_consent(query, bot, tools, t)


def _operator(tools: Tools, t: Texts) -> str:
    return tools.operator or view.demo_operator(t)


def setup() -> Router:
    router = Router(name="consent")
    router.callback_query.register(answer_consent, ConsentPress.filter())
    router.callback_query.register(read_again, ConsentAgain.filter())
    return router
