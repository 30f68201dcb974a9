"""What the clinic's desk has seen, and the one-time code that takes it to a chat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.accounts.codes import CodeKind, Codes
from services.accounts.identity import identity_to_json
from services.accounts.model import IssuedCode, Relation
from services.registry.model import PatientIdentity
from services.registry.ports.desk import DeskPort
from services.texts.dates import MOSCOW
from services.texts.names import folded

BY_PAPERS = frozenset({Relation.OWN, Relation.CHILD, Relation.WARD})
"""Who stands by a passport, a birth certificate or a guardianship paper; the others by their own consent."""
GUARDED = BY_PAPERS - {Relation.OWN}
"""Whom a representative stands for: only one whom the desk has confirmed in that very chat."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose passport the registrar has seen: the account holder to be."""

    surname: str
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Papers:
    """What the registrar has seen: who the patient is, and who stands for them.

    `until`: the end of a guardianship, or of an adult's consent. `consent_until`: a teenager was there and has
    consented, until then; None: has not.
    """

    relation: Relation
    identity: PatientIdentity
    clinic_id: str
    holder: Holder
    until: datetime | None
    consent_until: datetime | None = None


async def issue_at_desk(admin: DeskPort, codes: Codes, papers: Papers) -> IssuedCode:
    """The registry confirms the patient, and a code waits for the chat of whoever stands for them.

    Raises `PatientConflict`, `RegistryUnavailable`, and `NotFound` for a clinic that there is not.
    """
    patient = await admin.enrol(papers.identity, papers.clinic_id)
    data = {
        "patient": patient.id,
        "clinic": patient.clinic_id,
        "identity": identity_to_json(papers.identity),
        "relation": papers.relation.value,
        "holder": [papers.holder.surname, papers.holder.name, papers.holder.birth_date.isoformat()],
        "until": papers.until.isoformat() if papers.until else None,
        "consent_until": papers.consent_until.isoformat() if papers.consent_until else None,
    }
    return replace(await codes.issue(CodeKind.DESK, data), patient_id=patient.id)


def through(last_day: date) -> datetime:
    """The moment when something ends that holds on this day still, by Moscow's clock."""
    return datetime.combine(last_day + timedelta(days=1), time(0), ZoneInfo(MOSCOW))


def is_holder(identity: PatientIdentity, holder: Collection[str]) -> bool:
    surname, name, born = holder
    mine = folded(identity.surname), folded(identity.name), identity.birth_date.isoformat()
    return mine == (folded(surname), folded(name), born)
