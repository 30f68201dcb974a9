"""Accounts, persons and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from enum import StrEnum

from services.errors import NomerokError
from services.registry.model import PatientIdentity
from services.texts.dates import full_years

OWN_WORD_FROM = 15
"""At which age a teenager's own word comes before that of representatives, unless the clinic has set a later one."""
TRAIL_YEARS = 3
"""For how long what an account has done for others is kept, once it is erased: as long as claims can be made."""


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


class Area(StrEnum):
    """What of a person a service may concern. Each is opened by itself, or stays shut (`accounts.rights.allowed`)."""

    VISITS = "visits"
    RECORDS = "records"
    DOCUMENTS = "documents"
    INSURANCE = "insurance"
    REQUESTS = "requests"


LOOKS: Mapping[Area, str] = {area: f"read_{area.value}" for area in Area if area is not Area.VISITS}
"""What the audit calls a look into somebody else's area, for the areas that have come after visits."""


class Action(StrEnum):
    """What is done in an area."""

    SEE = "see"
    MANAGE = "manage"


class Covers(StrEnum):
    """What a consent allows, word by word. Managing visits includes seeing them; every other area is seen only.

    The words stand in rows and, by their order, in buttons: new ones come last.
    """

    SEE_VISITS = "see_visits"
    MANAGE_VISITS = "manage_visits"
    RECORDS = "records"
    DOCUMENTS = "documents"
    INSURANCE = "insurance"
    REQUESTS = "requests"

    @property
    def area(self) -> Area:
        return Area.VISITS if self in VISITS_WHOLE else Area(self.value)


VISITS_WHOLE = frozenset({Covers.SEE_VISITS, Covers.MANAGE_VISITS})
"""All of the visits, and nothing of the areas that have come after them."""


@dataclass(frozen=True, slots=True)
class Account:
    """A Telegram chat that has given consent. `reachable`: it has not blocked the bot, as far as we know.

    `mail`: an e-mail address is given, `mail_confirmed`: its owner has agreed; which one, `accounts.mail` tells when it
    is needed. `large`: its screens are drawn for big letters.
    """

    id: str
    telegram_id: int
    locale: str
    active_person_id: str | None
    last_region: str | None
    reachable: bool = True
    mail: bool = False
    mail_confirmed: bool = False
    large: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as it was read and given. `text`: Telegram's HTML."""

    version: str
    text: str
    given_at: datetime


class Field(StrEnum):
    """What there is to be told of a person; which of it a basis shows, `accounts.shown` says."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    PHONE = "phone"
    POLICY = "policy"
    SNILS = "snils"
    ATTACHMENT = "attachment"
    """The clinic that the registry has them attached to."""
    VERIFIED = "verified"
    """That a registry has matched the policy."""


class NotShown(NomerokError):  # noqa: N818
    """More of a person is asked for than the account's bases show."""


@dataclass(frozen=True, slots=True)
class Names:
    """What everybody who has the person on a list knows of them."""

    surname: str
    name: str
    patronymic: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """A person linked to an account, cut to what the account's bases show (`accounts.shown.cut`).

    `bases`: each basis with the moment it ends (None: never); `covers`: what the consent among them allows.
    `shown`: the form, None where only the name is shown. `patient_id` and `clinic_id` are the registry's: who they are
    there, and where they are attached, if that is shown. `verified`: a registry has matched the policy, if it is shown.
    That there is a `patient_id` is for asking the registry, never for telling that it knows them.
    `born` decides about rights, and is for no screen: those ask for an age. `minor_ward`: a ward who was under 18 when
    the paper was shown, or the word given: that ends at 18, whatever the paper's date. `own_word_from`: at
    which age a teenager's own word comes before that of representatives, by the clinic's rule. `alike`: somebody else
    of the account's list has the same name and surname.
    """

    id: str
    relation: Relation
    bases: tuple[tuple[Basis, datetime | None], ...]
    shown: PatientIdentity | None
    patient_id: str | None
    clinic_id: str | None
    verified: bool
    covers: frozenset[Covers] = frozenset()
    minor_ward: bool = False
    own_word_from: int = OWN_WORD_FROM
    alike: bool = False
    names: Names = dataclass_field(kw_only=True)
    born: date = dataclass_field(kw_only=True, repr=False)

    @property
    def identity(self) -> PatientIdentity:
        """The whole form. Raises `NotShown` where the account sees the name alone."""
        if self.shown is None:
            raise NotShown
        return self.shown

    @property
    def full_name(self) -> str:
        return full_name(self.names)

    @property
    def listed_name(self) -> str:
        """The full name, for the account's own lists: with the year of birth where names alone may mean another one.

        Of whom the name alone is shown, it is the full name.
        """
        if not self.alike or self.shown is None:
            return self.full_name
        return f"{self.full_name} ({self.shown.birth_date.year})"

    @property
    def short_name(self) -> str:
        """Name and surname, for buttons."""
        return f"{self.names.name} {self.names.surname}"

    def age(self, on: date) -> int:
        """In full years."""
        return full_years(self.born, on)


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

    address: str = dataclass_field(repr=False)
    digits: str = dataclass_field(repr=False)

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
    `own_word_from`: the age since which the person's own word comes first; None: it does not today.
    """

    name: str
    relation: Relation
    ended: bool
    consent: bool
    own_word_from: int | None = None


def full_name(who: PatientIdentity | Names) -> str:
    """«Иванова Анна Сергеевна»."""
    return " ".join(filter(None, (who.surname, who.name, who.patronymic)))


def initials(identity: PatientIdentity) -> str:
    """«И. А. С.»: who knows the person recognises them."""
    names = filter(None, (identity.surname, identity.name, identity.patronymic))
    return " ".join(f"{each[0].upper()}." for each in names)


class CodeProblem(StrEnum):
    """Why a one-time code opens nothing."""

    NOT_A_CODE = "not_a_code"
    """It has not ten digits: no guess, and not counted as one."""
    WRONG = "wrong"
    """Unknown, used, expired or made for somebody else: which of these is not told."""
    FORM_FIRST = "form_first"
    CONFIRM_FIRST = "confirm_first"
    """For a child or a ward, in a chat whose own holder no documents have confirmed."""
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
class DeskOffer:
    """Whom a code of the desk would open in this chat, as far as is told before the answer: «И. А. С.», 1951.

    `relation`: who the patient is to be to the account.
    """

    id: str
    initials: str
    born: int
    relation: Relation


Shown = DeskOffer | Offer
"""What a code that fits shows before it is taken."""


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
class StandingBasis:
    """One basis that lets an account act for a patient, as it stands now; `link_id` and `basis` name it.

    `patient`: whose visits; `holder`: what the account's holder is called by the own form, None where it is not
    filled; `relation`: who the patient is to the account; `covers`: what a consent allows, else nothing. `mine`: the
    account that asks lives by it, else it is another's over the one that asks. `endable`: the one that asks may end it.
    """

    link_id: str
    basis: Basis
    patient: str
    holder: str | None
    relation: Relation
    since: datetime
    until: datetime | None
    covers: frozenset[Covers]
    mine: bool
    endable: bool


@dataclass(frozen=True, slots=True)
class EndedBasis:
    """One that has ended, as a chat is told of it. `mine`: it was that chat's own, else another's over its holder.

    `covers`: what a consent has allowed, where this chat has just ended it; None: known no more, or by documents.
    """

    patient: str
    holder: str | None
    relation: Relation
    mine: bool
    covers: frozenset[Covers] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a code of the desk has opened: the person as the account has them now, and on which basis.

    `elsewhere`: other chats that are this very patient, too.
    """

    person: Person
    basis: Basis
    until: datetime | None
    elsewhere: tuple[StandingBasis, ...] = ()


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
