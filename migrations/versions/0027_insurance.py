"""Insurance of the registry's patients and what their care has cost: all that they say is sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "registry_coverage",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("content", services.storage.types.Encrypted(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["registry_patient.id"], name=op.f("fk_registry_coverage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_coverage")),
    )
    op.create_table(
        "registry_care_case",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("patient_id", sa.String(length=12), nullable=False),
        sa.Column("content", services.storage.types.Encrypted(), nullable=False),
        sa.Column("version_index", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["registry_patient.id"], name=op.f("fk_registry_care_case_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_care_case")),
        sa.UniqueConstraint("version_index", name=op.f("uq_registry_care_case_version_index")),
    )
    op.create_index(op.f("ix_registry_care_case_patient_id"), "registry_care_case", ["patient_id"])


def downgrade() -> None:
    op.drop_table("registry_care_case")
    op.drop_table("registry_coverage")
