"""Bookings made from an account, and what is remembered beside them: telling it, and erasing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, or_, select

from services.accounts.accounts import Accounts
from services.accounts.persons import Persons
from services.accounts.rights import VisitScope
from services.booking import sight
from services.booking.links import Links
from services.booking.model import VisitEntry
from services.booking.tables import (
    accepted_warning,
    booking_intent,
    calendar_event,
    cancel_intent,
    hold,
    visit_reply,
    visit_watch,
)
from services.booking.visits import Visits
from services.clock import Clock
from services.personal import (
    Fact,
    Facts,
    Leaving,
    Moment,
    Obligation,
    ObligationKind,
    Section,
    StillUnderWay,
    Subject,
    Word,
)
from services.registry.model import CancelRefusal, Visit, VisitStatus
from services.registry.ports.clinics import ClinicsPort
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW

WAITED_FOR = timedelta(minutes=10)
"""How long a booking whose answer has not come keeps the account: recovery has it within four."""
_BY_PERSON: tuple[Table, ...] = (booking_intent, cancel_intent, visit_watch, accepted_warning)
_BY_ACCOUNT: tuple[Table, ...] = (*_BY_PERSON, visit_reply, hold, calendar_event)


class BookingData:
    """Intents, cancellings, times held, what is known of visits to each account and its calendar, warnings, a link.

    Details of a visit are the registry's: they are told as far as the account may see it, and where it answers.
    """

    sections = (
        *map(Section, ("registry_answered", "bookings", "cancellations", "visits_remembered", "replies")),
        *map(Section, ("calendar_files", "link_followed_to", "times_held", "warnings_accepted")),
    )

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: ClinicsPort,
        accounts: Accounts,
        persons: Persons,
        visits: Visits,
        links: Links,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._accounts = accounts
        self._persons = persons
        self._visits = visits
        self._links = links
        self._clock = clock

    async def export(self, whose: Subject) -> Facts:
        booked = await self._rows(booking_intent, whose, "created_at")
        cancelled = await self._rows(cancel_intent, whose, "created_at")
        watched = await self._rows(visit_watch, whose, "starts_at")
        replied = await self._rows(visit_reply, whose, "at")
        held = await self._rows(hold, whose, "until")
        in_calendar = await self._rows(calendar_event, whose, "visit_id")
        accepted = await self._rows(accepted_warning, whose, "person_id")
        waiting = await self._links.waiting(whose.telegram_id)
        ids = {row.visit_id for row in (*booked, *cancelled, *watched, *replied, *in_calendar) if row.visit_id}
        seen, answers = await self._seen(whose, ids)
        zones = await self._zones(booked)
        may = await self._sight(whose)
        return {
            "registry_answered": answers,
            "bookings": [
                _booking(row, seen.get(row.visit_id), zones) if may.sees(row) else _acted(row) for row in booked
            ],
            "cancellations": [
                _cancelling(row, seen.get(row.visit_id)) if may.sees(row) else _acted(row) for row in cancelled
            ],
            "visits_remembered": [_watched(row, seen.get(row.visit_id)) for row in watched if may.sees(row)],
            # Whose they are these rows do not say, so they are told as far as their visits may be seen now.
            "replies": [_replied(row, seen[row.visit_id]) for row in replied if row.visit_id in seen],
            "calendar_files": [_in_calendar(row, seen[row.visit_id]) for row in in_calendar if row.visit_id in seen],
            **({"link_followed_to": Word("clinic", waiting.clinic_id)} if waiting else {}),
            "times_held": [{"clinic": Word("clinic", row.clinic_id), "until": row.until} for row in held],
            "warnings_accepted": [
                {"person": Word("person", row.person_id), "clinic": Word("clinic", clinic_id)}
                for row in accepted
                for clinic_id in self._vault.open_json(accepted_warning.c.data, row.id, row.data)["clinics"]
            ],
        }

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        """Times that are kept for a booking that is not made yet."""
        now = self._clock.now()
        return [
            Obligation(ObligationKind.HOLD, until=Moment(row.until, MOSCOW))
            for row in await self._rows(hold, whose, "until")
            if row.until > now
        ]

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """Also what others have booked for somebody who goes: the visits themselves are the registry's."""
        await self._check(unit, leaving)
        for table in _BY_ACCOUNT:
            await unit.execute(delete(table).where(table.c.account_id == leaving.account_id))
        for table in _BY_PERSON:
            await unit.execute(delete(table).where(table.c.person_id.in_(leaving.persons)))
        await self._links.erase(unit, leaving.telegram_id)

    async def _check(self, unit: Unit, leaving: Leaving) -> None:
        """Whether a visit stands that was asked for just now will be told; then nobody would be there to hear it."""
        concerned = or_(
            booking_intent.c.account_id == leaving.account_id, booking_intent.c.person_id.in_(leaving.persons)
        )
        fresh = booking_intent.c.created_at > self._clock.now() - WAITED_FOR
        pending = select(booking_intent.c.id).where(booking_intent.c.status == "pending", concerned, fresh)
        if (await unit.execute(pending.limit(1))).first() is not None:
            raise StillUnderWay

    async def _rows(self, table: Table, whose: Subject, order: str) -> Sequence[Row]:
        mine = select(table).where(table.c.account_id == whose.account_id).order_by(table.c[order])
        return (await self._database.fetch(mine)).all()

    async def _seen(self, whose: Subject, ids: Collection[str]) -> tuple[Mapping[str, VisitEntry], bool]:
        account = await self._accounts.by_id(whose.account_id)
        if account is None or not ids:
            return {}, True
        try:
            return await self._visits.some(account, ids), True
        except RegistryUnavailable:
            return {}, False

    async def _sight(self, whose: Subject) -> _Sight:
        """By the rights as they are now, whether or not the registry answers."""
        account = await self._accounts.by_id(whose.account_id)
        family = await self._persons.family(account) if account is not None else ()
        now = self._clock.now()
        own = (await self._database.fetch(sight.own_bookings(whose.account_id))).scalars()
        return _Sight({each.id: sight.least_scope(each, now) for each in family}, frozenset(own))

    async def _zones(self, booked: Sequence[Row]) -> Mapping[str, str]:
        """Zones of the clinics that were booked at; Moscow's where the registry does not say."""
        zones: dict[str, str] = {}
        for clinic_id in {row.clinic_id for row in booked}:
            try:
                clinic = await self._registry.clinic(clinic_id)
            except RegistryUnavailable:
                return zones
            if clinic is not None:
                zones[clinic_id] = clinic.tz
        return zones


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the account may see now: by person how much, and which visits were booked from it."""

    scopes: Mapping[str, VisitScope]
    own: Collection[str]

    def sees(self, row: Row) -> bool:
        """Whether the row's visit may be told of; a booking that came to nothing is the account's own."""
        scope = self.scopes.get(row.person_id, VisitScope.NONE)
        return scope is VisitScope.ALL or (
            scope is VisitScope.OWN_BOOKINGS and (row.visit_id is None or row.visit_id in self.own)
        )


def _acted(row: Row) -> Facts:
    """That something was asked for, and when: whom it was for, and what, is not this account's to know any more."""
    return {"asked_at": row.created_at}


def _booking(row: Row, entry: VisitEntry | None, zones: Mapping[str, str]) -> Facts:
    return {
        "asked_at": row.created_at,
        "person": Word("person", row.person_id),
        "clinic": Word("clinic", row.clinic_id),
        "visit_at": Moment(row.starts_at, zones.get(row.clinic_id, MOSCOW)),
        "outcome": Word("outcome", row.status),
        "refusal": Word("refusal", row.refusal) if row.refusal else None,
        "in_place_of_another": row.moves is not None,
        "over_since": row.ended_at,
        "visit": _visit(entry.visit) if entry else None,
    }


def _cancelling(row: Row, entry: VisitEntry | None) -> Facts:
    return {
        "asked_at": row.created_at,
        "person": Word("person", row.person_id),
        "clinic": Word("clinic", row.clinic_id),
        "outcome": Word("cancel_outcome", row.status),
        "refusal": CancelRefusal(row.refusal) if row.refusal else None,
        "visit": _visit(entry.visit) if entry else None,
    }


def _watched(row: Row, entry: VisitEntry | None) -> Facts:
    return {
        "person": Word("person", row.person_id),
        "visit_at": _at(row.starts_at, entry),
        "status": VisitStatus(row.status),
        "visit": _visit(entry.visit) if entry else None,
    }


def _replied(row: Row, entry: VisitEntry) -> Facts:
    return {"said_at": row.at, "visit_at": _at(row.starts_at, entry), "visit": _visit(entry.visit)}


def _in_calendar(row: Row, entry: VisitEntry) -> Facts:
    return {"name_in_calendar": row.uid, "changes": row.sequence, "visit": _visit(entry.visit)}


def _visit(visit: Visit) -> Fact:
    return {
        "number": visit.number,
        "status": visit.status,
        "specialty": Word("specialty", f"{visit.service_id} {visit.service}"),
        "doctor": visit.doctor,
        "room": visit.room or None,
        "clinic": visit.clinic.name,
        "begins": Moment(visit.start, visit.clinic.tz),
        "ends": Moment(visit.end, visit.clinic.tz),
    }


def _at(moment: datetime, entry: VisitEntry | None) -> Moment:
    return Moment(moment, entry.visit.clinic.tz if entry else MOSCOW)
