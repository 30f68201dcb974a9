"""Of a visit that is moved or cancelled the list keeps the latest news: what it replaces is marked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("notification", sa.Column("replaced_at", services.storage.types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.drop_column("replaced_at")
