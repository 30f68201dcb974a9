"""The table of limits."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table

from services.storage.tables import metadata
from services.storage.types import UtcDateTime

act_count = Table(
    "act_count",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "until"),
)
"""How much of a limit a chat has used; over at `until`.

`id`: a blind index of the act and the Telegram chat, so that rows tell neither whose they are nor which belong
together. They outlive an account that is erased.
"""
