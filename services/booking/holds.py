"""Holds: a chosen time is kept from this bot's other users while its person reads and confirms.

A hold is ours alone: the registry knows nothing of it and still has the last word. One time is kept for one chat for
fifteen minutes in all, by whichever drafts; then, for half an hour, it can be booked by whoever comes first, this chat
too. How long it was kept is counted by the chat (`services.limits`), so erasing oneself does not begin anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.exc import IntegrityError

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
from services.storage.sql import insert_for
from services.storage.units import Unit

HOLD = timedelta(minutes=5)
AT_ONCE = 3
"""Times that are kept for one account together."""


class Holds:
    """Times kept for drafts, one a draft."""

    def __init__(self, database: Database, limits: Limits, clock: Clock) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock

    @concerns.account("the times that it holds")
    async def take(self, slot: Slot, account: Account, draft_id: str) -> datetime | NoHold:
        """Keeps the time for five minutes from now, or for what is left of fifteen.

        Lets go of the draft's other one. Gives the moment it ends, or why it is not kept.
        """
        # Two units: within one, two people who change places would lock each other's times in a ring.
        await self._let_go(account, hold.c.draft_id == draft_id, hold.c.slot_id != slot.id)
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
        until: datetime | None = (
            await self._database.fetch(
                select(hold.c.until).where(
                    hold.c.draft_id == draft_id, hold.c.slot_id == slot_id, hold.c.until > self._clock.now()
                )
            )
        ).scalar_one_or_none()
        return until

    async def of_others(self, clinic_id: str, draft_id: str) -> frozenset[str]:
        """Times of a clinic that are kept for others now, and those whose cancelling is not settled yet."""
        held = select(hold.c.slot_id).where(
            hold.c.clinic_id == clinic_id, hold.c.draft_id != draft_id, hold.c.until > self._clock.now()
        )
        leaving = select(cancel_intent.c.slot_id).where(
            cancel_intent.c.clinic_id == clinic_id, cancel_intent.c.status == "pending"
        )
        rows = await self._database.fetch(held.union(leaving))
        return frozenset(rows.scalars())

    @concerns.account("the times that it holds")
    async def release(self, account: Account, draft_id: str) -> None:
        """Frees the draft's time at once; what was left of its minutes is not counted."""
        await self._let_go(account, hold.c.draft_id == draft_id)

    async def purge(self) -> int:
        """Sweeps holds that have ended; gives how many."""
        return (await self._database.aside.execute(delete(hold).where(hold.c.until <= self._clock.now()))).rowcount

    async def _take(self, unit: Unit, slot: Slot, account: Account, draft_id: str) -> datetime | NoHold:
        now, chat = self._clock.now(), account.telegram_id
        await lock_account(unit, account.id)
        concerns = or_(hold.c.account_id == account.id, hold.c.slot_id == slot.id)
        rows = await unit.execute(select(hold).where(hold.c.until > now, concerns))
        live = {row.slot_id: row for row in rows.all()}
        this = live.pop(slot.id, None)
        if this is not None and this.draft_id != draft_id:
            return NoHold.ANOTHERS
        if len(live) >= AT_ONCE:
            return NoHold.MANY
        begins = now if this is None else this.until
        used = await self._limits.used(chat, Act.HOLD, about=slot.id, unit=unit)
        until = min(now + HOLD, begins + timedelta(seconds=LIMITS[Act.HOLD].most - used))
        if until <= begins:
            return NoHold.SPENT if this is None else begins
        values = {"account_id": account.id, "draft_id": draft_id, "clinic_id": slot.clinic_id, "until": until}
        taken = await unit.execute(
            insert_for(self._database.dialect, hold)
            .values(slot_id=slot.id, **values)
            .on_conflict_do_update(
                index_elements=["slot_id"],
                set_=values,
                where=or_(hold.c.until <= now, hold.c.draft_id == draft_id),
            )
            .returning(hold.c.until)
        )
        if taken.scalar_one_or_none() is None:
            return NoHold.ANOTHERS
        seconds = ceil((until - begins).total_seconds())
        await self._limits.spend_within(unit, chat, Act.HOLD, seconds, about=slot.id, at=until)
        return until

    async def _let_go(self, account: Account, *of_draft: ColumnElement[bool]) -> None:
        if (await self._database.fetch(select(hold.c.slot_id).where(*of_draft))).first() is None:
            return  # most often: no unit is begun for it
        async with self._database.write() as unit:
            await lock_account(unit, account.id)
            for row in (
                await unit.execute(delete(hold).where(*of_draft).returning(hold.c.slot_id, hold.c.until))
            ).all():
                left = int((row.until - self._clock.now()).total_seconds())
                if left > 0:
                    await self._limits.give_back(unit, account.telegram_id, Act.HOLD, left, about=row.slot_id)
