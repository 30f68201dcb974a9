"""«Уведомления»: each line opens its thing."""

from __future__ import annotations

from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat, notices
from bot.handlers.common import consented
from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen, NotificationReadAll
from bot.keyboards.kit import PAGE_SIZE, clamp
from bot.tools import Tools
from bot.views import notifications as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.notify.model import Notification, NotificationKind
from services.texts.i18n import Texts


async def listing(
    query: CallbackQuery, callback_data: NotificationList, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    await chat.show(query, bot, await _page(tools, account, callback_data.page, t))


async def open_one(
    query: CallbackQuery, callback_data: NotificationOpen, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    note = await tools.outbox.get(account.id, callback_data.notification)
    await chat.show(query, bot, await notices.opened(tools, account, note, t))
    await tools.outbox.read(note)


async def read_all(
    query: CallbackQuery, callback_data: NotificationReadAll, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    await tools.outbox.read_all(account.id)
    await chat.show(query, bot, await _page(tools, account, callback_data.page, t))


async def _page(tools: Tools, account: Account, page: int, t: Texts) -> Screen:
    found = await tools.outbox.page(account.id, page, PAGE_SIZE)
    if not found.items and found.total:  # the list has grown shorter since the button was drawn
        page = clamp(page, found.total, PAGE_SIZE)
        found = await tools.outbox.page(account.id, page, PAGE_SIZE)
    visits = await tools.visits.some(account, {each.subject_id for each in found.items})
    moments = {_moment(each) for each in found.items if each.kind is NotificationKind.REQUEST_STATUS}
    sent = await tools.requests.as_they_stood(account, moments)
    names = {person.id: person.full_name for person in await tools.persons.family(account)}
    rows = tuple(
        view.NotificationLine(
            each, visits.get(each.subject_id), names.get(each.person_id or ""), sent.get(_moment(each))
        )
        for each in found.items
    )
    unread = await tools.outbox.unread(account.id)
    return view.listing(t, rows, found.total, page, tools.clock.now(), unread)


def _moment(note: Notification) -> tuple[str, datetime]:
    return note.subject_id, note.created_at


def setup() -> Router:
    router = consented("notifications")
    router.callback_query.register(listing, NotificationList.filter())
    router.callback_query.register(open_one, NotificationOpen.filter())
    router.callback_query.register(read_all, NotificationReadAll.filter())
    return router
