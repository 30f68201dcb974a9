"""Bookings that were given up are looked at again: the index of what is due holds every row with a moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _index("check_at IS NOT NULL")


def downgrade() -> None:
    _index("status = 'pending'")


def _index(condition: str) -> None:
    op.drop_index("ix_booking_intent_due", table_name="booking_intent")
    op.create_index(
        "ix_booking_intent_due",
        "booking_intent",
        ["check_at"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
