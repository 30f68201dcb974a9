"""Tables of notifications: what happened, and what is still to be delivered."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from services.ids import LENGTH
from services.storage.tables import account_column, id_column, metadata
from services.storage.types import UtcDateTime

notification = Table(
    "notification",
    metadata,
    id_column(),
    account_column(),
    Column("person_id", String(LENGTH)),
    Column("kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("replaced_at", UtcDateTime),
    Index(None, "account_id", "created_at"),
)
"""What happened, as «Уведомления» lists it until later news of the same thing replaces it. Kinds and ids, no text."""

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    account_column(),
    Column("notification_id", ForeignKey("notification.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("dedupe_key", String(96), nullable=False, unique=True),
    Column("status", String(8), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claimed_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Index(
        "ix_outbox_due",
        "due_at",
        sqlite_where=text("status = 'due'"),
        postgresql_where=text("status = 'due'"),
    ),
    Index(None, "account_id"),
    Index(None, "notification_id"),
)
"""What is still to be delivered, and through which channel."""
