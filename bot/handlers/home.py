"""Home, and the demo's ready family."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.common import consented, home_screen, leave_wizard
from bot.handlers.wizard import Wizards, show_reply, start_by_waiting_link
from bot.keyboards.buttons.common import GO_HOME, Go
from bot.keyboards.buttons.home import GO_DEMO_FAMILY
from bot.tools import Tools
from services.accounts.model import Account
from services.texts.i18n import Texts


async def go_home(query: CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    await leave_wizard(bot, tools, account)
    await chat.show(query, bot, await home_screen(tools, account, t))


async def take_ready_family(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """DEMO: the whole form in one press; then on to where a link has led."""
    if tools.ready_family is not None and not await tools.persons.family(account):
        family = await tools.persons.take_ready_family(account, tools.ready_family)
        account = await tools.accounts.set_active_person(account, family[0].id)
    draft = await tools.drafts.open_of(account.id, "person")
    if draft is not None:
        await leave_wizard(bot, tools, account)
        await tools.drafts.drop(draft.id)
    reply = await start_by_waiting_link(tools, wizards, account, t)
    if reply is not None:
        await show_reply(query, bot, tools, account, t, reply)
        return
    await chat.show(query, bot, await home_screen(tools, account, t))


def setup() -> Router:
    router = consented("home")
    router.callback_query.register(go_home, Go.filter(F.to == GO_HOME.to))
    router.callback_query.register(take_ready_family, Go.filter(F.to == GO_DEMO_FAMILY.to))
    return router
