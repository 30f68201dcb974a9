"""«Уведомления»: what has happened, newest first, and the sentences of what others have changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen, NotificationReadAll
from bot.keyboards.kit import PAGE_SIZE, button, clamp, home_button, markup, numbered, pager, short
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import visit_when
from services.booking.model import VisitEntry
from services.notify.model import Notification
from services.texts.dates import MOSCOW, short_when
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """A notification in the words of its topic (`bot.topic.Line`). `tz`: where «reported» is told by the clock."""

    notification: Notification
    headline: str
    about: str = ""
    label: str = ""
    person: str | None = None
    tz: str = MOSCOW


def listing(
    t: Texts, found: tuple[NotificationLine, ...], total: int, page: int, now: datetime, unread: int = 0
) -> Screen:
    """`unread`: of all pages."""
    page = clamp(page, total, PAGE_SIZE)
    numbers = list(enumerate(found, start=page * PAGE_SIZE + 1))
    told = [_line(t, number, line, now) for number, line in numbers]
    rows = [
        [button(numbered(number, line.label), NotificationOpen(notification=line.notification.id))]
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
    note = line.notification
    return lines(
        Html(f"{'' if note.read else '● '}{number}. ") + bold(line.headline),
        escape(line.about),
        t("Patient: {name}", name=short(line.person, 200)) if line.person else "",
        t("Reported: {when}", when=short_when(t, note.created_at, line.tz, now)),
    )
