"""The few words in which the two engines differ."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_for(dialect: str, table: Table) -> Insert:
    """An insert that knows `ON CONFLICT`, in the words of the engine (`Database.dialect`)."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
