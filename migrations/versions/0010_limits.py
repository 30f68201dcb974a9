"""What chats do is counted in a table of its own, and no longer in the journal of actions.

Photos of a request that was answered long ago are removed; the request keeps how many there were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "act_count",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("until", services.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_count")),
    )
    op.create_index("ix_act_count_until", "act_count", ["until"], unique=False)
    op.add_column("request", sa.Column("photos_gone", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_audit_code_missed", table_name="audit")


def downgrade() -> None:
    op.create_index(
        "ix_audit_code_missed",
        "audit",
        ["at"],
        sqlite_where=sa.text("action = 'code_missed'"),
        postgresql_where=sa.text("action = 'code_missed'"),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_column("photos_gone")
    op.drop_index("ix_act_count_until", table_name="act_count")
    op.drop_table("act_count")
