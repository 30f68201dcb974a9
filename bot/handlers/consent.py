"""Consent: the first screen, and nothing personal before it."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.access import WaitingCodes, enter
from bot.handlers.common import ask_consent, home_screen, operator_name
from bot.handlers.links import follow
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.consent import ConsentAgain, ConsentPress
from bot.tools import Tools
from bot.views import consent as view
from services.accounts.accounts import CONSENT_VERSION
from services.accounts.model import Account
from services.texts.i18n import Texts, texts


async def answer_consent(
    query: CallbackQuery,
    callback_data: ConsentPress,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    waiting_codes: WaitingCodes,
    account: Account | None,
    t: Texts,
) -> None:
    if account is not None and not (callback_data.agree and await _agreed_to_another(tools, account)):
        await chat.show(query, bot, await home_screen(tools, account, t))
        return
    if not callback_data.agree:
        await tools.links.forget(query.from_user.id)
        await chat.show(query, bot, view.refused(t))
        return
    read_in = texts(callback_data.locale)
    text = view.consent_text(read_in, operator_name(tools, read_in), CONSENT_VERSION)
    if view.digest_of(text) != callback_data.digest:  # it has been changed since the button was drawn
        await ask_consent(query, bot, tools, read_in)
        return
    account = await tools.accounts.give_consent(query.from_user.id, read_in.locale, text)
    digits = await waiting_codes.take(query.from_user.id)
    if digits is not None:
        await enter(query, bot, tools, wizards, account, read_in, digits)
        return
    link = await tools.links.waiting(query.from_user.id)
    if link is not None:
        await follow(query, bot, tools, wizards, account, read_in, link)
        return
    await chat.show(query, bot, await home_screen(tools, account, read_in))


async def _agreed_to_another(tools: Tools, account: Account) -> bool:
    """Whether the consent that was given is to an older text than today's."""
    return (await tools.accounts.consent_of(account)).version != CONSENT_VERSION


async def read_again(query: CallbackQuery, bot: Bot, tools: Tools, t: Texts) -> None:
    await ask_consent(query, bot, tools, t)


def setup() -> Router:
    router = Router(name="consent")
    router.callback_query.register(answer_consent, ConsentPress.filter())
    router.callback_query.register(read_again, ConsentAgain.filter())
    return router
