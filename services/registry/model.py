"""Shapes that every registry speaks: after the federal ФЭР v2_0 and FHIR R4. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Sex(StrEnum):
    MALE = "M"
    FEMALE = "F"


class AgeGroup(StrEnum):
    """Whom a clinic or a doctor sees. Adults are 18 and over, on the day of the visit."""

    CHILD = "child"
    ADULT = "adult"
    ANY = "any"

    def sees(self, age: int) -> bool:
        return self is AgeGroup.ANY or (self is AgeGroup.ADULT) == (age >= ADULT_AGE)


ADULT_AGE = 18


class PolicyKind(StrEnum):
    """ФФОМС F008: old form, temporary certificate, common form; and none at all."""

    ENP = "enp"
    OLD = "old"
    TEMPORARY = "temporary"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """An OMS policy. `number`: 16 digits, 9 digits, «SERIES NUMBER», or empty for none."""

    kind: PolicyKind
    number: str = ""


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """What a registry needs to know a person by. `snils`: 11 digits; `phone`: E.164."""

    surname: str
    name: str
    patronymic: str | None
    birth_date: date
    sex: Sex
    policy: Policy
    snils: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """A person as the registry knows it. `confirmed`: a clinic has seen the documents, this very policy among them."""

    id: str
    confirmed: bool
    clinic_id: str | None
    """The clinic that the person is attached to."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic of the directory.

    `region`: two-digit code of the subject of the Federation. `hours`: either «1-5 08:00-20:00; 6 09:00-15:00»
    (ISO weekdays), which screens tell in words, or the operator's own text. `tz`: IANA zone.
    """

    id: str
    name: str
    address: str
    town: str
    region: str
    phone: str
    hours: str
    tz: str
    age_group: AgeGroup
    lat: float | None = None
    lon: float | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Town:
    """A town or a village of the directory of addresses.

    `region`: as of `Clinic`; `kind`: as ГАР has it, without a dot: «г», «пгт», «д»; `district`: what tells it from
    another of that name in the region, as it is written, or empty. `demo`: its streets are invented.
    """

    id: str
    region: str
    name: str
    kind: str
    district: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Street:
    """A street of a town. `kind`: «ул», «пр-кт», «б-р»."""

    id: str
    town_id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class House:
    """A house of a street. `number`: as it is written, «5», «5А», «5 к. 2»."""

    id: str
    street_id: str
    number: str


class PolicyForm(StrEnum):
    """What a policy of the common form is: ФФОМС F008, with those that came after it."""

    PAPER = "paper"
    CARD = "card"
    ELECTRONIC = "electronic"


class CoverageStatus(StrEnum):
    VALID = "valid"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who insures a patient (FHIR Coverage). `region`: two-digit code of the subject where they are insured.

    `until`: the last day, None: without an end.
    """

    policy: Policy
    region: str
    insurer: str
    insurer_phone: str
    form: PolicyForm | None
    status: CoverageStatus
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Insurer:
    """A medical insurance company in a subject of the Federation: one that works in several is there once in each.

    `region`: as of `Coverage`; `phone`, `site`, `address`: of its office there, may be empty. `demo`: it is invented.
    """

    id: str
    region: str
    name: str
    phone: str
    site: str
    address: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class IssuePoint:
    """Where an insurer gives policies out. `hours`: as of `Clinic`; `lat`, `lon`: degrees, both or neither."""

    id: str
    insurer_id: str
    address: str
    town: str
    phone: str
    hours: str
    lat: float | None = None
    lon: float | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """The clinic that a patient is attached to. `doctor`: of the area, surname, name, patronymic; may be empty."""

    clinic: Clinic
    since: date | None
    doctor: str


@dataclass(frozen=True, slots=True)
class CareCase:
    """A version of a finished case of care (FHIR ExplanationOfBenefit): the headings of the statement of costs.

    `number`: of the case, in all its versions; the highest counts. `void`: it was taken back. `region`: as of
    `Coverage`; `clinic`: its name as it was; `kind`: «вид помощи»; `condition`: «условие оказания»; `cost`: roubles.
    """

    number: str
    version: int
    void: bool
    region: str
    clinic: str
    begun: date
    ended: date
    kind: str
    condition: str
    service: str
    cost: Decimal


def plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has it: days and sums in words."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for name, value in told.items()
    }


def care_case_of(told: Mapping[str, Any]) -> CareCase:
    """A case of care of what `plain` has made of its fields."""
    days = {name: date.fromisoformat(told[name]) for name in ("begun", "ended")}
    return CareCase(**{**told, **days, "cost": Decimal(told["cost"])})


@dataclass(frozen=True, slots=True)
class Doctor:
    """A doctor of a clinic and the service that they are booked for. `name`: surname, name, patronymic."""

    id: str
    clinic_id: str
    service_id: str
    service: str
    name: str


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """A medical service of a clinic: its nearest free time and how many are free. `id`: post code, ФРМР 1002."""

    id: str
    name: str
    nearest: datetime | None
    free: int


@dataclass(frozen=True, slots=True)
class ClinicOffer:
    """A clinic where a service has free times, and the nearest of them."""

    clinic_id: str
    nearest: datetime


@dataclass(frozen=True, slots=True)
class DoctorOffer:
    """A doctor of a service. `name`: surname, name, patronymic in the nominative."""

    id: str
    name: str
    room: str
    nearest: datetime | None
    free: int


@dataclass(frozen=True, slots=True)
class DayOffer:
    """A day in the clinic's zone on which `free` times are left. `hours`: in which of its hours they begin, 0 to 23."""

    day: date
    free: int
    hours: frozenset[int]


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of one doctor. Moments are in UTC."""

    id: str
    clinic_id: str
    service_id: str
    service: str
    doctor_id: str
    doctor: str
    room: str
    start: datetime
    end: datetime


class VisitStatus(StrEnum):
    """Statuses of a visit; the words on screen are the portals'."""

    BOOKED = "booked"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    MOVED = "moved"
    FULFILLED = "fulfilled"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked visit as the registry keeps it. `number` is what stands on the ticket."""

    id: str
    number: str
    status: VisitStatus
    patient_id: str
    clinic: Clinic
    service_id: str
    service: str
    doctor_id: str
    doctor: str
    room: str
    start: datetime
    end: datetime
    created_at: datetime
    slot_id: str = ""
    moved_to: str | None = None
    """The visit that has taken this one's place, where it was moved."""


class Refusal(StrEnum):
    """Why a registry says no; the named refusals of ФЭР v2_0."""

    TIME_BUSY = "time_busy"
    SAME_SPECIALIST = "same_specialist"
    SAME_TIME = "same_time"
    OTHER_AGE = "other_age"
    TIME_PASSED = "time_passed"
    PATIENT_NOT_FOUND = "patient_not_found"
    REFERRAL_EXPIRED = "referral_expired"
    OLD_VISIT_OVER = "old_visit_over"
    """Of a move: the visit to be moved no longer stands."""
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Booked:
    visit: Visit


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: the visit may or may not stand. `find_booking` tells later."""


BookingAnswer = Booked | Refused | Unknown


class CancelRefusal(StrEnum):
    """Why a visit is not cancelled."""

    ALREADY_CANCELLED = "already_cancelled"
    TIME_PASSED = "time_passed"
    MOVED = "moved"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The visit is cancelled and its time is free."""


@dataclass(frozen=True, slots=True)
class NotCancelled:
    """The visit stands as it stood, unless the reason says otherwise."""

    reason: CancelRefusal


CancelAnswer = Cancelled | NotCancelled | Unknown


class PrescriptionStatus(StrEnum):
    """Statuses of a prescription; the words on screen are the portals'."""

    ACTIVE = "active"
    DISPENSED = "dispensed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


NO_DATE = date(1900, 1, 1)
"""What registries write where they have no date; this day and all before it are none."""


@dataclass(frozen=True, slots=True)
class Prescription:
    """A prescription as the registry keeps it.

    `number`: series and number, as on the paper. `commercial`: the patient pays for the drug; else it is given free of
    charge or at a discount. `drug`: name, form and dose as the doctor has written them. `how`: how to take it, and
    `amount`: how much is to be given («№ 20», «2 упаковки»); either may be empty. `clinic` with its address, phone and
    IANA zone `tz`: as they were when it was written; `demo`: it is an invented one. `doctor`: surname, name,
    patronymic. `valid_until`: the last day on which it is good; None: not said. `dispensed`: the day on which it was
    given out, where known.
    """

    id: str
    number: str
    patient_id: str
    commercial: bool
    drug: str
    how: str
    amount: str
    clinic: str
    clinic_address: str
    clinic_phone: str
    tz: str
    doctor: str
    issued: date
    valid_until: date | None
    status: PrescriptionStatus
    """As kept, which a day that passes does not change: `standing` tells what it is today."""
    dispensed: date | None = None
    demo: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "valid_until", real_date(self.valid_until))
        object.__setattr__(self, "dispensed", real_date(self.dispensed))

    def standing(self, today: date) -> PrescriptionStatus:
        """What it is on this day, the clinic's: past its last day, an active one has expired."""
        over = self.valid_until is not None and self.valid_until < today
        return PrescriptionStatus.EXPIRED if over and self.status is PrescriptionStatus.ACTIVE else self.status


def real_date(day: date | None) -> date | None:
    """The day, unless it only stands for none."""
    return None if day is None or day <= NO_DATE else day


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a registry can do beyond the minimum."""

    registers_patients: bool
    """Takes a person that it does not know yet (the demo does; a real one sends them to the desk)."""

    moves: bool
    """Moves a visit in one call; where not, the new one is booked and then the old one cancelled."""

    ports: frozenset[type] = frozenset()
    """Ports that it has besides those that every registry has; `ports.registry.port_of` gives one."""


@dataclass(frozen=True, slots=True)
class Changes(Generic[Item]):
    """A page of what has changed, in the order of the changes, each item as it is now."""

    items: Sequence[Item]
    cursor: str
    """Where the next page begins: 200 characters at most, the registry's own."""
    more: bool = False
    """There is a next page already."""
