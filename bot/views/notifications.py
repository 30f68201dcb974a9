"""«Уведомления»: what has happened, newest first, and the sentences of what others have changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen, NotificationReadAll
from bot.keyboards.kit import PAGE_SIZE, button, clamp, home_button, markup, numbered, pager, short
from bot.views import access, family, mail, requests
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import STATUSES, visit_when
from services.booking.model import VisitEntry
from services.notify.model import Notification, NotificationKind
from services.registry.model import VisitStatus
from services.requests.model import TrackedItem
from services.texts.dates import MOSCOW, day_words, local, short_when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

HEADLINES: Mapping[NotificationKind, str] = {
    NotificationKind.BOOKING_CONFIRMED: STATUSES[VisitStatus.BOOKED],
    NotificationKind.BOOKING_FAILED: N_("The booking could not be made"),
    NotificationKind.BOOKING_STANDS: N_("The booking stands after all"),
    NotificationKind.VISIT_CANCELLED: STATUSES[VisitStatus.CANCELLED_BY_PATIENT],
    NotificationKind.VISIT_CANCELLED_BY_CLINIC: STATUSES[VisitStatus.CANCELLED_BY_CLINIC],
    NotificationKind.VISIT_MOVED: N_("The booking has been moved"),
    NotificationKind.CANCEL_FAILED: N_("The booking could not be cancelled"),
    NotificationKind.MOVE_FAILED: N_("The booking could not be moved"),
    NotificationKind.REMINDER_EVE: N_("Reminder"),
    NotificationKind.REMINDER_SOON: N_("Reminder"),
    NotificationKind.REQUEST_STATUS: requests.HEADING,
    **family.HEADINGS,
    **access.HEADINGS,
    **mail.HEADINGS,
}
"""What each line is headed by; a room with kinds of its own adds a table of its own."""


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """A notification with what it is about, if that still can be seen: a visit, a request, or whom it is about."""

    notification: Notification
    entry: VisitEntry | None
    person: str | None = None
    request: TrackedItem | None = None


def listing(
    t: Texts, found: tuple[NotificationLine, ...], total: int, page: int, now: datetime, unread: int = 0
) -> Screen:
    """`unread`: of all pages."""
    page = clamp(page, total, PAGE_SIZE)
    numbers = list(enumerate(found, start=page * PAGE_SIZE + 1))
    told = [_line(t, number, line, now) for number, line in numbers]
    rows = [
        [button(numbered(number, _label(t, line, now)), NotificationOpen(notification=line.notification.id))]
        for number, line in numbers
    ]
    nothing = t("No data. News about your bookings will stand here.")
    return Screen(
        blocks(
            bold(t("Notifications")),
            *(told or [nothing]),
            lines(
                t("Notifications in all: {count}", count=total),
                t("Not read yet: {count}", count=unread) if unread else "",
            ),
        ),
        markup(
            *rows,
            pager(t, page, total, PAGE_SIZE, lambda each: NotificationList(page=each)),
            [button(t.label("✓ Mark all as read"), NotificationReadAll(page=page))] if unread else [],
            [home_button(t)],
        ),
    )


def stands_after_all(t: Texts) -> Html:
    """Of a visit that the registry has made after its booking was said to have failed."""
    return Html("⚠️ ") + t(
        "We told you that the booking could not be made. The registry answered later: the booking stands. "
        "If you do not need it, please cancel it."
    )


def cancelled(t: Texts) -> Html:
    """Of a visit that somebody has cancelled for the patient."""
    return t("The booking is cancelled. If it was not you, your family did it, or the clinic at your call.")


def cancelled_by_clinic(t: Texts) -> Html:
    return Html("⚠️ ") + t("The clinic has cancelled this booking. You can book another time.")


def moved(t: Texts, before: VisitEntry | None, now: datetime) -> Html:
    """Of a visit with another time. `before`: as it was, where that is known."""
    changed = Html("⚠️ ") + t("The booking has been moved. The new time is below.")
    if before is None:
        return changed
    visit = before.visit
    was = f"{visit_when(t, visit, now)}, {specialty(t, visit.service_id, visit.service)} / {visit.doctor}"
    return lines(changed, t("It was: {what}", what=was))


def _line(t: Texts, number: int, line: NotificationLine, now: datetime) -> Html:
    # Eight of the longest must stay within Telegram's 4096 characters.
    note, entry = line.notification, line.entry
    person = entry.person.full_name if entry else line.person
    at = short_when(t, note.created_at, entry.visit.clinic.tz if entry else MOSCOW, now)
    return lines(
        Html(f"{'' if note.read else '● '}{number}. ") + bold(_headline(t, line)),
        escape(_about(t, line, now)),
        t("Patient: {name}", name=short(person, 200)) if person else "",
        t("Reported: {when}", when=at),
    )


def _headline(t: Texts, line: NotificationLine) -> str:
    """A confirmed visit bears its status of today; one that cannot be seen any more was confirmed all the same.

    A request bears the status that it had then: each of them was told.
    """
    if line.notification.kind is NotificationKind.BOOKING_CONFIRMED and line.entry is not None:
        return t(STATUSES[line.entry.visit.status])
    if line.request is not None:
        return requests.headline(t, line.request)
    return t(HEADLINES[line.notification.kind])


def _about(t: Texts, line: NotificationLine, now: datetime) -> str:
    if line.entry is not None:
        visit = line.entry.visit
        return f"{short_when(t, visit.start, visit.clinic.tz, now)}, {specialty(t, visit.service_id, visit.service)}"
    if line.notification.kind is NotificationKind.REMINDER_EVE:
        return day_words(t, date.fromisoformat(line.notification.subject_id), local(now, MOSCOW).date())
    return ""


def _label(t: Texts, line: NotificationLine, now: datetime) -> str:
    if line.request is not None:
        return requests.title(t, line.request)
    return _about(t, line, now) or t.label(HEADLINES[line.notification.kind])
