"""The table of searches."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from services.searches.model import LONGEST_LIST
from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

search = Table(
    "search",
    metadata,
    id_column(),
    account_column(),
    Column("list", String(LONGEST_LIST), nullable=False),
    Column("text", Encrypted, nullable=False),
    Column("searched_at", UtcDateTime, nullable=False),
    Index(None, "account_id", "list", unique=True),
)
"""What an account has looked for last in each list, so that no button has to bear it. A new search is a new row."""
