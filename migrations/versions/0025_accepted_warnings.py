"""That somebody went on with a clinic where a person is not attached is kept, so that they are not warned again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "accepted_warning",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("data", services.storage.types.Encrypted(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_accepted_warning_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_accepted_warning_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_warning")),
    )
    op.create_index(
        op.f("ix_accepted_warning_account_id_person_id"), "accepted_warning", ["account_id", "person_id"], unique=True
    )
    op.create_index(op.f("ix_accepted_warning_person_id"), "accepted_warning", ["person_id"])


def downgrade() -> None:
    op.drop_table("accepted_warning")
