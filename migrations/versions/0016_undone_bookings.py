"""A booking whose right ended while the registry was asked is undone: which one a cancelling undoes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("cancel_intent", sa.Column("undoes", sa.String(length=12), nullable=True))


def downgrade() -> None:
    # An earlier version asks for these cancellings too, and tells whoever has lost the access in other words.
    op.execute("DELETE FROM notification WHERE kind = 'booking_undone'")
    with op.batch_alter_table("cancel_intent", schema=None) as batch_op:
        batch_op.drop_column("undoes")
