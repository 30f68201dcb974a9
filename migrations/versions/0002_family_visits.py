"""Family, cancelling, moving, reminders: new tables and columns, nothing is taken away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "access_code",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=True),
        sa.Column("data", services.storage.types.Encrypted(), nullable=False),
        sa.Column("made_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("used_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_access_code_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_access_code_digest")),
    )
    with op.batch_alter_table("access_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_code_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_code_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "access_grant",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("grantor_id", sa.String(length=12), nullable=False),
        sa.Column("grantee_id", sa.String(length=12), nullable=False),
        sa.Column("covers", sa.String(length=40), nullable=False),
        sa.Column("until", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("granted_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["grantee_id"], ["account.id"], name=op.f("fk_access_grant_grantee_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["grantor_id"], ["account.id"], name=op.f("fk_access_grant_grantor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_access_grant_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_grant_grantee_id"), ["grantee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_grant_grantor_id"), ["grantor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_grant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_access_grant_live",
            ["until"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_code_missed",
            ["at"],
            unique=False,
            sqlite_where=sa.text("action = 'code_missed'"),
            postgresql_where=sa.text("action = 'code_missed'"),
        )

    op.create_table(
        "cancel_intent",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("clinic_id", sa.String(length=64), nullable=False),
        sa.Column("slot_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("refusal", sa.String(length=24), nullable=True),
        sa.Column("for_move", sa.String(length=12), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("check_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cancel_intent_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancel_intent")),
    )
    with op.batch_alter_table("cancel_intent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cancel_intent_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cancel_intent_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(
            "ix_cancel_intent_due",
            ["check_at"],
            unique=False,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.create_index(
            "ux_cancel_intent_live",
            ["visit_id"],
            unique=True,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )

    op.create_table(
        "visit_reply",
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("starts_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_visit_reply_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_reply")),
    )
    with op.batch_alter_table("visit_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_reply_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_reply_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "visit_watch",
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("starts_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_visit_watch_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "visit_id", name=op.f("pk_visit_watch")),
    )
    with op.batch_alter_table("visit_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_watch_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_watch_starts_at"), ["starts_at"], unique=False)

    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moves", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("ended_at", services.storage.types.UtcDateTime(), nullable=True))

    with op.batch_alter_table("link_basis", schema=None) as batch_op:
        batch_op.add_column(sa.Column("covers", sa.String(length=40), nullable=True))
    # Consents given before had no bounds of their own.
    op.execute("UPDATE link_basis SET covers = 'see_visits manage_visits' WHERE basis = 'consent'")

    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_at", services.storage.types.UtcDateTime(), nullable=True))
    # Nobody could mark them until now, and what is old is no news.
    op.execute("UPDATE notification SET read_at = created_at")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looked_at", services.storage.types.UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_person_looked_at",
            ["looked_at"],
            unique=False,
            sqlite_where=sa.text("patient_id IS NOT NULL"),
            postgresql_where=sa.text("patient_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_person_patient_id"), ["patient_id"], unique=False)

    with op.batch_alter_table("person_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", services.storage.types.UtcDateTime(), nullable=True))

    with op.batch_alter_table("registry_visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_to", sa.String(length=12), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("registry_visit", schema=None) as batch_op:
        batch_op.drop_column("moved_to")

    with op.batch_alter_table("person_link", schema=None) as batch_op:
        batch_op.drop_column("ended_at")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_patient_id"))
        batch_op.drop_index(
            "ix_person_looked_at",
            sqlite_where=sa.text("patient_id IS NOT NULL"),
            postgresql_where=sa.text("patient_id IS NOT NULL"),
        )
        batch_op.drop_column("looked_at")

    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_column("read_at")

    with op.batch_alter_table("link_basis", schema=None) as batch_op:
        batch_op.drop_column("covers")

    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.drop_column("ended_at")
        batch_op.drop_column("moves")

    with op.batch_alter_table("visit_watch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_watch_starts_at"))
        batch_op.drop_index(batch_op.f("ix_visit_watch_person_id"))

    op.drop_table("visit_watch")
    with op.batch_alter_table("visit_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_reply_starts_at"))
        batch_op.drop_index(batch_op.f("ix_visit_reply_account_id"))

    op.drop_table("visit_reply")
    with op.batch_alter_table("cancel_intent", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_cancel_intent_live",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index(
            "ix_cancel_intent_due",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_cancel_intent_clinic_id"))
        batch_op.drop_index(batch_op.f("ix_cancel_intent_account_id"))

    op.drop_table("cancel_intent")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_code_missed",
            sqlite_where=sa.text("action = 'code_missed'"),
            postgresql_where=sa.text("action = 'code_missed'"),
        )

    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_access_grant_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_access_grant_person_id"))
        batch_op.drop_index(batch_op.f("ix_access_grant_grantor_id"))
        batch_op.drop_index(batch_op.f("ix_access_grant_grantee_id"))

    op.drop_table("access_grant")
    with op.batch_alter_table("access_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_code_expires_at"))
        batch_op.drop_index(batch_op.f("ix_access_code_account_id"))

    op.drop_table("access_code")
