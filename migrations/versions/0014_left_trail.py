"""What an account has done for others outlives it, under a keyed pseudonym of its chat, and is longer than an id.

That a booking clashed is kept without with what, and that the registry did not know somebody is not kept: whoever
asked may have no right to know.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_LEFT = "length(account_id) = 64"


def upgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.alter_column(
            "account_id", existing_type=sa.String(length=12), type_=sa.String(length=64), existing_nullable=False
        )
    op.create_index(
        "ix_audit_left", "audit", ["at"], unique=False, sqlite_where=sa.text(_LEFT), postgresql_where=sa.text(_LEFT)
    )
    op.execute("DELETE FROM audit WHERE action = 'patient_not_matched'")
    op.execute("UPDATE booking_intent SET refusal = 'clash' WHERE refusal IN ('same_specialist', 'same_time')")


def downgrade() -> None:
    op.execute("UPDATE booking_intent SET refusal = 'same_time' WHERE refusal = 'clash'")
    op.drop_index("ix_audit_left", table_name="audit")
    op.execute(f"DELETE FROM audit WHERE {_LEFT}")  # noqa: S608
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.alter_column(
            "account_id", existing_type=sa.String(length=64), type_=sa.String(length=12), existing_nullable=False
        )
