"""Rights: every basis, relation and age that the table tells apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.accounts.model import Action, Area, Basis, Covers, Person, Relation
from services.accounts.rights import (
    DECLARED_AHEAD,
    Editing,
    Shut,
    VisitScope,
    allowed,
    check_booking,
    check_managing,
    decides,
    editing,
    live_bases,
    may_grant,
    may_manage,
    own_word_counts,
    visit_scope,
    why_shut,
)
from services.accounts.shown import names_of
from services.errors import Denial, NotAllowed
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
AGES = (14, 15, 17, 18)
ALL, OWN, NOTHING = VisitScope.ALL, VisitScope.OWN_BOOKINGS, VisitScope.NONE


def person(
    relation: Relation,
    age: int,
    *bases: Basis | tuple[Basis, datetime | None],
    born: date | None = None,
    covers: Iterable[Covers] = tuple(Covers),
    own_word_from: int = 15,
) -> Person:
    birth_date = born or TODAY.replace(year=TODAY.year - age)
    identity = PatientIdentity("Иванов", "Пётр", None, birth_date, Sex.MALE, Policy(PolicyKind.NONE))
    held = tuple(each if isinstance(each, tuple) else (each, None) for each in bases)
    return Person(
        *("p", relation, held, identity, None, None, False, frozenset(covers)),
        own_word_from=own_word_from,
        names=names_of(identity),
        born=birth_date,
    )


def denial(someone: Person, day: date = TODAY, declared_ahead: int = 0) -> Denial | None:
    try:
        check_booking(someone, day, NOW, declared_ahead)
    except NotAllowed as error:
        return error.reason
    return None


SCOPES: dict[tuple[Basis, Relation], tuple[VisitScope, ...]] = {
    # 14, 15, 17, 18 years today
    **{(Basis.DECLARED, relation): (OWN, OWN, OWN, OWN) for relation in Relation},
    (Basis.DECLARED, Relation.CHILD): (OWN, OWN, OWN, NOTHING),
    **{(Basis.CONSENT, relation): (ALL, ALL, ALL, ALL) for relation in Relation},
    **{
        (basis, relation): scopes
        for basis in (Basis.DESK, Basis.OIDC)
        for relation, scopes in {
            Relation.OWN: (ALL, ALL, ALL, ALL),
            Relation.CHILD: (ALL, OWN, OWN, NOTHING),
            Relation.WARD: (ALL, OWN, OWN, ALL),  # a grown-up ward's link ends by its paper, not by age
            Relation.SPOUSE: (ALL, ALL, ALL, ALL),
            Relation.PARENT: (ALL, ALL, ALL, ALL),
            Relation.OTHER: (ALL, ALL, ALL, ALL),
        }.items()
    },
}


def test_the_table_of_scopes_is_whole() -> None:
    assert set(SCOPES) == {(basis, relation) for basis in Basis for relation in Relation}


@pytest.mark.parametrize(("basis", "relation"), SCOPES, ids=lambda each: str(each))
def test_which_visits_may_be_seen(basis: Basis, relation: Relation) -> None:
    seen = tuple(visit_scope(person(relation, age, basis), TODAY, NOW) for age in AGES)
    assert seen == SCOPES[basis, relation]


@pytest.mark.parametrize("relation", [Relation.CHILD, Relation.WARD], ids=str)
@pytest.mark.parametrize("basis", [Basis.DESK, Basis.OIDC], ids=str)
@pytest.mark.parametrize(("own_word_from", "first"), [(15, (15, 16, 17)), (16, (16, 17)), (17, (17,)), (18, ())])
def test_from_which_age_the_own_word_comes_first_is_the_clinics_to_say(
    own_word_from: int, first: tuple[int, ...], basis: Basis, relation: Relation
) -> None:
    """At 18 a child's link ends by itself, so there the own word never stands before the parents'."""
    for age in range(14, 18):
        someone = person(relation, age, basis, own_word_from=own_word_from)
        assert visit_scope(someone, TODAY, NOW) is (OWN if age in first else ALL)
        assert own_word_counts(someone, TODAY) is (age in first)
        assert allowed(someone, Area.RECORDS, Action.SEE, TODAY, NOW) is (age not in first)
        allows = person(relation, age, basis, Basis.CONSENT, own_word_from=own_word_from)
        assert visit_scope(allows, TODAY, NOW) is ALL
    own = [person(Relation.OWN, age, basis, own_word_from=own_word_from) for age in (14, 15, 17)]
    assert [visit_scope(each, TODAY, NOW) for each in own] == [ALL, ALL, ALL]
    assert [decides(each, TODAY) for each in own] == [False, 15 in first, 17 in first]
    assert [may_grant(each, TODAY, NOW) for each in own] == [False, True, True], "no clinic's to say"


@pytest.mark.parametrize("relation", Relation, ids=str)
@pytest.mark.parametrize("basis", Basis, ids=str)
def test_who_may_be_booked_for(basis: Basis, relation: Relation) -> None:
    """Everybody whose link stands; a child until the day of turning 18, unless the child itself consents."""
    someone = [person(relation, age, basis) for age in AGES]
    ends = relation is Relation.CHILD and basis is not Basis.CONSENT
    assert tuple(map(denial, someone)) == (None, None, None, Denial.GROWN_UP if ends else None)
    assert [may_manage(each, TODAY, NOW) for each in someone] == [True, True, True, not ends]


@pytest.mark.parametrize("relation", Relation, ids=str)
def test_a_consent_to_see_is_none_to_act(relation: Relation) -> None:
    seen = person(relation, 17, Basis.CONSENT, covers=(Covers.SEE_VISITS,))
    assert visit_scope(seen, TODAY, NOW) is ALL
    assert denial(seen) is Denial.NOT_COVERED
    with pytest.raises(NotAllowed, match=Denial.NOT_COVERED):
        check_managing(seen, TODAY, NOW)
    typed_too = person(relation, 17, Basis.CONSENT, Basis.DECLARED, covers=(Covers.SEE_VISITS,))
    assert denial(typed_too) is None
    assert denial(typed_too, declared_ahead=DECLARED_AHEAD) is Denial.TOO_MANY_DECLARED


@pytest.mark.parametrize("relation", Relation, ids=str)
def test_what_may_be_corrected(relation: Relation) -> None:
    """Typed data are the typist's, documents leave the numbers, a consent leaves nothing."""
    over = NOW - timedelta(days=1)
    for bases, may in (
        ([Basis.DECLARED], Editing.ALL),
        ([Basis.DESK], Editing.NUMBERS),
        ([Basis.OIDC, Basis.DECLARED], Editing.NUMBERS),
        ([Basis.CONSENT], Editing.NOTHING),
        ([Basis.CONSENT, Basis.DECLARED], Editing.ALL),
        ([(Basis.DESK, over)], Editing.NOTHING),
        ([], Editing.NOTHING),
    ):
        assert editing(person(relation, 17, *bases), NOW) is may


def test_nobody_manages_where_nothing_stands() -> None:
    with pytest.raises(NotAllowed, match=Denial.BASIS_ENDED):
        check_managing(person(Relation.PARENT, 78, (Basis.CONSENT, NOW)), TODAY, NOW)
    check_managing(person(Relation.OWN, 30, Basis.DECLARED), TODAY, NOW)


@pytest.mark.parametrize("basis", Basis, ids=str)
@pytest.mark.parametrize("relation", Relation, ids=str)
def test_only_who_was_confirmed_by_documents_lets_others_in_and_only_from_15(basis: Basis, relation: Relation) -> None:
    own = relation is Relation.OWN and basis in (Basis.DESK, Basis.OIDC)
    assert [may_grant(person(relation, age, basis), TODAY, NOW) for age in AGES] == [False, own, own, own]


def test_the_age_that_counts_for_booking_is_the_one_on_the_day_of_the_visit() -> None:
    child = person(Relation.CHILD, 0, Basis.DESK, born=date(2008, 12, 1))
    assert denial(child, date(2026, 11, 30)) is None
    assert denial(child, date(2026, 12, 1)) is Denial.GROWN_UP


def test_the_age_that_counts_for_reading_is_todays() -> None:
    child = person(Relation.CHILD, 0, Basis.DESK, born=date(2011, 11, 24))
    assert visit_scope(child, date(2026, 11, 23), NOW) is ALL
    assert visit_scope(child, date(2026, 11, 24), NOW) is OWN


def test_who_was_born_on_a_leap_day_grows_older_on_1_march() -> None:
    child = person(Relation.CHILD, 0, Basis.DESK, born=date(2008, 2, 29))
    assert denial(child, date(2026, 2, 28)) is None
    assert denial(child, date(2026, 3, 1)) is Denial.GROWN_UP


@pytest.mark.parametrize("basis", Basis, ids=str)
def test_a_basis_ends_at_its_moment(basis: Basis) -> None:
    until_now = person(Relation.PARENT, 78, (basis, NOW))
    assert live_bases(until_now, NOW) == frozenset()
    assert denial(until_now) is Denial.BASIS_ENDED
    assert visit_scope(until_now, TODAY, NOW) is NOTHING
    a_moment_more = person(Relation.PARENT, 78, (basis, NOW + timedelta(milliseconds=1)))
    assert live_bases(a_moment_more, NOW) == {basis}
    assert denial(a_moment_more) is None


def test_without_any_basis_nothing_may_be_done() -> None:
    nobody = person(Relation.OTHER, 40)
    assert denial(nobody) is Denial.BASIS_ENDED
    assert visit_scope(nobody, TODAY, NOW) is NOTHING


def test_the_strongest_basis_decides() -> None:
    spouse = person(Relation.SPOUSE, 38, Basis.DECLARED, (Basis.CONSENT, NOW + timedelta(days=1)))
    assert visit_scope(spouse, TODAY, NOW) is ALL
    assert denial(spouse, declared_ahead=DECLARED_AHEAD) is None
    ended = person(Relation.SPOUSE, 38, Basis.DECLARED, (Basis.CONSENT, NOW))
    assert visit_scope(ended, TODAY, NOW) is OWN
    assert denial(ended, declared_ahead=DECLARED_AHEAD) is Denial.TOO_MANY_DECLARED


def test_a_teenagers_consent_opens_what_the_paper_does_not() -> None:
    teenager = person(Relation.CHILD, 15, Basis.DESK, (Basis.CONSENT, NOW + timedelta(days=1)))
    assert visit_scope(teenager, TODAY, NOW) is ALL


@pytest.mark.parametrize("relation", Relation, ids=str)
def test_five_visits_ahead_are_enough_for_declared_persons(relation: Relation) -> None:
    declared = person(relation, 17, Basis.DECLARED)
    assert denial(declared, declared_ahead=DECLARED_AHEAD - 1) is None
    assert denial(declared, declared_ahead=DECLARED_AHEAD) is Denial.TOO_MANY_DECLARED
    for basis in (Basis.DESK, Basis.OIDC, Basis.CONSENT):
        assert denial(person(relation, 17, basis), declared_ahead=DECLARED_AHEAD) is None


SEE, MANAGE = Action.SEE, Action.MANAGE
WHY = [
    (person(Relation.OWN, 40, Basis.DECLARED), SEE, Shut.DECLARED),
    (person(Relation.CHILD, 14, Basis.DECLARED), MANAGE, Shut.DECLARED),
    (person(Relation.CHILD, 16, Basis.DESK), SEE, Shut.OWN_WORD),
    (person(Relation.CHILD, 19, Basis.DESK), SEE, Shut.OVER),
    (person(Relation.SPOUSE, 40, (Basis.CONSENT, NOW)), SEE, Shut.OVER),
    (person(Relation.SPOUSE, 40, Basis.CONSENT, covers=(Covers.RECORDS,)), SEE, Shut.CONSENT),
    (person(Relation.SPOUSE, 40, Basis.CONSENT, covers=(Covers.RECORDS,)), MANAGE, Shut.CONSENT),
    (person(Relation.SPOUSE, 40, Basis.CONSENT, covers=(Covers.INSURANCE,)), MANAGE, Shut.ONLY_SEEN),
]


@pytest.mark.parametrize(("someone", "action", "why"), WHY)
def test_why_an_area_is_shut(someone: Person, action: Action, why: Shut) -> None:
    assert not allowed(someone, Area.INSURANCE, action, TODAY, NOW)
    assert why_shut(someone, Area.INSURANCE, action, NOW) is why
