"""Many people at once, as rows: accounts, each with the holder's form, a visit tomorrow and a reminder of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert

from services.accounts.identity import identity_to_json
from services.accounts.tables import CHAT, PATIENT, account, link_basis, person, person_link
from services.booking.notices import VisitNews
from services.booking.tables import visit_watch
from services.ids import new_id
from services.notify.outbox import TELEGRAM
from services.notify.tables import notification, outbox
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.tables import patient, slot, visit
from services.registry.model import VisitStatus
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import CLINIC, THERAPIST, somebody

FIRST_CHAT = 6_000_000_000
EVE = datetime(2026, 11, 23, 19, 0, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)
"""An hour after the moment at which reminders of tomorrow's visits are due."""
_VISIT = EVE.replace(hour=7) + timedelta(days=1)
_DUE = EVE - timedelta(hours=1)
_BORN = date(1990, 3, 14)
_LOOKED_WITHIN = 300
_CHUNK = 2000

Rows = Mapping[Table, Mapping[str, Any]]


async def settle_accounts(database: Database, vault: Vault, count: int) -> None:
    """Accounts alone: chats that have given consent, from `FIRST_CHAT` on."""
    await _write(database, ({account: _account(vault, number)} for number in range(count)))


async def settle_patients(database: Database, vault: Vault, count: int) -> None:
    """Accounts with all that their reminders need; at `EVE` all of these are due at once."""
    await LocalRegistryAdmin(database, vault, FakeClock(EVE)).load([CLINIC], [THERAPIST], [])
    await _write(database, (_patient(vault, number) for number in range(count)))


async def _write(database: Database, people: Iterator[Rows]) -> None:
    while chunk := list(islice(people, _CHUNK)):
        async with database.write() as unit:
            for table in chunk[0]:
                await unit.execute(insert(table), [dict(rows[table]) for rows in chunk])


def _account(vault: Vault, number: int) -> dict[str, Any]:
    account_id = new_id()
    chat = CHAT.values(vault, account_id, str(FIRST_CHAT + number))
    return {"id": account_id, "locale": "ru", "created_at": _DUE, **chat}


def _patient(vault: Vault, number: int) -> Rows:
    identity = somebody(number, _BORN)
    holder = _account(vault, number)
    person_id, patient_id, link_id, visit_id, note_id = (new_id() for _ in range(5))
    looked_at = EVE - timedelta(seconds=number % _LOOKED_WITHIN)
    place = {"clinic_id": CLINIC.id, "service_id": THERAPIST.service_id, "doctor_id": THERAPIST.id}
    when = {"starts_at": _VISIT, "ends_at": _VISIT + timedelta(minutes=20)}
    plain = asdict(identity) | {"birth_date": identity.birth_date.isoformat()}
    return {
        account: holder,
        patient: {
            "id": patient_id,
            "identity": vault.seal_json(patient.c.identity, patient_id, plain),
            "confirmed": True,
            "clinic_id": CLINIC.id,
            "created_at": _DUE,
        },
        slot: {"id": f"t{number}", **place, **when, "day": _VISIT.date(), "visit_id": visit_id},
        visit: {
            "id": visit_id,
            "key": visit_id,
            "number": f"{number:09}",
            "status": VisitStatus.BOOKED.value,
            "patient_id": patient_id,
            "service": THERAPIST.service,
            "doctor": "Ветров Иван Петрович",
            "room": "1",
            "slot_id": f"t{number}",
            "created_at": _DUE - timedelta(days=3),
            **place,
            **when,
        },
        person: {
            "id": person_id,
            "profile": vault.seal_json(person.c.profile, person_id, identity_to_json(identity)),
            **PATIENT.values(vault, person_id, patient_id),
            "clinic_id": CLINIC.id,
            "verified_at": _DUE,
            "looked_at": looked_at,
            "created_at": _DUE,
        },
        person_link: {
            "id": link_id,
            "account_id": holder["id"],
            "person_id": person_id,
            "relation": "own",
            "created_at": _DUE,
        },
        link_basis: {"link_id": link_id, "basis": "desk", "granted_at": _DUE},
        visit_watch: {
            "account_id": holder["id"],
            "visit_id": visit_id,
            "person_id": person_id,
            "status": VisitStatus.BOOKED.value,
            "starts_at": _VISIT,
        },
        notification: {
            "id": note_id,
            "account_id": holder["id"],
            "person_id": person_id,
            "kind": VisitNews.REMINDER_EVE.value,
            "subject_id": _VISIT.date().isoformat(),
            "created_at": _DUE,
        },
        outbox: {
            "id": new_id(),
            "account_id": holder["id"],
            "notification_id": note_id,
            "channel": TELEGRAM,
            "dedupe_key": f"eve:{holder['id']}:{_VISIT.date()}",
            "status": "due",
            "due_at": _DUE,
        },
    }
