"""What is typed to look for something in a list is kept, sealed: a button bears the id of the search alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "search",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("list", sa.String(length=24), nullable=False),
        sa.Column("text", services.storage.types.Encrypted(), nullable=False),
        sa.Column("searched_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_search_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
    )
    op.create_index(op.f("ix_search_account_id_list"), "search", ["account_id", "list"], unique=True)


def downgrade() -> None:
    op.drop_table("search")
