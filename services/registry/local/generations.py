"""What an import brings is there for readers all at once: rows name the generation from which on they are in force.

The present generation is one row of `setting`. An import writes its rows under the next one, in many short units, and
nobody sees them; then it counts the generation up, and all of them are there and all that goes is gone. One import at
a time has the claim, another row of `setting`: until when, and whose. A claim that has run out without being given
back was left by an import that was cut short.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Table, and_, cast, func, or_, select, update

from services.ids import new_id
from services.registry.ports.schedules import ImportUnderWay
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.tables import setting
from services.storage.units import Unit

PRESENT = "registry_generation"
"""The setting that holds the present generation; where it is missing, it is 0."""

CLAIM = "registry_import"
"""The setting that holds «moment-until token» of the import at work; «» where none is."""

LEASE = timedelta(seconds=15)
"""How long an import that says nothing more counts as being at work; each of its units says it anew."""


def present() -> ColumnElement[int]:
    """The present generation, worked out once a statement."""
    value = select(cast(setting.c.value, Integer)).where(setting.c.name == PRESENT).scalar_subquery()
    return func.coalesce(value, 0)


def in_force(table: Table) -> ColumnElement[bool]:
    """A condition: the row of `registry_clinic`, `_doctor` or `_slot` is there for readers."""
    come = table.c.since <= present()
    return and_(come, or_(table.c.until.is_(None), table.c.until > present())) if "until" in table.c else come


async def hold_present(connection: Unit) -> None:
    """The present generation stays the present one to the end of this unit.

    SQLite's one writer sees to that. A time that is booked under a generation is seen by the import that ends it.
    """
    if connection.dialect != "sqlite":
        await connection.execute(_present_held())


@statement
def _present_held() -> Select[Any]:
    return select(setting.c.value).where(setting.c.name == PRESENT).with_for_update(read=True)


async def count_up(connection: Unit) -> None:
    """From the end of this unit on the next generation is the present one; waits for those who hold this one."""
    row = update(setting).where(setting.c.name == PRESENT)
    await connection.execute(row.values(value=cast(cast(setting.c.value, Integer) + 1, setting.c.value.type)))


class Claim:
    """The right to write the next generation. `renew` it in each unit, before it writes; `release` it at the end."""

    def __init__(self, token: str, generation: int, *, inherited: bool) -> None:
        self._token = token
        self.generation = generation
        """The one to be written under: that after the present one."""
        self.inherited = inherited
        """From an import that was cut short: what it has left is still there."""

    async def renew(self, connection: Unit, now: datetime) -> None:
        """Raises `ImportUnderWay` where another has taken it over, for this one was silent for too long."""
        await self._write(connection, _claimed(now + LEASE, self._token))

    async def release(self, connection: Unit) -> None:
        """Nothing is left to be done."""
        await self._write(connection, "")

    async def give_up(self, connection: Unit) -> None:
        """Whoever comes next may begin at once, and sweeps up first."""
        await self._write(connection, _claimed(_LONG_AGO, self._token))

    async def _write(self, connection: Unit, value: str) -> None:
        own = setting.c.name == CLAIM, setting.c.value.endswith(self._token)
        done = await connection.execute(update(setting).where(*own).values(value=value))
        if not done.rowcount:
            raise ImportUnderWay


async def claim(database: Database, now: datetime) -> Claim:
    """Takes the claim, over from an import that was cut short too. `ImportUnderWay` where another import is at work."""
    token = new_id()
    async with database.write() as connection:
        before = await _read_claim(connection, now)
        value = _claimed(now + LEASE, token)
        await connection.execute(update(setting).where(setting.c.name == CLAIM).values(value=value))
        generation: int = (await connection.execute(select(present()))).scalar_one()
    return Claim(token, generation + 1, inherited=bool(before))


async def nobody_imports(connection: Unit, now: datetime) -> bool:
    """That it is so, to the end of this unit; False where an import was cut short. Else `ImportUnderWay`."""
    return not await _read_claim(connection, now)


async def left_behind(database: Database, now: datetime) -> bool:
    """Whether an import was cut short, and nobody is at work on what it left."""
    value = (await database.fetch(select(setting.c.value).where(setting.c.name == CLAIM))).scalar()
    return value is not None and value != "" and not _runs(value, now)


async def _read_claim(connection: Unit, now: datetime) -> str:
    """What stands there, locked; `ImportUnderWay` where it still runs."""
    locked = select(setting.c.value).where(setting.c.name == CLAIM).with_for_update()
    value = (await connection.execute(locked)).scalar_one_or_none()
    if value is None:
        for name, first in ((PRESENT, "0"), (CLAIM, "")):
            row = insert_for(connection.dialect, setting).values(name=name, value=first)
            await connection.execute(row.on_conflict_do_nothing(index_elements=["name"]))
        value = (await connection.execute(locked)).scalar_one()
    if _runs(value, now):
        raise ImportUnderWay
    return str(value)


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _claimed(until: datetime, token: str) -> str:
    return f"{until.timestamp():.0f} {token}"


def _runs(value: str, now: datetime) -> bool:
    return float(value.partition(" ")[0] or 0) > now.timestamp()
