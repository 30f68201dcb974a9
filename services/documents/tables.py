"""Tables of papers: what was made, and what is on its way by e-mail."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from services.ids import LENGTH
from services.storage.findable import INDEX_LENGTH, findable
from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

AREA_LENGTH = 16

document = Table(
    "document",
    metadata,
    id_column(),
    account_column(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("area", String(AREA_LENGTH), nullable=False),
    Column("content", Encrypted, nullable=False),
    Column("content_index", String(INDEX_LENGTH), unique=True),
    Column("pdf", Encrypted, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
    Index(None, "person_id"),
    Index(None, "made_at"),
)
"""Papers that were made: each is given again while what it would say is the same, and none for longer than it is kept.

`area`: what of the person it tells. `content`: whose it is, of what, and a digest of all that it says.
"""

CONTENT = findable(document.c.content, document.c.content_index, "document content")

document_letter = Table(
    "document_letter",
    metadata,
    id_column(),
    account_column(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("area", String(AREA_LENGTH), nullable=False),
    Column("subject", Encrypted, nullable=False),
    Column("address", Encrypted),
    Column("end", String(16)),
    Column("asked_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
    Index(None, "person_id"),
    Index(None, "asked_at"),
)
"""Papers sent by e-mail. `subject`: of what; `address`: until it has gone, or never will; `end`: what became of it."""
