"""Tables of what is sent and answered. They bear the name of the first kind of cases: requests."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from services.cases.model import LONGEST_WORD
from services.ids import LENGTH
from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

case = Table(
    "request",
    metadata,
    id_column(),
    account_column(),
    Column("kind", String(LONGEST_WORD), nullable=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("person_id", String(LENGTH)),
    Column("draft_id", String(LENGTH), unique=True),
    Column("text", Encrypted, nullable=False),
    Column("comment", Encrypted),
    Column("status", String(LONGEST_WORD), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("photos_gone", Integer, nullable=False, server_default="0"),
    Index(None, "account_id", "created_at"),
)
"""What people send for somebody to answer (`cases.model`). `text`: its content, in its topic's own form.

`person_id`: whom it is for, NULL for the account holder's own word. `draft_id`: a draft is sent once.
`photos_gone`: how many of its photos have been removed, for it was answered long ago. `comment`: what was said last
before steps had their own; nothing is written there any more.
"""

case_step = Table(
    "request_step",
    metadata,
    id_column(),
    Column("request_id", ForeignKey("request.id", ondelete="CASCADE"), nullable=False),
    Column("status", String(LONGEST_WORD), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("comment", Encrypted),
    Index(None, "request_id"),
)
"""Every status that a case has had, since when, and what was said along with it."""

case_file = Table(
    "request_file",
    metadata,
    id_column(),
    Column("request_id", ForeignKey("request.id", ondelete="CASCADE")),
    Column("draft_id", ForeignKey("draft.id", ondelete="CASCADE")),
    Column("place", Integer, nullable=False),
    Column("mime", String(40), nullable=False),
    Column("content", Encrypted, nullable=False),
    Index(None, "request_id"),
    Index(None, "draft_id"),
)
"""Photos, in the order of `place`. Of a draft until it is sent, so that a restart loses none; then of its case."""
