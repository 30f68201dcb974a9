"""The registry tells what has become of visits: a number for each change, and up to where it has been heard.

Visits that are there already keep the number 0: whoever begins to listen asks about everybody once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("registry_visit", sa.Column("change", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_registry_visit_change", "registry_visit", ["change"], unique=False)
    op.create_table(
        "feed",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("cursor", sa.String(length=200), nullable=True),
        sa.Column("claimed_until", services.storage.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed")),
    )


def downgrade() -> None:
    op.drop_table("feed")
    op.execute("DELETE FROM counter WHERE name = 'registry_visit'")
    op.drop_index("ix_registry_visit_change", table_name="registry_visit")
    with op.batch_alter_table("registry_visit", schema=None) as batch_op:
        batch_op.drop_column("change")
