"""«Приду»: what was answered to a reminder."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Delete, Insert, delete

from services.accounts import concerns, rights
from services.accounts.model import Account, Action, Area
from services.booking.model import VisitEntry
from services.booking.tables import visit_reply
from services.booking.visits import Visits
from services.clock import Clock
from services.registry.model import VisitStatus
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.texts.dates import local

_KEPT = timedelta(days=2)


@statement
def _comes(visit_id: str, account_id: str, starts_at: datetime, now: datetime, *, dialect: str) -> Insert:
    values = {"account_id": account_id, "starts_at": starts_at, "at": now}
    said = insert_for(dialect, visit_reply).values(visit_id=visit_id, **values)
    return said.on_conflict_do_update(index_elements=["visit_id"], set_=values)


@statement
def _drop_before(moment: datetime) -> Delete:
    return delete(visit_reply).where(visit_reply.c.starts_at < moment)


class Replies:
    """Notes answers to reminders; whoever sees the visit reads them there (`VisitEntry.replied`)."""

    def __init__(self, database: Database, visits: Visits, clock: Clock) -> None:
        self._database = database
        self._visits = visits
        self._clock = clock

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def coming(self, account: Account, visit_id: str) -> VisitEntry:
        """Notes that they come, if the visit still stands and is ahead; gives it as it is.

        `NotFound` where the account may not see it, `NotAllowed` where it may only see it, `RegistryUnavailable`.
        """
        entry = await self._visits.get(account, visit_id)
        now, visit = self._clock.now(), entry.visit
        rights.check_managing(entry.person, local(now, visit.clinic.tz).date(), now)
        if visit.status is not VisitStatus.BOOKED or visit.start <= now:
            return entry
        await self._database.execute(
            _comes(visit.id, account.id, visit.start, now, dialect=self._database.dialect),
        )
        return await self._visits.get(account, visit_id)

    async def purge(self) -> int:
        """Forgets answers about visits that are over; gives how many."""
        return (await self._database.aside.execute(_drop_before(self._clock.now() - _KEPT))).rowcount
