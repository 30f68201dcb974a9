"""«Мои записи»: read from the registry, so a visit made at the clinic's desk stands there too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.accounts import rights
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.accounts.rights import VisitScope
from services.booking.booking import Booking
from services.booking.model import VisitEntry, VisitPage
from services.clock import Clock
from services.errors import NotFound
from services.registry.model import VisitStatus
from services.registry.port import Registry
from services.texts.dates import local


class Visits:
    """Visits of an account's persons, within its rights. Raises `RegistryUnavailable` if it is silent."""

    def __init__(self, registry: Registry, persons: Persons, booking: Booking, clock: Clock) -> None:
        self._registry = registry
        self._persons = persons
        self._booking = booking
        self._clock = clock

    async def upcoming(self, account: Account, page: int, size: int) -> VisitPage:
        """Visits that are still ahead, the nearest first."""
        now = self._clock.now()
        return _page([entry for entry in await self._all(account) if _is_ahead(entry, now)], page, size)

    async def past(self, account: Account, page: int, size: int) -> VisitPage:
        """Everything else, the latest first."""
        now = self._clock.now()
        entries = [entry for entry in await self._all(account) if not _is_ahead(entry, now)]
        return _page(entries[::-1], page, size)

    async def get(self, account: Account, visit_id: str) -> VisitEntry:
        """One visit; `NotFound` where it is not one that the account may see."""
        visit = await self._registry.visit(visit_id)
        if visit is not None:
            for person in await self._persons.family(account):
                if person.patient_id == visit.patient_id:
                    entry = VisitEntry(visit, person)
                    if await self._visible(account, [entry]):
                        return entry
        raise NotFound

    async def some(self, account: Account, visit_ids: Collection[str]) -> dict[str, VisitEntry]:
        """Those of these visits that the account may see, by id."""
        return {entry.visit.id: entry for entry in await self._all(account) if entry.visit.id in visit_ids}

    async def _all(self, account: Account) -> list[VisitEntry]:
        persons = {
            person.patient_id: person
            for person in reversed(await self._persons.family(account))
            if person.patient_id is not None
        }
        if not persons:
            return []
        visits = await self._registry.visits([patient_id for patient_id in persons if patient_id])
        return await self._visible(account, [VisitEntry(visit, persons[visit.patient_id]) for visit in visits])

    async def _visible(self, account: Account, entries: list[VisitEntry]) -> list[VisitEntry]:
        scopes = [self._scope(entry) for entry in entries]
        own: frozenset[str] = frozenset()
        if VisitScope.OWN_BOOKINGS in scopes:
            own = await self._booking.own_bookings(account.id)
        return [
            entry
            for entry, scope in zip(entries, scopes, strict=True)
            if scope is VisitScope.ALL or (scope is VisitScope.OWN_BOOKINGS and entry.visit.id in own)
        ]

    def _scope(self, entry: VisitEntry) -> VisitScope:
        now = self._clock.now()
        return rights.visit_scope(entry.person, local(now, entry.visit.clinic.tz).date(), now)


def _is_ahead(entry: VisitEntry, now: datetime) -> bool:
    return entry.visit.status is VisitStatus.BOOKED and entry.visit.start > now


def _page(entries: list[VisitEntry], page: int, size: int) -> VisitPage:
    return VisitPage(tuple(entries[page * size : (page + 1) * size]), len(entries))
