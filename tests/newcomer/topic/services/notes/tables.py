"""The table of notes."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

note = Table(
    "note",
    metadata,
    id_column(),
    account_column(),
    Column("text", Encrypted, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    Index(None, "account_id", "kept_at"),
)
"""A note has the id of the draft that it was written in: a draft is kept once."""
