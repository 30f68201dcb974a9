"""The demo's authority, by which signatures in the local chat are made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "signing_root",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("root", services.storage.types.Encrypted(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_root")),
    )


def downgrade() -> None:
    op.drop_table("signing_root")
