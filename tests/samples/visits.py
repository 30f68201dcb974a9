"""Visits in their list, their tickets, and cancelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.keyboards.buttons.visits import Tab, VisitCancel
from bot.keyboards.layout import Layout
from bot.views import moving, refusals, visits
from bot.views.screen import Screen
from bot.views.services import terms
from services.booking.model import VisitEntry, VisitPage
from services.ids import LENGTH
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

ORIGINS = ("", "u0", "p99999", "n0", "o" + "W" * LENGTH + "99999", "k2147483647")


def outcome_with_every_reason(t: Texts, entry: VisitEntry, origin: str) -> Screen:
    """What comes of a press, under the longest of its sentences."""
    said = max(_notes_of_cards(t), key=len)
    again = VisitCancel(visit=entry.visit.id, sure=True, origin=origin)
    return visits.outcome(t, entry, NOW, said, origin=origin, again=again)


def cancelled(t: Texts, entry: VisitEntry, origin: str) -> Screen:
    """What comes of «Да, отменить»."""
    gone = replace(entry, visit=replace(entry.visit, status=VisitStatus.CANCELLED_BY_PATIENT))
    return visits.outcome(t, gone, NOW, None, origin=origin)


def booked(t: Texts, found: VisitPage) -> Screen:
    """As it stands on the terms of the service."""
    return terms(t, visits.BOOKING, visits.booked(t, found, NOW))


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
            usual(visits.ticket, VisitEntry(visit(at=slot(), status=status), ANNA), NOW, origin="u0")
            for status in ended
        ),
        usual(visits.ticket, VisitEntry(visit(at=slot()), CHILD), NOW),
        usual(visits.ticket, SHORT_VISIT, NOW, offers_mail=True),
        *(
            Sample(
                visits.ticket,
                (VisitEntry(replace(entry.visit, status=status), entry.person), NOW),
                {"origin": origin},
            )
            for entry in ENTRIES
            for status in VisitStatus
            for origin in ORIGINS
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


def of_a_notice(t: Texts, kind: str, entry: VisitEntry) -> Html:
    """All that its button may say."""
    return escape(", ".join(visits.notice_names(t, kind, entry, NOW)))


SAMPLES = Samples(
    screens=[
        *_visit_lists(),
        Sample(booked, (VisitPage((SHORT_VISIT,), 1),), ordinary=True, of=visits.booked),
        *(Sample(booked, (VisitPage(ENTRIES[:count], count and 712),), of=visits.booked) for count in (0, 1, 3)),
        *_tickets(),
        *(Sample(visits.ticket, (entry, NOW), {"offers_mail": True}) for entry in ENTRIES),
        *(Sample(ticket_with_every_note, (entry,), of=visits.ticket) for entry in ENTRIES),
        usual(visits.cancel_question, SHORT_VISIT, NOW),
        *(Sample(visits.cancel_question, (entry, NOW), {"origin": each}) for entry in ENTRIES for each in ORIGINS),
        Sample(cancelled, (SHORT_VISIT, "u0"), ordinary=True, of=visits.outcome),
        *(Sample(cancelled, (entry, each), of=visits.outcome) for entry in ENTRIES for each in ORIGINS),
        *(Sample(outcome_with_every_reason, (entry, each), of=visits.outcome) for entry in ENTRIES for each in ORIGINS),
        usual(visits.as_it_stands, SHORT_VISIT, NOW, home=False),
        *(
            Sample(
                visits.as_it_stands,
                (VisitEntry(replace(entry.visit, status=status), entry.person), NOW),
                home=False,
            )
            for entry in ENTRIES
            for status in VisitStatus
        ),
        usual(visits.not_cancelled, VisitCancel(visit="visit1234567", sure=True)),
        usual(visits.failed_booking),
        usual(visits.undone_booking),
    ],
    sentences=[
        *(Sample(visits.papers, (entry,)) for entry in ENTRIES),
        *(Sample(visits.facts, (entry, "09:00")) for entry in ENTRIES),
        *(Sample(short, (entry,), of=visits.when_and_what) for entry in ENTRIES),
        *(Sample(of_a_notice, (kind, entry), of=visits.notice_names) for kind in visits.SHORT for entry in ENTRIES),
        *(Sample(visits.at_the_clinic, (visit(each), "09:00")) for each in (PLAIN, LONGEST)),
        *(Sample(visits.status, (visit(status=status),)) for status in VisitStatus),
        *(Sample(visits.answered, (entry,)) for entry in (SHORT_VISIT, VisitEntry(visit(), CHILD))),
        *(Sample(visits.visit_when, (visit(each), NOW)) for each in (PLAIN, LONGEST)),
    ],
)
