"""An operator's prescriptions from CSV files into the registry, for patients whom it knows.

Everything is checked first, then the files are read once more and written, some at a time: so neither the memory nor
the disk ever holds what all of them say. Whoever is not known is told by line and left out: that is no mistake of the
file's, which may speak of everybody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.imports.cells import Bounds, Rule, day_outside, hint
from services.imports.columns import Format
from services.imports.reading import Files, Problems, Row, Where
from services.imports.whom import LeftOut, known, named
from services.prescriptions.columns import FORMAT, PRESCRIPTIONS, Prescriptions
from services.registry.model import PrescriptionStatus
from services.registry.ports.patients import PatientsPort
from services.registry.ports.prescriptions import PrescriptionRecord, PrescriptionsAdminPort
from services.registry.ports.reports import RecordsReport
from services.registry.ports.schedules import SchedulesPort
from services.texts.dates import MOSCOW, local
from services.texts.names import folded

_SOME = 200
"""Records that are written together."""


class PrescriptionsImporter:
    """`Importer` of prescriptions. `directory`: which clinics there are."""

    def __init__(
        self, patients: PatientsPort, directory: SchedulesPort, admin: PrescriptionsAdminPort, now: datetime
    ) -> None:
        self._patients = patients
        self._directory = directory
        self._admin = admin
        self._today = local(now, MOSCOW).date()

    @property
    def format(self) -> Format:
        return FORMAT

    async def check(self, files: Files) -> CheckedPrescriptions:
        clinics = (await self._directory.known()).zones.keys()
        checked = CheckedPrescriptions(files, self._patients, self._admin, clinics, self._today)
        async for _ in checked.records():
            checked.count += 1
        return checked


class CheckedPrescriptions:
    """`Checked`. `count`: how many there are of patients who are known."""

    def __init__(
        self,
        files: Files,
        patients: PatientsPort,
        admin: PrescriptionsAdminPort,
        clinics: Collection[str],
        today: date,
    ) -> None:
        self._files = files
        self._patients = patients
        self._admin = admin
        self._clinics = clinics
        self._today = today
        self.left_out = Problems()
        self.count = 0

    @property
    def found(self) -> str:
        return f"{self.count} prescriptions"

    async def load(self) -> str:
        report = RecordsReport()
        some: list[PrescriptionRecord] = []
        async for each in self.records(again=True):
            some.append(each)
            if len(some) == _SOME:
                report += await self._admin.put_prescriptions(some)
                some = []
        return _told(report + await self._admin.put_prescriptions(some))

    def close(self) -> None:
        """There is nothing to close."""

    async def records(self, *, again: bool = False) -> AsyncIterator[PrescriptionRecord]:
        """One by one, those of patients who are known."""
        seen: dict[int, Where] = {}
        left_out = Problems() if again else self.left_out
        for row in self._files.rows(PRESCRIPTIONS, again=again):
            identity, record = named(row), self._record(row, seen)
            if row.failed:
                continue
            patient = await known(self._patients, identity)
            if isinstance(patient, LeftOut):
                left_out.add(patient.of(row.where))
            else:
                yield replace(record, patient_id=patient.id)

    def _record(self, row: Row, seen: dict[int, Where]) -> PrescriptionRecord:
        """What the row says; of no use where it has failed. Its patient is still to be found."""
        number = row.read(Prescriptions.NUMBER) or ""
        earlier = seen.setdefault(hash(folded(number).replace(" ", "")), row.where)
        if number and earlier != row.where:
            row.fail("number", f"stands on line {earlier.line} of {earlier.file} already")
        clinic_id = row.ref(Prescriptions.CLINIC)
        if clinic_id and clinic_id not in self._clinics:
            row.fail("clinic", "there is no clinic with this id")
        status, issued = row.read(Prescriptions.STATUS), row.read(Prescriptions.ISSUED)
        valid_until, dispensed = row.read(Prescriptions.VALID_UNTIL), row.read(Prescriptions.DISPENSED)
        if issued is not None:
            row.keep(DAYS, Days(issued, valid_until, dispensed, status, self._today))
        return PrescriptionRecord(
            number=number,
            patient_id="",
            commercial=row.read(Prescriptions.COMMERCIAL) or False,
            drug=row.read(Prescriptions.DRUG) or "",
            how=row.read(Prescriptions.HOW) or "",
            amount=row.read(Prescriptions.AMOUNT) or "",
            clinic_id=clinic_id,
            doctor=row.read(Prescriptions.DOCTOR) or "",
            issued=issued or self._today,
            valid_until=valid_until,
            status=status or PrescriptionStatus.ACTIVE,
            dispensed=dispensed,
        )


def _told(report: RecordsReport) -> str:
    told = f"Prescriptions: {report.added} added, {report.changed} updated, {report.kept} as they were."
    if report.others:
        told += f" {report.others} left out: their numbers stand for other patients."
    return told


@dataclass(frozen=True, slots=True)
class Days:
    """When a prescription was written, to when it is good, when it was given out; and the day on which it is read."""

    issued: date
    valid_until: date | None
    dispensed: date | None
    status: PrescriptionStatus | None
    today: date


def _issued(days: Days, bounds: Bounds) -> str | None:
    return day_outside("issued", days.issued, days.today, bounds)


def _good(days: Days, bounds: Bounds) -> str | None:
    if days.valid_until is None or bounds["good"].holds((days.valid_until - days.issued).days):
        return None
    return f"is not {bounds['good'].low:g} to {bounds['good'].high:g} days after issued{hint('good')}"


def _given(days: Days, _: Bounds) -> str | None:
    if days.dispensed is None:
        return None
    if days.status is not PrescriptionStatus.DISPENSED:
        return "is there, but the status is not dispensed"
    return None if days.issued <= days.dispensed <= days.today else "is not between issued and today"


DAYS = (
    Rule("issued", _issued, "issued", whole=True),
    Rule("valid_until", _good, "good"),
    Rule("dispensed", _given),
)
