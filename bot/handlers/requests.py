"""«Статусы заявлений», and the cards of what was sent. Sending is a wizard (`handlers.openings`)."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.common import consented, leave_wizard
from bot.keyboards.buttons.requests import RequestCard, RequestList, RequestPhoto, RequestText
from bot.keyboards.kit import PAGE_SIZE
from bot.tools import Tools
from bot.views import requests as view
from services.accounts.model import Account
from services.texts.i18n import Texts


async def listing(
    query: CallbackQuery, callback_data: RequestList, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    await leave_wizard(bot, tools, account)
    found = await tools.statuses.page(account, callback_data.page, PAGE_SIZE)
    await chat.show(query, bot, view.statuses(t, found, callback_data.page, tools.clock.now()))


async def card(
    query: CallbackQuery, callback_data: RequestCard, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    request = await tools.requests.get(account, callback_data.request)
    await chat.show(query, bot, view.card(t, request, tools.clock.now()))
    await tools.outbox.read_about(account.id, request.id)


async def whole_text(
    query: CallbackQuery, callback_data: RequestText, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    request = await tools.requests.get(account, callback_data.request)
    await chat.show(query, bot, view.whole_text(t, request, callback_data.page))


async def photo(
    query: CallbackQuery, callback_data: RequestPhoto, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """A message of its own below the card."""
    request = await tools.requests.get(account, callback_data.request)
    picture = await tools.requests.photo(account, request.id, callback_data.place)
    await chat.send(bot, query.from_user.id, view.photo(t, request, callback_data.place, picture))
    await chat.answer(query)


def setup() -> Router:
    router = consented("requests")
    router.callback_query.register(listing, RequestList.filter())
    router.callback_query.register(card, RequestCard.filter())
    router.callback_query.register(whole_text, RequestText.filter())
    router.callback_query.register(photo, RequestPhoto.filter())
    return router
