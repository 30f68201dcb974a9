"""Which visits an account sees: the registry's answer within the rights; and whether that still holds in a unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import rights
from services.accounts.model import Person
from services.accounts.rights import VisitScope
from services.accounts.tables import person_link
from services.booking.model import VisitEntry
from services.booking.tables import booking_intent
from services.errors import Denial, NotAllowed
from services.registry.model import Visit
from services.texts.dates import local


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


def visible(found: Iterable[VisitEntry], own: Collection[str], now: datetime) -> list[VisitEntry]:
    """Those that the account may see. `own`: visits that were booked from it."""
    return [entry for entry in found if _may_see(entry, own, now)]


def own_bookings(account_id: str) -> Select[tuple[str]]:
    """Asks which visits were booked from this account."""
    return select(booking_intent.c.visit_id).where(
        booking_intent.c.account_id == account_id, booking_intent.c.status == "booked"
    )


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


async def check_listed(unit: AsyncConnection, account_id: str, person_id: str) -> None:
    """Raises `NotAllowed` where the person has gone since it was read."""
    if (await unit.execute(listed(account_id, person_id))).first() is None:
        raise NotAllowed(Denial.BASIS_ENDED)


def _may_see(entry: VisitEntry, own: Collection[str], now: datetime) -> bool:
    allowed = scope(entry, now)
    return allowed is VisitScope.ALL or (allowed is VisitScope.OWN_BOOKINGS and entry.visit.id in own)
