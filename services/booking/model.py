"""What becomes of a press of «Да, подтверждаю»."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.model import Account, Person
from services.accounts.rights import Denial
from services.registry.model import Clinic, PatientIdentity, Refusal, Slot, Visit


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """Who books what for whom. `who`: a person of the account, or another citizen who becomes one by booking."""

    account: Account
    draft_id: str
    who: Person | PatientIdentity
    clinic: Clinic
    slot: Slot


@dataclass(frozen=True, slots=True)
class Made:
    """The visit stands."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Declined:
    """It does not, and why: the registry's refusal, or the rights."""

    reason: Refusal | Denial


@dataclass(frozen=True, slots=True)
class Checking:
    """The registry is silent: whether the visit stands will be told by itself."""

    intent_id: str


BookingOutcome = Made | Declined | Checking


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """A visit with the person it is about."""

    visit: Visit
    person: Person


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits and how many there are in all."""

    items: tuple[VisitEntry, ...]
    total: int
