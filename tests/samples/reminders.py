"""Reminders, one by one and by the handful."""

from __future__ import annotations

from dataclasses import replace

from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.views import reminders
from services.accounts.model import Basis, Covers
from services.booking.model import VisitEntry
from services.ids import LENGTH
from services.registry.model import VisitStatus
from tests.samples.common import (
    CHILD,
    ENTRIES,
    LONGEST_VISIT,
    NOW,
    PAGE,
    REAL,
    SHORT_VISIT,
    Sample,
    Samples,
    slot,
    somebody,
    usual,
    visit,
)

OPENED = (None, NotificationOpen(notification="W" * LENGTH, page=99_999))


def _reminders() -> list[Sample]:
    only_seen = somebody(bases=((Basis.CONSENT, None),), covers={Covers.SEE_VISITS})
    gone = VisitEntry(visit(at=slot(), status=VisitStatus.CANCELLED_BY_PATIENT), CHILD)
    each = [*ENTRIES, VisitEntry(visit(REAL), only_seen), VisitEntry(visit(at=slot()), CHILD, replied=True)]
    longest = replace(LONGEST_VISIT, replied=True)
    many = [[entry] * count for entry in (longest, *ENTRIES) for count in (2, PAGE, 12)]
    different = [
        [replace(entry, visit=replace(entry.visit, id=f"visit{place:07}")) for place, entry in enumerate(entries)]
        for entries in [*many, each, [*each, gone]]
    ]
    both = [SHORT_VISIT, VisitEntry(replace(visit(at=slot(6)), id="visit7654321"), CHILD)]
    return [
        *(usual(reminders.reminder, entries, NOW) for entries in ([SHORT_VISIT], both)),
        usual(reminders.revived, [SHORT_VISIT], 1, NOW),
        *(Sample(reminders.reminder, ([entry], NOW), {"opened": by}) for entry in each for by in OPENED),
        *(Sample(reminders.reminder, (entries, NOW)) for entries in different),
        *(Sample(reminders.revived, (entries, count, NOW)) for entries in different for count in (0, 1, 712)),
        Sample(reminders.revived, ([], 2, NOW)),
        *(usual(reminders.over, back) for back in (None, NotificationList(page=7))),
    ]


SAMPLES = Samples(
    screens=_reminders(),
    toasts=[Sample(reminders.noted)],
)
