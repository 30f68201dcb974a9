"""Who may do what with whom: basis × age × area, as one table of pure functions.

Until the clinic's age (`Person.own_word_from`: 15, or up to 18) a representative sees all. From it on a
representative books and sees what was booked from the own account. At 18 a child's link ends, and a minor ward's. A
declared link books, and sees its own bookings only. A consent allows what it covers, and nothing of an area that it
does not name. Booking goes by the age on the day of the visit, reading by the age today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.accounts.model import Action, Area, Basis, Covers, Person, Relation
from services.errors import Denial, NotAllowed
from services.registry.model import ADULT_AGE
from services.texts.dates import MOSCOW, birthday, full_years, local

GRANTS_FROM = 15
"""Whoever is this old may let others act from a chat of their own: everywhere, whatever a clinic's rule for parents."""
DECLARED_AHEAD = 5
"""How many future visits of declared persons an account may have."""
_DOCUMENTS = frozenset({Basis.DESK, Basis.OIDC})


_FARTHEST = ("Europe/Kaliningrad", "Asia/Kamchatka")

_SEEN_BY: Mapping[Area, frozenset[Covers]] = {
    area: frozenset(each for each in Covers if each.area is area) for area in Area
}
"""Which words of a consent let an area be seen."""
_MANAGED_BY: Mapping[Area, frozenset[Covers]] = {Area.VISITS: frozenset({Covers.MANAGE_VISITS})}
"""Which let it be acted in: a consent lets nobody act in the others."""


class VisitScope(StrEnum):
    """Which of a person's visits an account may see."""

    ALL = "all"
    OWN_BOOKINGS = "own_bookings"
    NONE = "none"


class Shut(StrEnum):
    """Why an area of a person is not open to an account."""

    OVER = "over"
    OWN_WORD = "own_word"
    """A teenager's own word comes before that of whoever stands for them by documents."""
    CONSENT = "consent"
    """A consent lets the account in, which does not name the area."""
    ONLY_SEEN = "only_seen"
    """It names it, but nobody acts there by a consent."""
    DECLARED = "declared"


class Editing(StrEnum):
    """What of a person's data an account may correct."""

    ALL = "all"
    NUMBERS = "numbers"
    """Phone, policy and СНИЛС: the rest is as the documents have it."""
    NOTHING = "nothing"


def live_bases(person: Person, now: datetime) -> frozenset[Basis]:
    """Bases that have not ended."""
    return frozenset(basis for basis, until in person.bases if until is None or until > now)


def standing_bases(person: Person, on: date, now: datetime) -> frozenset[Basis]:
    """Those of the live ones that hold at the person's age on a day: who has grown up leaves nothing but a consent.

    A child, and a ward whose guardianship was a minor's. An adult's, who is no judge of the own affairs, has its date.
    """
    live = live_bases(person, now)
    grown = (person.relation is Relation.CHILD or person.minor_ward) and person.age(on) >= ADULT_AGE
    return live & {Basis.CONSENT} if grown else live


def is_minors(relation: Relation, born: date, granted_at: Iterable[datetime]) -> bool:
    """Whether a ward was under 18 when what is no consent was shown or said: the paper's date does not outlast that."""
    days = [local(each, MOSCOW).date() for each in granted_at]
    return relation is Relation.WARD and any(full_years(born, day) < ADULT_AGE for day in days)


def outlasted(relation: Relation, born: date, granted_at: Iterable[datetime]) -> datetime | None:
    """The moment which no paper about a ward outlasts: the 18th birthday of a minor; None: the paper's date counts."""
    if not is_minors(relation, born, granted_at):
        return None
    return datetime.combine(birthday(born, ADULT_AGE), time(0), ZoneInfo(MOSCOW)).astimezone(UTC)


def ends_at(basis: Basis, until: datetime | None, outlasted_at: datetime | None) -> datetime | None:
    """When a basis ends: on its own date, or at `outlasted` where that is earlier. A consent is of the own word."""
    if outlasted_at is None or until is None or basis is Basis.CONSENT:
        return until
    return min(until, outlasted_at)


def days_of(now: datetime) -> frozenset[date]:
    """The days that it is in the country at this moment: a birthday comes to the east ten hours early."""
    return frozenset(local(now, tz).date() for tz in _FARTHEST)


def allowed(person: Person, area: Area, action: Action, today: date, now: datetime) -> bool:
    """Whether the account's say over the person opens the area, for this, today.

    Documents open all, by age; a consent what it names; a word alone nothing but its own bookings. Which of the visits
    these are, `visit_scope` says.
    """
    if area is Area.VISITS:
        if action is Action.MANAGE:
            return may_manage(person, today, now)
        return visit_scope(person, today, now) is not VisitScope.NONE
    bases = standing_bases(person, today, now)
    if bases & _DOCUMENTS and not own_word_counts(person, today):
        return True
    return Basis.CONSENT in bases and _consents(person, area, action)


def check_allowed(person: Person, area: Area, action: Action, today: date, now: datetime) -> None:
    """Raises `NotAllowed` unless the area is open."""
    if not standing_bases(person, today, now):
        raise NotAllowed(Denial.BASIS_ENDED)
    if not allowed(person, area, action, today, now):
        raise NotAllowed(Denial.NOT_COVERED if area is Area.VISITS else Denial.NOT_OPEN)


def opens(person: Person, area: Area, action: Action, now: datetime) -> bool:
    """Whether the area is open at this moment, wherever in the country its day has begun already."""
    return all(allowed(person, area, action, day, now) for day in days_of(now))


def check_opens(person: Person, area: Area, action: Action, now: datetime) -> None:
    """Raises `NotAllowed` unless it does (`opens`)."""
    for day in days_of(now):
        check_allowed(person, area, action, day, now)


def why_shut(person: Person, area: Area, action: Action, now: datetime) -> Shut:
    """Why an area that has come after visits is not open to the account, where it is not (`opens`)."""
    day = local(now, MOSCOW).date()
    bases = standing_bases(person, day, now)
    if not bases:
        return Shut.OVER
    if own_word_counts(person, day) and bases - {Basis.CONSENT, Basis.DECLARED}:
        return Shut.OWN_WORD
    if Basis.CONSENT in bases:
        seen = action is not Action.SEE and opens(person, area, Action.SEE, now)
        return Shut.ONLY_SEEN if seen else Shut.CONSENT
    return Shut.DECLARED


def is_declared(person: Person) -> bool:
    """Nothing but the account's own word stands behind the link."""
    return all(basis is Basis.DECLARED for basis, _ in person.bases)


def books_as_declared(person: Person, now: datetime) -> bool:
    """Nothing but the account's own word allows it to book: such visits are counted."""
    return _acting(person, live_bases(person, now)) <= {Basis.DECLARED}


def check_booking(person: Person, visit_day: date, now: datetime, declared_ahead: int) -> None:
    """Raises `NotAllowed` unless the account may book for the person on that day.

    `declared_ahead`: future visits that the account already has for its declared persons.
    """
    live = live_bases(person, now)
    if not live:
        raise NotAllowed(Denial.BASIS_ENDED)
    if not _acting(person, live):
        raise NotAllowed(Denial.NOT_COVERED)
    if not _acting(person, standing_bases(person, visit_day, now)):
        raise NotAllowed(Denial.GROWN_UP)
    if books_as_declared(person, now) and declared_ahead >= DECLARED_AHEAD:
        raise NotAllowed(Denial.TOO_MANY_DECLARED)


def check_managing(person: Person, today: date, now: datetime) -> None:
    """Raises `NotAllowed` unless the account may cancel, move and answer for those visits that it sees."""
    if not standing_bases(person, today, now):
        raise NotAllowed(Denial.BASIS_ENDED)
    if not _acting(person, standing_bases(person, today, now)):
        raise NotAllowed(Denial.NOT_COVERED)


def may_manage(person: Person, today: date, now: datetime) -> bool:
    """Whether `check_managing` lets it pass: for screens that leave the buttons out."""
    return bool(_acting(person, standing_bases(person, today, now)))


def visit_scope(person: Person, today: date, now: datetime) -> VisitScope:
    """Which visits of the person the account may see today."""
    bases = standing_bases(person, today, now)
    if not bases:
        return VisitScope.NONE
    if Basis.CONSENT in bases and _consents(person, Area.VISITS, Action.SEE):
        return VisitScope.ALL
    if bases & _DOCUMENTS and not own_word_counts(person, today):
        return VisitScope.ALL
    return VisitScope.OWN_BOOKINGS if bases - {Basis.CONSENT} else VisitScope.NONE


def editing(person: Person, now: datetime) -> Editing:
    """What the account may correct: nothing where only a consent lets it in, for the data are the other one's."""
    live = live_bases(person, now)
    if live & _DOCUMENTS:
        return Editing.NUMBERS
    return Editing.ALL if Basis.DECLARED in live else Editing.NOTHING


def is_confirmed(person: Person, now: datetime) -> bool:
    """Whether the account's holder is who the documents say: the desk or a provider has seen them."""
    return person.relation is Relation.OWN and bool(live_bases(person, now) & _DOCUMENTS)


def is_teenager(own_word_from: int, age: int) -> bool:
    """Whether somebody of this age has the first word already, and may have representatives still."""
    return own_word_from <= age < ADULT_AGE


def decides(person: Person, today: date) -> bool:
    """Whether the person is of an age when the own word counts before that of representatives."""
    return person.age(today) >= person.own_word_from


def own_word_counts(person: Person, today: date) -> bool:
    """Whether a teenager's own word counts before that of whoever stands for them by documents."""
    return person.relation in (Relation.CHILD, Relation.WARD) and is_teenager(person.own_word_from, person.age(today))


def may_grant(person: Person, today: date, now: datetime) -> bool:
    """Whether the person may let others act from the own chat: confirmed by documents, and 15 or over."""
    return is_confirmed(person, now) and person.age(today) >= GRANTS_FROM


def _acting(person: Person, bases: frozenset[Basis]) -> frozenset[Basis]:
    """Those of the bases that allow to act, not only to see."""
    return bases if Covers.MANAGE_VISITS in person.covers else bases - {Basis.CONSENT}


def _consents(person: Person, area: Area, action: Action) -> bool:
    """Whether a consent that stands names the area."""
    words = _SEEN_BY if action is Action.SEE else _MANAGED_BY
    return bool(person.covers & words.get(area, frozenset()))
