"""A chat's number and a patient's id stand sealed, with a blind index beside them, and nowhere else.

Refuses while a value stands in clear: sealing wants the key, so it is done before, by `storage.sealing`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import services.storage.types
from services.storage.sealing import TO_BE_REWRITTEN

revision = "0018"
down_revision = "0017"

_CLEAR = {"account": "telegram_id", "person": "patient_id", "booking_intent": "patient_id"}
_SEALED = services.storage.types.Encrypted()
_INDEX = sa.String(length=64)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":  # an old process that still runs writes nothing from here on
        op.execute(f"LOCK TABLE {', '.join(_CLEAR)} IN ACCESS EXCLUSIVE MODE")
    connection = op.get_bind()
    for table, clear in _CLEAR.items():
        left = connection.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {clear} IS NOT NULL")).scalar()  # noqa: S608
        if left:
            raise RuntimeError(f"{left} values of {table}.{clear} stand in clear: stop every process of the bot first")
    anything = " UNION ALL ".join(f"SELECT 1 FROM {table}" for table in _CLEAR)  # noqa: S608
    if connection.execute(sa.text(f"SELECT EXISTS ({anything})")).scalar():
        op.execute(f"INSERT INTO setting (name, value) VALUES ('{TO_BE_REWRITTEN}', '{revision}')")  # noqa: S608

    # An old process that ran on knew none of the chats that were sealed already, and may have met one of them anew.
    op.execute(
        "UPDATE account SET chat_index = NULL WHERE EXISTS (SELECT 1 FROM account AS first"
        " WHERE first.chat_index = account.chat_index AND (first.created_at < account.created_at"
        " OR (first.created_at = account.created_at AND first.id < account.id)))"
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint("uq_account_telegram_id", type_="unique")
        batch_op.drop_column("telegram_id")
        batch_op.alter_column("chat", existing_type=_SEALED, nullable=False)
        batch_op.create_unique_constraint("uq_account_chat_index", ["chat_index"])
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_looked_at")
        batch_op.drop_index("ix_person_patient_id")
        batch_op.drop_column("patient_id")
    _looked_at("patient")
    op.create_index("ix_person_patient_index", "person", ["patient_index"])
    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.drop_column("patient_id")
        batch_op.alter_column("patient", existing_type=_SEALED, nullable=False)
        batch_op.alter_column("patient_index", existing_type=_INDEX, nullable=False)


def downgrade() -> None:
    """The clear columns come back empty: without the key nobody can fill them."""
    op.execute(f"DELETE FROM setting WHERE name = '{TO_BE_REWRITTEN}'")  # noqa: S608
    with op.batch_alter_table("booking_intent", schema=None) as batch_op:
        batch_op.alter_column("patient_index", existing_type=_INDEX, nullable=True)
        batch_op.alter_column("patient", existing_type=_SEALED, nullable=True)
        batch_op.add_column(sa.Column("patient_id", sa.String(length=64), nullable=True))
    op.drop_index("ix_person_patient_index", table_name="person")
    op.drop_index("ix_person_looked_at", table_name="person")
    op.add_column("person", sa.Column("patient_id", sa.String(length=64), nullable=True))
    _looked_at("patient_id")
    op.create_index("ix_person_patient_id", "person", ["patient_id"])
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint("uq_account_chat_index", type_="unique")
        batch_op.alter_column("chat", existing_type=_SEALED, nullable=True)
        batch_op.add_column(sa.Column("telegram_id", sa.BigInteger(), nullable=True))
        batch_op.create_unique_constraint("uq_account_telegram_id", ["telegram_id"])


def _looked_at(patient: str) -> None:
    known = sa.text(f"{patient} IS NOT NULL")
    op.create_index("ix_person_looked_at", "person", ["looked_at"], sqlite_where=known, postgresql_where=known)
