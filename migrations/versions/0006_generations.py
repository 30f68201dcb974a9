"""Imports that come all at once: generations of clinics, doctors and times."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = ("registry_clinic", "registry_doctor", "registry_slot")
_FREE = {
    "ix_registry_slot_free_doctor": ["doctor_id", "starts_at", "day", "id"],
    "ix_registry_slot_free_service": ["clinic_id", "service_id", "starts_at", "doctor_id", "day", "id"],
}


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "registry_slot", columns, unique=False, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("since", sa.Integer(), server_default="0", nullable=False))
    op.add_column("registry_slot", sa.Column("until", sa.Integer(), nullable=True))
    for name, columns in _FREE.items():
        op.drop_index(name, "registry_slot")
        _index(name, [*columns, "since", "until"], "visit_id IS NULL")
    _index("ix_registry_slot_going", ["until", "id"], "until IS NOT NULL")
    # Bookings lock this row while they decide, so it has to be there before the first of them.
    op.execute("INSERT INTO setting (name, value) VALUES ('registry_generation', '0')")


def downgrade() -> None:
    op.execute("DELETE FROM setting WHERE name IN ('registry_generation', 'registry_import')")
    op.drop_index("ix_registry_slot_going", "registry_slot")
    for name, columns in _FREE.items():
        op.drop_index(name, "registry_slot")
        _index(name, columns, "visit_id IS NULL")
    with op.batch_alter_table("registry_slot", schema=None) as batch_op:
        batch_op.drop_column("until")
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("since")
