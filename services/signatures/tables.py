"""The table of the demo's authority."""

from __future__ import annotations

from sqlalchemy import Column, Table

from services.storage.tables import id_column, metadata
from services.storage.types import Encrypted

signing_root = Table(
    "signing_root",
    metadata,
    id_column(),
    Column("root", Encrypted, nullable=False),
)
"""The demo's authority, key and certificate: one row, made in the local chat alone.

Kept so that signatures outlive a restart.
"""
