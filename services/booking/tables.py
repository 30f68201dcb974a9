"""Tables of booking: holds, intents, what was told and answered of a visit, links that wait, calendars."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, false, text

from services.ids import LENGTH
from services.storage.findable import INDEX_LENGTH, findable
from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

hold = Table(
    "hold",
    metadata,
    Column("slot_id", String(64), primary_key=True),
    account_column(),
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
    id_column(),
    account_column(),
    Column("draft_id", String(LENGTH), nullable=False),
    Column("person_id", String(LENGTH), nullable=False),
    Column("patient", Encrypted, nullable=False),
    Column("patient_index", String(INDEX_LENGTH), nullable=False),
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
    Column("hidden_at", UtcDateTime),
    Column("follows", Boolean, nullable=False, server_default=false()),
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
        "ix_booking_intent_moves",
        "moves",
        sqlite_where=text("moves IS NOT NULL"),
        postgresql_where=text("moves IS NOT NULL"),
    ),
    Index(
        "ix_booking_intent_due",
        "check_at",
        sqlite_where=text("check_at IS NOT NULL"),
        postgresql_where=text("check_at IS NOT NULL"),
    ),
)
"""The id is the idempotency key that the registry is given. `check_at`: when recovery looks at it next.

`patient`: whom the registry is asked for, by its id. `moves`: the visit that this one replaces. `ended_at`: the booked
visit was cancelled or moved on. `hidden_at`: the patient or another account has changed it, or has said that it is not
theirs: whoever sees it only as booked from here does no longer. `follows`: nobody has asked for it here, the clinic has
moved what was booked here.
"""

INTENT_PATIENT = findable(booking_intent.c.patient, booking_intent.c.patient_index, "intent patient")

cancel_intent = Table(
    "cancel_intent",
    metadata,
    id_column(),
    account_column(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("visit_id", String(64), nullable=False),
    Column("clinic_id", String(64), nullable=False),
    Column("slot_id", String(64), nullable=False),
    Column("status", String(9), nullable=False),
    Column("refusal", String(24)),
    Column("for_move", String(LENGTH)),
    Column("undoes", String(LENGTH)),
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
    Index(None, "visit_id"),
    Index(
        "ix_cancel_intent_at",
        "clinic_id",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
    Index(
        "ix_cancel_intent_due",
        "check_at",
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
)
"""A cancelling under way or done. Its time is not listed before the unit that settles the registry's answer.

`for_move`: the booking intent of a move that this one makes room for, where the registry does not take both visits;
it is settled along with that. `undoes`: the booking intent whose visit is to go again, for the right to book had ended
while the registry was asked; nobody has pressed anything, and it is asked until the registry answers.
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
    account_column(),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
    Index(None, "starts_at"),
)
"""«Приду»: said about this visit at this time; a visit that starts at another time has no answer yet."""

accepted_warning = Table(
    "accepted_warning",
    metadata,
    id_column(),
    account_column(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("data", Encrypted, nullable=False),
    Index(None, "account_id", "person_id", unique=True),
    Index(None, "person_id"),
)
"""That an account went on with clinics where a person is not attached (`booking.warnings`).

`data`: sealed JSON, the ids of those clinics and of the one where the person was attached then, if that was shown.
"""

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
