"""What people send to be answered: requests, their statuses and photos, and the numbers that they bear."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=True),
        sa.Column("draft_id", sa.String(length=12), nullable=True),
        sa.Column("text", services.storage.types.Encrypted(), nullable=False),
        sa.Column("comment", services.storage.types.Encrypted(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_request_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_request_draft_id")),
        sa.UniqueConstraint("number", name=op.f("uq_request_number")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_request_account_id_created_at"), ["account_id", "created_at"], unique=False
        )

    op.create_table(
        "request_step",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("request_id", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_step_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_step")),
    )
    with op.batch_alter_table("request_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_step_request_id"), ["request_id"], unique=False)

    op.create_table(
        "request_file",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("request_id", sa.String(length=12), nullable=True),
        sa.Column("draft_id", sa.String(length=12), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("content", services.storage.types.Encrypted(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_request_file_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_file_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_file")),
    )
    with op.batch_alter_table("request_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_file_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_file_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_table("request_file")
    op.drop_table("request_step")
    op.drop_table("request")
    op.drop_table("counter")
