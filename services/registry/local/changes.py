"""Changes are counted, those of each topic apart: what has a smaller number was committed before.

A topic's counter is locked from its counting to the end of the unit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, Select, select

from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.tables import counter
from services.storage.units import Unit


async def count_changes(connection: Unit, topic: str, number: int) -> int:
    """The number of the last one of so many changes. Whoever counts next waits until this unit has ended.

    So numbers are seen in their order: who has read one will not find a smaller one later.
    """
    last: int = (await connection.execute(_counted(topic, number, dialect=connection.dialect))).scalar_one()
    return last


@statement
def last_change(topic: str) -> Select[Any]:
    """A row of `last`; none before the first change."""
    return select(counter.c.last).where(counter.c.name == topic)


@statement
def _counted(topic: str, number: int, *, dialect: str) -> Insert:
    first = insert_for(dialect, counter).values(name=topic, last=number)
    counted = first.on_conflict_do_update(index_elements=["name"], set_={"last": counter.c.last + number})
    return counted.returning(counter.c.last)
