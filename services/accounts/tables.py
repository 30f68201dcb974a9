"""Tables of accounts: consent, persons and their links, codes and consents."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, false, text

from services.ids import LENGTH
from services.storage.findable import INDEX_LENGTH, findable
from services.storage.tables import account_column, id_column, metadata
from services.storage.types import Encrypted, UtcDateTime

COVERS = 120
"""As many characters as all words of `accounts.model.Covers` take, and more for those to come."""

account = Table(
    "account",
    metadata,
    id_column(),
    Column("chat", Encrypted, nullable=False),
    Column("chat_index", String(INDEX_LENGTH), unique=True),
    Column("locale", String(8), nullable=False),
    Column("active_person_id", String(LENGTH)),
    Column("last_region", String(2)),
    Column("unreachable_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("email", Encrypted),
    Column("email_refused_at", UtcDateTime),
    Column("email_confirmed_at", UtcDateTime),
    Column("large", Boolean, nullable=False, server_default=false()),
    Index(
        "ix_account_mail_unconfirmed",
        "id",
        sqlite_where=text("email IS NOT NULL AND email_confirmed_at IS NULL"),
        postgresql_where=text("email IS NOT NULL AND email_confirmed_at IS NULL"),
    ),
)
"""`email_refused_at`: a mail server does not know the address; nothing is written to it until it is given anew.

`email_confirmed_at`: its owner has typed a code that was sent there. NULL beside an address: it is from before there
were codes, and nothing is written to it either.

`large`: screens are drawn for big letters.
"""

CHAT = findable(account.c.chat, account.c.chat_index, "account chat")
"""The Telegram id. No index: two processes made the same chat an account while a key was being replaced, each under
another key; one of the two is found (`storage.rotation`).
"""

mail_code = Table(
    "mail_code",
    metadata,
    id_column(),
    account_column(),
    Column("data", Encrypted, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("refused_at", UtcDateTime),
    UniqueConstraint("account_id"),
    Index(None, "made_at"),
)
"""Which address an account is about to confirm, and by which code: `data` is both as one sealed JSON.

`tries`: how many have been typed that are not it; `refused_at`: the mail server does not know the address.
"""

consent = Table(
    "consent",
    metadata,
    id_column(),
    account_column(),
    Column("version", String(20), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
)

person = Table(
    "person",
    metadata,
    id_column(),
    Column("profile", Encrypted, nullable=False),
    Column("patient", Encrypted),
    Column("patient_index", String(INDEX_LENGTH)),
    Column("clinic_id", String(64)),
    Column("verified_at", UtcDateTime),
    Column("looked_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "patient_index"),
    Index(
        "ix_person_looked_at",
        "looked_at",
        sqlite_where=text("patient IS NOT NULL"),
        postgresql_where=text("patient IS NOT NULL"),
    ),
)
"""`profile` is one sealed JSON: names, birth date, sex, phone, policy, СНИЛС (`accounts.persons`).

`patient`: who that is in the registry, by its id. `looked_at`: when the registry was last asked about this patient's
visits; NULL: they are to be asked about at once.
"""

PATIENT = findable(person.c.patient, person.c.patient_index, "person patient")

person_link = Table(
    "person_link",
    metadata,
    id_column(),
    account_column(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("relation", String(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("account_id", "person_id"),
    Index(
        "ux_person_link_own",
        "account_id",
        unique=True,
        sqlite_where=text("relation = 'own' AND ended_at IS NULL"),
        postgresql_where=text("relation = 'own' AND ended_at IS NULL"),
    ),
    Index(None, "person_id"),
)
"""`ended_at`: a child has grown up, a guardianship or a consent is over, a chat was closed by another of the
patient's or by the desk; kept a while so that the notice has a name."""

link_basis = Table(
    "link_basis",
    metadata,
    Column("link_id", ForeignKey("person_link.id", ondelete="CASCADE"), primary_key=True),
    Column("basis", String(12), primary_key=True),
    Column("until", UtcDateTime),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("covers", String(COVERS)),
)
"""`covers`: what a consent allows, in the words of `accounts.model.Covers`, with spaces; NULL for other bases."""

access_code = Table(
    "access_code",
    metadata,
    id_column(),
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
    id_column(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("grantor_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("grantee_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("covers", String(COVERS), nullable=False),
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
