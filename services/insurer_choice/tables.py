"""Tables of the choice of an insurer: what waits for a signature, and what was signed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from services.ids import LENGTH
from services.storage.findable import INDEX_LENGTH, findable
from services.storage.tables import account_column, metadata
from services.storage.types import Encrypted, UtcDateTime

insurer_form = Table(
    "insurer_form",
    metadata,
    Column("id", ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True),
    account_column(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("form", Encrypted, nullable=False),
    Column("pdf", Encrypted, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("refused", String(32)),
    Column("signer", Encrypted),
    Index(None, "account_id"),
    Index(None, "person_id"),
)
"""The application of a draft, as it was set to be signed: these very bytes, until the draft says something else.

`refused`: why the last signature was not taken (`signatures.model.Reason`); `signer`: whose it was, if that is known.
"""

insurer_application = Table(
    "insurer_application",
    metadata,
    Column("id", ForeignKey("request.id", ondelete="CASCADE"), primary_key=True),
    account_column(),
    Column("person_id", String(LENGTH), nullable=False),
    Column("patient", Encrypted),
    Column("patient_index", String(INDEX_LENGTH)),
    Column("year", Integer, nullable=False),
    Column("ground", String(16), nullable=False),
    Column("region", String(2), nullable=False),
    Column("form", Encrypted),
    Column("pdf", Encrypted),
    Column("signature", Encrypted),
    Column("signer", Encrypted),
    Column("due_at", UtcDateTime),
    Column("claimed_until", UtcDateTime),
    Index(None, "account_id"),
    Index(None, "person_id"),
    Index(None, "patient_index"),
    Index(None, "due_at"),
)
"""What was signed and sent: each is a case (`cases.tables`), under whose id it lies.

`patient`: the registry's id of the person, NULL where it does not know them; `year`: in which it was sent, by Moscow's
clock; `region`: where to, a two-digit code. `form`, `pdf`, `signature`, `signer`: as they were taken; all NULL once the
account may not see them any more. `due_at`: when its next step is to be looked at, NULL: there is none.
"""

PATIENT = findable(insurer_application.c.patient, insurer_application.c.patient_index, "insurer application patient")
