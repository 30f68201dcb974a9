"""Counts what a chat does against its limits: in SQL, by one statement, under a keyed pseudonym of the chat.

Nothing is looked at first and counted afterwards: of any number at once, in any number of processes, as many get
through as the limit has room for. What may fail is counted in a unit of its own before it is tried
(`spend`); what is written anyway is counted in the unit that writes it (`spend_within`). The pseudonym is made of the
Telegram chat, so neither an erasing nor a restart begins anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Insert, Select, Update, case, delete, func, or_, select, update

from services.clock import Clock
from services.limits.model import LIMITS, Act, Limit, LimitReached
from services.limits.tables import act_count
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault

EVERYBODY = 0
"""In place of a chat: what all of them do is counted together."""
_PURPOSE = "act count"
_ONCE = 1


@statement
def _spend(
    row_id: str, amount: int, until: datetime, now: datetime, most: int, *, renewed: bool, dialect: str
) -> Insert:
    """Counts one act, and gives how much is used then; nothing where the limit has no room."""
    spent = insert_for(dialect, act_count).values(id=row_id, used=amount, until=until)
    over = act_count.c.until <= now
    grown = act_count.c.used + spent.excluded.used
    ends = spent.excluded.until if renewed else case((over, spent.excluded.until), else_=act_count.c.until)
    return spent.on_conflict_do_update(
        index_elements=["id"],
        set_={"used": case((over, spent.excluded.used), else_=grown), "until": ends},
        where=or_(over, grown <= most),
    ).returning(act_count.c.used)


@statement
def _give_back(row_id: str, amount: int, now: datetime) -> Update:
    lives = act_count.c.id == row_id, act_count.c.until > now, act_count.c.used >= amount
    return update(act_count).where(*lives).values(used=act_count.c.used - amount)


@statement
def _used(ids: Collection[str], now: datetime) -> Select[Any]:
    lives = act_count.c.id.in_(ids), act_count.c.until > now
    return select(func.coalesce(func.sum(act_count.c.used), 0)).where(*lives)


@statement
def _take(ids: Collection[str]) -> Executable:
    return delete(act_count).where(act_count.c.id.in_(ids)).returning(act_count.c.used, act_count.c.until)


@statement
def _add(row_id: str, used: int, until: datetime, now: datetime, *, dialect: str) -> Executable:
    """To what counts there still."""
    kept = insert_for(dialect, act_count).values(id=row_id, used=used, until=until)
    anew = kept.excluded
    both = {
        "used": case((act_count.c.until <= now, anew.used), else_=act_count.c.used + anew.used),
        "until": case((act_count.c.until < anew.until, anew.until), else_=act_count.c.until),
    }
    return kept.on_conflict_do_update(index_elements=["id"], set_=both)


@statement
def _drop_over(now: datetime) -> Executable:
    return delete(act_count).where(act_count.c.until <= now)


class Limits:
    """`chat`: a Telegram id. `about`: what the act is about, where each such thing has a limit of its own."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def spend(self, chat: int, act: Act, amount: int = 1) -> None:
        """Counts the act in a unit of its own: it stays counted, whatever becomes of it. Raises `LimitReached`."""
        async with self._database.write() as unit:
            await self.spend_within(unit, chat, act, amount)

    async def spend_within(
        self,
        unit: Unit,
        chat: int,
        act: Act,
        amount: int = 1,
        *,
        about: str = "",
        at: datetime | None = None,
    ) -> int:
        """The same within a unit; gives how much is used now. `at`: when the act is over, if that is not now.

        The row stays locked until the unit ends. `LimitReached` leaves the unit fit to go on with.
        """
        used = await self._count(unit, self._ids(chat, act, about), LIMITS[act], amount, at)
        if used is None:
            raise LimitReached(act)
        return used

    async def spend_once(self, chat: int, act: Act, about: str) -> None:
        """Counts each thing that the act is about once a window: again, it costs nothing. Raises `LimitReached`."""
        async with self._database.write() as unit:
            seen = Limit(_ONCE, LIMITS[act].window)
            if await self._count(unit, self._ids(chat, act, about), seen, _ONCE) is not None:
                await self.spend_within(unit, chat, act)

    async def give_back(self, unit: Unit, chat: int, act: Act, amount: int = 1, *, about: str = "") -> None:
        """Within a unit: what was counted has turned out not to count."""
        ids = self._ids(chat, act, about)
        await self._carry_over(unit, ids)
        await unit.execute(_give_back(ids[0], amount, self._clock.now()))

    async def used(self, chat: int, act: Act, *, about: str = "", unit: Unit | None = None) -> int:
        """How much is used now: to be shown or reckoned with; what decides is spending."""
        query = _used(self._ids(chat, act, about), self._clock.now())
        found = await (unit.execute(query) if unit is not None else self._database.fetch(query))
        return int(found.scalar_one())

    async def is_spent(self, chat: int, act: Act) -> bool:
        """Whether nothing is left: for screens that say so before anything is typed."""
        return await self.used(chat, act) >= LIMITS[act].most

    async def purge(self) -> int:
        """Forgets what no longer counts; gives how many rows."""
        return (await self._database.aside.execute(_drop_over(self._clock.now()))).rowcount

    async def _count(
        self, unit: Unit, ids: tuple[str, ...], limit: Limit, amount: int, at: datetime | None = None
    ) -> int | None:
        """One guarded statement; None where the limit has no room."""
        if amount > limit.most:
            return None
        await self._carry_over(unit, ids)
        now = self._clock.now()
        until = (at or now) + limit.window
        shape: Any = {"renewed": limit.renewed, "dialect": self._database.dialect}
        counted = await unit.execute(_spend(ids[0], amount, until, now, limit.most, **shape))
        used: int | None = counted.scalar_one_or_none()
        return used

    async def _carry_over(self, unit: Unit, ids: tuple[str, ...]) -> None:
        """What was counted under an earlier key, while that is still at hand, goes on under the present one."""
        present, *earlier = ids
        if not earlier:
            return
        found = await unit.execute(_take(earlier))
        now = self._clock.now()
        for row in found.all():
            if row.until <= now:
                continue
            await unit.execute(_add(present, row.used, row.until, now, dialect=self._database.dialect))

    def _ids(self, chat: int, act: Act, about: str = "") -> tuple[str, ...]:
        """Under every key at hand, the present one first."""
        return self._vault.indexes(_PURPOSE, f"{act.value}\0{chat}\0{about}")
