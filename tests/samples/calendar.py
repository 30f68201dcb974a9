"""The file that a calendar takes."""

from __future__ import annotations

from dataclasses import replace

from bot.views import calendar, visits
from services.booking.model import CalendarEvent, VisitEntry
from services.registry.model import VisitStatus
from tests.samples.common import ENTRIES, NOW, Sample, Samples

EVENTS = [
    CalendarEvent(VisitEntry(replace(entry.visit, status=status), entry.person), "u" * 12, sequence)
    for entry in ENTRIES
    for status in (VisitStatus.BOOKED, *visits.CANCELLED)
    for sequence in (0, 7)
]

SAMPLES = Samples(
    documents=[Sample(calendar.document, (event, NOW)) for event in EVENTS],
    files=[Sample(calendar.calendar_file, (event, NOW)) for event in EVENTS],
    toasts=[Sample(calendar.over)],
)
