"""Mail and calendars: an address on the account, and what its calendar was told of each visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", services.storage.types.Encrypted(), nullable=True))
        batch_op.add_column(sa.Column("email_refused_at", services.storage.types.UtcDateTime(), nullable=True))

    op.create_table(
        "calendar_event",
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.String(length=12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("written", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calendar_event_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "visit_id", name=op.f("pk_calendar_event")),
    )


def downgrade() -> None:
    op.drop_table("calendar_event")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("email_refused_at")
        batch_op.drop_column("email")
