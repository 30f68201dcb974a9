"""Prescriptions of the local registry: each lies sealed as a whole, and is found by its patient and by its number.

Whoever writes holds the counter of their changes first: so one unit writes at a time, and what it has read of the
numbers stands until it ends.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from services.ids import new_id
from services.registry.local.changes import count_changes, last_change
from services.registry.local.clinics import CLINIC_COLUMNS, clinic_of
from services.registry.local.failures import answering
from services.registry.local.generations import in_force
from services.registry.local.importing import Pause, in_units
from services.registry.local.patients import known_patients
from services.registry.local.port import LocalPort
from services.registry.local.tables import clinic, prescription
from services.registry.model import Changes, Clinic, Prescription, PrescriptionStatus
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.prescriptions import PrescriptionRecord
from services.registry.ports.reports import RecordsReport
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import Bound, insert_rows, statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault, VaultError
from services.texts.names import folded, with_town

log = logging.getLogger(__name__)

CHANGES = "prescription"
"""The counter that says in which order prescriptions were changed."""

_PURPOSE = "registry prescription"
_ROWS = 50
"""Put in by one statement: both engines stay far below their limits on parameters."""

Content = dict[str, Any]
"""What is sealed, as JSON has it: all of a record but its patient, and the clinic as it was when this was written."""


@statement
def _of_patient(patient_id: str) -> Select[Any]:
    return select(prescription).where(prescription.c.patient_id == patient_id)


@statement
def _by_id(prescription_id: str) -> Select[Any]:
    return select(prescription).where(prescription.c.id == prescription_id)


@statement
def _changed_after(change: int, limit: int) -> Select[Any]:
    return select(prescription).where(prescription.c.change > change).order_by(prescription.c.change).limit(limit)


@statement
def _numbered(indexes: Collection[str]) -> Select[Any]:
    return select(prescription).where(prescription.c.number_index.in_(indexes))


@statement
def _clinics(ids: Collection[str]) -> Select[Any]:
    return select(*CLINIC_COLUMNS).where(clinic.c.id.in_(ids), in_force(clinic))


class LocalPrescriptions(LocalPort):
    """`PrescriptionsPort` and `PrescriptionChangesPort`."""

    async def prescriptions(self, patient_id: str) -> Sequence[Prescription]:
        found = await self._read(_of_patient(patient_id))
        return sorted(found, key=lambda each: (-each.issued.toordinal(), each.number))

    async def prescription(self, prescription_id: str) -> Prescription | None:
        found = await self._read(_by_id(prescription_id))
        return found[0] if found else None

    async def changed_prescriptions(self, since: str | None, limit: int) -> Changes[Prescription]:
        if since is None:
            last = await self._ask(last_change(CHANGES))
            return Changes((), str(last[0].last if last else 0))
        rows = await self._ask(_changed_after(int(since), limit))
        cursor = str(rows[-1].change) if rows else since
        return Changes(list(_those_that_open(self._vault, rows)), cursor, more=len(rows) == limit)

    async def _read(self, wanted: Bound) -> list[Prescription]:
        rows = await self._ask(wanted)
        try:
            return [_prescription(self._vault, row) for row in rows]
        except VaultError as error:
            raise RegistryUnavailable from error  # a list without one of them would be a wrong one


class Prescriptions:
    """Writes prescriptions inside somebody else's unit of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def put(self, connection: Unit, records: Iterable[PrescriptionRecord], *, news: bool = True) -> RecordsReport:
        """See `PrescriptionsAdminPort.put_prescriptions`; of two records with one number the later counts.

        `news`: False, they are what has been so all along: nobody who follows the changes is told.
        """
        change = await count_changes(connection, CHANGES, 0)
        wanted = {self._indexes(each.number): each for each in records}
        patients = await known_patients(connection, (each.patient_id for each in wanted.values()))
        clinics = await self._known_clinics(connection, wanted.values())
        there = await self._already_there(connection, wanted)
        new: list[Mapping[str, Any]] = []
        counts: Counter[str] = Counter()
        for indexes, record in wanted.items():
            place = clinics.get(record.clinic_id)
            before = next((there[index] for index in indexes if index in there), None)
            if record.patient_id not in patients:
                counts["unknown_patients"] += 1
            elif place is None:
                counts["unknown_clinics"] += 1
            elif before is None:
                counts["added"] += 1
                number = change + _changes(counts) if news else 0
                new.append(self._row(new_id(), record, _content(record, place), number))
            elif before.patient_id != record.patient_id:
                counts["others"] += 1
            else:
                kept = self._kept(before)
                content = _content(record, place, kept)
                if content == kept:
                    counts["kept"] += 1
                    continue
                counts["changed"] += 1
                row = self._row(before.id, record, content, change + _changes(counts) if news else 0)
                await connection.execute(update_row(prescription, before.id, row))
        for first in range(0, len(new), _ROWS):
            await connection.execute(insert_rows(prescription, new[first : first + _ROWS]))
        if news and _changes(counts):
            await count_changes(connection, CHANGES, _changes(counts))
        return RecordsReport(**counts)

    def indexes_of(self, row_id: str, sealed: Sealed) -> dict[str, str | None]:
        """The blind index that this row is to have under the present key."""
        number = self._vault.open_json(prescription.c.content, row_id, sealed)["number"]
        return {"number_index": self._indexes(number)[0]}

    def _indexes(self, number: str) -> tuple[str, ...]:
        """The present key's first. However a number is written, it is one."""
        return self._vault.indexes(_PURPOSE, folded(number).replace(" ", ""))

    def _kept(self, row: Row) -> Content | None:
        """What the row says; None where it is damaged, and so is to be written anew."""
        try:
            return _opened(self._vault, row)
        except VaultError:
            return None

    def _row(self, row_id: str, record: PrescriptionRecord, content: Content, change: int) -> Mapping[str, Any]:
        return {
            "id": row_id,
            "patient_id": record.patient_id,
            "content": self._vault.seal_json(prescription.c.content, row_id, content),
            "number_index": self._indexes(record.number)[0],
            "change": change,
        }

    async def _already_there(
        self, connection: Unit, wanted: Mapping[tuple[str, ...], PrescriptionRecord]
    ) -> Mapping[str, Row]:
        indexes = [index for each in wanted for index in each]
        rows = (await connection.execute(_numbered(indexes))).all() if indexes else []
        return {row.number_index: row for row in rows}

    async def _known_clinics(self, connection: Unit, records: Iterable[PrescriptionRecord]) -> Mapping[str, Clinic]:
        ids = {each.clinic_id for each in records}
        rows = (await connection.execute(_clinics(ids))).all() if ids else []
        return {row.clinic_id: clinic_of(row, "clinic_") for row in rows}


class LocalPrescriptionsAdmin:
    """`PrescriptionsAdminPort`. `pause`: see `importing.Import`."""

    def __init__(self, database: Database, vault: Vault, pause: Pause) -> None:
        self._database = database
        self._prescriptions = Prescriptions(vault)
        self._pause = pause

    async def put_prescriptions(self, records: Iterable[PrescriptionRecord], *, news: bool = True) -> RecordsReport:
        report, aside = RecordsReport(), self._database.aside
        with answering():
            async for some in in_units(records, self._pause, aside.dialect):
                async with aside.write() as connection:
                    report += await self._prescriptions.put(connection, some, news=news)
        return report


def _changes(counts: Mapping[str, int]) -> int:
    return counts["added"] + counts["changed"]


def _content(record: PrescriptionRecord, place: Clinic, before: Content | None = None) -> Content:
    """What is to be sealed. `before`: what is; while the clinic is the same, what was said of it stays."""
    as_said = {
        "clinic": place.name,
        "clinic_address": with_town(place.address, place.town),
        "clinic_phone": place.phone,
        "tz": place.tz,
        "demo": place.demo,
    }
    if before is not None and before["clinic_id"] == record.clinic_id:
        as_said = {name: before[name] for name in as_said if name in before}
    return as_said | {
        "number": record.number,
        "commercial": record.commercial,
        "drug": record.drug,
        "how": record.how,
        "amount": record.amount,
        "clinic_id": record.clinic_id,
        "doctor": record.doctor,
        "issued": record.issued.isoformat(),
        "valid_until": _written(record.valid_until),
        "status": record.status.value,
        "dispensed": _written(record.dispensed),
    }


def _prescription(vault: Vault, row: Row) -> Prescription:
    content = _opened(vault, row)
    del content["clinic_id"]
    return Prescription(
        **content
        | {
            "id": row.id,
            "patient_id": row.patient_id,
            "issued": date.fromisoformat(content["issued"]),
            "valid_until": _day(content["valid_until"]),
            "status": PrescriptionStatus(content["status"]),
            "dispensed": _day(content["dispensed"]),
        }
    )


def _opened(vault: Vault, row: Row) -> Content:
    content: Content = vault.open_json(prescription.c.content, row.id, row.content)
    return content


def _those_that_open(vault: Vault, rows: Iterable[Row]) -> Iterator[Prescription]:
    """One that is damaged keeps nobody from hearing of the others."""
    for row in rows:
        try:
            yield _prescription(vault, row)
        except VaultError:
            log.error("registry_prescription %s: its content does not open, the change is passed over", row.id)


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
