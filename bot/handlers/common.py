"""What several topics' handlers show: consent to a guest, Home, and the way out of a wizard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot, Router
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import chat
from bot.tools import Tools
from bot.views import consent as consent_view
from bot.views import family as family_view
from bot.views import home as home_view
from bot.views.screen import Screen
from services.accounts.accounts import CONSENT_VERSION
from services.accounts.model import Account
from services.registry.port import RegistryUnavailable
from services.texts.i18n import LOCALES, Html, Texts


def operator_name(tools: Tools, t: Texts) -> str:
    return tools.operator or consent_view.demo_operator(t)


def consent_screen(tools: Tools, t: Texts, note: Html | None = None) -> Screen:
    return consent_view.ask(t, operator_name(tools, t), CONSENT_VERSION, LOCALES, note)


async def ask_consent(
    event: Message | CallbackQuery, bot: Bot, tools: Tools, t: Texts, note: Html | None = None
) -> None:
    """Whatever a guest has pressed or written, consent comes first. `note`: what becomes of it afterwards."""
    screen = consent_screen(tools, t, note)
    if isinstance(event, CallbackQuery):
        await chat.show(event, bot, screen)
    else:
        await chat.send(bot, event.chat.id, screen)


class ConsentFirst(BaseMiddleware):
    """Around handlers that are for an account alone: a guest is asked for consent instead."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if data["account"] is not None or not isinstance(event, Message | CallbackQuery):
            return await handler(event, data)
        await ask_consent(event, data["bot"], data["tools"], data["t"])
        return None


def consented(name: str) -> Router:
    """A router whose handlers get an account, never None."""
    router, consent_first = Router(name=name), ConsentFirst()
    router.message.middleware(consent_first)
    router.callback_query.middleware(consent_first)
    return router


async def home_screen(tools: Tools, account: Account, t: Texts, note: Html | None = None) -> Screen:
    """The active person's Home; an invitation to the form while there is nobody yet."""
    family = await tools.persons.family(account)
    if not family:
        return home_view.no_form(t, demo=tools.demo, note=note)
    person = next((each for each in family if each.id == account.active_person_id), family[0])
    unread = await tools.outbox.unread(account.id)
    try:
        ahead = await tools.visits.upcoming(account, 0, 1)
        data = home_view.HomeData(person, ahead.items[0] if ahead.items else None, unread=unread)
    except RegistryUnavailable:
        data = home_view.HomeData(person, None, answering=False, unread=unread)
    return home_view.home(t, data, tools.clock.now(), note)


async def policies_screen(tools: Tools, account: Account, t: Texts, page: int = 0, note: Html | None = None) -> Screen:
    """«Полисы»; an invitation to the form while there is nobody yet."""
    family = await tools.persons.family(account)
    if not family:
        return home_view.no_form(t, demo=tools.demo, note=note)
    active = next((each for each in family if each.id == account.active_person_id), family[0])
    return family_view.policies(t, family, active.id, page, note)


async def leave_wizard(bot: Bot, tools: Tools, account: Account) -> None:
    """The draft stays, but what is typed from now on is not meant for it; its reply keyboard is taken away."""
    draft = await tools.drafts.latest(account.id)
    if draft is None:
        return
    if draft.prompt_id is not None:
        await chat.delete(bot, account.telegram_id, draft.prompt_id)
    if draft.message_id is not None or draft.prompt_id is not None:
        await tools.drafts.remember_messages(draft, None, None)
