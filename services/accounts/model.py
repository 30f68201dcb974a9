"""Accounts, persons and the links between them."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A Telegram chat that has given consent. `reachable`: it has not blocked the bot, as far as we know."""

    id: str
    telegram_id: int
    locale: str
    active_person_id: str | None
    last_region: str | None
    reachable: bool = True


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


def full_name(identity: PatientIdentity) -> str:
    """«Иванова Анна Сергеевна»."""
    return " ".join(filter(None, (identity.surname, identity.name, identity.patronymic)))
