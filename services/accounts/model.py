"""Accounts, persons and the links between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.registry.model import PatientIdentity


class Relation(StrEnum):
    """Who the person is to the account."""

    OWN = "own"
    CHILD = "child"
    SPOUSE = "spouse"
    PARENT = "parent"
    WARD = "ward"
    OTHER = "other"


class Basis(StrEnum):
    """What the account's say over the person rests on."""

    DECLARED = "declared"
    DESK = "desk"
    OIDC = "oidc"
    CONSENT = "consent"


class Covers(StrEnum):
    """What a consent allows. Managing includes seeing."""

    SEE_VISITS = "see_visits"
    MANAGE_VISITS = "manage_visits"


@dataclass(frozen=True, slots=True)
class Account:
    """A Telegram chat that has given consent. `reachable`: it has not blocked the bot, as far as we know.

    `mail`: an e-mail address is given, `mail_confirmed`: its owner has agreed; which one, `accounts.mail` tells when it
    is needed.
    """

    id: str
    telegram_id: int
    locale: str
    active_person_id: str | None
    last_region: str | None
    reachable: bool = True
    mail: bool = False
    mail_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as it was read and given. `text`: Telegram's HTML."""

    version: str
    text: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A person linked to an account.

    `bases`: each basis with the moment it ends (None: never); `covers`: what the consent among them allows.
    `patient_id` and `clinic_id` are the registry's: who they are there and where they are attached.
    `verified`: a registry has matched the policy.
    """

    id: str
    relation: Relation
    bases: tuple[tuple[Basis, datetime | None], ...]
    identity: PatientIdentity
    patient_id: str | None
    clinic_id: str | None
    verified: bool
    covers: frozenset[Covers] = frozenset()

    @property
    def full_name(self) -> str:
        return full_name(self.identity)

    @property
    def short_name(self) -> str:
        """Name and surname, for buttons."""
        return f"{self.identity.name} {self.identity.surname}"


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Where an account's letters go. `refused`: its server does not know it; `confirmed`: a code has come back from it.

    `code_id`: it is yet to be confirmed by this one, whose letter alone goes there.
    """

    text: str
    refused: bool
    confirmed: bool = True
    code_id: str | None = None


class MailCodeState(StrEnum):
    """What has become of the code that an address waits for."""

    UNSENT = "unsent"
    SENT = "sent"
    EXPIRED = "expired"
    BURNT = "burnt"
    """Too many have been typed that are not it."""
    REFUSED = "refused"
    """The mail server knows no such address."""


@dataclass(frozen=True, slots=True)
class AwaitedMail:
    """An address that is to be confirmed, and how far that is."""

    address: str
    state: MailCodeState


@dataclass(frozen=True, slots=True)
class MailCode:
    """A code as the letter says it."""

    address: str = field(repr=False)
    digits: str = field(repr=False)

    @property
    def readable(self) -> str:
        """«482 913»."""
        return f"{self.digits[:3]} {self.digits[3:]}"


class MailCodeProblem(StrEnum):
    """Why what was typed confirms no address."""

    NOT_A_CODE = "not_a_code"
    """It has not six digits: no guess, and not counted as one."""
    WRONG = "wrong"
    BURNT = "burnt"
    """Wrong once too often, now or before."""
    EXPIRED = "expired"
    """Its time is over, or there is none."""


@dataclass(frozen=True, slots=True)
class LinkNotice:
    """What a notice about a link says: whose it is, who that is to the account, and what stands of it now.

    `ended`: the person is no longer on the account's list; `consent`: a live consent lets the account in.
    """

    name: str
    relation: Relation
    ended: bool
    consent: bool


def full_name(identity: PatientIdentity) -> str:
    """«Иванова Анна Сергеевна»."""
    return " ".join(filter(None, (identity.surname, identity.name, identity.patronymic)))


class CodeProblem(StrEnum):
    """Why a one-time code opens nothing."""

    NOT_A_CODE = "not_a_code"
    """It has not ten digits: no guess, and not counted as one."""
    WRONG = "wrong"
    """Unknown, used, expired or made for somebody else: which of these is not told."""
    FORM_FIRST = "form_first"
    OWN_CODE = "own_code"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code as it leaves the house, once: what is kept of it is a keyed digest.

    `patient_id`: whom the desk has confirmed by it, by the registry's id; None where a chat has made it.
    """

    digits: str
    expires_at: datetime
    patient_id: str | None = None

    @property
    def readable(self) -> str:
        """«407-122-6583»."""
        return f"{self.digits[:3]}-{self.digits[3:6]}-{self.digits[6:]}"

    @property
    def payload(self) -> str:
        """What a link of the bot carries: `start=c4071226583`."""
        return f"c{self.digits}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person lets whoever holds the code do. `asks_relation`: the account does not have this person yet."""

    id: str
    name: str
    covers: frozenset[Covers]
    until: datetime
    asks_relation: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent between two chats, as one of them sees it.

    `name`: whose visits; `holder`: the name of whoever may see them, None where the form is not filled.
    `given`: this account has given it, else received.
    """

    id: str
    name: str
    holder: str | None
    given: bool
    covers: frozenset[Covers]
    until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a code of the desk has opened: the person as the account has them now, and on which basis."""

    person: Person
    basis: Basis
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Farewell:
    """Somebody has erased their data, and an access with another account has ended by it.

    `account_id`: that other one, to be told; `gave`: it had given the access, else received it; `name`: of who has
    left, None where no form was filled. It stands nowhere but here. `key`: the outbox key of a word without the name.
    """

    account_id: str
    gave: bool
    name: str | None
    key: str
