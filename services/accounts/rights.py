"""Who may do what with whom: basis × age, as one table of pure functions.

Under 15 a representative sees all. From 15 a representative books and sees what was booked from the own
account. At 18 a child's link ends. A declared link books, and sees its own bookings only.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from services.accounts.model import Basis, Person, Relation
from services.errors import NotAllowed
from services.registry.model import ADULT_AGE
from services.texts.dates import full_years

TEENAGER_AGE = 15
DECLARED_AHEAD = 5
"""How many future visits of declared persons an account may have."""


class VisitScope(StrEnum):
    """Which of a person's visits an account may see."""

    ALL = "all"
    OWN_BOOKINGS = "own_bookings"


class Denial(StrEnum):
    """Why an account may not act for a person."""

    GROWN_UP = "grown_up"
    BASIS_ENDED = "basis_ended"
    TOO_MANY_DECLARED = "too_many_declared"
    TOO_MANY_TRIES = "too_many_tries"
    HIDDEN_CLASH = "hidden_clash"
    """It clashes with a visit that the account may not see; nothing more may be told."""


def live_bases(person: Person, now: datetime) -> frozenset[Basis]:
    """Bases that have not ended."""
    return frozenset(basis for basis, until in person.bases if until is None or until > now)


def is_declared(person: Person) -> bool:
    """Nothing but the account's own word stands behind the link."""
    return all(basis is Basis.DECLARED for basis, _ in person.bases)


def check_booking(person: Person, visit_day: date, now: datetime, declared_ahead: int) -> None:
    """Raises `NotAllowed` unless the account may book for the person on that day.

    `declared_ahead`: future visits that the account already has for its declared persons.
    """
    bases = live_bases(person, now)
    if not bases:
        raise NotAllowed(Denial.BASIS_ENDED)
    if _is_minor_link(person) and full_years(person.identity.birth_date, visit_day) >= ADULT_AGE:
        raise NotAllowed(Denial.GROWN_UP)
    if bases == {Basis.DECLARED} and declared_ahead >= DECLARED_AHEAD:
        raise NotAllowed(Denial.TOO_MANY_DECLARED)


def visit_scope(person: Person, today: date, now: datetime) -> VisitScope:
    """Which visits of the person the account may see today."""
    bases = live_bases(person, now)
    if not bases - {Basis.DECLARED}:
        return VisitScope.OWN_BOOKINGS
    if Basis.CONSENT in bases or person.relation is Relation.OWN:
        return VisitScope.ALL
    age = full_years(person.identity.birth_date, today)
    if _is_minor_link(person) and age >= TEENAGER_AGE:
        return VisitScope.OWN_BOOKINGS
    if person.relation is Relation.WARD and TEENAGER_AGE <= age < ADULT_AGE:
        return VisitScope.OWN_BOOKINGS
    return VisitScope.ALL


def _is_minor_link(person: Person) -> bool:
    return person.relation is Relation.CHILD
