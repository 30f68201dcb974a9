"""Visits in their list, their tickets, and cancelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.visits import Tab, VisitCancel
from bot.keyboards.layout import Layout
from bot.views import moving, refusals, visits
from bot.views.screen import Screen
from services.booking.model import VisitEntry, VisitPage
from services.registry.model import VisitStatus
from services.texts.i18n import Html, Texts, escape
from tests.samples.common import (
    ANNA,
    CHILD,
    ENTRIES,
    LONGEST,
    LONGEST_VISIT,
    NOW,
    PLAIN,
    SHORT_VISIT,
    Sample,
    Samples,
    slot,
    usual,
    visit,
)


def _visit_lists() -> list[Sample]:
    later = VisitEntry(visit(at=slot(1), start=NOW + timedelta(days=3)), CHILD)
    return [
        Sample(visits.visit_list, (Tab.UPCOMING, VisitPage((SHORT_VISIT, later), 2), 0, NOW), ordinary=True),
        *(Sample(many, (tab, entry), of=visits.visit_list) for tab in Tab for entry in ENTRIES),
        *(
            Sample(
                visits.visit_list,
                (Tab.PAST, VisitPage((VisitEntry(visit(at=slot(), status=status), ANNA),), 1), 0, NOW),
            )
            for status in VisitStatus
        ),
        *(usual(visits.visit_list, tab, VisitPage((), 0), 0, NOW) for tab in Tab),
    ]


def many(t: Texts, tab: Tab, entry: VisitEntry, *, layout: Layout) -> Screen:
    found = VisitPage((entry,) * layout.described, 712)
    return visits.visit_list(t, tab, found, (712 - 1) // layout.described, NOW, layout=layout)


def _tickets() -> list[Sample]:
    ended = (VisitStatus.BOOKED, VisitStatus.CANCELLED_BY_PATIENT, VisitStatus.FULFILLED)
    return [
        *(
            usual(visits.ticket, VisitEntry(visit(at=slot(), status=status), ANNA), NOW, back=Tab.UPCOMING)
            for status in ended
        ),
        usual(visits.ticket, VisitEntry(visit(at=slot()), CHILD), NOW),
        usual(visits.ticket, SHORT_VISIT, NOW, offers_mail=True),
        *(
            Sample(visits.ticket, (VisitEntry(replace(entry.visit, status=status), entry.person), NOW), {"back": back})
            for entry in ENTRIES
            for status in VisitStatus
            for back in (None, *Tab, NotificationList(page=0))
        ),
    ]


def _notes_of_cards(t: Texts) -> list[Html]:
    """Every sentence that may stand above a ticket."""
    return [
        *(refusals.kept(t, reason) for reason in refusals.CANCEL_REFUSALS),
        *(
            moving.with_state(t, refusals.move_refusal(t, reason, LONGEST), given_up=given_up)
            for reason in refusals.MOVE_REFUSALS
            for given_up in (True, False)
        ),
        *(refusals.checking_cancel(t), refusals.under_way(t), moving.kept(t)),
        *(refusals.not_cancelled(t, reason) for reason in (None, *refusals.CANCEL_REFUSALS)),
        *(moving.not_moved(t, stands=stands) for stands in (True, False)),
        moving.moved(t, LONGEST_VISIT.visit, NOW),
    ]


def ticket_with_every_note(t: Texts, entry: VisitEntry) -> Screen:
    """The ticket under the longest of its sentences."""
    return visits.ticket(t, entry, NOW, note=max(_notes_of_cards(t), key=len))


def short(t: Texts, entry: VisitEntry) -> Html:
    """As a line of «Уведомления» has it."""
    return escape(visits.when_and_what(t, entry.visit, NOW))


SAMPLES = Samples(
    screens=[
        *_visit_lists(),
        *_tickets(),
        *(Sample(visits.ticket, (entry, NOW), {"offers_mail": True}) for entry in ENTRIES),
        *(Sample(ticket_with_every_note, (entry,), of=visits.ticket) for entry in ENTRIES),
        usual(visits.cancel_question, SHORT_VISIT, NOW),
        *(Sample(visits.cancel_question, (entry, NOW)) for entry in ENTRIES),
        usual(visits.not_cancelled, VisitCancel(visit="visit1234567", sure=True)),
        usual(visits.failed_booking),
        usual(visits.undone_booking),
    ],
    sentences=[
        *(Sample(visits.papers, (entry,)) for entry in ENTRIES),
        *(Sample(visits.facts, (entry, "09:00")) for entry in ENTRIES),
        *(Sample(short, (entry,), of=visits.when_and_what) for entry in ENTRIES),
        *(Sample(visits.at_the_clinic, (visit(each), "09:00")) for each in (PLAIN, LONGEST)),
        *(Sample(visits.answered, (entry,)) for entry in (SHORT_VISIT, VisitEntry(visit(), CHILD))),
        *(Sample(visits.visit_when, (visit(each), NOW)) for each in (PLAIN, LONGEST)),
    ],
)
