"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("active_person_id", sa.String(length=12), nullable=True),
        sa.Column("last_region", sa.String(length=2), nullable=True),
        sa.Column("unreachable_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("telegram_id", name=op.f("uq_account_telegram_id")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=True),
        sa.Column("at", services.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_account_id_action_at"), ["account_id", "action", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_person_id_at"), ["person_id", "at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("profile", services.storage.types.Encrypted(), nullable=False),
        sa.Column("patient_id", sa.String(length=64), nullable=True),
        sa.Column("clinic_id", sa.String(length=64), nullable=True),
        sa.Column("verified_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "registry_clinic",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("hours", sa.String(length=300), nullable=False),
        sa.Column("tz", sa.String(length=40), nullable=False),
        sa.Column("age_group", sa.String(length=5), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_clinic")),
    )
    with op.batch_alter_table("registry_clinic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registry_clinic_region"), ["region"], unique=False)

    op.create_table(
        "registry_service",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_service")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "booking_intent",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("draft_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("patient_id", sa.String(length=64), nullable=False),
        sa.Column("clinic_id", sa.String(length=64), nullable=False),
        sa.Column("slot_id", sa.String(length=64), nullable=False),
        sa.Column("starts_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("refusal", sa.String(length=24), nullable=True),
        sa.Column("visit_id", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("check_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_booking_intent_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_intent")),
    )
    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_booking_intent_account_id_created_at"), ["account_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "ix_booking_intent_due",
            ["check_at"],
            unique=False,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.create_index(batch_op.f("ix_booking_intent_visit_id"), ["visit_id"], unique=False)
        batch_op.create_index(
            "ux_booking_intent_live",
            ["draft_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        )

    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_account_id"), ["account_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("data", services.storage.types.Encrypted(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("prompt_id", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_account_id_touched_at"), ["account_id", "touched_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_touched_at"), ["touched_at"], unique=False)
        batch_op.create_index(
            "ux_draft_open",
            ["account_id", "kind"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "notification",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notification_account_id_created_at"), ["account_id", "created_at"], unique=False
        )

    op.create_table(
        "person_link",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_person_link_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_link_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_link")),
        sa.UniqueConstraint("account_id", "person_id", name=op.f("uq_person_link_account_id_person_id")),
    )
    with op.batch_alter_table("person_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ux_person_link_own",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("relation = 'own'"),
            postgresql_where=sa.text("relation = 'own'"),
        )

    op.create_table(
        "registry_doctor",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("clinic_id", sa.String(length=24), nullable=False),
        sa.Column("service_id", sa.String(length=24), nullable=False),
        sa.Column("surname", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("patronymic", sa.String(length=80), nullable=True),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("age_group", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["registry_clinic.id"], name=op.f("fk_registry_doctor_clinic_id")),
        sa.ForeignKeyConstraint(["service_id"], ["registry_service.id"], name=op.f("fk_registry_doctor_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_doctor")),
    )
    with op.batch_alter_table("registry_doctor", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registry_doctor_clinic_id_service_id"), ["clinic_id", "service_id"], unique=False
        )

    op.create_table(
        "registry_patient",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("identity", services.storage.types.Encrypted(), nullable=False),
        sa.Column("policy_index", sa.String(length=64), nullable=True),
        sa.Column("snils_index", sa.String(length=64), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("clinic_id", sa.String(length=24), nullable=True),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["registry_clinic.id"], name=op.f("fk_registry_patient_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_patient")),
        sa.UniqueConstraint("policy_index", name=op.f("uq_registry_patient_policy_index")),
    )
    with op.batch_alter_table("registry_patient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registry_patient_snils_index"), ["snils_index"], unique=False)

    op.create_table(
        "hold",
        sa.Column("slot_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("draft_id", sa.String(length=12), nullable=False),
        sa.Column("clinic_id", sa.String(length=64), nullable=False),
        sa.Column("until", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hold_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_hold_draft_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slot_id", name=op.f("pk_hold")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_hold_draft_id")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_until"), ["until"], unique=False)

    op.create_table(
        "link_basis",
        sa.Column("link_id", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("until", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("granted_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["person_link.id"], name=op.f("fk_link_basis_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "basis", name=op.f("pk_link_basis")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("notification_id", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("dedupe_key", sa.String(length=96), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("due_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", services.storage.types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", services.storage.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_outbox_notification_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'due'"),
            postgresql_where=sa.text("status = 'due'"),
        )
        batch_op.create_index(batch_op.f("ix_outbox_notification_id"), ["notification_id"], unique=False)

    op.create_table(
        "registry_slot",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("clinic_id", sa.String(length=24), nullable=False),
        sa.Column("service_id", sa.String(length=24), nullable=False),
        sa.Column("doctor_id", sa.String(length=24), nullable=False),
        sa.Column("starts_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visit_id", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["registry_clinic.id"], name=op.f("fk_registry_slot_clinic_id")),
        sa.ForeignKeyConstraint(["doctor_id"], ["registry_doctor.id"], name=op.f("fk_registry_slot_doctor_id")),
        sa.ForeignKeyConstraint(["service_id"], ["registry_service.id"], name=op.f("fk_registry_slot_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_slot")),
    )
    with op.batch_alter_table("registry_slot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_registry_slot_free_doctor",
            ["doctor_id", "starts_at", "day", "id"],
            unique=False,
            sqlite_where=sa.text("visit_id IS NULL"),
            postgresql_where=sa.text("visit_id IS NULL"),
        )
        batch_op.create_index(
            "ix_registry_slot_free_service",
            ["clinic_id", "service_id", "starts_at", "doctor_id", "day", "id"],
            unique=False,
            sqlite_where=sa.text("visit_id IS NULL"),
            postgresql_where=sa.text("visit_id IS NULL"),
        )
        batch_op.create_index(
            "ix_registry_slot_taken",
            ["doctor_id", "starts_at"],
            unique=False,
            sqlite_where=sa.text("visit_id IS NOT NULL"),
            postgresql_where=sa.text("visit_id IS NOT NULL"),
        )

    op.create_table(
        "registry_visit",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=9), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("patient_id", sa.String(length=12), nullable=False),
        sa.Column("clinic_id", sa.String(length=24), nullable=False),
        sa.Column("service_id", sa.String(length=24), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("doctor_id", sa.String(length=24), nullable=False),
        sa.Column("doctor", sa.String(length=250), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("slot_id", sa.String(length=24), nullable=False),
        sa.Column("starts_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.Column("created_at", services.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["registry_clinic.id"], name=op.f("fk_registry_visit_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["registry_patient.id"], name=op.f("fk_registry_visit_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_visit")),
        sa.UniqueConstraint("key", name=op.f("uq_registry_visit_key")),
        sa.UniqueConstraint("number", name=op.f("uq_registry_visit_number")),
    )
    with op.batch_alter_table("registry_visit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registry_visit_patient_id_starts_at"), ["patient_id", "starts_at"], unique=False
        )
        batch_op.create_index(
            "ux_registry_visit_live",
            ["slot_id"],
            unique=True,
            sqlite_where=sa.text("status = 'booked'"),
            postgresql_where=sa.text("status = 'booked'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("registry_visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_registry_visit_live",
            sqlite_where=sa.text("status = 'booked'"),
            postgresql_where=sa.text("status = 'booked'"),
        )
        batch_op.drop_index(batch_op.f("ix_registry_visit_patient_id_starts_at"))

    op.drop_table("registry_visit")
    with op.batch_alter_table("registry_slot", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_registry_slot_taken",
            sqlite_where=sa.text("visit_id IS NOT NULL"),
            postgresql_where=sa.text("visit_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_registry_slot_free_service",
            sqlite_where=sa.text("visit_id IS NULL"),
            postgresql_where=sa.text("visit_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_registry_slot_free_doctor",
            sqlite_where=sa.text("visit_id IS NULL"),
            postgresql_where=sa.text("visit_id IS NULL"),
        )

    op.drop_table("registry_slot")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_notification_id"))
        batch_op.drop_index(
            "ix_outbox_due", sqlite_where=sa.text("status = 'due'"), postgresql_where=sa.text("status = 'due'")
        )
        batch_op.drop_index(batch_op.f("ix_outbox_account_id"))

    op.drop_table("outbox")
    op.drop_table("link_basis")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_until"))
        batch_op.drop_index(batch_op.f("ix_hold_clinic_id"))

    op.drop_table("hold")
    with op.batch_alter_table("registry_patient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_patient_snils_index"))

    op.drop_table("registry_patient")
    with op.batch_alter_table("registry_doctor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_doctor_clinic_id_service_id"))

    op.drop_table("registry_doctor")
    with op.batch_alter_table("person_link", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_person_link_own", sqlite_where=sa.text("relation = 'own'"), postgresql_where=sa.text("relation = 'own'")
        )
        batch_op.drop_index(batch_op.f("ix_person_link_person_id"))

    op.drop_table("person_link")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notification_account_id_created_at"))

    op.drop_table("notification")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_draft_open", sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_draft_touched_at"))
        batch_op.drop_index(batch_op.f("ix_draft_account_id_touched_at"))

    op.drop_table("draft")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_account_id"))

    op.drop_table("consent")
    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_booking_intent_live",
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        )
        batch_op.drop_index(batch_op.f("ix_booking_intent_visit_id"))
        batch_op.drop_index(
            "ix_booking_intent_due",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_booking_intent_account_id_created_at"))

    op.drop_table("booking_intent")
    op.drop_table("setting")
    op.drop_table("registry_service")
    with op.batch_alter_table("registry_clinic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_clinic_region"))

    op.drop_table("registry_clinic")
    op.drop_table("person")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_person_id_at"))
        batch_op.drop_index(batch_op.f("ix_audit_account_id_action_at"))

    op.drop_table("audit")
    op.drop_table("account")
