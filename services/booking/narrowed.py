"""What an account was told, and is to be told, of visits that it may see no more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union

from services.accounts.tables import person_link
from services.booking import intents, sight
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent, calendar_event, cancel_intent, visit_reply, visit_watch
from services.booking.warnings import drop as drop_warnings
from services.booking.watch import forget_visits
from services.clock import Clock
from services.notify.outbox import Outbox
from services.personal import Narrowed
from services.registry.model import VisitStatus
from services.storage.statement import statement
from services.storage.units import Unit

_OFFSETS = (timedelta(hours=2), timedelta(hours=12))
"""Of the country's clocks: a visit's day is one of these, wherever its clinic is."""


@statement
def _links(account_id: str, person_ids: Collection[str]) -> Select[Any]:
    """Ended ones, too."""
    theirs = person_link.c.account_id == account_id, person_link.c.person_id.in_(person_ids)
    return select(person_link.c.id).where(*theirs)


@statement
def _known(account_id: str, person_ids: Collection[str]) -> CompoundSelect[Any]:
    """Visits of these persons that the account has rows about."""
    return union(
        *(
            select(table.c.visit_id).where(table.c.account_id == account_id, table.c.person_id.in_(person_ids))
            for table in (visit_watch, booking_intent, cancel_intent)
        )
    )


@statement
def _intents_of(visit_ids: Collection[str]) -> Select[Any]:
    return select(booking_intent.c.id).where(booking_intent.c.visit_id.in_(visit_ids))


@statement
def _starts_booked(account_id: str) -> Select[Any]:
    booked = visit_watch.c.account_id == account_id, visit_watch.c.status == VisitStatus.BOOKED.value
    return select(visit_watch.c.starts_at).where(*booked)


class VisitsTold:
    """Watches, reminders and other news to come, answers, events of a calendar, warnings that were accepted; sight of
    what was booked from here.
    """

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        if narrowed.sees_all:
            return
        account_id = narrowed.account_id
        await unit.execute(drop_warnings(account_id, narrowed.persons))
        own: frozenset[str] = frozenset()
        if narrowed.sees_own:
            own = frozenset(str(each) for each in (await unit.execute(sight.own_bookings(account_id))).scalars())
        gone = await self._known(unit, narrowed) - own
        kept = await self._kept(unit, own)
        await self._outbox.forget(unit, account_id, list(VisitNews), persons=narrowed.persons, but_subjects=kept)
        if not narrowed.sees_own and await self._was_ended(unit, narrowed):
            await unit.execute(intents.hide_of_persons(account_id, narrowed.persons, self._clock.now()))
        for table in (visit_watch, visit_reply, calendar_event):
            await unit.execute(forget_visits(account_id, gone, of=table))
        days = [each.isoformat() for each in await self._days_ahead(unit, account_id)]
        await self._outbox.forget(unit, account_id, [VisitNews.REMINDER_EVE], but_subjects=days)

    async def _was_ended(self, unit: Unit, narrowed: Narrowed) -> bool:
        """Whether the right has ended; whoever takes somebody off the list, and types them in again one day, has lost
        nothing of what was booked from there.
        """
        return (await unit.execute(_links(narrowed.account_id, narrowed.persons))).first() is not None

    async def _known(self, unit: Unit, narrowed: Narrowed) -> frozenset[str]:
        """Visits of these persons that the account has rows about."""
        known = await unit.execute(_known(narrowed.account_id, narrowed.persons))
        return frozenset(each for each in known.scalars() if each is not None)

    async def _kept(self, unit: Unit, own: Collection[str]) -> frozenset[str]:
        """Subjects of news about bookings that stay in sight: their visits, and the intents that made them."""
        return frozenset(own) | frozenset((await unit.execute(_intents_of(own))).scalars())

    async def _days_ahead(self, unit: Unit, account_id: str) -> set[date]:
        """Days on which the account may have a visit still: the eve's message is about all of a day."""
        starts: list[datetime] = list((await unit.execute(_starts_booked(account_id))).scalars())
        return {(start + offset).date() for start in starts for offset in _OFFSETS}
