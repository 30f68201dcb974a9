"""Links that wait for a consent and a form: a new table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "waiting_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("data", services.storage.types.Encrypted(), nullable=False),
        sa.Column("expires_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_link")),
    )
    with op.batch_alter_table("waiting_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_link_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("waiting_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_link_expires_at"))

    op.drop_table("waiting_link")
