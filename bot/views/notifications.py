"""«Уведомления»: what has happened, newest first, and the sentences of what others have changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen, NotificationReadAll
from bot.keyboards.kit import button, clamp, short
from bot.keyboards.layout import Layout
from bot.views.clinics import clock_line
from bot.views.lists import Item, Listing, draw
from bot.views.people import doctor_names
from bot.views.screen import Screen
from bot.views.specialties import specialty
from services.booking.model import VisitEntry
from services.notify.model import Notification
from services.texts.dates import MOSCOW, is_moscow_time, short_when, when
from services.texts.i18n import Html, Texts, bold, escape, lines, plain


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """A notification in the words of its topic (`bot.topic.Line`). `tz`: where «reported» is told by the clock.

    `names`: what its button may call it, empty: by its `about`, or its headline.
    """

    notification: Notification
    headline: str
    about: str = ""
    names: tuple[str, ...] = ()
    person: str | None = None
    tz: str = MOSCOW


def listing(
    t: Texts,
    found: tuple[NotificationLine, ...],
    total: int,
    page: int,
    now: datetime,
    unread: int = 0,
    *,
    layout: Layout,
) -> Screen:
    """`unread`: of all pages."""
    read_all = [button(t.label("✓ Mark all as read"), NotificationReadAll(page=clamp(page, total, layout.described)))]
    clock = clock_line(t, ((line.notification.created_at, line.tz) for line in found))
    return draw(
        t,
        Listing(
            title=t.label("Notifications"),
            items=[_item(t, line, now, page, among_others=bool(clock)) for line in found],
            page=page,
            total=total,
            count=lines(
                clock,
                t("Notifications in all: {count}", count=total),
                t("Not read yet: {count}", count=unread) if unread else "",
            ),
            nothing=t("No data. News about your bookings will appear here."),
            turned=lambda each: NotificationList(page=each),
            size=layout.described,
            below=[read_all] if unread else [],
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
    who = f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}"
    was = f"{when(t, visit.start, visit.clinic.tz, now)}, {who}"
    return lines(changed, t("It was: {what}", what=was))


def _item(t: Texts, line: NotificationLine, now: datetime, page: int, *, among_others: bool) -> Item:
    """`among_others`: some are told by other clocks than Moscow's, so this one says when it is not."""
    # Four of the longest must stay within Telegram's 4096 characters.
    note = line.notification
    reported = short_when(t, note.created_at, line.tz, now)
    by_moscow = among_others and is_moscow_time(note.created_at, line.tz)
    told = (
        bold(line.headline),
        escape(line.about) if line.about not in line.names[:1] else Html(),
        t("Patient: {name}", name=short(line.person, 200)) if line.person else Html(),
        t("Reported: {when}", when=f"{reported} {t.label('(Moscow time)')}" if by_moscow else reported),
    )
    opens = NotificationOpen(notification=note.id, page=page)
    return Item(told, _names(line, reported), opens, "" if note.read else "● ")


def _names(line: NotificationLine, reported: str) -> tuple[str, ...]:
    """What `apart` may call it: of several headed alike, by whom they are about, or when they were reported."""
    headline = plain(Html(line.headline))
    best = line.names or tuple(filter(None, (line.about, headline)))
    whom = [*doctor_names(line.person)[1:2]] if line.person else []
    return (*best, *whom, reported, ", ".join((*best[:1], headline, line.person or "", reported)))
