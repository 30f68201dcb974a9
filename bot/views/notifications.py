"""«Уведомления»: what has happened, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.callbacks import NotificationList, VisitCard
from bot.keyboards.kit import PAGE_SIZE, button, clamp, home_button, markup, numbered, pager
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import STATUSES
from services.booking.model import VisitEntry
from services.notify.model import Notification, NotificationKind
from services.registry.model import VisitStatus
from services.texts.dates import short_when
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines

_MOSCOW = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """A notification with the visit that it is about, if it still can be seen."""

    notification: Notification
    entry: VisitEntry | None


def listing(t: Texts, found: tuple[NotificationLine, ...], total: int, page: int, now: datetime) -> Screen:
    page = clamp(page, total, PAGE_SIZE)
    first = page * PAGE_SIZE + 1
    told = [_line(t, number, line, now) for number, line in enumerate(found, start=first)]
    rows = [
        [button(numbered(number, _about(t, line.entry, now)), VisitCard(visit=line.entry.visit.id))]
        for number, line in enumerate(found, start=first)
        if line.entry is not None
    ]
    nothing = t("No data. News about your bookings will stand here.")
    return Screen(
        blocks(
            bold(t("Notifications")),
            *(told or [nothing]),
            t("Notifications in all: {count}", count=total),
        ),
        markup(
            *rows,
            pager(t, page, total, PAGE_SIZE, lambda each: NotificationList(page=each)),
            [home_button(t)],
        ),
    )


def _line(t: Texts, number: int, line: NotificationLine, now: datetime) -> Html:
    at = short_when(t, line.notification.created_at, line.entry.visit.clinic.tz if line.entry else _MOSCOW, now)
    if line.entry is None:
        # A confirmed visit that this account may see no longer was confirmed all the same.
        failed = line.notification.kind is NotificationKind.BOOKING_FAILED
        told = t("The booking could not be made") if failed else t(STATUSES[VisitStatus.BOOKED])
        return lines(
            Html(f"{number}. " + bold(told)),
            t("Reported: {when}", when=at),
        )
    visit = line.entry.visit
    return lines(
        Html(f"{number}. " + bold(t(STATUSES[visit.status]))),
        escape(_about(t, line.entry, now)),
        t("Patient: {name}", name=line.entry.person.full_name),
        t("Reported: {when}", when=at),
    )


def _about(t: Texts, entry: VisitEntry, now: datetime) -> str:
    visit = entry.visit
    return f"{short_when(t, visit.start, visit.clinic.tz, now)}, {specialty(t, visit.service_id, visit.service)}"
