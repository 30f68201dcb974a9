"""The few words in which the two engines differ."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_for(dialect: str, table: Table) -> Insert:
    """An insert that knows `ON CONFLICT`, in the words of the engine (`Database.dialect`)."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def claimed_among(column: ColumnElement[str], due: Select[Any]) -> ColumnElement[bool]:
    """Rows whose `column` is among those of `due`, a query with a limit, locked against other processes.

    The query stands in a CTE, which is worked out once: as a plain subquery PostgreSQL may run it again for every
    row it looks at, and skipping what it has locked itself, claim more than the limit.
    """
    rows = due.with_for_update(skip_locked=True).cte("due")
    return column.in_(select(rows.c[0]))
