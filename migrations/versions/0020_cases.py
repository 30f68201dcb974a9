"""Whatever is sent and answered is a case: any topic's kinds and statuses, and what was said along with each status."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0020"
down_revision = "0019"

_WORDS = {"request": ("kind", "status"), "request_step": ("status",)}
_BEFORE, _NOW = sa.String(length=16), sa.String(length=32)


def upgrade() -> None:
    _of(_BEFORE, _NOW)
    op.add_column("request_step", sa.Column("comment", services.storage.types.Encrypted(), nullable=True))


def downgrade() -> None:
    """What was said along with a status goes: the row of the request would need the key to take it."""
    with op.batch_alter_table("request_step", schema=None) as batch_op:
        batch_op.drop_column("comment")
    _of(_NOW, _BEFORE)


def _of(before: sa.String, now: sa.String) -> None:
    for table, columns in _WORDS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, existing_type=before, type_=now, existing_nullable=False)
