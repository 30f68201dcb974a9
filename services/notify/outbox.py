"""The outbox: truth is rows, not jobs.

A row is written in the unit that makes the thing true, claimed by a tick, checked again, sent and marked: at
least once, and twice only if the process dies between sending and marking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock
from services.ids import new_id
from services.notify.model import Delivery, Notification, NotificationKind
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import notification as notification_table
from services.storage.tables import outbox as outbox_table

TELEGRAM = "telegram"
_CLAIM = timedelta(seconds=60)
_SCREEN_FIRST = timedelta(seconds=20)
"""How long a row waits for the screen of the very press that made it, which says the same thing."""
_BACKOFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
GIVE_UP_AFTER = timedelta(days=3)
_DUE, _SENT, _DROPPED = "due", "sent", "dropped"


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """Some notifications, newest first, and how many there are in all."""

    items: tuple[Notification, ...]
    total: int


class Outbox:
    """Notifications of an account and their deliveries."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self,
        unit: AsyncConnection,
        *,
        account_id: str,
        person_id: str | None,
        kind: NotificationKind,
        subject_id: str,
        dedupe_key: str,
        screen_follows: bool = False,
        due_at: datetime | None = None,
    ) -> None:
        """Notes what happened within the unit that makes it true; the same key again does nothing.

        `screen_follows`: somebody is looking at the screen that will say it; delivery waits for `settle`.
        `due_at`: when it is to be told, now if left out; until then it does not stand in the list either.
        """
        now = self._clock.now()
        due_at = now if due_at is None else due_at
        notification_id = new_id()
        await unit.execute(
            insert(notification_table).values(
                id=notification_id,
                account_id=account_id,
                person_id=person_id,
                kind=kind.value,
                subject_id=subject_id,
                created_at=due_at,
            )
        )
        added = await unit.execute(
            insert_for(self._database.dialect, outbox_table)
            .values(
                id=new_id(),
                account_id=account_id,
                notification_id=notification_id,
                channel=TELEGRAM,
                dedupe_key=dedupe_key,
                status=_DUE,
                due_at=due_at,
                claimed_until=now + _SCREEN_FIRST if screen_follows else None,
            )
            .on_conflict_do_nothing(index_elements=["dedupe_key"])
        )
        if not added.rowcount:
            await unit.execute(delete(notification_table).where(notification_table.c.id == notification_id))

    async def settle(self, dedupe_key: str) -> None:
        """The screen that says it has been shown: nothing more is to be sent."""
        await self._mark(outbox_table.c.dedupe_key == dedupe_key, _SENT)

    async def claim(self, limit: int) -> Sequence[Delivery]:
        """Due deliveries, first in first out, taken for a minute; another process does not get them meanwhile."""
        now = self._clock.now()
        due = (
            select(outbox_table.c.id)
            .where(
                outbox_table.c.status == _DUE,
                outbox_table.c.due_at <= now,
                or_(outbox_table.c.claimed_until.is_(None), outbox_table.c.claimed_until <= now),
            )
            .order_by(outbox_table.c.due_at, outbox_table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self._database.write() as unit:
            claimed = await unit.execute(
                update(outbox_table)
                .where(outbox_table.c.id.in_(due.scalar_subquery()))
                .values(claimed_until=now + _CLAIM, attempts=outbox_table.c.attempts + 1)
                .returning(outbox_table.c.id)
            )
            ids = list(claimed.scalars())
            if not ids:
                return ()
            rows = await unit.execute(
                select(
                    outbox_table.c.id.label("outbox_id"),
                    outbox_table.c.channel,
                    outbox_table.c.attempts,
                    notification_table,
                )
                .join(notification_table, notification_table.c.id == outbox_table.c.notification_id)
                .where(outbox_table.c.id.in_(ids))
                .order_by(outbox_table.c.due_at, outbox_table.c.id)
            )
            return [Delivery(row.outbox_id, row.channel, row.attempts, _notification(row)) for row in rows.all()]

    async def sent(self, delivery: Delivery) -> None:
        await self._mark(outbox_table.c.id == delivery.id, _SENT)

    async def drop(self, delivery: Delivery) -> None:
        """It no longer applies, or can never arrive."""
        await self._mark(outbox_table.c.id == delivery.id, _DROPPED)

    async def retry(self, delivery: Delivery, wait: timedelta | None = None) -> None:
        """Try again after `wait`, or after a growing pause; given up after three days."""
        now = self._clock.now()
        if now - delivery.notification.created_at > GIVE_UP_AFTER:
            await self.drop(delivery)
            return
        pause = wait or _BACKOFF[min(delivery.attempts, len(_BACKOFF)) - 1]
        await self._database.execute(
            update(outbox_table).where(outbox_table.c.id == delivery.id).values(due_at=now + pause, claimed_until=None)
        )

    async def page(self, account_id: str, page: int, size: int) -> NotificationPage:
        """One page of what happened, newest first."""
        mine = and_(notification_table.c.account_id == account_id, notification_table.c.created_at <= self._clock.now())
        async with self._database.read() as connection:
            total = (await connection.execute(select(func.count()).where(mine))).scalar_one()
            rows = await connection.execute(
                select(notification_table)
                .where(mine)
                .order_by(notification_table.c.created_at.desc(), notification_table.c.id)
                .offset(page * size)
                .limit(size)
            )
            return NotificationPage(tuple(_notification(row) for row in rows.all()), total)

    async def _mark(self, condition: Any, status: str) -> None:
        now: datetime = self._clock.now()
        await self._database.execute(
            update(outbox_table).where(condition).values(status=status, sent_at=now, claimed_until=None)
        )


def _notification(row: Row[Any]) -> Notification:
    return Notification(row.id, row.account_id, NotificationKind(row.kind), row.subject_id, row.created_at)
