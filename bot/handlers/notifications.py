"""«Уведомления»: each line opens its thing."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.common import ask_consent
from bot.keyboards.callbacks import NotificationList
from bot.keyboards.kit import PAGE_SIZE
from bot.tools import Tools
from bot.views import notifications as view
from services.accounts.model import Account
from services.texts.i18n import Texts


async def listing(
    query: CallbackQuery, callback_data: NotificationList, bot: Bot, tools: Tools, account: Account | None, t: Texts
) -> None:
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    found = await tools.outbox.page(account.id, max(0, callback_data.page), PAGE_SIZE)
    visits = await tools.visits.some(account, {each.subject_id for each in found.items})
    rows = tuple(view.NotificationLine(each, visits.get(each.subject_id)) for each in found.items)
    await chat.show(query, bot, view.listing(t, rows, found.total, callback_data.page, tools.clock.now()))


def setup() -> Router:
    router = Router(name="notifications")
    router.callback_query.register(listing, NotificationList.filter())
    return router
