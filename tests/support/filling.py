"""Rows for every table that there is, whatever its columns are: for databases of earlier revisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
)

Rows = dict[str, list[Mapping[str, Any]]]
_NOT_OURS = {"alembic_version"}


def fill(connection: Connection, mark: str, count: int = 3) -> None:
    """`count` rows in each table; every value is another one, foreign keys name rows of the same place.

    `mark`: one letter, so that a database may be filled again.
    """
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name not in _NOT_OURS:
            connection.execute(insert(table), [_row(table, mark, place) for place in range(count)])


def rows_of(connection: Connection) -> Rows:
    """Every row of every table, as the engine keeps it."""
    found = MetaData()
    found.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in found.sorted_tables
        if table.name not in _NOT_OURS
    }


def _row(table: Table, mark: str, place: int) -> dict[str, Any]:
    return {column.name: _value(column, mark, place) for column in table.columns}


def _value(column: Column[Any], mark: str, place: int) -> Any:
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return _value(key.column, mark, place)
    if column.nullable and place == 2:
        return None
    number = (ord(mark) * 1000 + len(column.table.name) * 10 + place) * 1000 + len(column.name)
    kind = column.type
    if isinstance(kind, String):
        return f"{mark}{place}{column.name}ё"[: kind.length or 40]
    if isinstance(kind, Boolean):
        return place == 0
    if isinstance(kind, LargeBinary):
        return f"\x01{mark}{place}{column.name}".encode() + bytes(range(256))
    if isinstance(kind, Date):
        return date(2026, 1, 1) + timedelta(days=place)
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)
    if isinstance(kind, Float):
        return number / 7
    if isinstance(kind, Integer):
        return number
    raise TypeError(f"{column.table.name}.{column.name}: {kind!r}")
