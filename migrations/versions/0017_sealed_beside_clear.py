"""Beside a chat's number, and a patient's id in the registry, stand columns to seal them into (`storage.sealing`).

The clear ones may be empty from now on: a value that has been sealed is cleared at once. The next revision drops them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0017"
down_revision = "0016"

_TABLES: dict[str, tuple[str, str, sa.types.TypeEngine[Any]]] = {
    "account": ("chat", "telegram_id", sa.BigInteger()),
    "person": ("patient", "patient_id", sa.String(length=64)),
    "booking_intent": ("patient", "patient_id", sa.String(length=64)),
}
_MAY_BE_EMPTY = {"person"}


def upgrade() -> None:
    for table, (sealed, clear, kind) in _TABLES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(sealed, services.storage.types.Encrypted(), nullable=True))
            batch_op.add_column(sa.Column(f"{sealed}_index", sa.String(length=64), nullable=True))
            if table not in _MAY_BE_EMPTY:
                batch_op.alter_column(clear, existing_type=kind, nullable=True)


def downgrade() -> None:
    """Only while nothing has been sealed: a row without its clear value stops it."""
    for table, (sealed, clear, kind) in _TABLES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            if table not in _MAY_BE_EMPTY:
                batch_op.alter_column(clear, existing_type=kind, nullable=False)
            batch_op.drop_column(f"{sealed}_index")
            batch_op.drop_column(sealed)
