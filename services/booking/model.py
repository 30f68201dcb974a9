"""What becomes of a press of «Да, подтверждаю»."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto

from services.accounts.model import Account, Person
from services.errors import Denial
from services.registry.model import CancelRefusal, Clinic, PatientIdentity, Refusal, Slot, Visit

NOT_TOLD = "clash"
"""How an intent keeps that it clashed: its account is told what is kept, and with what it was may be hidden from it."""


class Needs(Enum):
    """What has to be true of a time's hold when it is booked."""

    NOTHING = auto()
    ITS_HOLD = auto()
    """The draft holds the time."""
    NO_OTHER = auto()
    """Nobody else holds it."""


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """Who books what for whom. `who`: a person of the account, or another citizen who becomes one by booking.

    `moves`: the visit that is to be given up for it, once it stands. `gives_up`: it goes before that, for the
    registry does not take both, and its person has agreed. `needs`: how it stands with the time's hold.
    """

    account: Account
    draft_id: str
    who: Person | PatientIdentity
    clinic: Clinic
    slot: Slot
    moves: Visit | None = None
    gives_up: bool = False
    needs: Needs = Needs.NOTHING


@dataclass(frozen=True, slots=True)
class ChosenTime:
    """A time as a draft remembers it, by the registry's id: whether it can be had still is to be asked."""

    slot_id: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A time that is kept for a draft until a moment. `anew`: the hold had run out, and is begun once more."""

    slot: Slot
    until: datetime
    anew: bool = False


class NoHold(Enum):
    """Why a time is not kept for a draft."""

    ANOTHERS = auto()
    """It is kept for somebody else."""
    SPENT = auto()
    """It has been kept for this chat as long as one time may be."""
    MANY = auto()
    """As many times as may be are kept for the account already."""


@dataclass(frozen=True, slots=True)
class Unheld:
    """A time that is free and can be booked, while nothing keeps it from others. `why`: never `ANOTHERS`."""

    slot: Slot
    why: NoHold


class Loss(Enum):
    """Why a chosen time can be had no longer."""

    PASSED = auto()
    TAKEN = auto()
    """The registry has it no more."""
    HELD = auto()
    """It is kept for somebody else."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The draft holds no time any more."""

    why: Loss


class LinkKind(StrEnum):
    """What a link to booking leads to; the value stands in its payload."""

    CLINIC = "c"
    SERVICE = "s"
    DOCTOR = "d"


@dataclass(frozen=True, slots=True)
class BookingLink:
    """A link to booking: a clinic, and, by the kind, a service or a doctor of it (`ref`), by the registry's ids."""

    kind: LinkKind
    clinic_id: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """What a link leads to as things are now. `lost`: its service or doctor is no longer at the clinic."""

    clinic: Clinic
    service_id: str | None = None
    service: str | None = None
    doctor_id: str | None = None
    doctor: str | None = None
    lost: LinkKind | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """The visit stands."""

    visit: Visit


class OldVisit(Enum):
    """Of a move that has not come about: the visit that was to be moved."""

    AS_IT_WAS = auto()
    IN_THE_WAY = auto()
    """It alone keeps the registry from taking the new time: it would have to be given up first."""
    GIVEN_UP = auto()


@dataclass(frozen=True, slots=True)
class Declined:
    """It does not, and why: the registry's refusal, or the rights.

    `again`: this has not been explained to the account before, of the same patient, within the day.
    """

    reason: Refusal | Denial
    old: OldVisit = OldVisit.AS_IT_WAS
    again: bool = False


@dataclass(frozen=True, slots=True)
class Checking:
    """The registry is silent: whether the visit stands will be told by itself."""

    intent_id: str


BookingOutcome = Made | Declined | Checking


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The visit is cancelled."""

    intent_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """It is not cancelled by this, and why: the registry's refusal, or the rights."""

    reason: CancelRefusal | Denial


CancelOutcome = GivenUp | Kept | Checking


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """A visit with the person it is about. `replied`: «Приду» was said to its reminder, at this very time."""

    visit: Visit
    person: Person
    replied: bool = False


class DeedKind(StrEnum):
    """What has been done to a visit."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Doer(Enum):
    """What the account rests on that has done it."""

    PATIENT = auto()
    """Another chat of the patient, confirmed by documents."""
    REPRESENTATIVE = auto()
    """By documents, for a child or a ward."""
    CONSENT = auto()
    UNKNOWN = auto()
    """Nothing but its own word."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What another account has done to a visit. `name`: its holder's, where whoever hears of it has let it in."""

    kind: DeedKind
    doer: Doer
    actor_id: str = field(repr=False)
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """A visit as it stands now. `before`: what was moved to it; `chain`: the ids that it has had, its own too."""

    entry: VisitEntry
    before: VisitEntry | None
    chain: frozenset[str]


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A visit as a calendar is to know it. `uid` stays through all moves; `sequence` grows with what has changed."""

    entry: VisitEntry
    uid: str
    sequence: int

    @property
    def visit(self) -> Visit:
        return self.entry.visit


@dataclass(frozen=True, slots=True)
class Repeat:
    """A specialist seen before, and the nearest free time there."""

    entry: VisitEntry
    slot: Slot


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits and how many there are in all."""

    items: tuple[VisitEntry, ...]
    total: int
