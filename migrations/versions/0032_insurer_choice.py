"""The choice of an insurer: applications that wait to be signed, and those that were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "insurer_form",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("form", services.storage.types.Encrypted(), nullable=False),
        sa.Column("pdf", services.storage.types.Encrypted(), nullable=False),
        sa.Column("made_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("refused", sa.String(length=32), nullable=True),
        sa.Column("signer", services.storage.types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["draft.id"], name=op.f("fk_insurer_form_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_insurer_form_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurer_form")),
    )
    op.create_table(
        "insurer_application",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("patient", services.storage.types.Encrypted(), nullable=True),
        sa.Column("patient_index", sa.String(length=64), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("form", services.storage.types.Encrypted(), nullable=True),
        sa.Column("pdf", services.storage.types.Encrypted(), nullable=True),
        sa.Column("signature", services.storage.types.Encrypted(), nullable=True),
        sa.Column("signer", services.storage.types.Encrypted(), nullable=True),
        sa.Column("due_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("claimed_until", services.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["request.id"], name=op.f("fk_insurer_application_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_insurer_application_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurer_application")),
    )
    for table, columns in (
        ("insurer_form", ("account_id", "person_id")),
        ("insurer_application", ("account_id", "person_id", "patient_index", "due_at")),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    op.drop_table("insurer_application")
    op.drop_table("insurer_form")
