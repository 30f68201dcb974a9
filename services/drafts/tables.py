"""The table of drafts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, text

from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

draft = Table(
    "draft",
    metadata,
    id_column(),
    account_column(),
    Column("kind", String(20), nullable=False),
    Column("step", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(8), nullable=False),
    Column("data", Encrypted, nullable=False),
    Column("message_id", BigInteger),
    Column("prompt_id", BigInteger),
    Column("touched_at", UtcDateTime, nullable=False),
    Index(
        "ux_draft_open",
        "account_id",
        "kind",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
    Index(None, "account_id", "touched_at"),
    Index(None, "touched_at"),
)
"""`message_id` is the screen that shows the draft, `prompt_id` the message that carries a reply keyboard."""
