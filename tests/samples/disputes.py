"""«Это не я»."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from bot.keyboards.buttons.disputes import Answer, VisitDispute
from bot.views import disputes, notifications, visits
from bot.views.screen import Screen
from services.accounts.model import full_name
from services.booking.model import Checking, Deed, DeedKind, Doer, GivenUp, Kept, VisitEntry
from services.disputes.model import Dispute, Settled
from services.errors import Denial
from services.registry.model import CancelRefusal, VisitStatus
from services.texts.i18n import Html, Texts, blocks, escape
from tests.samples.common import (
    CHILD,
    ENTRIES,
    EVIL,
    LONGEST_PERSON,
    LONGEST_VISIT,
    NOW,
    SHORT_VISIT,
    Sample,
    Samples,
    usual,
    visit,
)

STATUS = {
    DeedKind.BOOKED: VisitStatus.BOOKED,
    DeedKind.MOVED: VisitStatus.BOOKED,
    DeedKind.CANCELLED: VisitStatus.CANCELLED_BY_PATIENT,
}
NAMES = {Doer.CONSENT: (None, full_name(LONGEST_PERSON.identity), EVIL)}
DEEDS = [Deed(kind, doer, "a2", name) for kind, doer in product(DeedKind, Doer) for name in NAMES.get(doer, (None,))]
MINE = [*ENTRIES, VisitEntry(visit(), CHILD)]
OUTCOMES = [
    *(None, GivenUp("intent"), Checking("intent")),
    *(Kept(reason) for reason in (CancelRefusal.UNAVAILABLE, CancelRefusal.TIME_PASSED, Denial.BASIS_ENDED)),
]


def _disputes(entry: VisitEntry) -> list[Dispute]:
    return [
        Dispute(entry, None, cancels=True),
        *(
            Dispute(replace(entry, visit=replace(entry.visit, status=STATUS[deed.kind])), deed, cancels=cancels)
            for deed in DEEDS
            for cancels in {deed.kind is DeedKind.BOOKED, False}
        ),
    ]


def notice(t: Texts, entry: VisitEntry, kind: DeedKind, deed: Deed | None) -> Screen:
    """As it is told: of a move, below where the visit was before."""
    note = disputes.told(t, kind, entry, deed)
    moved = blocks(notifications.moved(t, LONGEST_VISIT, NOW), note) if kind is DeedKind.MOVED else note
    return visits.ticket(t, entry, NOW, note=moved, denial=disputes.row(t, entry))


def sentence(t: Texts, entry: VisitEntry, kind: DeedKind, deed: Deed | None) -> Html:
    return disputes.told(t, kind, entry, deed)


def reported(t: Texts, dispute: Dispute) -> Html:
    """As the card of the request shows it."""
    return escape(disputes.report(t, dispute))


SAMPLES = Samples(
    screens=[
        *(usual(disputes.question, each, NOW) for each in _disputes(SHORT_VISIT)[:2]),
        usual(disputes.family, SHORT_VISIT, NOW),
        *(
            usual(disputes.denied, _disputes(SHORT_VISIT)[0], Settled(1_000_042, outcome), NOW)
            for outcome in (None, GivenUp("intent"))
        ),
        usual(notice, SHORT_VISIT, DeedKind.BOOKED, Deed(DeedKind.BOOKED, Doer.UNKNOWN, "a2"), of=disputes.row),
        *(Sample(notice, (entry, deed.kind, deed), of=disputes.row) for entry in MINE for deed in DEEDS),
        *(Sample(notice, (entry, DeedKind.BOOKED, None), of=disputes.row) for entry in MINE),
        *(Sample(disputes.question, (each, NOW)) for entry in MINE for each in _disputes(entry)),
        *(Sample(disputes.family, (entry, NOW)) for entry in MINE),
        *(
            Sample(disputes.denied, (each, Settled(number, outcome), NOW))
            for entry in MINE
            for each in _disputes(entry)
            for number, outcome in ((1_000_042, outcome) for outcome in OUTCOMES)
        ),
        Sample(disputes.denied, (_disputes(SHORT_VISIT)[0], Settled(None, None), NOW)),
        usual(disputes.unavailable, VisitDispute(visit="visit1234567", answer=Answer.NOT_US)),
    ],
    sentences=[
        *(Sample(sentence, (SHORT_VISIT, deed.kind, deed), of=disputes.told) for deed in DEEDS),
        *(Sample(reported, (each,), of=disputes.report) for entry in MINE for each in _disputes(entry)),
        Sample(disputes.by_mail),
    ],
    words=(),
)
