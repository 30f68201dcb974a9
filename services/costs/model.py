"""What care has cost: a statement of a period, applications for one with their statuses, and what is kept of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.accounts.model import Person
from services.cases.model import Case, CaseKind, Machine
from services.errors import NomerokError
from services.registry.model import CareCase

EARLIEST = date(2000, 1, 1)
"""No period begins before it: the register of insurance has nothing older."""


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class ClinicCosts:
    """What was done at one clinic, the earliest first, and what that has cost."""

    region: str
    clinic: str
    cases: Sequence[CareCase]
    total: Decimal


@dataclass(frozen=True, slots=True)
class CostStatement:
    """The statement of a period. `total`: of all its rows; without any, no clinic stands in it."""

    period: Period
    clinics: Sequence[ClinicCosts]
    total: Decimal


class CostStatus(StrEnum):
    """The portal's statuses of an application that goes to a department."""

    DRAFT = "draft"
    REGISTERED = "registered"
    SENT = "sent"
    RECEIVED = "received"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


MACHINE: Machine = {
    CostStatus.DRAFT: (CostStatus.REGISTERED,),
    CostStatus.REGISTERED: (CostStatus.SENT,),
    CostStatus.SENT: (CostStatus.RECEIVED, CostStatus.REFUSED, CostStatus.FAILED),
    CostStatus.RECEIVED: (CostStatus.DONE, CostStatus.REFUSED, CostStatus.FAILED),
    CostStatus.FAILED: (CostStatus.REGISTERED, CostStatus.REFUSED),
    CostStatus.DONE: (),
    CostStatus.REFUSED: (),
}
KIND = CaseKind("costs", MACHINE, frozenset({CostStatus.REFUSED}), desk=frozenset({CostStatus.FAILED}))
"""The bot goes through it by itself: the desk hears only of what has failed."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whom an application is about, as the form had it when it was sent, and who has sent it, where that is another.

    `policy`: as it is read on screens; `birth_date`, `policy`, `snils`: empty where they were not shown.
    """

    name: str
    birth_date: date | None
    policy: str
    snils: str
    by: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it was sent. `person`: as the account is shown them now."""

    case: Case
    person: Person
    period: Period
    applicant: Applicant


@dataclass(frozen=True, slots=True)
class Issued:
    """An application with the statement that has come of it, on a `day` by Moscow's clock."""

    application: Application
    statement: CostStatement
    day: date


class AlreadyApplied(NomerokError):  # noqa: N818
    """There is an open application for this person and this very period. `case_id`: which."""

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class TooManyApplications(NomerokError):  # noqa: N818
    """The chat has sent as many as it may in a day."""


class WrongPeriod(NomerokError):  # noqa: N818
    """It ends before it begins, or in the future, or begins before anything was registered."""


def period_text(period: Period) -> str:
    """As a case keeps it: «2025-01-01/2025-12-31»."""
    return f"{period.first.isoformat()}/{period.last.isoformat()}"


def read_period(text: str) -> Period:
    first, _, last = text.partition("/")
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def applicant_to_json(applicant: Applicant) -> dict[str, Any]:
    return {
        "name": applicant.name,
        "birth_date": applicant.birth_date.isoformat() if applicant.birth_date is not None else None,
        "policy": applicant.policy,
        "snils": applicant.snils,
        "by": applicant.by,
    }


def applicant_from_json(told: Mapping[str, Any]) -> Applicant:
    born = told["birth_date"]
    return Applicant(**{**told, "birth_date": date.fromisoformat(born) if born is not None else None})
