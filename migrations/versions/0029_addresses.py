"""The directory of addresses: towns, streets and houses, in clear, for it is public."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "registry_town",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("district", sa.String(length=120), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        _key(120),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_town")),
    )
    op.create_index(op.f("ix_registry_town_region_key"), "registry_town", ["region", "key"])
    op.create_table(
        "registry_street",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("town_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        _key(200),
        sa.ForeignKeyConstraint(["town_id"], ["registry_town.id"], name=op.f("fk_registry_street_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_street")),
    )
    op.create_index(op.f("ix_registry_street_town_id_key"), "registry_street", ["town_id", "key"])
    op.create_table(
        "registry_house",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("street_id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        _key(50),
        sa.ForeignKeyConstraint(["street_id"], ["registry_street.id"], name=op.f("fk_registry_house_street_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_house")),
    )
    op.create_index(op.f("ix_registry_house_street_id_place_key"), "registry_house", ["street_id", "place", "key"])


def downgrade() -> None:
    op.drop_table("registry_house")
    op.drop_table("registry_street")
    op.drop_table("registry_town")


def _key(width: int) -> sa.Column[str]:
    by_letter = sa.String(width).with_variant(sa.String(width, collation="C"), "postgresql")
    return sa.Column("key", by_letter, nullable=False)
