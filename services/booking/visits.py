"""«Мои записи»: read from the registry, so a visit made at the clinic's desk stands there too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Select, select

from services import together
from services.accounts import concerns
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.accounts.rights import VisitScope
from services.booking import sight
from services.booking.booking import Booking
from services.booking.model import VisitEntry, VisitPage
from services.booking.tables import visit_reply
from services.clock import Clock
from services.errors import NotFound
from services.registry.model import Visit, VisitStatus
from services.registry.ports.visits import VisitFilter, VisitsPort
from services.storage.engine import Database
from services.storage.statement import statement

_OVER = tuple(status for status in VisitStatus if status is not VisitStatus.BOOKED)


@dataclass(frozen=True, slots=True)
class _Circle:
    """Persons who are asked about alike. `among`: the ids of the visits that may be seen, None: all of theirs."""

    persons: Sequence[Person]
    among: Collection[str] | None

    @property
    def patients(self) -> list[str]:
        return list(sight.patients_of(self.persons))


class Visits:
    """Visits of an account's persons, within its rights. Raises `RegistryUnavailable` if it is silent."""

    def __init__(
        self, database: Database, registry: VisitsPort, persons: Persons, booking: Booking, clock: Clock
    ) -> None:
        self._database = database
        self._registry = registry
        self._persons = persons
        self._booking = booking
        self._clock = clock

    @concerns.area(Area.VISITS, Action.SEE)
    async def upcoming(self, account: Account, page: int, size: int) -> VisitPage:
        """Visits that are still ahead, the nearest first."""
        found = await self._ahead(account)
        return VisitPage(tuple(found[page * size : (page + 1) * size]), len(found))

    @concerns.area(Area.VISITS, Action.SEE)
    async def ahead(self, account: Account) -> list[VisitEntry]:
        """All visits that are still ahead, the nearest first, with what was answered to their reminders."""
        found = await self._ahead(account)
        return await self._with_replies(found) if found else []

    @concerns.area(Area.VISITS, Action.SEE)
    async def standing(self, account: Account, who: Person) -> list[Visit]:
        """This person's visits that are still ahead and that the account may see, the nearest first."""
        return [each.visit for each in await self._ahead(account) if each.visit.patient_id == who.patient_id]

    @concerns.area(Area.VISITS, Action.SEE)
    async def past(self, account: Account, page: int, size: int) -> VisitPage:
        """Everything else, the latest first: what was cancelled or moved, and what has begun.

        Whom the account may see only what it booked itself, on this day somewhere in the country, is asked about by
        those ids: a page and its number cannot be told from what is hidden.
        """
        begun, first, total = self._begun(), (page + 1) * size, 0
        found: list[VisitEntry] = []
        for circle in await self._circles(account):
            cancelled_ahead = VisitFilter(since=begun, statuses=_OVER, among=circle.among)
            for where in (cancelled_ahead, VisitFilter(until=begun, among=circle.among)):
                total += await self._registry.count_visits(circle.patients, where)
                found += await self._latest(circle, where, first)
        return VisitPage(tuple(_latest_first(found)[page * size : first]), total)

    @concerns.area(Area.VISITS, Action.SEE)
    async def latest(self, account: Account, limit: int) -> list[VisitEntry]:
        """The last of them, those ahead too, the latest first; what is hidden takes nobody's place."""
        found: list[VisitEntry] = []
        for circle in await self._circles(account):
            found += await self._latest(circle, VisitFilter(among=circle.among), limit)
        return _latest_first(found)[:limit]

    @concerns.area(Area.VISITS, Action.SEE)
    async def get(self, account: Account, visit_id: str) -> VisitEntry:
        """One visit; `NotFound` where it is not one that the account may see."""
        family = await self._persons.family(account)
        named = [(each.patient_id, visit_id) for each in family if each.patient_id is not None]
        visits = await together.once(self._named, named)
        of_each = [(visits.get((each.patient_id or "", visit_id)), each) for each in family]
        found = await self._visible(account, [VisitEntry(visit, each) for visit, each in of_each if visit is not None])
        if not found:
            raise NotFound
        return (await self._with_replies(found[:1]))[0]

    def booked(self, visit: Visit, person: Person) -> VisitEntry:
        """A visit that the account itself has booked for this person of its own, from what is in hand.

        `NotFound` where it may not even see that.
        """
        entry = VisitEntry(visit, person)
        if not sight.visible([entry], [visit.id], self._clock.now()):
            raise NotFound
        return entry

    @concerns.area(Area.VISITS, Action.SEE)
    async def before(self, account: Account, visit_id: str) -> VisitEntry | None:
        """The visit whose place this one has taken, if the account may see it."""
        found = await self._asked(account, VisitFilter(moved_to=visit_id))
        return found[0] if found else None

    @concerns.area(Area.VISITS, Action.SEE)
    async def some(self, account: Account, visit_ids: Collection[str]) -> dict[str, VisitEntry]:
        """Those of these visits that the account may see, by id."""
        found = await self._asked(account, VisitFilter(among=visit_ids))
        return {entry.visit.id: entry for entry in found}

    async def _ahead(self, account: Account) -> list[VisitEntry]:
        family = await self._persons.family(account)
        ahead = await together.once(self._ahead_of, sight.patients_of(family))
        return await self._visible(account, sight.entries(family, sorted(chain(*ahead.values()), key=_begins)))

    async def _ahead_of(self, patients: Collection[str]) -> Mapping[str, Sequence[Visit]]:
        """Visits of each patient that are still ahead."""
        where = VisitFilter(since=self._begun(), statuses=(VisitStatus.BOOKED,))
        found: dict[str, list[Visit]] = defaultdict(list)
        for visit in await self._registry.visits(list(patients), where):
            found[visit.patient_id].append(visit)
        return found

    async def _named(self, of_whom: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Visit]:
        """Visits by their patients' ids and their own."""
        ids = {visit_id for _, visit_id in of_whom}
        if len(ids) == 1:
            visit = await self._registry.visit(ids.pop())
            visits: Sequence[Visit] = [visit] if visit is not None else []
        else:
            patients = {patient_id for patient_id, _ in of_whom}
            visits = await self._registry.visits(list(patients), VisitFilter(among=ids))
        return {(visit.patient_id, visit.id): visit for visit in visits}

    def _begun(self) -> datetime:
        """What starts before this moment has begun: also what starts just now."""
        return self._clock.now() + timedelta(milliseconds=1)

    async def _circles(self, account: Account) -> list[_Circle]:
        now = self._clock.now()
        family = await self._persons.family(account)
        by_scope: dict[VisitScope, list[Person]] = defaultdict(list)
        for person in family:
            by_scope[sight.least_scope(person, now)].append(person)
        circles = []
        if whole := by_scope[VisitScope.ALL]:
            circles.append(_Circle(whole, None))
        if narrow := by_scope[VisitScope.OWN_BOOKINGS]:
            circles.append(_Circle(narrow, await self._booking.own_bookings(account.id)))
        return circles

    async def _latest(self, circle: _Circle, where: VisitFilter, limit: int) -> list[VisitEntry]:
        visits = await self._registry.visits(circle.patients, where, latest_first=True, limit=limit)
        return sight.entries(circle.persons, visits)

    async def _asked(self, account: Account, where: VisitFilter) -> list[VisitEntry]:
        """The family's visits, within the rights."""
        family = await self._persons.family(account)
        patients = sight.patients_of(family)
        if not patients:
            return []
        return await self._visible(account, sight.entries(family, await self._registry.visits(list(patients), where)))

    async def _visible(self, account: Account, found: list[VisitEntry]) -> list[VisitEntry]:
        now = self._clock.now()
        narrow = any(sight.scope(each, now) is VisitScope.OWN_BOOKINGS for each in found)
        own = await self._booking.own_bookings(account.id) if narrow else frozenset()
        return sight.visible(found, own, now)

    async def _with_replies(self, found: list[VisitEntry]) -> list[VisitEntry]:
        """Marks those that somebody has said «Приду» about, at this very time."""
        said = await together.once(self._replies_to, [each.visit.id for each in found])
        return [replace(each, replied=each.visit.start in said.get(each.visit.id, ())) for each in found]

    async def _replies_to(self, visit_ids: Collection[str]) -> Mapping[str, Collection[datetime]]:
        """The times at which each of these visits was said «Приду» about."""
        times: dict[str, list[datetime]] = defaultdict(list)
        for row in await self._database.fetch(replies_to(visit_ids)):
            times[row.visit_id].append(row.starts_at)
        return times


@statement
def replies_to(visit_ids: Collection[str]) -> Select[tuple[str, datetime]]:
    return select(visit_reply.c.visit_id, visit_reply.c.starts_at).where(visit_reply.c.visit_id.in_(visit_ids))


def _begins(visit: Visit) -> tuple[datetime, str]:
    return visit.start, visit.id


def _latest_first(found: list[VisitEntry]) -> list[VisitEntry]:
    return sorted(found, key=lambda entry: _begins(entry.visit), reverse=True)
