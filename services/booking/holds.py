"""Holds: a chosen time is kept from this bot's other users while its person reads and confirms.

A hold is ours alone: the registry knows nothing of it and still has the last word.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from services.booking.model import Held
from services.booking.tables import cancel_intent, hold
from services.clock import Clock
from services.registry.model import Slot
from services.storage.engine import Database
from services.storage.sql import insert_for

HOLD = timedelta(minutes=5)


class Holds:
    """Times kept for drafts, one a draft."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, slot: Slot, account_id: str, draft_id: str) -> datetime | None:
        """Keeps the time for five minutes from now and lets go of the draft's other one.

        Gives the moment it ends; None where somebody else keeps that time.
        """
        now = self._clock.now()
        values = {
            "account_id": account_id,
            "draft_id": draft_id,
            "clinic_id": slot.clinic_id,
            "until": now + HOLD,
        }
        # Two units: within one, two people who change places would lock each other's times in a ring.
        await self._database.execute(delete(hold).where(hold.c.draft_id == draft_id, hold.c.slot_id != slot.id))
        try:
            taken = await self._database.execute(
                insert_for(self._database.dialect, hold)
                .values(slot_id=slot.id, **values)
                .on_conflict_do_update(
                    index_elements=["slot_id"],
                    set_=values,
                    where=or_(hold.c.until <= now, hold.c.draft_id == draft_id),
                )
                .returning(hold.c.until)
            )
        except IntegrityError:  # another press of this very draft has taken another time, or the draft is gone
            return None
        until: datetime | None = taken.scalar_one_or_none()
        return until

    async def keep(self, slot: Slot, account_id: str, draft_id: str) -> Held | None:
        """The draft's hold of this time, begun anew where it has run out; None where somebody else keeps the time."""
        until = await self.until(draft_id, slot.id)
        if until is not None:
            return Held(slot, until)
        until = await self.take(slot, account_id, draft_id)
        return None if until is None else Held(slot, until, anew=True)

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

    async def release(self, draft_id: str) -> None:
        """Frees the draft's time at once."""
        await self._database.execute(delete(hold).where(hold.c.draft_id == draft_id))

    async def purge(self) -> int:
        """Sweeps holds that have ended; gives how many."""
        return (await self._database.execute(delete(hold).where(hold.c.until <= self._clock.now()))).rowcount
