"""Calendar files, read by a calendar's own parser: zone, identity, alarm, folding, and who they are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from bot.keyboards.buttons.common import Close
from bot.views.calendar import calendar_file, document
from services.booking.model import CalendarEvent, VisitEntry
from services.notify.model import Attachment
from services.registry.model import VisitStatus
from services.texts.i18n import LOCALES, Texts, texts
from tests.samples import common as samples
from tests.samples.calendar import SAMPLES
from tests.samples.common import NOW, Sample
from tests.support import telegram_limits as limits

CAPTION = 1024


def read(file: Attachment) -> tuple[Any, Any]:
    """A calendar's view of the file: all of it, and its event."""
    calendar = icalendar.Calendar.from_ical(file.data)
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.events
    return calendar, event


def an_event(tz: str = "Europe/Moscow", sequence: int = 0, status: VisitStatus = VisitStatus.BOOKED) -> CalendarEvent:
    visit = replace(samples.SHORT_VISIT.visit, clinic=replace(samples.PLAIN, tz=tz), status=status)
    return CalendarEvent(VisitEntry(visit, samples.ANNA), "a1B2c3D4e5F6", sequence)


@pytest.fixture(params=LOCALES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts(request.param)


@pytest.mark.parametrize(
    ("tz", "hour", "offset"),
    [("Europe/Moscow", 9, 3), ("Asia/Kamchatka", 18, 12), ("Europe/Kaliningrad", 8, 2), ("Asia/Yekaterinburg", 11, 5)],
)
def test_the_time_is_the_clinics_own(tz: str, hour: int, offset: int) -> None:
    event = an_event(tz)
    start = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert event.visit.start == start
    calendar, told = read(calendar_file(texts("ru"), event, NOW))
    assert told["DTSTART"].params["TZID"] == told["DTEND"].params["TZID"] == tz
    assert told.start.replace(tzinfo=None) == datetime(2026, 11, 24, hour, 0)  # noqa: DTZ001
    assert told.start == start
    assert told.end == event.visit.end
    # A calendar that does not know the name of the zone reads the rules beside it.
    (zone,) = calendar.timezones
    assert zone.tz_name == tz
    assert zone.to_tz(lookup_tzid=False).utcoffset(datetime(2026, 11, 24, hour)) == timedelta(hours=offset)  # noqa: DTZ001
    assert start.astimezone(ZoneInfo(tz)).utcoffset() == timedelta(hours=offset)


def test_identity_alarm_and_all_that_is_needed_to_come() -> None:
    file = calendar_file(texts("ru"), an_event(sequence=3), NOW)
    calendar, told = read(file)
    assert (file.parameters["method"], str(calendar["METHOD"]), str(calendar["VERSION"])) == (
        "PUBLISH",
        "PUBLISH",
        "2.0",
    )
    assert str(told["UID"]) == "a1B2c3D4e5F6@nomerok"
    assert told["SEQUENCE"] == 3
    assert told["DTSTAMP"].dt == NOW
    assert (str(told["STATUS"]), str(told["CLASS"])) == ("CONFIRMED", "PRIVATE")
    (alarm,) = told.alarms.times
    assert alarm.trigger == told.start - timedelta(hours=2)
    assert str(told["SUMMARY"]) == "Терапевт: Анна Иванова"
    for words in (
        *("Иванова Анна Сергеевна", "вторник, 24 ноября 2026 года, 09:00", "Терапевт / Ветров Иван Петрович"),
        *("Кабинет: 214", samples.PLAIN.name, samples.PLAIN.address, samples.PLAIN.phone, "4071-2265", "паспорт"),
    ):
        assert words in str(told["DESCRIPTION"]), words
    assert samples.PLAIN.name in str(told["LOCATION"])
    assert samples.PLAIN.address in str(told["LOCATION"])
    assert "<" not in file.data.decode()
    assert "ORGANIZER" not in told
    assert "ATTENDEE" not in told


@pytest.mark.parametrize("status", [VisitStatus.CANCELLED_BY_PATIENT, VisitStatus.CANCELLED_BY_CLINIC])
def test_a_cancelled_visit_is_taken_out(status: VisitStatus) -> None:
    file = calendar_file(texts("ru"), an_event(sequence=1, status=status), NOW)
    calendar, told = read(file)
    assert (file.parameters["method"], str(calendar["METHOD"]), str(told["STATUS"])) == (
        "CANCEL",
        "CANCEL",
        "CANCELLED",
    )
    assert str(told["UID"]) == "a1B2c3D4e5F6@nomerok"
    assert str(told["SUMMARY"]) == "Отменено: Терапевт: Анна Иванова"
    assert not told.alarms.times


@pytest.mark.parametrize("sample", SAMPLES.files, ids=str)
def test_long_lines_are_folded_between_letters(sample: Sample, t: Texts) -> None:
    file = sample.draw(t)
    assert file.data.endswith(b"END:VCALENDAR\r\n")
    for line in file.data.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()  # a letter of two bytes is not cut in half
    _, told = read(file)
    entry = sample.args[0].entry
    assert entry.person.full_name in str(told["DESCRIPTION"])
    assert entry.visit.clinic.name in str(told["LOCATION"])
    assert entry.visit.doctor in str(told["DESCRIPTION"])


@pytest.mark.parametrize("sample", SAMPLES.documents, ids=str)
def test_the_document_says_what_opening_it_does(sample: Sample, t: Texts) -> None:
    drawn = sample.draw(t)
    caption = limits.check_text(drawn.caption.replace("{name}", ""), limit=CAPTION)
    assert limits.check_markup(drawn.markup)
    assert drawn.markup.inline_keyboard[-1][0].callback_data == Close().pack()
    assert drawn.name.isascii()
    assert drawn.name.endswith(".ics")
    person = sample.args[0].entry.person
    assert person.identity.surname in limits.formatted(drawn.caption).text
    if t.locale == "ru":
        limits.check_russian(caption.replace(samples.EVIL, ""))


def test_each_kind_of_file_has_its_own_sentence() -> None:
    t = texts("ru")
    first = document(t, an_event(), NOW).caption
    changed = document(t, an_event(sequence=1), NOW).caption
    cancelled = document(t, an_event(sequence=2, status=VisitStatus.CANCELLED_BY_CLINIC), NOW).caption
    assert "напомнит за два часа" in first
    assert "исправит прежнюю запись" in changed
    assert "он её уберёт" in cancelled
