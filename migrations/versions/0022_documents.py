"""Papers that were made, and those that are on their way by e-mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0022"
down_revision = "0021"

_SEALED = services.storage.types.Encrypted
_MOMENT = services.storage.types.UtcDateTime


def upgrade() -> None:
    op.create_table(
        "document",
        *_whose(),
        sa.Column("content", _SEALED(), nullable=False),
        sa.Column("content_index", sa.String(length=64), nullable=True),
        sa.Column("pdf", _SEALED(), nullable=False),
        sa.Column("made_at", _MOMENT(), nullable=False),
        *_keys("document"),
        sa.UniqueConstraint("content_index", name=op.f("uq_document_content_index")),
    )
    op.create_table(
        "document_letter",
        *_whose(),
        sa.Column("subject", _SEALED(), nullable=False),
        sa.Column("address", _SEALED(), nullable=True),
        sa.Column("end", sa.String(length=16), nullable=True),
        sa.Column("asked_at", _MOMENT(), nullable=False),
        *_keys("document_letter"),
    )
    for table, moment in (("document", "made_at"), ("document_letter", "asked_at")):
        for column in ("account_id", "person_id", moment):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    op.drop_table("document_letter")
    op.drop_table("document")


def _whose() -> list[sa.Column[str]]:
    return [
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
    ]


def _keys(table: str) -> list[sa.Constraint]:
    account = sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
    )
    return [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")), account]
