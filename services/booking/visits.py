"""«Мои записи»: read from the registry, so a visit made at the clinic's desk stands there too."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from services.accounts.model import Account
from services.accounts.persons import Persons
from services.accounts.rights import VisitScope
from services.booking import sight
from services.booking.booking import Booking
from services.booking.model import VisitEntry, VisitPage
from services.booking.tables import visit_reply
from services.clock import Clock
from services.errors import NotFound
from services.registry.model import VisitStatus
from services.registry.port import Registry
from services.storage.engine import Database


class Visits:
    """Visits of an account's persons, within its rights. Raises `RegistryUnavailable` if it is silent."""

    def __init__(
        self, database: Database, registry: Registry, persons: Persons, booking: Booking, clock: Clock
    ) -> None:
        self._database = database
        self._registry = registry
        self._persons = persons
        self._booking = booking
        self._clock = clock

    async def upcoming(self, account: Account, page: int, size: int) -> VisitPage:
        """Visits that are still ahead, the nearest first."""
        now = self._clock.now()
        return _page([entry for entry in await self._all(account) if _is_ahead(entry, now)], page, size)

    async def ahead(self, account: Account) -> list[VisitEntry]:
        """All visits that are still ahead, the nearest first, with what was answered to their reminders."""
        now = self._clock.now()
        found = [entry for entry in await self._all(account) if _is_ahead(entry, now)]
        return await self._with_replies(found) if found else []

    async def past(self, account: Account, page: int, size: int) -> VisitPage:
        """Everything else, the latest first."""
        now = self._clock.now()
        entries = [entry for entry in await self._all(account) if not _is_ahead(entry, now)]
        return _page(entries[::-1], page, size)

    async def all(self, account: Account) -> list[VisitEntry]:
        """Past ones and those ahead, the earliest first."""
        return await self._all(account)

    async def get(self, account: Account, visit_id: str) -> VisitEntry:
        """One visit; `NotFound` where it is not one that the account may see."""
        visit = await self._registry.visit(visit_id)
        if visit is not None:
            for person in await self._persons.family(account):
                if person.patient_id == visit.patient_id:
                    entry = VisitEntry(visit, person)
                    if await self._visible(account, [entry]):
                        return (await self._with_replies([entry]))[0]
        raise NotFound

    async def before(self, account: Account, visit_id: str) -> VisitEntry | None:
        """The visit whose place this one has taken, if the account may see it."""
        return next((entry for entry in await self._all(account) if entry.visit.moved_to == visit_id), None)

    async def some(self, account: Account, visit_ids: Collection[str]) -> dict[str, VisitEntry]:
        """Those of these visits that the account may see, by id."""
        return {entry.visit.id: entry for entry in await self._all(account) if entry.visit.id in visit_ids}

    async def _all(self, account: Account) -> list[VisitEntry]:
        family = await self._persons.family(account)
        patients = sight.patients_of(family)
        if not patients:
            return []
        return await self._visible(account, sight.entries(family, await self._registry.visits(list(patients))))

    async def _visible(self, account: Account, found: list[VisitEntry]) -> list[VisitEntry]:
        now = self._clock.now()
        narrow = any(sight.scope(each, now) is VisitScope.OWN_BOOKINGS for each in found)
        own = await self._booking.own_bookings(account.id) if narrow else frozenset()
        return sight.visible(found, own, now)

    async def _with_replies(self, found: list[VisitEntry]) -> list[VisitEntry]:
        """Marks those that somebody has said «Приду» about, at this very time."""
        ids = [each.visit.id for each in found]
        rows = await self._database.fetch(
            select(visit_reply.c.visit_id, visit_reply.c.starts_at).where(visit_reply.c.visit_id.in_(ids))
        )
        said = {(row.visit_id, row.starts_at) for row in rows}
        return [replace(each, replied=(each.visit.id, each.visit.start) in said) for each in found]


def _is_ahead(entry: VisitEntry, now: datetime) -> bool:
    return entry.visit.status is VisitStatus.BOOKED and entry.visit.start > now


def _page(entries: list[VisitEntry], page: int, size: int) -> VisitPage:
    return VisitPage(tuple(entries[page * size : (page + 1) * size]), len(entries))
