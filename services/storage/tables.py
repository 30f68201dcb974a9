"""What every topic's tables stand on: the metadata, columns that recur, and the tables that belong to no topic.

A topic keeps its tables in its own room (`services/<topic>/tables.py`); all of them are listed in `services.tables`.
Ids of tables that hold anything encrypted are random and made before the insert (`services.ids`),
for they are part of what is authenticated.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, text

from services.ids import LENGTH
from services.storage.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[str]:
    """A random id of our own making."""
    return Column("id", String(LENGTH), primary_key=True)


def account_column(*, nullable: bool = False) -> Column[str]:
    """Whose the row is; it goes when the account goes."""
    return Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=nullable)


setting = Table(
    "setting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the database remembers of itself: which key sealed it, when the demo was filled."""

counter = Table(
    "counter",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("last", Integer, nullable=False),
)
"""Counted up by one statement, and never given twice, not even after an erasure: what people read aloud, what
tells one change from a later one."""

feed = Table(
    "feed",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("cursor", String(200)),
    Column("claimed_until", UtcDateTime),
)
"""Up to where the changes of each topic have been heard (`registry.following`); NULL: from nowhere on yet."""

LEFT_LENGTH = 64
"""Of a pseudonym that stands in place of an account: it is longer than any id."""

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("account_id", String(LEFT_LENGTH), nullable=False),
    Column("person_id", String(LENGTH)),
    Column("action", String(32), nullable=False),
    Column("subject_id", String(64)),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "person_id", "at"),
    Index(None, "account_id", "action", "at"),
    Index(
        "ix_audit_left",
        "at",
        sqlite_where=text(f"length(account_id) = {LEFT_LENGTH}"),
        postgresql_where=text(f"length(account_id) = {LEFT_LENGTH}"),
    ),
)
"""Who did what with whose data, and when; never the content.

`account_id`: once the account is erased, a keyed pseudonym of its chat in rows about others (`accounts.left`).
"""
