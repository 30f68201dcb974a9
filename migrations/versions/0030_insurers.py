"""Insurance companies and where they give policies out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "registry_insurer",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_insurer")),
    )
    op.create_index(op.f("ix_registry_insurer_region"), "registry_insurer", ["region"])
    op.create_table(
        "registry_issue_point",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("insurer_id", sa.String(length=24), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("hours", sa.String(length=300), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer_id"], ["registry_insurer.id"], name=op.f("fk_registry_issue_point_insurer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_issue_point")),
    )
    op.create_index(op.f("ix_registry_issue_point_insurer_id"), "registry_issue_point", ["insurer_id"])


def downgrade() -> None:
    op.drop_table("registry_issue_point")
    op.drop_table("registry_insurer")
