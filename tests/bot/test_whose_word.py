"""The card says whose word counts: that of the papers, of a consent, or, from 15, the teenager's own before both."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.views import family
from services.accounts.model import VISITS_WHOLE, Basis, Covers, Person, Relation
from services.accounts.shown import cut, names_of
from services.texts.i18n import texts
from tests.samples.common import NOW
from tests.support.world import somebody

OWN_WORD = "С 15 лет решает сам подросток"
SEES_ALL, SEES_OWN, SEES_NOTHING = "Вы видите все записи", "Вы видите только записи", "Записей к врачу Вы не видите"
UNTIL = NOW + timedelta(days=90)


def card(age: int, relation: Relation, *bases: Basis, covers: frozenset[Covers] = frozenset()) -> str:
    identity = somebody(3, date(NOW.year - age, NOW.month, NOW.day))
    held = tuple((each, UNTIL if each is Basis.CONSENT else None) for each in bases)
    whole = Person(
        *("p" * 12, relation, held, identity, "r1", "c1"),
        verified=True,
        covers=covers,
        names=names_of(identity),
        born=identity.birth_date,
    )
    return family.card(texts("ru"), cut(whole, NOW.date(), NOW), NOW).text


@pytest.mark.parametrize("relation", [Relation.CHILD, Relation.WARD])
def test_from_15_the_teenagers_own_word_comes_first_with_a_consent_and_without(relation: Relation) -> None:
    for age, bases, covers, seen, own_word in (
        (14, (Basis.DESK,), frozenset(), SEES_ALL, False),
        (15, (Basis.DESK,), frozenset(), SEES_OWN, True),
        (17, (Basis.DESK, Basis.CONSENT), VISITS_WHOLE, SEES_ALL, True),
        (17, (Basis.DESK, Basis.CONSENT), frozenset({Covers.RECORDS}), SEES_OWN, True),
        (14, (Basis.DECLARED,), frozenset(), SEES_OWN, False),
    ):
        told = card(age, relation, *bases, covers=covers)
        assert seen in told, (age, bases)
        assert (OWN_WORD in told) is own_word, (age, bases)


def test_a_consent_that_names_no_visits_shows_none() -> None:
    told = card(40, Relation.SPOUSE, Basis.CONSENT, covers=frozenset({Covers.RECORDS}))
    assert SEES_NOTHING in told
    assert OWN_WORD not in told
    assert "Записывать к врачу, переносить и отменять записи нельзя" in told
