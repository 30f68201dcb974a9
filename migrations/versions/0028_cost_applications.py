"""Applications for a statement of what care has cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "cost_application",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("applicant", services.storage.types.Encrypted(), nullable=True),
        sa.Column("statement", services.storage.types.Encrypted(), nullable=True),
        sa.Column("due_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("claimed_until", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["request.id"], name=op.f("fk_cost_application_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cost_application_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_application")),
    )
    for column in ("account_id", "person_id", "due_at"):
        op.create_index(op.f(f"ix_cost_application_{column}"), "cost_application", [column])


def downgrade() -> None:
    op.drop_table("cost_application")
