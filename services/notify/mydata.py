"""Notifications and their deliveries: telling all of them, and erasing them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import delete, or_, select

from services.clock import Clock
from services.notify.tables import notification, outbox
from services.personal import Fact, Facts, Leaving, Obligation, Section, Subject, Word
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.units import Unit


class NotifyData:
    """What has been told to an account, and what is still to come. `of_a_day`: kinds whose subject is a day."""

    sections = tuple(map(Section, ("notifications", "reminders_to_come")))

    def __init__(self, database: Database, clock: Clock, of_a_day: Collection[str] = ()) -> None:
        self._database = database
        self._clock = clock
        self._of_a_day = frozenset(of_a_day)

    async def export(self, whose: Subject) -> Facts:
        rows = await self._database.fetch(
            select(notification, outbox.c.channel, outbox.c.status, outbox.c.due_at, outbox.c.sent_at)
            .outerjoin(outbox, outbox.c.notification_id == notification.c.id)
            .where(notification.c.account_id == whose.account_id)
            .order_by(notification.c.created_at, notification.c.id)
        )
        now = self._clock.now()
        told: list[Fact] = []
        to_come: list[Fact] = []
        for row in rows.all():
            (told if row.created_at <= now else to_come).append(self._facts(row, whose))
        return {"notifications": told, "reminders_to_come": to_come}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """Those of others that speak of who goes, too: they would lead nowhere."""
        await unit.execute(
            delete(notification).where(
                or_(
                    notification.c.account_id == leaving.account_id,
                    notification.c.person_id.in_(leaving.persons),
                    notification.c.subject_id.in_(leaving.subjects),
                )
            )
        )

    def _facts(self, row: Row, whose: Subject) -> Facts:
        """A row without a delivery has none left to be made. When it was told might tell of a visit, so of somebody who
        has left the list there is only what it was.
        """
        if row.person_id is not None and row.person_id not in whose.listed:
            return {"what": Word("notification", row.kind)}
        return {
            "what": Word("notification", row.kind),
            "person": Word("person", row.person_id) if row.person_id else None,
            "day": date.fromisoformat(row.subject_id) if row.kind in self._of_a_day else None,
            "at": row.created_at,
            "read_at": row.read_at,
            "channel": Word("channel", row.channel) if row.channel else None,
            "delivery": Word("delivery", row.status) if row.status else None,
            "due_at": row.due_at,
            "sent_at": row.sent_at,
        }
