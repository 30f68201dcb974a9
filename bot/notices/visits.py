"""Notices about visits: the ticket as it is now, with a sentence of what has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.keyboards.buttons.notifications import NotificationList
from bot.topic import Line, LinesSpec, NoticeContext, NoticeSpec, Render, Rendered
from bot.views import moving as moving_views
from bot.views import notifications as view
from bot.views import refusals
from bot.views import visits as visit_views
from bot.views.letters import letter
from bot.views.screen import Screen
from services.accounts.mail import Mail
from services.accounts.model import Account
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.model import VisitEntry
from services.booking.notices import VisitNews
from services.booking.visits import Visits
from services.notify.model import Letter, Notification
from services.registry.model import VisitStatus
from services.texts.i18n import Html, Texts


async def _ticket(context: NoticeContext, visits: Visits, mail: Mail, note: Html | None = None) -> Screen:
    entry, offers_mail = await visits.get(context.account, context.subject_id), mail.may_offer(context.account)
    return visit_views.ticket(context.t, entry, context.now, note=note, offers_mail=offers_mail)


async def confirmed(context: NoticeContext, *, visits: Visits, mail: Mail) -> Rendered:
    return await _ticket(context, visits, mail)


async def stands_after_all(context: NoticeContext, *, visits: Visits, mail: Mail) -> Rendered:
    return await _ticket(context, visits, mail, view.stands_after_all(context.t))


async def failed(context: NoticeContext) -> Rendered:
    return visit_views.failed_booking(context.t)


async def cancelled(context: NoticeContext, *, visits: Visits, mail: Mail, cancelling: Cancelling) -> Rendered:
    """Whoever has pressed it needs no word about who it may have been."""
    own = await cancelling.is_own_doing(context.account, context.subject_id)
    return await _ticket(context, visits, mail, None if own else view.cancelled(context.t))


async def cancelled_by_clinic(context: NoticeContext, *, visits: Visits, mail: Mail) -> Rendered:
    return await _ticket(context, visits, mail, view.cancelled_by_clinic(context.t))


async def moved(context: NoticeContext, *, visits: Visits) -> Rendered:
    """None once it has been moved on: the last move is told of."""
    entry = await visits.get(context.account, context.subject_id)
    if entry.visit.moved_to is not None:
        return None
    before = await visits.before(context.account, context.subject_id)
    note = view.moved(context.t, before, context.now)
    return visit_views.ticket(context.t, entry, context.now, note=note)


async def cancel_failed(context: NoticeContext, *, visits: Visits, cancelling: Cancelling) -> Rendered:
    """None where it has been cancelled since: that is told of by itself."""
    entry = await visits.get(context.account, context.subject_id)
    if entry.visit.status is VisitStatus.CANCELLED_BY_PATIENT:
        return None
    note = refusals.not_cancelled(context.t, cancelling.why_not(entry))
    return visit_views.ticket(context.t, entry, context.now, note=note)


async def move_failed(context: NoticeContext, *, visits: Visits) -> Rendered:
    """None where it has been moved since: that is told of by itself."""
    entry = await visits.get(context.account, context.subject_id)
    if entry.visit.moved_to is not None:
        return None
    note = moving_views.not_moved(context.t, stands=visit_views.is_ahead(entry.visit, context.now))
    return visit_views.ticket(context.t, entry, context.now, note=note)


async def opened(context: NoticeContext, *, visits: Visits) -> Screen:
    """The visit's card as it is now."""
    entry = await visits.get(context.account, context.subject_id)
    return visit_views.ticket(context.t, entry, context.now, back=NotificationList(page=0))


async def write(context: NoticeContext, *, calendar: Calendar, cancelling: Cancelling) -> Letter | None:
    """None where what it would tell is so no longer, and another letter tells what is."""
    found = await calendar.find(context.account, context.subject_id)
    visit = found.entry.visit
    over = visit.status in visit_views.CANCELLED and visit.start > context.now
    told = visit_views.is_ahead(visit, context.now) if context.kind in AHEAD else over
    if not told or visit.id != context.subject_id:
        return None
    own = await cancelling.is_own_doing(context.account, visit.id)
    event = await calendar.event(context.account, found)
    headline = visit_views.HEADINGS[context.kind]
    return letter(context.t, context.kind, headline, event, context.now, before=found.before, own=own)


async def draw_lines(
    account: Account, notes: Sequence[Notification], t: Texts, now: datetime, *, visits: Visits
) -> Mapping[str, Line]:
    entries = await visits.some(account, {each.subject_id for each in notes})
    return {each.id: line(t, each, entries[each.subject_id], now) for each in notes if each.subject_id in entries}


def line(t: Texts, note: Notification, entry: VisitEntry, now: datetime) -> Line:
    """A confirmed visit bears its status of today; one that cannot be seen any more was confirmed all the same."""
    confirmed_one = note.kind == VisitNews.BOOKING_CONFIRMED
    return Line(
        headline=t(visit_views.STATUSES[entry.visit.status]) if confirmed_one else "",
        about=visit_views.when_and_what(t, entry.visit, now),
        person=entry.person.full_name,
        tz=entry.visit.clinic.tz,
    )


def _spec(kind: str, render: Render, *, opens: bool = True, mailed: bool = True, ahead: bool = False) -> NoticeSpec:
    return NoticeSpec(
        kind,
        visit_views.HEADINGS[kind],
        render,
        opened if opens else None,
        write if mailed else None,
        ahead=ahead,
    )


SPECS = (
    _spec(VisitNews.BOOKING_CONFIRMED, confirmed, ahead=True),
    _spec(VisitNews.BOOKING_FAILED, failed, opens=False, mailed=False),
    _spec(VisitNews.BOOKING_STANDS, stands_after_all, ahead=True),
    _spec(VisitNews.VISIT_CANCELLED, cancelled),
    _spec(VisitNews.VISIT_CANCELLED_BY_CLINIC, cancelled_by_clinic),
    _spec(VisitNews.VISIT_MOVED, moved, ahead=True),
    _spec(VisitNews.CANCEL_FAILED, cancel_failed, mailed=False),
    _spec(VisitNews.MOVE_FAILED, move_failed),
)
AHEAD = frozenset(each.kind for each in SPECS if each.ahead)
LINES = LinesSpec(frozenset(each.kind for each in SPECS), draw_lines)
