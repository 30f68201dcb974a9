"""Which visits an account sees: the registry's answer within the rights; and whether that still holds in a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, Table, select

from services.accounts import rights
from services.accounts.links import covers_of
from services.accounts.model import Basis, Covers, Person, Relation
from services.accounts.rights import VisitScope
from services.accounts.tables import account as account_table
from services.accounts.tables import link_basis, person_link
from services.booking import intents
from services.booking.model import VisitEntry
from services.booking.tables import booking_intent
from services.errors import Denial, NotAllowed, NotFound
from services.registry.model import Visit
from services.registry.ports.errors import RegistryUnavailable
from services.storage.rows import Row
from services.storage.statement import Bound, statement
from services.storage.units import Unit
from services.texts.dates import local

_DONE = ("booked", "done")
"""How a move, and a cancelling, stand in rows once the registry has done it."""
_IN_SIGHT = booking_intent.c.status == "booked", booking_intent.c.hidden_at.is_(None)
"""That a visit was booked from an account shows it the visit."""
Id = str | ScalarSelect[str]
"""An id, or the question for one."""


def patients_of(family: Sequence[Person]) -> dict[str, Person]:
    """Persons by the registry's ids; whoever is there twice is the one that is listed first."""
    return {person.patient_id: person for person in reversed(family) if person.patient_id is not None}


def entries(family: Sequence[Person], visits: Iterable[Visit]) -> list[VisitEntry]:
    """The family's visits among these, each with its person."""
    persons = patients_of(family)
    return [VisitEntry(visit, persons[visit.patient_id]) for visit in visits if visit.patient_id in persons]


def scope(entry: VisitEntry, now: datetime) -> VisitScope:
    return rights.visit_scope(entry.person, local(now, entry.visit.clinic.tz).date(), now)


def least_scope(person: Person, now: datetime) -> VisitScope:
    """What may be seen of the person wherever the clinic is: a birthday comes to the country's east ten hours early."""
    scopes = {rights.visit_scope(person, day, now) for day in rights.days_of(now)}
    return next(each for each in (VisitScope.NONE, VisitScope.OWN_BOOKINGS, VisitScope.ALL) if each in scopes)


def stands_for(entry: VisitEntry, now: datetime) -> bool:
    """Whether the account is the patient's own, or a representative's who sees all, by documents: it may deny."""
    by_documents = rights.live_bases(entry.person, now) & {Basis.DESK, Basis.OIDC}
    represents = entry.person.relation in (Relation.OWN, Relation.CHILD, Relation.WARD)
    return bool(by_documents) and represents and scope(entry, now) is VisitScope.ALL


def visible(found: Iterable[VisitEntry], own: Collection[str], now: datetime) -> list[VisitEntry]:
    """Those that the account may see. `own`: visits that were booked from it."""
    return [entry for entry in found if _may_see(entry, own, now)]


@statement
def own_bookings(account_id: str) -> Select[tuple[str]]:
    """Asks which visits were booked from this account, but those that the patient or another account has changed."""
    return select(booking_intent.c.visit_id).where(booking_intent.c.account_id == account_id, *_IN_SIGHT)


@statement
def booked_from(account_ids: Collection[str]) -> Select[tuple[str, str]]:
    """The same of several accounts, each with its visits."""
    return select(booking_intent.c.account_id, booking_intent.c.visit_id).where(
        booking_intent.c.account_id.in_(account_ids), *_IN_SIGHT
    )


def by_account(rows: Iterable[Row]) -> Mapping[str, frozenset[str]]:
    """What `booked_from` has found."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.account_id].add(row.visit_id)
    return {account_id: frozenset(visits) for account_id, visits in found.items()}


def listed(account_id: str, person_id: str) -> Select[Any]:
    """Asks whether the account has the person still, for whoever let others act may have erased it since it was read.

    To be asked after a row of the unit has taken its lock on the account: an erasing that concerns it is over, or
    waits.
    """
    return select(person_link.c.id).where(
        person_link.c.account_id == account_id,
        person_link.c.person_id == person_id,
        person_link.c.ended_at.is_(None),
    )


@statement
def _listed(account_id: str, person_id: str) -> Select[Any]:
    return listed(account_id, person_id)


async def check_listed(unit: Unit, account_id: str, person_id: str) -> None:
    """Raises `NotAllowed` where the person has gone since it was read."""
    if (await unit.execute(_listed(account_id, person_id))).first() is None:
        raise NotAllowed(Denial.BASIS_ENDED)


async def may_act(unit: Unit, account_id: str, person_id: str, now: datetime) -> bool | None:
    """Whether the account may book and manage for the person still; None: it has taken them off its list itself.

    What that rests on stays as it is until the unit ends: whoever is ending it waits, or has ended it. To be asked
    before the unit writes; the account comes first, as with whoever erases one.
    """
    return await _may_act(unit, _held_by(account_id, person_id), _linked(account_id, person_id), now)


async def may_act_still(unit: Unit, intents: Table, intent_id: str, now: datetime) -> bool | None:
    """`may_act` for the account that has asked for something, and for its person."""
    return await _may_act(unit, _held_by_asker(intent_id, of=intents), _linked_by_asker(intent_id, of=intents), now)


async def _may_act(unit: Unit, held: Bound, linked: Bound, now: datetime) -> bool | None:
    rows = (await unit.execute(held)).all()
    if rows:
        return any(row.ended_at is None and _lets_act(row, now) for row in rows)
    return False if (await unit.execute(linked)).first() is not None else None


@statement
def _held_by(account_id: str, person_id: str) -> Select[Any]:
    return _bases_of(account_id, person_id)


@statement
def _held_by_asker(intent_id: str, *, of: Table) -> Select[Any]:
    return _bases_of(*_asked_by(of, intent_id))


@statement
def _linked(account_id: str, person_id: str) -> Select[Any]:
    return _link_of(account_id, person_id)


@statement
def _linked_by_asker(intent_id: str, *, of: Table) -> Select[Any]:
    return _link_of(*_asked_by(of, intent_id))


def _bases_of(account_id: Id, person_id: Id) -> Select[Any]:
    """What the account's link rests on, locked with it and the account."""
    return (
        select(account_table.c.id, person_link.c.ended_at, link_basis)
        .join(person_link, person_link.c.account_id == account_table.c.id)
        .join(link_basis, link_basis.c.link_id == person_link.c.id)
        .where(person_link.c.account_id == account_id, person_link.c.person_id == person_id)
        .with_for_update(read=True, of=(account_table, person_link, link_basis))
    )


def _link_of(account_id: Id, person_id: Id) -> Select[Any]:
    return select(person_link.c.id).where(person_link.c.account_id == account_id, person_link.c.person_id == person_id)


def _asked_by(intents: Table, intent_id: str) -> tuple[ScalarSelect[str], ScalarSelect[str]]:
    """The account that has asked for something, and its person."""
    one = intents.c.id == intent_id
    return (
        select(intents.c.account_id).where(one).scalar_subquery(),
        select(intents.c.person_id).where(one).scalar_subquery(),
    )


def _lets_act(basis: Row, now: datetime) -> bool:
    """Whether a basis stands and allows to act, not only to see."""
    lives = basis.until is None or basis.until > now
    return lives and (basis.basis != Basis.CONSENT.value or Covers.MANAGE_VISITS in covers_of(basis.covers or ""))


@statement
def _own_booking(account_id: str, visit_id: str) -> Select[Any]:
    mine = booking_intent.c.account_id == account_id, booking_intent.c.visit_id == visit_id
    return select(booking_intent.c.visit_id).where(*mine, *_IN_SIGHT)


async def check_own(unit: Unit, account_id: str, visit_id: str) -> None:
    """Before a visit is changed by who sees it only as booked from there: somebody may have been quicker.

    Raises `NotFound` where it is not in sight any more, and `RegistryUnavailable` while another account waits for an
    answer about it: what that comes to is not for this one.
    """
    if (await unit.execute(_own_booking(account_id, visit_id))).first() is None:
        raise NotFound
    if (await changed_by_others(unit, account_id, [visit_id])).under_way:
        raise RegistryUnavailable


@dataclass(frozen=True, slots=True)
class OthersChanges:
    """Visits that other accounts move or cancel. `under_way`: the registry still owes an answer about it.

    `given_up`: it has owed one for so long that it was taken for refused, and is asked once more.
    """

    done: frozenset[str]
    under_way: frozenset[str]
    given_up: frozenset[str]


async def changed_by_others(unit: Unit, account_id: str, visit_ids: Collection[str]) -> OthersChanges:
    """Which of these visits other accounts of this bot have moved or cancelled; what the clinic does is not theirs."""
    rows = (await unit.execute(intents.changed_by_others(account_id, visit_ids))).all()
    return OthersChanges(
        done=frozenset(row[0] for row in rows if row.status in _DONE),
        under_way=frozenset(row[0] for row in rows if row.status == "pending"),
        given_up=frozenset(row[0] for row in rows if row.status == "refused" and row.check_at is not None),
    )


def _may_see(entry: VisitEntry, own: Collection[str], now: datetime) -> bool:
    allowed = scope(entry, now)
    return allowed is VisitScope.ALL or (allowed is VisitScope.OWN_BOOKINGS and entry.visit.id in own)
