"""«Мои записи» and the tickets in it."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.clinics import show_venue
from bot.handlers.common import ask_consent
from bot.keyboards.callbacks import Tab, VisitCard, VisitList, VisitVenue
from bot.keyboards.kit import PAGE_SIZE
from bot.tools import Tools
from bot.views import visits as view
from services.accounts.model import Account
from services.texts.i18n import Texts


async def listing(
    query: CallbackQuery, callback_data: VisitList, bot: Bot, tools: Tools, account: Account | None, t: Texts
) -> None:
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    tab, page = callback_data.tab, max(0, callback_data.page)
    read = tools.visits.upcoming if tab is Tab.UPCOMING else tools.visits.past
    found = await read(account, page, PAGE_SIZE)
    if not found.items and found.total:  # the list has grown shorter since the button was drawn
        page = (found.total - 1) // PAGE_SIZE
        found = await read(account, page, PAGE_SIZE)
    await chat.show(query, bot, view.visit_list(t, tab, found, page, tools.clock.now()))


async def card(
    query: CallbackQuery, callback_data: VisitCard, bot: Bot, tools: Tools, account: Account | None, t: Texts
) -> None:
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    entry = await tools.visits.get(account, callback_data.visit)
    await chat.show(query, bot, view.ticket(t, entry, tools.clock.now(), back=Tab.UPCOMING))


async def venue(
    query: CallbackQuery, callback_data: VisitVenue, bot: Bot, tools: Tools, account: Account | None, t: Texts
) -> None:
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    entry = await tools.visits.get(account, callback_data.visit)
    await show_venue(query, bot, entry.visit.clinic, t)


def setup() -> Router:
    router = Router(name="visits")
    router.callback_query.register(listing, VisitList.filter())
    router.callback_query.register(card, VisitCard.filter())
    router.callback_query.register(venue, VisitVenue.filter())
    return router
