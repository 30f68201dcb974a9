"""Prescriptions of the registry: all that they say is sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "registry_prescription",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("patient_id", sa.String(length=12), nullable=False),
        sa.Column("content", services.storage.types.Encrypted(), nullable=False),
        sa.Column("number_index", sa.String(length=64), nullable=True),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["registry_patient.id"], name=op.f("fk_registry_prescription_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_prescription")),
        sa.UniqueConstraint("number_index", name=op.f("uq_registry_prescription_number_index")),
    )
    for column in ("patient_id", "change"):
        op.create_index(op.f(f"ix_registry_prescription_{column}"), "registry_prescription", [column])


def downgrade() -> None:
    op.drop_table("registry_prescription")
