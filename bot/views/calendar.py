"""The visit as a calendar file: iCalendar, RFC 5545, in the clinic's own zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.keyboards.buttons.common import Close
from bot.keyboards.kit import button, markup
from bot.views.clinics import clinic_address, room_line, told_name
from bot.views.screen import Document
from bot.views.specialties import specialty
from bot.views.visits import CANCELLED, at_the_clinic, facts, papers
from services.booking.model import CalendarEvent, VisitEntry
from services.notify.model import Attachment
from services.texts.dates import full_when, local
from services.texts.i18n import Html, Texts, bold, lines, plain

if TYPE_CHECKING:
    import icalendar

_UID_DOMAIN = "nomerok"
_PRODUCT = "-//Nomerok//Visit//RU"
_AHEAD = timedelta(hours=2)
_YEAR = timedelta(days=366)


def calendar_file(t: Texts, event: CalendarEvent, now: datetime) -> Attachment:
    """The file that puts the event into a calendar or changes it there; of a cancelled visit, takes it out.

    Published, not an invitation: nobody is to think that a press of «Decline» cancels a visit.
    """
    import icalendar  # with the first file: it takes a tenth of a second

    cancelled = event.visit.status in CANCELLED
    method = "CANCEL" if cancelled else "PUBLISH"
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    start = local(event.visit.start, event.visit.clinic.tz)
    zone = icalendar.Timezone.from_tzid(
        event.visit.clinic.tz, first_date=(start - _YEAR).date(), last_date=(start + _YEAR).date()
    )
    zone.pop("comment", None)  # the library's word about its own bounds
    calendar.add_component(zone)
    calendar.add_component(_event(t, event, now))
    name, how = f"nomerok-{event.visit.number}.ics", {"method": method, "charset": "utf-8"}
    return Attachment(name, "text/calendar", calendar.to_ical(), how)


def document(t: Texts, event: CalendarEvent, now: datetime) -> Document:
    """The file in the chat, and what opening it does."""
    file = calendar_file(t, event, now)
    visit = event.visit
    if visit.status in CANCELLED:
        does = t(
            "Open the file if you had put this booking into your calendar: the file takes it out. If it stays there, "
            "please delete it by hand."
        )
    elif event.sequence:
        does = t("Open the file: the calendar puts the booking right and keeps one of it.")
    else:
        does = t("Open the file: the booking will stand in your calendar, with a reminder two hours before.")
    caption = lines(
        bold(_title(t, event.entry)),
        at_the_clinic(t, visit, full_when(t, visit.start, visit.clinic.tz)),
        does,
    )
    return Document(file.name, file.data, caption, markup([button(t.label("✖️ Close the file"), Close())]))


def over(t: Texts) -> str:
    """The toast for a visit that is no matter for a calendar any more."""
    return t.label("This visit is over: there is nothing to put into the calendar.")


def _event(t: Texts, event: CalendarEvent, now: datetime) -> icalendar.Event:
    import icalendar

    visit, cancelled = event.visit, event.visit.status in CANCELLED
    title, tz = _title(t, event.entry), visit.clinic.tz
    told = icalendar.Event()
    told.add("uid", f"{event.uid}@{_UID_DOMAIN}")
    told.add("sequence", event.sequence)
    told.add("dtstamp", now)
    told.add("dtstart", local(visit.start, tz))
    told.add("dtend", local(visit.end, tz))
    told.add("summary", title)
    told.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    told.add("class", "PRIVATE")  # a calendar may be shared with colleagues
    told.add("location", _location(t, event.entry))
    told.add("description", _description(t, event.entry))
    if visit.clinic.lat is not None and visit.clinic.lon is not None:
        told.add("geo", (visit.clinic.lat, visit.clinic.lon))
    if not cancelled:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -_AHEAD)
        alarm.add("description", title)
        told.add_component(alarm)
    return told


def _title(t: Texts, entry: VisitEntry) -> str:
    visit = entry.visit
    title = f"{specialty(t, visit.service_id, visit.service)}: {entry.person.short_name}"
    return t.label("Cancelled: {what}", what=title) if visit.status in CANCELLED else title


def _location(t: Texts, entry: VisitEntry) -> str:
    clinic = entry.visit.clinic
    parts = (told_name(t, clinic), clinic_address(clinic), plain(room_line(t, entry.visit.room)))
    return ", ".join(part for part in parts if part)


def _description(t: Texts, entry: VisitEntry) -> str:
    visit = entry.visit
    when = at_the_clinic(t, visit, full_when(t, visit.start, visit.clinic.tz))
    number = t("Number: {number}", number=visit.number)
    brings = Html("") if visit.status in CANCELLED else papers(t, entry)
    return plain(lines(facts(t, entry, when), number, brings))
