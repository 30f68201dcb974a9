"""A consent may name every area: what it covers has grown longer than the columns were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_COLUMNS = (("link_basis", True), ("access_grant", False))
"""Tables with a column `covers`, and whether it may be empty."""
_WORDS = "records documents insurance requests"


def upgrade() -> None:
    for table, nullable in _COLUMNS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                "covers", existing_type=sa.String(40), type_=sa.String(120), existing_nullable=nullable
            )


def downgrade() -> None:
    # An earlier version knows the visits alone: what else has been opened, it could neither read nor keep.
    for table, nullable in _COLUMNS:
        rows = sa.table(table, sa.column("covers"))
        words = rows.c.covers
        for word in _WORDS.split():
            op.execute(rows.update().values(covers=sa.func.trim(sa.func.replace(words, word, ""))))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                "covers", existing_type=sa.String(120), type_=sa.String(40), existing_nullable=nullable
            )
