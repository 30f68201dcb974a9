"""Notifications and their delivery: kinds and ids, never texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an account was told before, and need not read any more: all of these kinds about these subjects."""

    kinds: frozenset[str]
    subjects: frozenset[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for an account to be told. `kind`: a word of the topic's own (its `notices`), up to 32 characters.

    `subject_id`: what it is about, as the kind has it; `person_id`: whom, where that is one person. `key` (`keys`): it
    is told once under it. `due_at`: when, now if left out; until then it does not stand in the list either.
    `screen_follows`: somebody is looking at the screen that will say it; delivery waits for `Outbox.shown`.
    `replaces`: what stands in the list no longer, for this says how the same thing is now.
    """

    account_id: str
    person_id: str | None
    kind: str
    subject_id: str
    key: str
    due_at: datetime | None = None
    screen_follows: bool = False
    replaces: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """One line of «Уведомления»: a `Notice` that is kept. `created_at`: when it was due to be told."""

    id: str
    account_id: str
    kind: str
    subject_id: str
    created_at: datetime
    read: bool = False
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification to be delivered through one channel, claimed by this process for a while.

    `mail_confirmed_at`: since when the account has an address that a letter may go to; until then it has waited.
    """

    id: str
    channel: str
    attempts: int
    notification: Notification
    mail_confirmed_at: datetime | None = None


class EmailProblem(StrEnum):
    """Why a typed text is no address that letters can be sent to."""

    NOT_AN_ADDRESS = "not_an_address"
    NAME_NOT_LATIN = "name_not_latin"
    MIXED_LETTERS = "mixed_letters"
    """Letters of two scripts in one word of the domain: a slip of the keyboard, or a look-alike."""
    TOO_LONG = "too_long"


class LetterEnd(StrEnum):
    """What has become of a letter that goes to an address of its own."""

    SENT = "sent"
    NO_MAILBOX = "no_mailbox"
    """Its server does not know the address."""
    REFUSED = "refused"
    """Our mail server does not take the letter."""
    GIVEN_UP = "given_up"
    """It was tried for three days."""
    CLOSED = "closed"
    """What it was to bring is open no longer."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a letter. `parameters`: of its type, such as the method of a calendar file."""

    name: str
    mime: str
    data: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is drawn: the same in plain text and in HTML, and the files that go along."""

    locale: str
    subject: str
    text: str
    html: str
    attachments: Sequence[Attachment] = ()
