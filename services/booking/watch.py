"""What each account knows of its visits, and what others have changed since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts.accounts import Accounts
from services.accounts.persons import Persons
from services.booking.moments import eve_moment, soon_moment, visit_day
from services.clock import Clock
from services.notify.model import NotificationKind
from services.notify.outbox import Outbox
from services.registry.model import Visit, VisitStatus
from services.registry.port import Registry
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import visit_watch


def soon_key(account_id: str, visit_id: str, start: datetime) -> str:
    """The outbox key of the reminder two hours before a visit at this time."""
    return f"soon:{visit_id}:{int(start.timestamp())}:{account_id}"


class Watch:
    """Remembers visits as each account was told of them, and plans their reminders."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        accounts: Accounts,
        persons: Persons,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._registry = registry
        self._accounts = accounts
        self._persons = persons
        self._outbox = outbox
        self._clock = clock

    async def remember(self, unit: AsyncConnection, account_id: str, person_id: str, visit: Visit) -> None:
        """Within the unit that makes it true: the account knows the visit as it is, and will be reminded of it."""
        key = {"account_id": account_id, "visit_id": visit.id}
        known = {"person_id": person_id, "status": visit.status.value, "starts_at": visit.start}
        mine = visit_watch.c.account_id == account_id, visit_watch.c.visit_id == visit.id
        before = (await unit.execute(select(visit_watch.c.starts_at).where(*mine))).scalar_one_or_none()
        if before is not None and before != visit.start:
            await self._outbox.withdraw(unit, soon_key(account_id, visit.id, before))
        await unit.execute(
            insert_for(self._database.dialect, visit_watch)
            .values(**key, **known)
            .on_conflict_do_update(index_elements=list(key), set_=known)
        )
        if visit.status is VisitStatus.BOOKED:
            await self._plan(unit, account_id, person_id, visit)

    async def _plan(self, unit: AsyncConnection, account_id: str, person_id: str, visit: Visit) -> None:
        """Reminders whose moment is still to come: who books later than that has it in mind."""
        now = self._clock.now()
        eve, soon, day = eve_moment(visit), soon_moment(visit), visit_day(visit).isoformat()
        if eve > now:
            await self._plan_eve(unit, account_id, day, eve)
        if soon is not None and soon > now:
            await self._outbox.add(
                unit,
                account_id=account_id,
                person_id=person_id,
                kind=NotificationKind.REMINDER_SOON,
                subject_id=visit.id,
                dedupe_key=soon_key(account_id, visit.id, visit.start),
                due_at=soon,
            )

    async def _plan_eve(self, unit: AsyncConnection, account_id: str, day: str, due_at: datetime) -> None:
        """One message for all visits of a day, when the first of their clinics has its evening.

        Where that has gone out already, another zone's evening still to come brings one more.
        """
        key = f"eve:{account_id}:{day}"
        for each in (key, f"{key}:{int(due_at.timestamp())}"):
            planned = await self._outbox.add(
                unit,
                account_id=account_id,
                person_id=None,
                kind=NotificationKind.REMINDER_EVE,
                subject_id=day,
                dedupe_key=each,
                due_at=due_at,
            )
            if planned or await self._outbox.hasten(unit, each, due_at):
                return
