"""What an account was told, and is to be told, of visits that it may see no more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, select, union, update

from services.accounts.tables import person_link
from services.booking import sight
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent, calendar_event, cancel_intent, visit_reply, visit_watch
from services.clock import Clock
from services.notify.outbox import Outbox
from services.notify.tables import notification
from services.personal import Narrowed
from services.registry.model import VisitStatus
from services.storage.units import Unit

_OFFSETS = (timedelta(hours=2), timedelta(hours=12))
"""Of the country's clocks: a visit's day is one of these, wherever its clinic is."""


class VisitsTold:
    """Watches, reminders and other news to come, answers, events of a calendar; sight of what was booked from here."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        if narrowed.sees_all:
            return
        account_id = narrowed.account_id
        own: frozenset[str] = frozenset()
        if narrowed.sees_own:
            own = frozenset(str(each) for each in (await unit.execute(sight.own_bookings(account_id))).scalars())
        gone = await self._known(unit, narrowed) - own
        about = notification.c.person_id.in_(narrowed.persons), notification.c.kind.in_(list(VisitNews))
        await self._outbox.forget(
            unit, account_id, *about, notification.c.subject_id.not_in(await self._kept(unit, own))
        )
        if not narrowed.sees_own and await self._was_ended(unit, narrowed):
            lost = booking_intent.c.account_id == account_id, booking_intent.c.person_id.in_(narrowed.persons)
            seen = booking_intent.c.status == "booked", booking_intent.c.hidden_at.is_(None)
            await unit.execute(update(booking_intent).where(*lost, *seen).values(hidden_at=self._clock.now()))
        for table in (visit_watch, visit_reply, calendar_event):
            await unit.execute(delete(table).where(table.c.account_id == account_id, table.c.visit_id.in_(gone)))
        eves = notification.c.kind == VisitNews.REMINDER_EVE.value
        days = [each.isoformat() for each in await self._days_ahead(unit, account_id)]
        await self._outbox.forget(unit, account_id, eves, notification.c.subject_id.not_in(days))

    async def _was_ended(self, unit: Unit, narrowed: Narrowed) -> bool:
        """Whether the right has ended; whoever takes somebody off the list, and types them in again one day, has lost
        nothing of what was booked from there.
        """
        link = select(person_link.c.id).where(
            person_link.c.account_id == narrowed.account_id, person_link.c.person_id.in_(narrowed.persons)
        )
        return (await unit.execute(link)).first() is not None

    async def _known(self, unit: Unit, narrowed: Narrowed) -> frozenset[str]:
        """Visits of these persons that the account has rows about."""
        known = union(*(_of(table, narrowed) for table in (visit_watch, booking_intent, cancel_intent)))
        return frozenset(each for each in (await unit.execute(known)).scalars() if each is not None)

    async def _kept(self, unit: Unit, own: Collection[str]) -> frozenset[str]:
        """Subjects of news about bookings that stay in sight: their visits, and the intents that made them."""
        intents = select(booking_intent.c.id).where(booking_intent.c.visit_id.in_(own))
        return frozenset(own) | frozenset((await unit.execute(intents)).scalars())

    async def _days_ahead(self, unit: Unit, account_id: str) -> set[date]:
        """Days on which the account may have a visit still: the eve's message is about all of a day."""
        booked = select(visit_watch.c.starts_at).where(
            visit_watch.c.account_id == account_id, visit_watch.c.status == VisitStatus.BOOKED.value
        )
        starts: list[datetime] = list((await unit.execute(booked)).scalars())
        return {(start + offset).date() for start in starts for offset in _OFFSETS}


def _of(table: Table, narrowed: Narrowed) -> Select[Any]:
    mine: tuple[ColumnElement[bool], ...] = (
        table.c.account_id == narrowed.account_id,
        table.c.person_id.in_(narrowed.persons),
    )
    return select(table.c.visit_id).where(*mine)
