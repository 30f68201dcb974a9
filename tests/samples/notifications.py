"""What has been told."""

from __future__ import annotations

from datetime import timedelta

from bot.keyboards.layout import USUAL, Layout
from bot.notices.reminders import day
from bot.notices.visits import line as visit_line
from bot.topic import Line
from bot.topics import ALL
from bot.views import notifications
from bot.views.screen import Screen
from services.accounts.model import full_name
from services.accounts.notices import AccountNews
from services.booking.model import VisitEntry
from services.booking.notices import VisitNews
from services.cases.model import CaseItem
from services.cases.notices import CaseNews
from services.notify.model import Notification
from services.texts.i18n import Texts
from tests.samples.cases import BOOK, ITEMS
from tests.samples.common import CHILD, ENTRIES, EVIL, LONGEST_PERSON, NOW, SHORT_VISIT, Sample, Samples

SPECS = [spec for topic in ALL for spec in topic.notices]


def _notifications() -> list[Sample]:
    full = full_name(LONGEST_PERSON.identity)
    return [
        Sample(ordinary, ordinary=True, of=notifications.listing),
        *(Sample(a_page, (spec.kind, entry), of=notifications.listing) for entry in (*ENTRIES, None) for spec in SPECS),
        *(
            Sample(a_page, (spec.kind, None), {"person": who, "read": True}, of=notifications.listing)
            for who in (full, EVIL)
            for spec in SPECS
        ),
        *(Sample(of_cases, (each,), of=notifications.listing) for each in ITEMS),
        Sample(notifications.listing, ((), 0, 0, NOW)),
    ]


def line(
    t: Texts, kind: str, entry: VisitEntry | None, *, read: bool = False, person: str | None = None
) -> notifications.NotificationLine:
    """As the topics draw it: of a visit, of a day, or its headline alone."""
    subject = "2026-11-24" if kind == VisitNews.REMINDER_EVE else "visit1234567"
    note = Notification("notification", "a1", kind, subject, NOW - timedelta(days=400), read)
    drawn = Line(about=day(t, note, NOW)) if kind == VisitNews.REMINDER_EVE else Line()
    drawn = visit_line(t, note, entry, NOW) if entry is not None else drawn
    headline = t(next(spec.headline for spec in SPECS if spec.kind == kind))
    return notifications.NotificationLine(
        note, drawn.headline or headline, drawn.about, drawn.names, drawn.person or person, drawn.tz
    )


def ordinary(t: Texts, *, layout: Layout) -> Screen:
    lines = (
        line(t, VisitNews.BOOKING_CONFIRMED, SHORT_VISIT),
        line(t, AccountNews.ACCESS_GIVEN, None, read=True, person=full_name(CHILD.identity)),
    )
    return notifications.listing(t, lines, 2, 0, NOW, 1, layout=layout)


def a_page(
    t: Texts,
    kind: str,
    entry: VisitEntry | None,
    *,
    read: bool = False,
    person: str | None = None,
    layout: Layout = USUAL,
) -> Screen:
    shown = (line(t, kind, entry, read=read, person=person),) * layout.described
    return notifications.listing(t, shown, 712, 177, NOW, 0 if read else 712, layout=layout)


def of_cases(t: Texts, item: CaseItem, *, layout: Layout) -> Screen:
    note = Notification("notification", "a1", CaseNews.CASE_STATUS, item.id, NOW - timedelta(days=400))
    about = notifications.NotificationLine(note, BOOK.headline(t, item), names=BOOK.names(t, item))
    return notifications.listing(t, (about,) * layout.described, 712, 177, NOW, 712, layout=layout)


SAMPLES = Samples(
    screens=_notifications(),
    sentences=[
        *(
            Sample(each)
            for each in (notifications.cancelled, notifications.cancelled_by_clinic, notifications.stands_after_all)
        ),
        *(Sample(notifications.moved, (before, NOW)) for before in (None, *ENTRIES)),
    ],
)
