"""What an account's calendar was told of each visit, so that the next file changes that event and adds no second one.

An event bears a random `uid` that stays through every move, also where the registry moves by making a new visit, and a
`sequence` that grows exactly when the file says something else than the last one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Insert, Select, Update, select, update

from services.accounts import concerns
from services.accounts.model import Account, Action, Area
from services.booking import intents
from services.booking.model import CalendarEvent, CalendarVisit, VisitEntry
from services.booking.tables import calendar_event
from services.booking.visits import Visits
from services.ids import new_id
from services.registry.model import Visit
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault


@statement
def _latest(account_id: str, visit_ids: Collection[str]) -> Select[Any]:
    mine = calendar_event.c.account_id == account_id, calendar_event.c.visit_id.in_(visit_ids)
    return select(calendar_event).where(*mine).order_by(calendar_event.c.sequence.desc()).limit(1).with_for_update()


@statement
def _begin(account_id: str, visit_id: str, uid: str, written: str, *, dialect: str) -> Insert:
    event = insert_for(dialect, calendar_event).values(
        account_id=account_id, visit_id=visit_id, uid=uid, sequence=0, written=written
    )
    return event.on_conflict_do_nothing(index_elements=["account_id", "visit_id"])


@statement
def _change(account_id: str, before: str, visit_id: str, sequence: int, written: str) -> Update:
    one = calendar_event.c.account_id == account_id, calendar_event.c.visit_id == before
    return update(calendar_event).where(*one).values(visit_id=visit_id, sequence=sequence, written=written)


class Calendar:
    """Events of an account. Raises `RegistryUnavailable` where the registry is silent."""

    def __init__(self, database: Database, vault: Vault, visits: Visits) -> None:
        self._database = database
        self._vault = vault
        self._visits = visits

    @concerns.area(Area.VISITS, Action.SEE)
    async def find(self, account: Account, visit_id: str) -> CalendarVisit:
        """A visit, or the one that has taken its place; `NotFound` where the account may not see it."""
        chain = [await self._visits.get(account, visit_id)]
        moves = await self._moves(account)
        known = {visit_id}
        while (later := await self._after(account, chain[-1].visit, moves)) and later.visit.id not in known:
            chain.append(later)
            known.add(later.visit.id)
        while (earlier := await self._before(account, chain[0].visit, moves)) and earlier.visit.id not in known:
            chain.insert(0, earlier)
            known.add(earlier.visit.id)
        return CalendarVisit(chain[-1], chain[-2] if len(chain) > 1 else None, frozenset(known))

    async def _after(self, account: Account, visit: Visit, moves: Mapping[str, str]) -> VisitEntry | None:
        """What the visit was moved to, if the account may see it."""
        later = visit.moved_to or moves.get(visit.id)
        return (await self._visits.some(account, [later])).get(later) if later else None

    async def _before(self, account: Account, visit: Visit, moves: Mapping[str, str]) -> VisitEntry | None:
        """What was moved to the visit, if the account may see it."""
        before = await self._visits.before(account, visit.id)
        if before is not None:
            return before
        earlier = next((old for old, new in moves.items() if new == visit.id), None)
        return (await self._visits.some(account, [earlier])).get(earlier) if earlier else None

    @concerns.area(Area.VISITS, Action.SEE)
    async def event(self, account: Account, found: CalendarVisit) -> CalendarEvent:
        """The event, now that the calendar is to be told of the visit as it was found."""
        visit_id, digests = found.entry.visit.id, self._digests(account, found.entry)
        written = digests[0]
        known = _latest(account.id, found.chain)
        async with self._database.write() as unit:
            row = (await unit.execute(known)).one_or_none()
            if row is None:
                await self._insert(unit, account.id, visit_id, written)
                row = (await unit.execute(known)).one()
            if row.visit_id == visit_id and row.written in digests:
                return CalendarEvent(found.entry, row.uid, row.sequence)
            sequence: int = row.sequence + 1
            await unit.execute(_change(account.id, row.visit_id, visit_id, sequence, written))
            return CalendarEvent(found.entry, row.uid, sequence)

    async def _moves(self, account: Account) -> dict[str, str]:
        """Visits that this account has moved, with what has come of each: not every registry names the successor."""
        rows = await self._database.fetch(intents.made_moves(account.id))
        return {row.moves: row.visit_id for row in rows}

    async def _insert(self, unit: Unit, account_id: str, visit_id: str, written: str) -> None:
        await unit.execute(_begin(account_id, visit_id, new_id(), written, dialect=self._database.dialect))

    def _digests(self, account: Account, entry: VisitEntry) -> tuple[str, ...]:
        """A word for all that the file says, under each key, the present one first; nothing can be read back."""
        visit, clinic = entry.visit, entry.visit.clinic
        said = [
            *(account.locale, entry.person.full_name, visit.status.value, visit.number),
            *(
                visit.start.isoformat(),
                visit.end.isoformat(),
                visit.service_id,
                visit.service,
                visit.doctor,
                visit.room,
            ),
            *(clinic.name, clinic.address, clinic.town, clinic.phone, clinic.tz, clinic.lat, clinic.lon),
        ]
        return self._vault.indexes("calendar event", json.dumps(said))
