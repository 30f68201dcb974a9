"""Reminders of visits, the answer «Приду», and what is still ahead for whoever has let the bot in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.keyboards import origins
from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.keyboards.buttons.reminders import VisitReply
from bot.keyboards.buttons.visits import VisitCancel, VisitCard, VisitMove
from bot.keyboards.kit import Row, back_row, button, home_button, markup, numbered, short
from bot.keyboards.layout import Layout
from bot.keyboards.visits import my_bookings
from bot.views.clinics import clinic_address, clock_line, demo_mark, room_line, told_name
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import STATUSES, answered, clocks_of, is_ahead, is_child, visit_when
from services.accounts import rights
from services.booking.model import VisitEntry
from services.booking.notices import VisitNews
from services.texts.dates import local, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

HEADINGS: Mapping[str, str] = {
    VisitNews.REMINDER_EVE: N_("Reminder"),
    VisitNews.REMINDER_SOON: N_("Reminder"),
}
"""What reminders are headed by in «Уведомления»."""


def reminder(
    t: Texts,
    entries: Sequence[VisitEntry],
    now: datetime,
    *,
    layout: Layout,
    opened: NotificationOpen | None = None,
) -> Screen:
    """One visit, or several that are reminded of together. `opened`: by which line of «Уведомления»; None: by none."""
    origin = origins.of_notification(opened) if opened is not None else origins.NOWHERE
    back = NotificationList(page=opened.page) if opened is not None else None
    if len(entries) == 1:
        told, rows, several = [_in_full(t, entries[0], now)], _actions(t, entries[0], now, origin), ""
    else:
        shown = list(enumerate(entries[: layout.page], start=1))
        told = [_in_short(t, number, entry, now) for number, entry in shown]
        rows = [_actions_in_a_row(t, number, entry, now, origin) for number, entry in shown]
        several = _demo(t, entries)
    more = len(entries) - layout.page
    return Screen(
        blocks(
            Html("🔔 ") + bold(t("Reminder") + several),
            *told,
            clock_line(t, clocks_of(entries)) if len(entries) > 1 else "",
            t.n("And {count} more: see “My bookings”.", "And {count} more: see “My bookings”.", more)
            if more > 0
            else "",
        ),
        markup(
            *rows,
            [my_bookings(t)] if more > 0 else [],
            back_row(t, back),
        ),
    )


def over(t: Texts, back: NotificationList | None) -> Screen:
    """A reminder that is opened when its visits are no longer ahead. `back`: the list with its line."""
    return Screen(
        blocks(
            bold(t("This reminder is no longer needed")),
            t("The time has passed, or the booking has been changed."),
        ),
        markup([my_bookings(t)], back_row(t, back)),
    )


def noted(t: Texts) -> str:
    """The toast after «Приду»."""
    return t.label("Noted")


def revived(t: Texts, ahead: Sequence[VisitEntry], unread: int, now: datetime, *, layout: Layout) -> Screen:
    """The chat has let the bot in again: what it could not tell meanwhile."""
    shown = list(enumerate(ahead[: layout.page], start=1))
    return Screen(
        blocks(
            t("While the bot was stopped, it could not write to you."),
            bold(t("Still ahead:") + _demo(t, ahead)) if shown else "",
            *(_in_short(t, number, entry, now) for number, entry in shown),
            clock_line(t, clocks_of(ahead)),
            t.n("{count} notification has not been read.", "{count} notifications have not been read.", unread)
            if unread
            else "",
        ),
        markup(
            [my_bookings(t)] if shown else [],
            [button(t.label("🔔 Notifications"), NotificationList(page=0))] if unread else [],
            [home_button(t)],
        ),
    )


def _demo(t: Texts, entries: Sequence[VisitEntry]) -> str:
    return demo_mark(t, demo=any(each.visit.clinic.demo for each in entries))


def _in_full(t: Texts, entry: VisitEntry, now: datetime) -> Html:
    visit = entry.visit
    return blocks(
        lines(
            t("Patient: {name}", name=bold(entry.person.full_name)),
            t("Date and time: {when}", when=bold(visit_when(t, visit, now))),
            escape(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}"),
            room_line(t, visit.room),
            t("Institution: {clinic}", clinic=told_name(t, visit.clinic)),
            t("Address: {address}", address=clinic_address(visit.clinic)),
        ),
        answered(t, entry) if entry.replied else "",
    )


def _in_short(t: Texts, number: int, entry: VisitEntry, now: datetime) -> Html:
    # Eight of the longest must stay within Telegram's 4096 characters; the card says everything in full.
    visit = entry.visit
    return lines(
        Html(f"{number}. ") + bold(when(t, visit.start, visit.clinic.tz, now)),
        t("Patient: {name}", name=short(entry.person.listed_name, 70)),
        escape(short(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}", 110)),
        escape(short(visit.clinic.name, 120)),
        _state(t, entry, now),
    )


def _state(t: Texts, entry: VisitEntry, now: datetime) -> Html:
    """What has become of one of several: it no longer stands, or has been answered."""
    if not is_ahead(entry.visit, now):
        return bold(t(STATUSES[entry.visit.status]))
    return answered(t, entry) if entry.replied else Html()


def _actions(t: Texts, entry: VisitEntry, now: datetime, origin: str) -> list[Row]:
    visit = entry.visit.id
    if not _may_manage(entry, now):
        return [[button(t.label("🎫 Open the booking"), VisitCard(visit=visit, origin=origin))]]
    reply = t.label("✅ We will come") if is_child(entry) else t.label("✅ I will come")
    return [
        [] if entry.replied else [button(reply, VisitReply(visit=visit))],
        [button(t.label("🔁 Move"), VisitMove(visit=visit, origin=origin))],
        [button(t.label("✖️ Cancel"), VisitCancel(visit=visit, sure=False, origin=origin))],
    ]


def _actions_in_a_row(t: Texts, number: int, entry: VisitEntry, now: datetime, origin: str) -> Row:
    visit = entry.visit.id
    if not is_ahead(entry.visit, now):
        return []
    if not _may_manage(entry, now):
        return [button(numbered(number, t.label("Open the booking")), VisitCard(visit=visit, origin=origin))]
    reply = t.label("We will come") if is_child(entry) else t.label("I will come")
    return [
        *([] if entry.replied else [button(numbered(number, reply), VisitReply(visit=visit))]),
        button(numbered(number, t.label("Move")), VisitMove(visit=visit, origin=origin)),
        button(numbered(number, t.label("Cancel")), VisitCancel(visit=visit, sure=False, origin=origin)),
    ]


def _may_manage(entry: VisitEntry, now: datetime) -> bool:
    return rights.may_manage(entry.person, local(now, entry.visit.clinic.tz).date(), now)
