"""«Мои записи» and the tickets in it."""

from __future__ import annotations

from dataclasses import replace

from bot.handlers.clinics import show_venue
from bot.keyboards.buttons.visits import Tab, VisitCalendar, VisitCancel, VisitCard, VisitList, VisitVenue
from bot.keyboards.kit import clamp
from bot.routing import on
from bot.views import calendar as calendar_view
from bot.views import refusals
from bot.views import visits as view
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.mail import Mail
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.model import Checking, GivenUp, Kept, VisitEntry
from services.booking.visits import Visits
from services.notify import keys
from services.notify.outbox import Outbox
from services.registry.model import CancelRefusal, VisitStatus
from services.registry.ports.errors import RegistryUnavailable


async def listing(visitor: Visitor, data: VisitList, *, visits: Visits) -> None:
    page = max(0, data.page)
    read = visits.upcoming if data.tab is Tab.UPCOMING else visits.past
    size = visitor.layout.described
    found = await read(visitor.account, page, size)
    if not found.items and found.total:  # the list has grown shorter since the button was drawn
        page = clamp(page, found.total, size)
        found = await read(visitor.account, page, size)
    await visitor.show(view.visit_list(visitor.t, data.tab, found, page, visitor.now, layout=visitor.layout))


async def card(visitor: Visitor, data: VisitCard, *, visits: Visits, mail: Mail, outbox: Outbox) -> None:
    entry = await visits.get(visitor.account, data.visit)
    offers_mail = mail.may_offer(visitor.account)
    await visitor.show(view.ticket(visitor.t, entry, visitor.now, back=Tab.UPCOMING, offers_mail=offers_mail))
    await outbox.read_about(visitor.account.id, entry.visit.id)


async def venue(visitor: Visitor, data: VisitVenue, *, visits: Visits) -> None:
    entry = await visits.get(visitor.account, data.visit)
    await show_venue(visitor, entry.visit.clinic)


async def calendar(visitor: Visitor, data: VisitCalendar, *, calendar: Calendar) -> None:
    """«В календарь»: the file of the visit as it is now, or of the one that has taken its place."""
    found = await calendar.find(visitor.account, data.visit)
    if not view.has_calendar(found.entry.visit, visitor.now):
        await visitor.answer(calendar_view.over(visitor.t))
        return
    event = await calendar.event(visitor.account, found)
    await visitor.send_document(calendar_view.document(visitor.t, event, visitor.now))
    await visitor.answer()


async def cancel(
    visitor: Visitor, data: VisitCancel, *, visits: Visits, cancelling: Cancelling, outbox: Outbox
) -> None:
    """«Отменить запись»: asked first, then done; the card says what has become of the visit."""
    t, account = visitor.t, visitor.account
    try:
        entry = await visits.get(account, data.visit)
    except RegistryUnavailable:
        if not data.sure:
            raise
        await visitor.show(view.not_cancelled(t, data))
        return
    if not data.sure:
        await visitor.show(await _question(visitor, entry, cancelling))
        return
    outcome = await cancelling.cancel(account, entry.visit.id)
    note = None
    match outcome:
        case GivenUp():
            entry = replace(entry, visit=replace(entry.visit, status=VisitStatus.CANCELLED_BY_PATIENT))
        case Kept(reason):
            note = refusals.kept(t, reason)
            if reason is not CancelRefusal.UNAVAILABLE:  # somebody was quicker: the card shows what has become of it
                entry = await visits.get(account, entry.visit.id)
        case Checking():
            note = refusals.checking_cancel(t)
    await visitor.show(view.ticket(t, entry, visitor.now, note=note))
    if isinstance(outcome, GivenUp):  # Telegram has taken the screen: only now is nothing more to be told
        await outbox.shown(keys.cancelled(outcome.intent_id))


async def _question(visitor: Visitor, entry: VisitEntry, cancelling: Cancelling) -> Screen:
    """Asked before a visit is given up, or why there is nothing to ask."""
    t, reason = visitor.t, cancelling.why_not(entry)
    if reason is not None:
        return view.ticket(t, entry, visitor.now, note=refusals.kept(t, reason))
    if await cancelling.under_way(visitor.account, entry):
        return view.ticket(t, entry, visitor.now, note=refusals.under_way(t))
    return view.cancel_question(t, entry, visitor.now)


ROUTES = (
    on(VisitCancel, cancel),
    on(VisitList, listing),
    on(VisitCard, card),
    on(VisitCalendar, calendar),
    on(VisitVenue, venue),
)
