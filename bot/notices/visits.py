"""Notices about visits: the ticket as it is now, with a sentence of what has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.keyboards import origins
from bot.keyboards.kit import Row
from bot.topic import Line, LinesSpec, NoticeContext, NoticeSpec, Render, Rendered
from bot.views import disputes as dispute_views
from bot.views import moving as moving_views
from bot.views import notifications as view
from bot.views import refusals
from bot.views import visits as visit_views
from bot.views.letters import letter
from bot.views.screen import Screen
from services.accounts.mail import Mail
from services.accounts.model import Account
from services.booking import sight
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.deeds import Deeds
from services.booking.model import DeedKind, VisitEntry
from services.booking.notices import VisitNews
from services.booking.visits import Visits
from services.notify.model import Letter, Notification
from services.registry.model import VisitStatus
from services.texts.i18n import Html, Texts, blocks


async def _ticket(context: NoticeContext, visits: Visits, mail: Mail, note: Html | None = None) -> Screen:
    entry, offers_mail = await visits.get(context.account, context.subject_id), mail.may_offer(context.account)
    return visit_views.ticket(context.t, entry, context.now, note=note, offers_mail=offers_mail)


async def confirmed(context: NoticeContext, *, visits: Visits, mail: Mail) -> Rendered:
    return await _ticket(context, visits, mail)


async def stands_after_all(context: NoticeContext, *, visits: Visits, mail: Mail) -> Rendered:
    return await _ticket(context, visits, mail, view.stands_after_all(context.t))


async def failed(context: NoticeContext) -> Rendered:
    return visit_views.failed_booking(context.t)


async def booked_elsewhere(context: NoticeContext, *, visits: Visits, deeds: Deeds, mail: Mail) -> Rendered:
    """None once it has been moved, cancelled or begun: that is told of by itself, or there is nothing to do."""
    entry = await visits.get(context.account, context.subject_id)
    if not visit_views.is_ahead(entry.visit, context.now):
        return None
    note, denial = await _by_another(context, entry, deeds, DeedKind.BOOKED)
    offers_mail = mail.may_offer(context.account)
    return visit_views.ticket(context.t, entry, context.now, note=note, denial=denial, offers_mail=offers_mail)


async def undone(context: NoticeContext) -> Rendered:
    return visit_views.undone_booking(context.t)


async def cancelled(
    context: NoticeContext, *, visits: Visits, deeds: Deeds, mail: Mail, cancelling: Cancelling
) -> Rendered:
    """Whoever has pressed it needs no word about who it may have been."""
    if await cancelling.is_own_doing(context.account, context.subject_id):
        return await _ticket(context, visits, mail)
    entry = await visits.get(context.account, context.subject_id)
    note, denial = await _by_another(context, entry, deeds, DeedKind.CANCELLED)
    return visit_views.ticket(context.t, entry, context.now, note=note or view.cancelled(context.t), denial=denial)


async def cancelled_by_clinic(context: NoticeContext, *, visits: Visits, mail: Mail) -> Rendered:
    return await _ticket(context, visits, mail, view.cancelled_by_clinic(context.t))


async def moved(context: NoticeContext, *, visits: Visits, deeds: Deeds) -> Rendered:
    """None once it has been moved on: the last move is told of."""
    entry = await visits.get(context.account, context.subject_id)
    if entry.visit.moved_to is not None:
        return None
    before = await visits.before(context.account, context.subject_id)
    by_another, denial = await _by_another(context, entry, deeds, DeedKind.MOVED)
    note = blocks(view.moved(context.t, before, context.now), by_another or "")
    return visit_views.ticket(context.t, entry, context.now, note=note, denial=denial)


async def _by_another(
    context: NoticeContext, entry: VisitEntry, deeds: Deeds, kind: DeedKind
) -> tuple[Html | None, Row | None]:
    """What another chat has done, and the button that denies it, for who stands for the patient; else nothing."""
    if not sight.stands_for(entry, context.now):
        return None, None
    deed = await deeds.latest(context.account, entry.visit)
    if (deed is None and kind is not DeedKind.BOOKED) or (deed is not None and deed.kind is not kind):
        return None, None  # the clinic has done it, or somebody has done something else since
    return dispute_views.told(context.t, kind, entry, deed), dispute_views.row(context.t, entry)


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


async def opened(context: NoticeContext, *, visits: Visits, deeds: Deeds) -> Screen:
    """The visit's card as it is now; with what another chat has done to it, where it is of that."""
    entry = await visits.get(context.account, context.subject_id)
    kind = BY_ANOTHER.get(context.kind)
    note, denial = await _by_another(context, entry, deeds, kind) if kind is not None else (None, None)
    origin = origins.of_list(context.back) if context.back is not None else origins.NOWHERE
    return visit_views.ticket(context.t, entry, context.now, origin=origin, note=note, denial=denial)


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
        names=visit_views.notice_names(t, note.kind, entry, now),
        person=entry.person.listed_name,
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
    _spec(VisitNews.BOOKING_UNDONE, undone, opens=False, mailed=False),
    _spec(VisitNews.BOOKING_STANDS, stands_after_all, ahead=True),
    _spec(VisitNews.VISIT_BOOKED_ELSEWHERE, booked_elsewhere, ahead=True),
    _spec(VisitNews.VISIT_CANCELLED, cancelled),
    _spec(VisitNews.VISIT_CANCELLED_BY_CLINIC, cancelled_by_clinic),
    _spec(VisitNews.VISIT_MOVED, moved, ahead=True),
    _spec(VisitNews.CANCEL_FAILED, cancel_failed, mailed=False),
    _spec(VisitNews.MOVE_FAILED, move_failed),
)
BY_ANOTHER: Mapping[str, DeedKind] = {
    VisitNews.VISIT_BOOKED_ELSEWHERE: DeedKind.BOOKED,
    VisitNews.VISIT_MOVED: DeedKind.MOVED,
    VisitNews.VISIT_CANCELLED: DeedKind.CANCELLED,
}
"""What another chat may have done where this is told."""
AHEAD = frozenset(each.kind for each in SPECS if each.ahead)
LINES = LinesSpec(frozenset(each.kind for each in SPECS), draw_lines)
