"""What earlier releases kept in clear is sealed, in short units, between the two revisions that change the columns.

At `REVISION` clear columns stand beside sealed ones; the next revision drops the clear ones, and refuses while one of
them holds a value. What is still to be done stands in the rows themselves: whoever is cut short goes on.

The tables are those of that revision, as they were: what becomes of today's is no matter of an old database.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
    bindparam,
    exists,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from services.ids import LENGTH
from services.storage.engine import Database
from services.storage.types import Encrypted
from services.storage.units import Unit
from services.storage.vault import Vault

log = logging.getLogger(__name__)

REVISION = "0017"
BATCH = 200
TO_BE_REWRITTEN = "to_be_rewritten"
"""The setting that stands from the dropping of the columns until no freed page holds anything of them."""
LOCK = 0x6E6F6D65726F6B
"""PostgreSQL's advisory lock of whoever migrates: «nomerok» in ASCII."""


@dataclass(frozen=True, slots=True)
class _Clear:
    """A column in clear, the one that is to hold its values sealed, and that of their index."""

    table: Table
    clear: Column[Any]
    sealed: Column[Any]
    index: Column[Any]
    purpose: str

    def sealed_values(self, vault: Vault, row_id: str, value: str) -> dict[str, Any]:
        sealed, index = vault.seal(self.sealed, row_id, value), vault.index(self.purpose, value)
        return {"row": row_id, self.clear.name: None, self.sealed.name: sealed, self.index.name: index}


def _clear(table: str, clear: Column[Any], sealed: str, index: str, purpose: str) -> _Clear:
    columns = Column("id", String(LENGTH)), clear, Column(sealed, Encrypted), Column(index, String(64))
    of_then = Table(table, MetaData(), *columns)
    return _Clear(of_then, of_then.c[clear.name], of_then.c[sealed], of_then.c[index], purpose)


_ALL = (
    _clear("account", Column("telegram_id", BigInteger), "chat", "chat_index", "account chat"),
    _clear("person", Column("patient_id", String(64)), "patient", "patient_index", "person patient"),
    _clear("booking_intent", Column("patient_id", String(64)), "patient", "patient_index", "intent patient"),
)
REWRITTEN = tuple(each.table.name for each in _ALL)


async def has_clear(database: Database) -> bool:
    """Whether anything stands in clear, at `REVISION` or any earlier one."""
    found = or_(*(exists(select(each.table.c.id).where(each.clear.is_not(None))) for each in _ALL))
    try:
        return (await database.fetch(select(literal(1)).where(found))).first() is not None
    except DBAPIError:  # another process has gone on meanwhile; had it not, the next revision would refuse
        return False


async def seal(database: Database, vault: Vault) -> int:
    """Seals all that stands in clear at `REVISION`; gives how many values.

    Nothing, where another process has done it and gone on to the next revision meanwhile.
    """
    done = 0
    for each in _ALL:
        while sealed := await _seal_some(database, vault, each):
            done += sealed
    if done:
        log.info("sealed what stood in clear: %s values", done)
    return done


async def _seal_some(database: Database, vault: Vault, what: _Clear) -> int:
    rows = select(what.table.c.id, what.clear).where(what.clear.is_not(None)).order_by(what.table.c.id).limit(BATCH)
    into = update(what.table).where(what.table.c.id == bindparam("row"))
    names = [what.clear.name, what.sealed.name, what.index.name]
    async with database.write() as unit:
        if not await _stands_there(unit):
            return 0
        found = (await unit.execute(rows.with_for_update())).all()
        if found:
            sealed = [what.sealed_values(vault, row_id, str(value)) for row_id, value in found]
            await unit.execute(into.values({name: bindparam(name) for name in names}), sealed)
    return len(found)


async def _stands_there(unit: Unit) -> bool:
    """Whether the columns are those of `REVISION`, and stay so while the unit is at work."""
    if unit.dialect != "sqlite":  # there one unit writes at a time anyway
        await unit.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    stands_at = (await unit.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return bool(stands_at == REVISION)
