"""Whoever sees a visit only as booked from there loses sight of it when somebody else changes it.

What others have changed before this is not looked at again: that it was seen is past. Rows that follow a visit moved
by the clinic were told from others by nothing but their draft, which is the row itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0013"
down_revision = "0012"

_MOVES = "moves IS NOT NULL"


def upgrade() -> None:
    op.add_column("booking_intent", sa.Column("hidden_at", services.storage.types.UtcDateTime(), nullable=True))
    op.add_column("booking_intent", sa.Column("follows", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE booking_intent SET follows = true WHERE draft_id = id AND moves IS NOT NULL")
    op.create_index(
        "ix_booking_intent_moves",
        "booking_intent",
        ["moves"],
        unique=False,
        sqlite_where=sa.text(_MOVES),
        postgresql_where=sa.text(_MOVES),
    )
    op.create_index(op.f("ix_cancel_intent_visit_id"), "cancel_intent", ["visit_id"], unique=False)


def downgrade() -> None:
    ours = "kind = 'visit_booked_elsewhere'"  # which no earlier version can tell
    op.execute(f"DELETE FROM outbox WHERE notification_id IN (SELECT id FROM notification WHERE {ours})")  # noqa: S608
    op.execute(f"DELETE FROM notification WHERE {ours}")  # noqa: S608
    op.drop_index(op.f("ix_cancel_intent_visit_id"), table_name="cancel_intent")
    op.drop_index("ix_booking_intent_moves", table_name="booking_intent")
    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.drop_column("follows")
        batch_op.drop_column("hidden_at")
