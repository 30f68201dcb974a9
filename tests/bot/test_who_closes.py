"""What screens say of an access: what it allows is said once, and who can close it is who can."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain, combinations

import pytest

from bot.views import access, disputes
from services.accounts.model import Covers, Person
from services.booking.model import Deed, DeedKind, Doer, VisitEntry
from services.disputes.model import Dispute
from services.texts.i18n import texts
from tests.samples.common import ANNA, CHILD, NOW, visit

T = texts("ru")
HERE = "закрыть его можно в «Кому открыт доступ»"
PATIENT = "закрыть его может сам пациент или регистратура"
DESK = "закрыть его могут только в регистратуре"
YOUNG = replace(ANNA, born=date(2012, 5, 1))
CHOICES = chain.from_iterable(combinations(Covers, count) for count in range(1, len(Covers) + 1))


@pytest.mark.parametrize("covers", [frozenset(each) for each in CHOICES])
def test_what_is_allowed_is_said_once(covers: frozenset[Covers]) -> None:
    said = access.term(T, ANNA, covers).text
    assert said.count("Что разрешено") == 1
    assert said.count("видеть записи") == bool(covers & {Covers.SEE_VISITS, Covers.MANAGE_VISITS})


@pytest.mark.parametrize(
    ("person", "doer", "who"),
    [
        (ANNA, Doer.PATIENT, HERE),
        (ANNA, Doer.REPRESENTATIVE, HERE),
        (YOUNG, Doer.PATIENT, HERE),
        (YOUNG, Doer.REPRESENTATIVE, DESK),
        (CHILD, Doer.PATIENT, DESK),
        (CHILD, Doer.REPRESENTATIVE, DESK),
        (CHILD, Doer.CONSENT, PATIENT),
    ],
)
def test_who_closes_what_a_denial_leaves(person: Person, doer: Doer, who: str) -> None:
    dispute = Dispute(VisitEntry(visit(), person), Deed(DeedKind.BOOKED, doer, "a2"), cancels=True)
    said = disputes.question(T, dispute, NOW).text
    assert [each for each in (HERE, PATIENT, DESK) if each in said] == [who]
