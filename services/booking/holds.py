"""Holds: a chosen time is kept from this bot's other users while its person reads and confirms.

A hold is ours alone: the registry knows nothing of it and still has the last word. One time is kept for one chat for
fifteen minutes in all, by whichever drafts; then, for half an hour, it can be booked by whoever comes first, this chat
too. How long it was kept is counted by the chat (`services.limits`), so erasing oneself does not begin anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Delete, Insert, Select, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningDelete

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.model import Account
from services.booking.model import Held, NoHold, Unheld
from services.booking.tables import cancel_intent, hold
from services.clock import Clock
from services.limits.limits import Limits
from services.limits.model import LIMITS, Act, LimitReached
from services.registry.model import Slot
from services.storage.engine import Database
from services.storage.latest import Latest
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.units import Unit

HOLD = timedelta(minutes=5)
AT_ONCE = 3
"""Times that are kept for one account together."""


@statement
def _until(draft_id: str, slot_id: str, now: datetime) -> Select[Any]:
    return select(hold.c.until).where(hold.c.draft_id == draft_id, hold.c.slot_id == slot_id, hold.c.until > now)


@statement
def _of_others(clinic_ids: Collection[str], account_id: str, now: datetime) -> Select[Any]:
    others = hold.c.account_id != account_id, hold.c.until > now
    held = select(hold.c.slot_id).where(hold.c.clinic_id.in_(clinic_ids), *others)
    leaving = select(cancel_intent.c.slot_id).where(
        cancel_intent.c.clinic_id.in_(clinic_ids), cancel_intent.c.status == "pending"
    )
    found: Any = held.union(leaving)
    return found  # type: ignore[no-any-return]


@statement
def _live(account_id: str, slot_id: str, now: datetime) -> Select[Any]:
    """Holds of the account, and of the time."""
    return select(hold).where(hold.c.until > now, or_(hold.c.account_id == account_id, hold.c.slot_id == slot_id))


@statement
def _take(
    slot_id: str, account_id: str, draft_id: str, clinic_id: str, until: datetime, now: datetime, *, dialect: str
) -> Insert:
    values = {"account_id": account_id, "draft_id": draft_id, "clinic_id": clinic_id, "until": until}
    return (
        insert_for(dialect, hold)
        .values(slot_id=slot_id, **values)
        .on_conflict_do_update(
            index_elements=["slot_id"],
            set_=values,
            where=or_(hold.c.until <= now, hold.c.account_id == account_id),
        )
        .returning(hold.c.until)
    )


@statement
def _of_draft(draft_id: str, but_slot: str | None) -> Select[Any]:
    return select(hold.c.slot_id).where(*_held_by(draft_id, but_slot))


@statement
def _free(draft_id: str, but_slot: str | None) -> ReturningDelete[Any, Any]:
    return delete(hold).where(*_held_by(draft_id, but_slot)).returning(hold.c.slot_id, hold.c.until)


def _held_by(draft_id: str, but_slot: str | None) -> list[ColumnElement[bool]]:
    """What the draft holds. `but_slot`: it goes on holding this one."""
    of_draft = hold.c.draft_id == draft_id
    return [of_draft] if but_slot is None else [of_draft, hold.c.slot_id != but_slot]


@statement
def let_go(draft_id: str) -> Delete:
    """The draft has booked, or will not: its time is nobody's, and what was left of the minutes is not counted back."""
    return delete(hold).where(hold.c.draft_id == draft_id)


@statement
def _drop_over(now: datetime) -> Delete:
    return delete(hold).where(hold.c.until <= now)


class Holds:
    """Times kept for drafts, one a draft."""

    def __init__(self, database: Database, limits: Limits, clock: Clock) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock
        self._others = Latest[frozenset[str]](database)

    @concerns.account("the times that it holds")
    async def take(self, slot: Slot, account: Account, draft_id: str) -> datetime | NoHold:
        """Keeps the time for five minutes from now, or for what is left of fifteen.

        Lets go of the draft's other one; what another draft of the account has kept of this one passes over to it.
        Gives the moment it ends, or why it is not kept.
        """
        # Two units: within one, two people who change places would lock each other's times in a ring.
        await self._let_go(account, draft_id, slot.id)
        try:
            async with self._database.write() as unit:
                return await self._take(unit, slot, account, draft_id)
        except IntegrityError:  # another press of this very draft has taken another time, or the draft is gone
            return NoHold.ANOTHERS
        except LimitReached:
            return NoHold.SPENT

    @concerns.account("the times that it holds")
    async def keep(self, slot: Slot, account: Account, draft_id: str) -> Held | Unheld | None:
        """The draft's hold of this time, begun anew where it has run out; None where somebody else keeps the time."""
        until = await self.until(draft_id, slot.id)
        if until is not None:
            return Held(slot, until)
        taken = await self.take(slot, account, draft_id)
        if isinstance(taken, datetime):
            return Held(slot, taken, anew=True)
        return None if taken is NoHold.ANOTHERS else Unheld(slot, taken)

    async def until(self, draft_id: str, slot_id: str) -> datetime | None:
        """When the draft's hold of this time ends; None once it has, or there is none."""
        found = await self._database.fetch(_until(draft_id, slot_id, self._clock.now()))
        until: datetime | None = found.scalar_one_or_none()
        return until

    async def of_others(self, clinic_ids: Collection[str], account_id: str) -> frozenset[str]:
        """Times of these clinics that are kept for other accounts now, and those whose cancelling is not settled yet.

        What the account keeps itself, in whichever draft, does not stand in its own way.
        """
        now, where = self._clock.now(), tuple(clinic_ids)

        async def ask() -> frozenset[str]:
            return frozenset((await self._database.fetch(_of_others(where, account_id, now))).scalars())

        return await self._others.of((where, account_id, int(now.timestamp())), ask)

    @concerns.account("the times that it holds")
    async def release(self, account: Account, draft_id: str) -> None:
        """Frees the draft's time at once; what was left of its minutes is not counted."""
        await self._let_go(account, draft_id)

    async def purge(self) -> int:
        """Sweeps holds that have ended; gives how many."""
        return (await self._database.aside.execute(_drop_over(self._clock.now()))).rowcount

    async def _take(self, unit: Unit, slot: Slot, account: Account, draft_id: str) -> datetime | NoHold:
        now, chat = self._clock.now(), account.telegram_id
        await lock_account(unit, account.id)
        rows = await unit.execute(_live(account.id, slot.id, now))
        live = {row.slot_id: row for row in rows.all()}
        this = live.pop(slot.id, None)
        if this is not None and this.account_id != account.id:
            return NoHold.ANOTHERS
        if len(live) >= AT_ONCE:
            return NoHold.MANY
        begins = now if this is None else this.until
        used = await self._limits.used(chat, Act.HOLD, about=slot.id, unit=unit)
        until = min(now + HOLD, begins + timedelta(seconds=LIMITS[Act.HOLD].most - used))
        if until <= begins:
            if this is None:
                return NoHold.SPENT
            if this.draft_id == draft_id:
                return begins
            until = begins
        taken = await unit.execute(
            _take(slot.id, account.id, draft_id, slot.clinic_id, until, now, dialect=self._database.dialect)
        )
        if taken.scalar_one_or_none() is None:
            return NoHold.ANOTHERS
        seconds = ceil((until - begins).total_seconds())
        if seconds:
            await self._limits.spend_within(unit, chat, Act.HOLD, seconds, about=slot.id, at=until)
        return until

    async def _let_go(self, account: Account, draft_id: str, but_slot: str | None = None) -> None:
        if (await self._database.fetch(_of_draft(draft_id, but_slot))).first() is None:
            return  # most often: no unit is begun for it
        async with self._database.write() as unit:
            await lock_account(unit, account.id)
            for row in await unit.execute(_free(draft_id, but_slot)):
                left = int((row.until - self._clock.now()).total_seconds())
                if left > 0:
                    await self._limits.give_back(unit, account.telegram_id, Act.HOLD, left, about=row.slot_id)
