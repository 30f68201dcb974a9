"""The trail of operators: who has run which command."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "operator_act",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("command", sa.String(length=40), nullable=False),
        sa.Column("who", services.storage.types.Encrypted(), nullable=False),
        sa.Column("about", services.storage.types.Encrypted(), nullable=True),
        sa.Column("at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_act")),
    )
    op.create_index("ix_operator_act_at_id", "operator_act", ["at", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("operator_act")
