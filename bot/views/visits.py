"""Visits: the ticket and «Мои записи», with the columns of the portal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.keyboards import origins
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.mail import MailFor
from bot.keyboards.buttons.visits import (
    Tab,
    VisitAgain,
    VisitCalendar,
    VisitCancel,
    VisitCard,
    VisitList,
    VisitMove,
    VisitVenue,
)
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import Row, back_row, button, home_button, markup, short, side_by_side, without_brackets
from bot.keyboards.layout import Layout
from bot.keyboards.markup import Markup
from bot.keyboards.visits import my_bookings
from bot.views.clinics import clinic_address, clock_line, demo_mark, room_line, told_name
from bot.views.lists import Item, Listing, draw
from bot.views.lists import Tab as ListTab
from bot.views.screen import Screen
from bot.views.services import Beside, Level, Service
from bot.views.specialties import specialty
from services.accounts import rights
from services.booking.model import VisitEntry, VisitPage
from services.booking.notices import VisitNews
from services.registry.model import ADULT_AGE, Visit, VisitStatus
from services.texts.dates import is_moscow_time, local, short_when, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

STATUSES = {
    VisitStatus.BOOKED: N_("Booking confirmed"),
    VisitStatus.CANCELLED_BY_PATIENT: N_("Booking cancelled by the applicant"),
    VisitStatus.CANCELLED_BY_CLINIC: N_("Cancelled by the clinic"),
    VisitStatus.MOVED: N_("Moved"),
    VisitStatus.FULFILLED: N_("Visit completed"),
    VisitStatus.MISSED: N_("No-show"),
}
CANCELLED = frozenset({VisitStatus.CANCELLED_BY_PATIENT, VisitStatus.CANCELLED_BY_CLINIC})


BOOKING = Service(
    "booking",
    N_("Booking a doctor"),
    N_("Booking a doctor"),
    Level.SIMPLE,
    (
        N_("You choose the clinic, the doctor and the time, for yourself or for somebody of the family."),
        N_("Have the number of the insurance policy at hand."),
        N_("Attach to the clinic first. Or ask the other one to attach."),
    ),
    GO_BOOKING,
)
CANCELLING = Service(
    "cancelling",
    N_("Cancelling a booking with a doctor"),
    N_("Cancelling a booking"),
    Level.SIMPLE,
    (
        N_("Open the booking and cancel it."),
        N_("The time becomes free for others."),
    ),
    VisitList(tab=Tab.UPCOMING, page=0),
)
BOOKED = 3
"""So many of the visits ahead stand on the terms of booking."""

HEADINGS: Mapping[str, str] = {
    VisitNews.BOOKING_CONFIRMED: STATUSES[VisitStatus.BOOKED],
    VisitNews.BOOKING_FAILED: N_("The booking could not be made"),
    VisitNews.BOOKING_UNDONE: N_("The access is closed, the booking is cancelled"),
    VisitNews.BOOKING_STANDS: N_("The booking stands after all"),
    VisitNews.VISIT_CANCELLED: STATUSES[VisitStatus.CANCELLED_BY_PATIENT],
    VisitNews.VISIT_CANCELLED_BY_CLINIC: STATUSES[VisitStatus.CANCELLED_BY_CLINIC],
    VisitNews.VISIT_BOOKED_ELSEWHERE: N_("Booked from another chat"),
    VisitNews.VISIT_MOVED: N_("The booking has been moved"),
    VisitNews.CANCEL_FAILED: N_("The booking could not be cancelled"),
    VisitNews.MOVE_FAILED: N_("The booking could not be moved"),
}
"""What notifications about visits are headed by."""


SHORT: Mapping[str, str] = {
    VisitNews.BOOKING_CONFIRMED: N_("Booking"),
    VisitNews.BOOKING_STANDS: N_("Stands"),
    VisitNews.VISIT_BOOKED_ELSEWHERE: N_("Another chat"),
    VisitNews.VISIT_CANCELLED: N_("Cancelling"),
    VisitNews.VISIT_CANCELLED_BY_CLINIC: N_("Cancelling"),
    VisitNews.VISIT_MOVED: N_("Moving"),
    VisitNews.CANCEL_FAILED: N_("Not cancelled"),
    VisitNews.MOVE_FAILED: N_("Not moved"),
    VisitNews.REMINDER_SOON: N_("Reminder"),
}
"""What tells apart notifications about one visit, on their buttons."""


def notice_names(t: Texts, kind: str, entry: VisitEntry, now: datetime) -> tuple[str, ...]:
    """What `apart` may call a notification about a visit: «завтра 09:20 Терапевт», «Отмена завтра 09:20»."""
    *names, fullest = _visit_names(t, entry, now)
    if kind not in SHORT:
        return (*names, fullest)
    at = short_when(t, entry.visit.start, entry.visit.clinic.tz, now)
    words = t.label(SHORT[kind])
    return (*names, f"{words} {at}", f"{words} · {entry.person.names.name}", words, f"{words} {fullest}")


def when_and_what(t: Texts, visit: Visit, now: datetime) -> str:
    """In short: the moment and the specialist."""
    return f"{short_when(t, visit.start, visit.clinic.tz, now)}, {specialty(t, visit.service_id, visit.service)}"


def visit_when(t: Texts, visit: Visit, now: datetime) -> str:
    """The only time of a screen, in the clinic's zone; said so where it is not as in Moscow."""
    return at_the_clinic(t, visit, when(t, visit.start, visit.clinic.tz, now))


def at_the_clinic(t: Texts, visit: Visit, told: str) -> str:
    """A time that is told, with a word where it is not as in Moscow."""
    if is_moscow_time(visit.start, visit.clinic.tz):
        return told
    return t.label("{when} (local time of the clinic)", when=told)


def clocks_of(entries: Iterable[VisitEntry]) -> Iterator[tuple[datetime, str]]:
    """When and where, for `clock_line`."""
    return ((each.visit.start, each.visit.clinic.tz) for each in entries)


def ticket(
    t: Texts,
    entry: VisitEntry,
    now: datetime,
    *,
    origin: str = origins.NOWHERE,
    note: Html | None = None,
    denial: Row | None = None,
    offers_mail: bool = False,
) -> Screen:
    """The ticket: everything that is needed to come, and what can be done with the visit.

    `origin`: where it was opened from (`keyboards.origins`). `note`: what has happened; `denial`: the button that says
    it was not them (`disputes.row`). `offers_mail`: letters could come, too.
    """
    visit = entry.visit
    ahead = is_ahead(visit, now)
    beside = [
        *([button(t.label("📍 Map"), VisitVenue(visit=visit.id))] if ahead and visit.clinic.lat is not None else []),
        *([my_bookings(t)] if origin == origins.NOWHERE else []),
    ]
    return Screen(
        blocks(
            note or "",
            lines(
                status(t, visit),
                t("Number: {number}", number=Html(f"<b>{visit.number}</b>")),
            ),
            facts(t, entry, visit_when(t, visit, now)),
            papers(t, entry) if ahead else "",
            answered(t, entry) if ahead and entry.replied else "",
        ),
        markup(
            denial or [],
            *_actions(t, entry, now, origin),
            _calendar_row(t, visit, now),
            [button(t.label("✉️ Send it by e-mail"), MailFor(visit=visit.id, origin=origin))]
            if offers_mail and ahead
            else [],
            *side_by_side(*beside),
            back_row(t, origins.back(origin)),
        ),
    )


def as_it_stands(t: Texts, entry: VisitEntry, now: datetime) -> Screen:
    """What a message that stays says of a visit once something has been done about it; of one cancelled, no more."""
    card = ticket(t, entry, now)
    return Screen(card.text, Markup([]), stays=True) if entry.visit.status in CANCELLED else card.kept()


def outcome(
    t: Texts,
    entry: VisitEntry,
    now: datetime,
    said: Html | None,
    *,
    origin: str = origins.NOWHERE,
    again: CallbackData | None = None,
) -> Screen:
    """What has come of a press on a visit: that comes first, then how and which visit it is; the card says the rest.

    `said`: None where the status says all. `again`: the same press, where it may go better another time.
    """
    visit = entry.visit
    stands = is_ahead(visit, now)
    # A message above that has nothing left to be pressed is no place to go back to.
    back = origins.back(origin) if stands or origins.above(origin) is None else None
    return Screen(
        blocks(
            said or "",
            lines(
                status(t, visit),
                bold(visit_when(t, visit, now)),
                escape(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}"),
                t("Patient: {name}", name=entry.person.full_name),
                t("Number: {number}", number=visit.number),
            ),
        ),
        markup(
            [button(t.label("🔄 Try again"), again)] if again is not None else [],
            *([] if stands else _actions(t, entry, now, origin)),
            _calendar_row(t, visit, now) if visit.status in CANCELLED else [],
            [button(t.label("🎫 Open the booking"), VisitCard(visit=visit.id, origin=origin))] if stands else [],
            [my_bookings(t)] if back is None else [],
            back_row(t, back),
        ),
    )


def status(t: Texts, visit: Visit) -> Html:
    """What has become of a visit, where that is what is told first."""
    return Html("🎫 ") + bold(t(STATUSES[visit.status]))


def facts(t: Texts, entry: VisitEntry, told: str) -> Html:
    """Who comes when, to whom and where. `told`: the time in words."""
    visit = entry.visit
    return lines(
        t("Patient: {name}", name=bold(entry.person.full_name)),
        t("Date and time: {when}", when=bold(told)),
        t(
            "Specialty / doctor’s full name: {specialty} / {doctor}",
            specialty=specialty(t, visit.service_id, visit.service),
            doctor=visit.doctor,
        ),
        room_line(t, visit.room),
        t("Institution: {clinic}", clinic=told_name(t, visit.clinic)),
        t("Address: {address}", address=clinic_address(visit.clinic)),
        t("Phone: {phone}", phone=visit.clinic.phone) if visit.clinic.phone else "",
    )


def papers(t: Texts, entry: VisitEntry) -> Html:
    """What to bring."""
    if is_child(entry):
        return t(
            "Bring with you: the child’s birth certificate or passport, insurance policy, SNILS, your own passport."
        )
    return t("Bring with you: passport, insurance policy, SNILS.")


def answered(t: Texts, entry: VisitEntry) -> Html:
    """What was said to the reminder of this visit."""
    return t("✅ You have answered: we will come") if is_child(entry) else t("✅ You have answered: I will come")


def is_child(entry: VisitEntry) -> bool:
    """Whether somebody under 18 will be brought there."""
    day = local(entry.visit.start, entry.visit.clinic.tz).date()
    return entry.person.age(day) < ADULT_AGE


def is_ahead(visit: Visit, now: datetime) -> bool:
    """Whether the visit stands and has not begun."""
    return visit.status is VisitStatus.BOOKED and visit.start > now


def cancel_question(t: Texts, entry: VisitEntry, now: datetime, *, origin: str = origins.NOWHERE) -> Screen:
    """Asked before a visit is given up. `origin`: where what asks was opened from."""
    visit = entry.visit
    return Screen(
        blocks(
            bold(t("Do you really want to cancel the booking?")),
            lines(
                t("Patient: {name}", name=bold(entry.person.full_name)),
                t("Date and time: {when}", when=bold(visit_when(t, visit, now))),
                escape(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}"),
                t("Institution: {clinic}", clinic=told_name(t, visit.clinic)),
            ),
        ),
        markup(
            [button(t.label("No, do not cancel"), origins.back_to_visit(visit.id, origin))],
            [button(t.label("Yes, cancel"), VisitCancel(visit=visit.id, sure=True, origin=origin))],
            [home_button(t)],
        ),
    )


def not_cancelled(t: Texts, again: VisitCancel) -> Screen:
    """The registry does not even say what there is to cancel."""
    return Screen(
        blocks(
            bold(t("The booking could not be cancelled")),
            t("The registry is not answering: the booking still stands. Please try again."),
        ),
        markup([button(t.label("🔄 Try again"), again)], [home_button(t)]),
    )


def visit_list(t: Texts, tab: Tab, found: VisitPage, page: int, now: datetime, *, layout: Layout) -> Screen:
    """«Записи на приём»: upcoming or past."""
    nothing = (
        t(
            "No data. Visits booked here will appear here; those of the clinic’s desk too, once it has checked the "
            "documents."
        )
        if tab is Tab.UPCOMING
        else t("No data. Visits whose time has passed will appear here.")
    )
    here = origins.of_list(VisitList(tab=tab, page=page))
    return draw(
        t,
        Listing(
            title=t.label("Bookings with doctors")
            + demo_mark(t, demo=any(each.visit.clinic.demo for each in found.items)),
            items=[_item(t, entry, now, here) for entry in found.items],
            page=page,
            total=found.total,
            count=lines(clock_line(t, clocks_of(found.items)), t("Bookings in all: {count}", count=found.total)),
            nothing=nothing,
            turned=lambda each: VisitList(tab=tab, page=each),
            tabs=[
                ListTab(t.label("Upcoming"), VisitList(tab=Tab.UPCOMING, page=0), tab is Tab.UPCOMING),
                ListTab(t.label("Past"), VisitList(tab=Tab.PAST, page=0), tab is Tab.PAST),
            ],
            below=[] if found.total else [[button(t.label("🩺 Book a doctor"), GO_BOOKING)]],
            size=layout.described,
        ),
    )


def booked(t: Texts, found: VisitPage, now: datetime) -> Beside:
    """What is booked already, on the terms of booking."""
    if not found.items:
        return Beside(t("There are no bookings ahead."))
    told = [_booked_line(t, each, now) for each in found.items]
    return Beside(
        lines(bold(t("Bookings ahead: {count}", count=found.total)), *told, clock_line(t, clocks_of(found.items))),
        [[my_bookings(t)]],
    )


def _booked_line(t: Texts, entry: VisitEntry, now: datetime) -> Html:
    visit = entry.visit
    what = f"{specialty(t, visit.service_id, visit.service)}, {entry.person.listed_name}"
    return escape(short(f"• {when(t, visit.start, visit.clinic.tz, now)}: {what}", 150))


def failed_booking(t: Texts) -> Screen:
    """The registry was silent and has no such booking."""
    return Screen(
        blocks(
            bold(t("The booking could not be made")),
            t("The registry did not answer, and no booking was made. Your choice is kept: you can try again."),
        ),
        markup([button(t.label("🩺 Book a doctor"), GO_BOOKING)], [home_button(t)]),
    )


def undone_booking(t: Texts) -> Screen:
    """The access ended while the registry was asked: nothing is said of whose visit it was, or when."""
    return Screen(
        lines(
            bold(t("The access is closed, the booking is cancelled")),
            t(
                "While the booking was being made, the access to this person’s bookings was closed. The booking has "
                "been cancelled: there is nothing you need to do."
            ),
        ),
        markup([home_button(t)]),
    )


def has_calendar(visit: Visit, now: datetime) -> bool:
    """Whether there is anything to put into a calendar, or to take out of it."""
    return visit.start > now and (visit.status is VisitStatus.BOOKED or visit.status in CANCELLED)


def _calendar_row(t: Texts, visit: Visit, now: datetime) -> Row:
    if not has_calendar(visit, now):
        return []
    label = t.label("📅 Take out of the calendar") if visit.status in CANCELLED else t.label("📅 To the calendar")
    return [button(label, VisitCalendar(visit=visit.id))]


def _actions(t: Texts, entry: VisitEntry, now: datetime, origin: str) -> list[Row]:
    """What this account may do with the visit as it is."""
    visit = entry.visit
    if visit.moved_to is not None:
        return [[button(t.label("🎫 The new booking"), VisitCard(visit=visit.moved_to, origin=origin))]]
    if not rights.may_manage(entry.person, local(now, visit.clinic.tz).date(), now):
        return []
    if is_ahead(visit, now):
        return [
            [button(t.label("🔁 Move the booking"), VisitMove(visit=visit.id, origin=origin))],
            [button(t.label("✖️ Cancel the booking"), VisitCancel(visit=visit.id, sure=False, origin=origin))],
        ]
    if visit.status is VisitStatus.BOOKED:  # it is going on
        return []
    return [[button(t.label("🩺 Book once more"), VisitAgain(visit=visit.id, soonest=False))]]


def _item(t: Texts, entry: VisitEntry, now: datetime, here: str) -> Item:
    # The card says everything in full; four of them must stay within Telegram's 4096 characters.
    visit = entry.visit
    told = (
        bold(when(t, visit.start, visit.clinic.tz, now)),
        escape(short(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}", 110)),
        escape(short(visit.clinic.name, 200)),
        t("Patient: {name}", name=short(entry.person.listed_name, 70)),
        t(STATUSES[visit.status]) if visit.status is not VisitStatus.BOOKED else Html(),
    )
    return Item(told, _visit_names(t, entry, now), VisitCard(visit=visit.id, origin=here))


def _visit_names(t: Texts, entry: VisitEntry, now: datetime) -> tuple[str, ...]:
    """What `apart` may call a visit: «завтра 09:20 Терапевт», «завтра 09:20 Маша»."""
    visit = entry.visit
    at = short_when(t, visit.start, visit.clinic.tz, now)
    whom = specialty(t, visit.service_id, visit.service)
    name = entry.person.names.name
    about = (whom, without_brackets(whom), name, entry.person.short_name, "")
    told = [f"{at} {each}".strip() for each in about]
    return (*told, f"{name} {at}", name, f"{at} {whom}, {entry.person.listed_name}")
