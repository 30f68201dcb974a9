"""An address for letters is confirmed by a code: until then, letters that are due wait.

Addresses that are there already have been typed and no more: nobody has confirmed them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0011"
down_revision = "0010"

_UNCONFIRMED = "email IS NOT NULL AND email_confirmed_at IS NULL"


def upgrade() -> None:
    op.add_column("account", sa.Column("email_confirmed_at", services.storage.types.UtcDateTime(), nullable=True))
    op.create_index(
        "ix_account_mail_unconfirmed",
        "account",
        ["id"],
        unique=False,
        sqlite_where=sa.text(_UNCONFIRMED),
        postgresql_where=sa.text(_UNCONFIRMED),
    )
    op.create_table(
        "mail_code",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("data", services.storage.types.Encrypted(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("refused_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_mail_code_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_code")),
        sa.UniqueConstraint("account_id", name=op.f("uq_mail_code_account_id")),
    )
    op.create_index(op.f("ix_mail_code_made_at"), "mail_code", ["made_at"], unique=False)
    op.execute(
        "UPDATE outbox SET status = 'waiting', claimed_until = NULL WHERE channel = 'email' AND status = 'due'"
        " AND account_id IN (SELECT id FROM account WHERE email IS NOT NULL AND email_refused_at IS NULL)"
    )


def downgrade() -> None:
    op.execute("UPDATE outbox SET status = 'due' WHERE status = 'waiting'")
    ours = "kind IN ('mail_code', 'mail_code_refused', 'mail_unconfirmed')"  # which no earlier version can tell
    op.execute(f"DELETE FROM outbox WHERE notification_id IN (SELECT id FROM notification WHERE {ours})")  # noqa: S608
    op.execute(f"DELETE FROM notification WHERE {ours}")  # noqa: S608
    op.drop_table("mail_code")
    op.drop_index("ix_account_mail_unconfirmed", table_name="account")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("email_confirmed_at")
