"""Tables of our own. The local registry keeps its tables in its own room, on the same metadata.

Ids of tables that hold anything encrypted are random and made before the insert (`services.ids`),
for they are part of what is authenticated.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.ids import LENGTH
from services.storage.types import Encrypted, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(LENGTH), primary_key=True)


def _account(*, nullable: bool = False) -> Column[str]:
    return Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=nullable)


setting = Table(
    "setting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the database remembers of itself: which key sealed it, when the demo was filled."""

account = Table(
    "account",
    metadata,
    _id(),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("locale", String(8), nullable=False),
    Column("active_person_id", String(LENGTH)),
    Column("last_region", String(2)),
    Column("unreachable_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("email", Encrypted),
    Column("email_refused_at", UtcDateTime),
)
"""`email_refused_at`: a mail server does not know the address; nothing is written to it until it is given anew."""

consent = Table(
    "consent",
    metadata,
    _id(),
    _account(),
    Column("version", String(20), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
)

person = Table(
    "person",
    metadata,
    _id(),
    Column("profile", Encrypted, nullable=False),
    Column("patient_id", String(64)),
    Column("clinic_id", String(64)),
    Column("verified_at", UtcDateTime),
    Column("looked_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "patient_id"),
    Index(
        "ix_person_looked_at",
        "looked_at",
        sqlite_where=text("patient_id IS NOT NULL"),
        postgresql_where=text("patient_id IS NOT NULL"),
    ),
)
"""`profile` is one sealed JSON: names, birth date, sex, phone, policy, СНИЛС (`accounts.persons`).

`looked_at`: when the registry was last asked about this patient's visits.
"""

person_link = Table(
    "person_link",
    metadata,
    _id(),
    _account(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("relation", String(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("account_id", "person_id"),
    Index(
        "ux_person_link_own",
        "account_id",
        unique=True,
        sqlite_where=text("relation = 'own'"),
        postgresql_where=text("relation = 'own'"),
    ),
    Index(None, "person_id"),
)
"""`ended_at`: a child has grown up, a guardianship or a consent is over; kept a while so that the notice has a name."""

link_basis = Table(
    "link_basis",
    metadata,
    Column("link_id", ForeignKey("person_link.id", ondelete="CASCADE"), primary_key=True),
    Column("basis", String(12), primary_key=True),
    Column("until", UtcDateTime),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("covers", String(40)),
)
"""`covers`: what a consent allows, in the words of `accounts.model.Covers`, with spaces; NULL for other bases."""

access_code = Table(
    "access_code",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE")),
    Column("data", Encrypted, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "account_id"),
    Index(None, "expires_at"),
)
"""One-time codes, known by a keyed digest alone. `account_id`: whose chat made a consent's code; NULL: the desk's."""

access_grant = Table(
    "access_grant",
    metadata,
    _id(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("grantor_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("grantee_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("covers", String(40), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "person_id"),
    Index(None, "grantor_id"),
    Index(None, "grantee_id"),
    Index(
        "ix_access_grant_live",
        "until",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
"""Consents between chats, past ones too: who let whom do what with a person's visits, until when."""

draft = Table(
    "draft",
    metadata,
    _id(),
    _account(),
    Column("kind", String(20), nullable=False),
    Column("step", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(8), nullable=False),
    Column("data", Encrypted, nullable=False),
    Column("message_id", BigInteger),
    Column("prompt_id", BigInteger),
    Column("touched_at", UtcDateTime, nullable=False),
    Index(
        "ux_draft_open",
        "account_id",
        "kind",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
    Index(None, "account_id", "touched_at"),
    Index(None, "touched_at"),
)
"""`message_id` is the screen that shows the draft, `prompt_id` the message that carries a reply keyboard."""

hold = Table(
    "hold",
    metadata,
    Column("slot_id", String(64), primary_key=True),
    _account(),
    Column("draft_id", ForeignKey("draft.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("clinic_id", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "clinic_id"),
    Index(None, "until"),
)
"""A time kept from this bot's other users; one a draft."""

booking_intent = Table(
    "booking_intent",
    metadata,
    _id(),
    _account(),
    Column("draft_id", String(LENGTH), nullable=False),
    Column("person_id", String(LENGTH), nullable=False),
    Column("patient_id", String(64), nullable=False),
    Column("clinic_id", String(64), nullable=False),
    Column("slot_id", String(64), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("status", String(8), nullable=False),
    Column("refusal", String(24)),
    Column("visit_id", String(64)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("check_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("moves", String(64)),
    Column("ended_at", UtcDateTime),
    Index(
        "ux_booking_intent_live",
        "draft_id",
        unique=True,
        sqlite_where=text("status <> 'refused'"),
        postgresql_where=text("status <> 'refused'"),
    ),
    Index(None, "account_id", "created_at"),
    Index(None, "visit_id"),
    Index(
        "ix_booking_intent_due",
        "check_at",
        sqlite_where=text("check_at IS NOT NULL"),
        postgresql_where=text("check_at IS NOT NULL"),
    ),
)
"""The id is the idempotency key that the registry is given. `check_at`: when recovery looks at it next.

`moves`: the visit that this one replaces. `ended_at`: the booked visit was cancelled or moved on.
"""

cancel_intent = Table(
    "cancel_intent",
    metadata,
    _id(),
    _account(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("visit_id", String(64), nullable=False),
    Column("clinic_id", String(64), nullable=False),
    Column("slot_id", String(64), nullable=False),
    Column("status", String(9), nullable=False),
    Column("refusal", String(24)),
    Column("for_move", String(LENGTH)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("check_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index(
        "ux_cancel_intent_live",
        "visit_id",
        unique=True,
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
    Index(None, "account_id"),
    Index(None, "clinic_id"),
    Index(
        "ix_cancel_intent_due",
        "check_at",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
)
"""A cancelling under way or done. Its time is not listed before the unit that settles the registry's answer.

`for_move`: the booking intent of a move that this one makes room for, where the registry does not take both visits;
it is settled along with that.
"""

visit_watch = Table(
    "visit_watch",
    metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("visit_id", String(64), primary_key=True),
    Column("person_id", String(LENGTH), nullable=False),
    Column("status", String(24), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Index(None, "person_id"),
    Index(None, "starts_at"),
)
"""What each account was last told, or need not be told, of a visit: a change by somebody else shows against it."""

visit_reply = Table(
    "visit_reply",
    metadata,
    Column("visit_id", String(64), primary_key=True),
    _account(),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
    Index(None, "starts_at"),
)
"""«Приду»: said about this visit at this time; a visit that starts at another time has no answer yet."""

waiting_link = Table(
    "waiting_link",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("data", Encrypted, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)
"""Where a link has led somebody who has not given consent, or a form, yet (`booking.links`).

`id`: a blind index of the Telegram id, so nothing is told of who it is; `data`: the link's sealed payload.
"""

counter = Table(
    "counter",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("last", Integer, nullable=False),
)
"""Numbers that people read aloud: counted up by one statement, never given twice, not even after an erasure."""

request = Table(
    "request",
    metadata,
    _id(),
    _account(),
    Column("kind", String(16), nullable=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("person_id", String(LENGTH)),
    Column("draft_id", String(LENGTH), unique=True),
    Column("text", Encrypted, nullable=False),
    Column("comment", Encrypted),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "account_id", "created_at"),
)
"""What people send for somebody to answer (`requests.model`). `comment`: what the last change of its status says.

`person_id`: whom it is for, NULL for the account holder's own word. `draft_id`: a draft is sent once.
"""

request_step = Table(
    "request_step",
    metadata,
    _id(),
    Column("request_id", ForeignKey("request.id", ondelete="CASCADE"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "request_id"),
)
"""Every status that a request has had, and since when."""

request_file = Table(
    "request_file",
    metadata,
    _id(),
    Column("request_id", ForeignKey("request.id", ondelete="CASCADE")),
    Column("draft_id", ForeignKey("draft.id", ondelete="CASCADE")),
    Column("place", Integer, nullable=False),
    Column("mime", String(40), nullable=False),
    Column("content", Encrypted, nullable=False),
    Index(None, "request_id"),
    Index(None, "draft_id"),
)
"""Photos, in the order of `place`. Of a draft until it is sent, so that a restart loses none; then of its request."""

calendar_event = Table(
    "calendar_event",
    metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("visit_id", String(64), primary_key=True),
    Column("uid", String(LENGTH), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("written", String(64), nullable=False),
)
"""A visit as an account's calendar knows it: one `uid` through all moves, a `sequence` that grows with every change.

`visit_id`: the visit that stands for it now. `written`: a keyed digest of what its last file said.
"""

notification = Table(
    "notification",
    metadata,
    _id(),
    _account(),
    Column("person_id", String(LENGTH)),
    Column("kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Index(None, "account_id", "created_at"),
)
"""What happened, as «Уведомления» lists it. Kinds and ids only, never a text."""

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _account(),
    Column("notification_id", ForeignKey("notification.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("dedupe_key", String(96), nullable=False, unique=True),
    Column("status", String(8), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claimed_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Index(
        "ix_outbox_due",
        "due_at",
        sqlite_where=text("status = 'due'"),
        postgresql_where=text("status = 'due'"),
    ),
    Index(None, "account_id"),
    Index(None, "notification_id"),
)
"""What is still to be delivered, and through which channel."""

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("account_id", String(LENGTH), nullable=False),
    Column("person_id", String(LENGTH)),
    Column("action", String(32), nullable=False),
    Column("subject_id", String(64)),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "person_id", "at"),
    Index(None, "account_id", "action", "at"),
    Index(
        "ix_audit_code_missed",
        "at",
        sqlite_where=text("action = 'code_missed'"),
        postgresql_where=text("action = 'code_missed'"),
    ),
)
"""Who did what with whose data, and when; never the content."""
