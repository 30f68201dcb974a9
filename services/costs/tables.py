"""The table of applications for a statement of costs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from services.ids import LENGTH
from services.storage.tables import account_column, metadata
from services.storage.types import Encrypted, UtcDateTime

cost_application = Table(
    "cost_application",
    metadata,
    Column("id", ForeignKey("request.id", ondelete="CASCADE"), primary_key=True),
    account_column(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("applicant", Encrypted),
    Column("statement", Encrypted),
    Column("due_at", UtcDateTime),
    Column("claimed_until", UtcDateTime),
    Column("tries", Integer, nullable=False),
    Index(None, "account_id"),
    Index(None, "person_id"),
    Index(None, "due_at"),
)
"""What the bot works at: each is a case (`cases.tables`), under whose id it lies.

`applicant`: the form as it was when it was sent; `statement`: the cases of care that it was compiled of; both NULL once
the account may not see them any more. `due_at`: when its next step is to be taken, NULL: there is none. `tries`: how
often the registry has not answered in a row.
"""
