"""«Мои записи» and the tickets in it."""

from __future__ import annotations

from dataclasses import replace

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.handlers.clinics import show_venue
from bot.handlers.common import consented
from bot.keyboards.buttons.visits import Tab, VisitCalendar, VisitCancel, VisitCard, VisitList, VisitVenue
from bot.keyboards.kit import PAGE_SIZE
from bot.tools import Tools
from bot.views import calendar as calendar_view
from bot.views import refusals
from bot.views import visits as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.booking.model import Checking, GivenUp, Kept, VisitEntry
from services.registry.model import CancelRefusal, VisitStatus
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Texts


async def listing(
    query: CallbackQuery, callback_data: VisitList, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    tab, page = callback_data.tab, max(0, callback_data.page)
    read = tools.visits.upcoming if tab is Tab.UPCOMING else tools.visits.past
    found = await read(account, page, PAGE_SIZE)
    if not found.items and found.total:  # the list has grown shorter since the button was drawn
        page = (found.total - 1) // PAGE_SIZE
        found = await read(account, page, PAGE_SIZE)
    await chat.show(query, bot, view.visit_list(t, tab, found, page, tools.clock.now()))


async def card(
    query: CallbackQuery, callback_data: VisitCard, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    entry = await tools.visits.get(account, callback_data.visit)
    offers_mail = tools.mail.may_offer(account)
    await chat.show(query, bot, view.ticket(t, entry, tools.clock.now(), back=Tab.UPCOMING, offers_mail=offers_mail))
    await tools.outbox.read_about(account.id, entry.visit.id)


async def venue(
    query: CallbackQuery, callback_data: VisitVenue, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    entry = await tools.visits.get(account, callback_data.visit)
    await show_venue(query, bot, entry.visit.clinic, t)


async def calendar(
    query: CallbackQuery, callback_data: VisitCalendar, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """«В календарь»: the file of the visit as it is now, or of the one that has taken its place."""
    now = tools.clock.now()
    found = await tools.calendar.find(account, callback_data.visit)
    if not view.has_calendar(found.entry.visit, now):
        await chat.answer(query, calendar_view.over(t))
        return
    event = await tools.calendar.event(account, found)
    await chat.send_document(bot, account.telegram_id, calendar_view.document(t, event, now))
    await chat.answer(query)


async def cancel(
    query: CallbackQuery, callback_data: VisitCancel, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """«Отменить запись»: asked first, then done; the card says what has become of the visit."""
    now = tools.clock.now()
    try:
        entry = await tools.visits.get(account, callback_data.visit)
    except RegistryUnavailable:
        if not callback_data.sure:
            raise
        await chat.show(query, bot, view.not_cancelled(t, callback_data))
        return
    if not callback_data.sure:
        await chat.show(query, bot, await _question(tools, account, entry, t))
        return
    outcome = await tools.cancelling.cancel(account, entry.visit.id)
    note = None
    match outcome:
        case GivenUp():
            entry = replace(entry, visit=replace(entry.visit, status=VisitStatus.CANCELLED_BY_PATIENT))
        case Kept(reason):
            note = refusals.kept(t, reason)
            if reason is not CancelRefusal.UNAVAILABLE:  # somebody was quicker: the card shows what has become of it
                entry = await tools.visits.get(account, entry.visit.id)
        case Checking():
            note = refusals.checking_cancel(t)
    await chat.show(query, bot, view.ticket(t, entry, now, note=note))
    if isinstance(outcome, GivenUp):  # Telegram has taken the screen: only now is nothing more to be told
        await tools.cancelling.shown(outcome.intent_id)


async def _question(tools: Tools, account: Account, entry: VisitEntry, t: Texts) -> Screen:
    """Asked before a visit is given up, or why there is nothing to ask."""
    now = tools.clock.now()
    reason = tools.cancelling.why_not(entry)
    if reason is not None:
        return view.ticket(t, entry, now, note=refusals.kept(t, reason))
    if await tools.cancelling.under_way(account, entry.visit.id):
        return view.ticket(t, entry, now, note=refusals.under_way(t))
    return view.cancel_question(t, entry, now)


def setup() -> Router:
    router = consented("visits")
    router.callback_query.register(cancel, VisitCancel.filter())
    router.callback_query.register(listing, VisitList.filter())
    router.callback_query.register(card, VisitCard.filter())
    router.callback_query.register(calendar, VisitCalendar.filter())
    router.callback_query.register(venue, VisitVenue.filter())
    return router
