"""Insurance of the local registry: each patient's coverage and each version of a case of care lie sealed as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Column, Select, select

from services.ids import new_id
from services.registry.local.clinics import CLINIC_COLUMNS, clinic_of
from services.registry.local.failures import answering
from services.registry.local.generations import in_force
from services.registry.local.importing import Pause, in_units
from services.registry.local.patients import Patients, known_patients
from services.registry.local.port import LocalPort
from services.registry.local.tables import care_case, clinic, coverage, patient
from services.registry.model import (
    Attachment,
    CareCase,
    Coverage,
    CoverageStatus,
    PolicyForm,
    care_case_of,
    plain,
)
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.insurance import CareCaseRecord, CoverageRecord
from services.registry.ports.reports import RecordsReport
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import insert_row, insert_rows, statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault, VaultError
from services.texts.names import folded

_PURPOSE = "registry care case"
_ROWS = 50
"""Put in by one statement: both engines stay far below their limits on parameters."""

Content = dict[str, Any]
"""What is sealed, as JSON has it."""


@statement
def _coverage_of(patient_id: str) -> Select[Any]:
    """The patient, whether or not anything is known of their insurance."""
    return (
        select(patient.c.id, patient.c.identity, coverage.c.content)
        .outerjoin(coverage, coverage.c.id == patient.c.id)
        .where(patient.c.id == patient_id)
    )


@statement
def _attachment_of(patient_id: str) -> Select[Any]:
    return (
        select(patient.c.id, coverage.c.content, *CLINIC_COLUMNS)
        .join(clinic, clinic.c.id == patient.c.clinic_id)
        .outerjoin(coverage, coverage.c.id == patient.c.id)
        .where(patient.c.id == patient_id, in_force(clinic))
    )


@statement
def _cases_of(patient_id: str) -> Select[Any]:
    return select(care_case).where(care_case.c.patient_id == patient_id)


@statement
def _covered(ids: Collection[str]) -> Select[Any]:
    return select(coverage.c.id).where(coverage.c.id.in_(ids))


@statement
def _versions(indexes: Collection[str]) -> Select[Any]:
    return select(care_case).where(care_case.c.version_index.in_(indexes))


class LocalInsurance(LocalPort):
    """`CoveragePort` and `CareCasesPort`."""

    async def coverage(self, patient_id: str) -> Coverage | None:
        rows = await self._ask(_coverage_of(patient_id))
        if not rows or rows[0].content is None:
            return None
        row = rows[0]
        try:
            identity = Patients(self._vault).identity(row.id, row.identity)
            content = _opened(self._vault, coverage.c.content, row)
        except VaultError as error:
            raise RegistryUnavailable from error
        return Coverage(
            policy=identity.policy,
            region=content["region"],
            insurer=content["insurer"],
            insurer_phone=content["insurer_phone"],
            form=PolicyForm(content["form"]) if content["form"] else None,
            status=CoverageStatus(content["status"]),
            since=_day(content["since"]),
            until=_day(content["until"]),
        )

    async def attachment(self, patient_id: str) -> Attachment | None:
        rows = await self._ask(_attachment_of(patient_id))
        if not rows:
            return None
        row = rows[0]
        try:
            content = _opened(self._vault, coverage.c.content, row) if row.content is not None else {}
        except VaultError as error:
            raise RegistryUnavailable from error
        return Attachment(clinic_of(row, "clinic_"), _day(content.get("attached_since")), content.get("doctor", ""))

    async def care_cases(self, patient_id: str) -> Sequence[CareCase]:
        rows = await self._ask(_cases_of(patient_id))
        try:
            return [care_case_of(_opened(self._vault, care_case.c.content, row)) for row in rows]
        except VaultError as error:
            raise RegistryUnavailable from error  # a sum without one of them would be a wrong one


class CareCases:
    """Writes versions of cases inside somebody else's unit of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def put(self, connection: Unit, records: Iterable[CareCaseRecord]) -> RecordsReport:
        """See `InsuranceAdminPort.put_care_cases`; of two records of one version the later counts."""
        wanted = {self._indexes(each.case.number, each.case.version): each for each in records}
        patients = await known_patients(connection, (each.patient_id for each in wanted.values()))
        there = await self._already_there(connection, wanted)
        new: list[Mapping[str, Any]] = []
        counts: Counter[str] = Counter()
        for indexes, record in wanted.items():
            before = next((there[index] for index in indexes if index in there), None)
            content = plain(asdict(record.case))
            if record.patient_id not in patients:
                counts["unknown_patients"] += 1
            elif before is None:
                counts["added"] += 1
                new.append(self._row(new_id(), record, content))
            elif before.patient_id != record.patient_id:
                counts["others"] += 1
            elif content == self._kept(before):
                counts["kept"] += 1
            else:
                counts["changed"] += 1
                await connection.execute(update_row(care_case, before.id, self._row(before.id, record, content)))
        for first in range(0, len(new), _ROWS):
            await connection.execute(insert_rows(care_case, new[first : first + _ROWS]))
        return RecordsReport(**counts)

    def indexes_of(self, row_id: str, sealed: Sealed) -> dict[str, str | None]:
        """The blind index that this row is to have under the present key."""
        content = self._vault.open_json(care_case.c.content, row_id, sealed)
        return {"version_index": self._indexes(content["number"], content["version"])[0]}

    def _indexes(self, number: str, version: int) -> tuple[str, ...]:
        """The present key's first. However a number is written, it is one."""
        return self._vault.indexes(_PURPOSE, f"{folded(number).replace(' ', '')} {version}")

    def _kept(self, row: Row) -> Content | None:
        """What the row says; None where it is damaged, and so is to be written anew."""
        try:
            return _opened(self._vault, care_case.c.content, row)
        except VaultError:
            return None

    def _row(self, row_id: str, record: CareCaseRecord, content: Content) -> Mapping[str, Any]:
        return {
            "id": row_id,
            "patient_id": record.patient_id,
            "content": self._vault.seal_json(care_case.c.content, row_id, content),
            "version_index": self._indexes(record.case.number, record.case.version)[0],
        }

    async def _already_there(
        self, connection: Unit, wanted: Mapping[tuple[str, ...], CareCaseRecord]
    ) -> Mapping[str, Row]:
        indexes = [index for each in wanted for index in each]
        rows = (await connection.execute(_versions(indexes))).all() if indexes else []
        return {row.version_index: row for row in rows}


class LocalInsuranceAdmin:
    """`InsuranceAdminPort`. `pause`: see `importing.Import`."""

    def __init__(self, database: Database, vault: Vault, pause: Pause) -> None:
        self._database = database
        self._vault = vault
        self._cases = CareCases(vault)
        self._pause = pause

    async def put_coverages(self, records: Iterable[CoverageRecord]) -> int:
        known, aside = 0, self._database.aside
        with answering():
            async for some in in_units(records, self._pause, aside.dialect):
                async with aside.write() as connection:
                    known += await self._cover(connection, some)
        return known

    async def put_care_cases(self, records: Iterable[CareCaseRecord]) -> RecordsReport:
        report, aside = RecordsReport(), self._database.aside
        with answering():
            async for some in in_units(records, self._pause, aside.dialect):
                async with aside.write() as connection:
                    report += await self._cases.put(connection, some)
        return report

    async def _cover(self, connection: Unit, records: Sequence[CoverageRecord]) -> int:
        wanted = {each.patient_id: each for each in records}
        patients = await known_patients(connection, wanted)
        covered = set((await connection.execute(_covered(patients))).scalars()) if patients else set()
        for patient_id in patients:
            content = plain(asdict(wanted[patient_id]))
            row = {"id": patient_id, "content": self._vault.seal_json(coverage.c.content, patient_id, content)}
            there = patient_id in covered
            await connection.execute(update_row(coverage, patient_id, row) if there else insert_row(coverage, row))
        return len(patients)


def _opened(vault: Vault, column: Column[Any], row: Row) -> Content:
    content: Content = vault.open_json(column, row.id, row.content)
    return content


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
