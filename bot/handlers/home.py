"""Home, and what stands there before the form is filled."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.consent import ask_consent
from bot.keyboards.callbacks import Go, Page
from bot.tools import Tools
from bot.views import home as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Html, Texts


async def home_screen(tools: Tools, account: Account, t: Texts, note: Html | None = None) -> Screen:
    """The active person's Home; an invitation to the form while there is nobody yet."""
    family = await tools.persons.family(account)
    if not family:
        return view.no_form(t, demo=tools.demo, note=note)
    person = next((each for each in family if each.id == account.active_person_id), family[0])
    try:
        ahead = await tools.visits.upcoming(account, 0, 1)
        data = view.HomeData(person, ahead.items[0] if ahead.items else None)
    except RegistryUnavailable:
        data = view.HomeData(person, None, answering=False)
    return view.home(t, data, tools.clock.now(), note)


async def put_prompt_away(bot: Bot, tools: Tools, account: Account) -> None:
    """Leaving a wizard takes away the reply keyboard that it has asked something with."""
    draft = await tools.drafts.latest(account.id)
    if draft is not None and draft.prompt_id is not None:
        await chat.delete(bot, account.telegram_id, draft.prompt_id)
        await tools.drafts.remember_messages(draft, draft.message_id, None)


async def go_home(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    await put_prompt_away(bot, tools, account)
    await chat.show(query, bot, await home_screen(tools, account, t))


async def take_ready_family(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    """DEMO: the whole form in one press."""
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    if tools.ready_family is not None and not await tools.persons.family(account):
        family = await tools.persons.take_ready_family(account, tools.ready_family)
        account = await tools.accounts.set_active_person(account, family[0].id)
    draft = await tools.drafts.open_of(account.id, "person")
    if draft is not None:
        await put_prompt_away(bot, tools, account)
        await tools.drafts.drop(draft.id)
    await chat.show(query, bot, await home_screen(tools, account, t))


def setup() -> Router:
    router = Router(name="home")
    router.callback_query.register(go_home, Go.filter(F.to == Page.HOME))
    router.callback_query.register(take_ready_family, Go.filter(F.to == Page.DEMO_FAMILY))
    return router
