"""A chat that is no longer its holder keeps the ended link for a while, and may get a form anew meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_NAME = "ux_person_link_own"
_OLD = "relation = 'own'"
_NEW = "relation = 'own' AND ended_at IS NULL"


def upgrade() -> None:
    _renew(_NEW)


def downgrade() -> None:
    # Two chats' worth of own links cannot stand under the old index: the ended ones go.
    op.execute("DELETE FROM person_link WHERE relation = 'own' AND ended_at IS NOT NULL")
    _renew(_OLD)


def _renew(where: str) -> None:
    op.drop_index(_NAME, table_name="person_link")
    kept = sa.text(where)
    op.create_index(_NAME, "person_link", ["account_id"], unique=True, sqlite_where=kept, postgresql_where=kept)
