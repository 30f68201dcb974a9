"""What a notification says, drawn as things are now: when it goes out, and when it is opened in the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.keyboards.buttons.notifications import NotificationList
from bot.tools import Tools
from bot.views import access as access_views
from bot.views import common, refusals
from bot.views import family as family_views
from bot.views import mail as mail_views
from bot.views import moving as moving_views
from bot.views import notifications as view
from bot.views import reminders as reminder_views
from bot.views import requests as request_views
from bot.views import visits as visit_views
from bot.views.screen import Screen
from services.accounts.model import Account
from services.booking.reminders import Later, Reminder
from services.errors import NotFound
from services.notify.model import GIVER, Notification, NotificationKind
from services.registry.model import VisitStatus
from services.requests.model import first_status
from services.texts.i18n import Html, Texts


@dataclass(frozen=True, slots=True)
class Told:
    """A message that makes others superfluous. `instead_of`: their outbox keys."""

    screen: Screen
    instead_of: tuple[str, ...] = ()


Notice = Screen | Told | Later | None
Render = Callable[[Tools, Account, str, Texts], Awaitable[Notice]]
"""Draws a notification about a subject as it is now; None where it no longer applies."""

REMINDERS = frozenset({NotificationKind.REMINDER_EVE, NotificationKind.REMINDER_SOON})
"""One that is not sent never happened."""


async def render(tools: Tools, account: Account, note: Notification, t: Texts) -> Notice:
    """What is to be sent now. Raises `RegistryUnavailable`."""
    try:
        return await RENDERS[note.kind](tools, account, note.subject_id, t)
    except NotFound:
        return None


async def opened(tools: Tools, account: Account, note: Notification, t: Texts) -> Screen:
    """What a line of the list leads to; `NotFound` where that is gone. Raises `RegistryUnavailable`."""
    if note.kind in REMINDERS:
        return await _reminder_again(tools, account, note, t)
    if note.kind in _TICKETS:
        entry = await tools.visits.get(account, note.subject_id)
        return visit_views.ticket(t, entry, tools.clock.now(), back=NotificationList(page=0))
    if note.kind is NotificationKind.REQUEST_STATUS:
        request = await tools.requests.get(account, note.subject_id)
        return request_views.card(t, request, tools.clock.now(), back=NotificationList(page=0))
    notice = await RENDERS[note.kind](tools, account, note.subject_id, t)
    return notice if isinstance(notice, Screen) else common.gone(t)


async def _reminder_again(tools: Tools, account: Account, note: Notification, t: Texts) -> Screen:
    entries = (
        await tools.reminders.of_day(account, date.fromisoformat(note.subject_id))
        if note.kind is NotificationKind.REMINDER_EVE
        else await tools.reminders.of_visit(account, note.subject_id)
    )
    if not entries:
        return reminder_views.over(t)
    return reminder_views.reminder(t, entries, tools.clock.now(), back=NotificationList(page=0))


async def _ticket(tools: Tools, account: Account, visit_id: str, t: Texts, note: Html | None = None) -> Screen:
    entry, offers_mail = await tools.visits.get(account, visit_id), tools.mail.may_offer(account)
    return visit_views.ticket(t, entry, tools.clock.now(), note=note, offers_mail=offers_mail)


async def _confirmed(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    return await _ticket(tools, account, visit_id, t)


async def _stands(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    return await _ticket(tools, account, visit_id, t, view.stands_after_all(t))


async def _failed(_tools: Tools, _account: Account, _intent_id: str, t: Texts) -> Notice:
    return visit_views.failed_booking(t)


async def _cancelled(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    """Whoever has pressed it needs no word about who it may have been."""
    own = await tools.cancelling.is_own_doing(account, visit_id)
    return await _ticket(tools, account, visit_id, t, None if own else view.cancelled(t))


async def _cancelled_by_clinic(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    return await _ticket(tools, account, visit_id, t, view.cancelled_by_clinic(t))


async def _moved(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    """None once it has been moved on: the last move is told of."""
    entry = await tools.visits.get(account, visit_id)
    if entry.visit.moved_to is not None:
        return None
    now = tools.clock.now()
    before = await tools.visits.before(account, visit_id)
    return visit_views.ticket(t, entry, now, note=view.moved(t, before, now))


async def _cancel_failed(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    """None where it has been cancelled since: that is told of by itself."""
    entry = await tools.visits.get(account, visit_id)
    if entry.visit.status is VisitStatus.CANCELLED_BY_PATIENT:
        return None
    note = refusals.not_cancelled(t, tools.cancelling.why_not(entry))
    return visit_views.ticket(t, entry, tools.clock.now(), note=note)


async def _move_failed(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    """None where it has been moved since: that is told of by itself."""
    entry, now = await tools.visits.get(account, visit_id), tools.clock.now()
    if entry.visit.moved_to is not None:
        return None
    note = moving_views.not_moved(t, stands=visit_views.is_ahead(entry.visit, now))
    return visit_views.ticket(t, entry, now, note=note)


async def _eve(tools: Tools, account: Account, day: str, t: Texts) -> Notice:
    return _reminder(tools, await tools.reminders.eve(account, date.fromisoformat(day)), t)


async def _soon(tools: Tools, account: Account, visit_id: str, t: Texts) -> Notice:
    return _reminder(tools, await tools.reminders.soon(account, visit_id), t)


def _reminder(tools: Tools, found: Reminder | Later | None, t: Texts) -> Notice:
    if not isinstance(found, Reminder):
        return found
    return Told(reminder_views.reminder(t, found.entries, tools.clock.now()), found.instead_of)


async def _access_opened(tools: Tools, account: Account, link_id: str, t: Texts) -> Notice:
    return access_views.opened_elsewhere(t, await tools.access.opened(account, link_id))


async def _access_given(tools: Tools, account: Account, grant_id: str, t: Texts) -> Notice:
    grant = await tools.access.notice(account, grant_id)
    return access_views.given(t, grant) if grant.ended_at is None else None


async def _access_ended(tools: Tools, account: Account, grant_id: str, t: Texts) -> Notice:
    return access_views.ended(t, await tools.access.notice(account, grant_id))


async def _consent_ended(tools: Tools, account: Account, grant_id: str, t: Texts) -> Notice:
    return access_views.expired(t, await tools.access.notice(account, grant_id))


async def _access_erased(_tools: Tools, _account: Account, side: str, t: Texts) -> Notice:
    """Without a name: whoever has left is not known here any more."""
    return access_views.erased(t, None, given=side == GIVER)


async def _turned_15(tools: Tools, account: Account, link_id: str, t: Texts) -> Notice:
    """None where it has changed nothing: the teenager has opened access, or the link is over."""
    notice = await tools.ageing.notice(account, link_id)
    return None if notice.ended or notice.consent else family_views.turned_15(t, notice)


async def _turned_18(tools: Tools, account: Account, link_id: str, t: Texts) -> Notice:
    return family_views.turned_18(t, await tools.ageing.notice(account, link_id))


async def _guardianship_ended(tools: Tools, account: Account, link_id: str, t: Texts) -> Notice:
    return family_views.guardianship_ended(t, await tools.ageing.notice(account, link_id))


async def _request_status(tools: Tools, account: Account, request_id: str, t: Texts) -> Notice:
    """As it stands now: a later status has taken the word of an earlier one that was still waiting."""
    request = await tools.requests.get(account, request_id)
    if request.status is first_status(request.kind):
        return request_views.accepted(t, request)
    return request_views.card(t, request, tools.clock.now(), note=request_views.news(t, request))


async def _mail_refused(tools: Tools, account: Account, _account_id: str, t: Texts) -> Notice:
    """None where another address has been given since."""
    address = await tools.mail.of(account)
    if address is None or not address.refused:
        return None
    return mail_views.mail(t, address, on=tools.mail.on)


RENDERS: Mapping[NotificationKind, Render] = {
    NotificationKind.BOOKING_CONFIRMED: _confirmed,
    NotificationKind.BOOKING_FAILED: _failed,
    NotificationKind.BOOKING_STANDS: _stands,
    NotificationKind.VISIT_CANCELLED: _cancelled,
    NotificationKind.VISIT_CANCELLED_BY_CLINIC: _cancelled_by_clinic,
    NotificationKind.VISIT_MOVED: _moved,
    NotificationKind.CANCEL_FAILED: _cancel_failed,
    NotificationKind.MOVE_FAILED: _move_failed,
    NotificationKind.REMINDER_EVE: _eve,
    NotificationKind.REMINDER_SOON: _soon,
    NotificationKind.ACCESS_OPENED: _access_opened,
    NotificationKind.ACCESS_GIVEN: _access_given,
    NotificationKind.ACCESS_ENDED: _access_ended,
    NotificationKind.CONSENT_ENDED: _consent_ended,
    NotificationKind.ACCESS_ERASED: _access_erased,
    NotificationKind.TURNED_15: _turned_15,
    NotificationKind.TURNED_18: _turned_18,
    NotificationKind.GUARDIANSHIP_ENDED: _guardianship_ended,
    NotificationKind.REQUEST_STATUS: _request_status,
    NotificationKind.MAIL_REFUSED: _mail_refused,
}
_TICKETS = frozenset(
    {
        NotificationKind.BOOKING_CONFIRMED,
        NotificationKind.BOOKING_STANDS,
        NotificationKind.VISIT_CANCELLED,
        NotificationKind.VISIT_CANCELLED_BY_CLINIC,
        NotificationKind.VISIT_MOVED,
        NotificationKind.CANCEL_FAILED,
        NotificationKind.MOVE_FAILED,
    }
)
"""Kinds whose subject is a visit: they open its card as it is now."""
