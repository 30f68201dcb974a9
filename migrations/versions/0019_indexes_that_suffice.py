"""Free times are counted from the index alone, and a clinic's cancellings under way without those of years.

SQLite looks at the row of a time where the index lacks a column that the question names: `visit_id` is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_FREE = {
    "ix_registry_slot_free_doctor": ("doctor_id", "starts_at", "day", "id", "since", "until"),
    "ix_registry_slot_free_service": (
        *("clinic_id", "service_id", "starts_at", "doctor_id", "day", "id", "since", "until"),
    ),
}


def upgrade() -> None:
    for name, columns in _FREE.items():
        _free_times_by(name, (*columns, "visit_id"))
    op.drop_index("ix_cancel_intent_clinic_id", table_name="cancel_intent")
    under_way = sa.text("status = 'pending'")
    op.create_index(
        "ix_cancel_intent_at", "cancel_intent", ["clinic_id"], sqlite_where=under_way, postgresql_where=under_way
    )


def downgrade() -> None:
    op.drop_index("ix_cancel_intent_at", table_name="cancel_intent")
    op.create_index("ix_cancel_intent_clinic_id", "cancel_intent", ["clinic_id"])
    for name, columns in _FREE.items():
        _free_times_by(name, columns)


def _free_times_by(name: str, columns: Sequence[str]) -> None:
    free = sa.text("visit_id IS NULL")
    op.drop_index(name, table_name="registry_slot")
    op.create_index(name, "registry_slot", list(columns), sqlite_where=free, postgresql_where=free)
