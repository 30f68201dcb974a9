"""What the operator's people have done at the command line."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from services.storage.tables import id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

operator_act = Table(
    "operator_act",
    metadata,
    id_column(),
    Column("command", String(40), nullable=False),
    Column("who", Encrypted, nullable=False),
    Column("about", Encrypted),
    Column("at", UtcDateTime, nullable=False),
    Column("code", Integer),
    Index(None, "at", "id"),
)
"""Which command, by whom and about what, when, and its exit code: NULL while it runs, and where it was cut short."""
