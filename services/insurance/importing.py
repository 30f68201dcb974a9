"""An operator's patients with their insurance, and cases of care, from CSV files into the registry.

Everything is checked first, then the files are read once more and written, some at a time: patients before the cases
that name them. A patient whose policy stands for somebody else is told by line and left out, and so is a case of
whoever is not known: a register may speak of everybody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from services.imports.cells import Bounds, Rule, day_outside, hint
from services.imports.columns import Format
from services.imports.reading import Files, Problems, Row, Where
from services.imports.whom import LeftOut, known, named
from services.insurance.columns import CASES, FORMAT, PATIENTS, Cases, Patients
from services.registry.model import CareCase, CoverageStatus, Patient, PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.desk import DeskPort
from services.registry.ports.errors import PatientConflict
from services.registry.ports.insurance import CareCaseRecord, CoverageRecord, InsuranceAdminPort
from services.registry.ports.patients import PatientsPort
from services.registry.ports.reports import RecordsReport
from services.registry.ports.schedules import SchedulesPort
from services.texts.dates import MOSCOW, local
from services.texts.names import folded

_TOGETHER = 200
"""So many records are written together."""

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Insured:
    """A line of a file with patients. `record`: without the id that the registry has for the `identity`."""

    identity: PatientIdentity
    clinic_id: str
    record: CoverageRecord
    where: Where


@dataclass(frozen=True, slots=True)
class Registries:
    """The halves of the registry that an import speaks to."""

    patients: PatientsPort
    directory: SchedulesPort
    desk: DeskPort
    insurance: InsuranceAdminPort


class InsuranceImporter:
    """`Importer` of patients and of cases of care."""

    def __init__(self, registries: Registries, now: datetime) -> None:
        self._registries = registries
        self._today = local(now, MOSCOW).date()

    @property
    def format(self) -> Format:
        return FORMAT

    async def check(self, files: Files) -> CheckedInsurance:
        clinics = (await self._registries.directory.known()).zones.keys()
        checked = CheckedInsurance(files, self._registries, clinics, self._today)
        await checked.read()
        return checked


class CheckedInsurance:
    """`Checked`. `patients`, `cases`: how many there are, those of unknown people not among them."""

    def __init__(self, files: Files, registries: Registries, clinics: Collection[str], today: date) -> None:
        self._files = files
        self._registries = registries
        self._clinics = clinics
        self._today = today
        self._brought: set[int] = set()
        self.left_out = Problems()
        self.patients = self.cases = 0

    @property
    def found(self) -> str:
        return f"{self.patients} patients, {self.cases} cases of care"

    async def read(self) -> None:
        """To the end; whoever is brought by these files counts as known to them."""
        for each in self._insured():
            if await known(self._registries.patients, each.identity) is LeftOut.ANOTHERS:
                self.left_out.add(LeftOut.ANOTHERS.of(each.where))
            else:
                self.patients += 1
                self._brought |= set(_who(each.identity))
        async for _ in self._paid():
            self.cases += 1

    async def load(self) -> str:
        insured, cases = 0, RecordsReport()
        async for coverages in _some(self._enrolled()):
            insured += await self._registries.insurance.put_coverages(coverages)
        async for records in _some(self._paid(again=True)):
            cases += await self._registries.insurance.put_care_cases(records)
        return _told(insured, self.patients - insured, cases)

    def close(self) -> None:
        """There is nothing to close."""

    async def _enrolled(self) -> AsyncIterator[CoverageRecord]:
        for each in self._insured(again=True):
            with suppress(PatientConflict):  # told by line, unless the policy was given to somebody else since then
                patient = await self._registries.desk.enrol(each.identity, each.clinic_id)
                yield replace(each.record, patient_id=patient.id)

    def _insured(self, *, again: bool = False) -> Iterator[Insured]:
        seen: dict[int, Where] = {}
        for row in self._files.rows(PATIENTS, again=again):
            each = self._patient(row)
            numbers = (Patients.POLICY, each.identity.policy.number), (Patients.SNILS, each.identity.snils)
            for column, number in numbers:
                earlier = seen.setdefault(hash((column.name, number)), row.where) if number else row.where
                if earlier != row.where:
                    row.fail(column.name, f"stands on line {earlier.line} of {earlier.file} already")
            if not row.failed:
                yield each

    async def _paid(self, *, again: bool = False) -> AsyncIterator[CareCaseRecord]:
        """Cases of whoever is known, or brought by these files: the id of such a one is known once they are in."""
        seen: dict[int, Where] = {}
        for row in self._files.rows(CASES, again=again):
            identity, case = named(row), self._case(row, seen)
            if row.failed:
                continue
            patient = await known(self._registries.patients, identity)
            if isinstance(patient, Patient):
                yield CareCaseRecord(patient.id, case)
            elif patient is LeftOut.UNKNOWN and not again and self._brought.intersection(_who(identity)):
                yield CareCaseRecord("", case)
            elif not again:
                self.left_out.add(patient.of(row.where))

    def _patient(self, row: Row) -> Insured:
        """What the row says; of no use where it has failed."""
        clinic_id = row.ref(Patients.CLINIC)
        if clinic_id and clinic_id not in self._clinics:
            row.fail("clinic", "there is no clinic with this id")
        since, until = row.read(Patients.SINCE), row.read(Patients.UNTIL)
        status = row.read(Patients.STATUS)
        born, attached = row.read(Patients.BIRTH_DATE), row.read(Patients.ATTACHED)
        row.keep(TERMS, Terms(born, since, until, attached, status, self._today))
        identity = PatientIdentity(
            surname=row.read(Patients.SURNAME) or "",
            name=row.read(Patients.NAME) or "",
            patronymic=row.read(Patients.PATRONYMIC),
            birth_date=born or date.min,
            sex=row.read(Patients.SEX) or Sex.FEMALE,
            policy=row.read(Patients.POLICY) or Policy(PolicyKind.NONE),
            snils=row.read(Patients.SNILS),
        )
        record = CoverageRecord(
            patient_id="",
            region=row.read(Patients.REGION) or "",
            insurer=row.read(Patients.INSURER) or "",
            insurer_phone=row.read(Patients.PHONE) or "",
            form=row.read(Patients.FORM),
            status=status or CoverageStatus.VALID,
            since=since,
            until=until,
            attached_since=attached,
            doctor=row.read(Patients.DOCTOR) or "",
        )
        return Insured(identity, clinic_id, record, row.where)

    def _case(self, row: Row, seen: dict[int, Where]) -> CareCase:
        """What the row says; of no use where it has failed."""
        number, version = row.read(Cases.NUMBER) or "", row.read(Cases.VERSION) or 1
        earlier = seen.setdefault(hash((folded(number).replace(" ", ""), version)), row.where)
        if number and earlier != row.where:
            row.fail("version", f"of this case stands on line {earlier.line} of {earlier.file} already")
        begun, ended = row.read(Cases.BEGUN), row.read(Cases.ENDED)
        if begun is not None and ended is not None:
            row.keep(DAYS, Days(begun, ended, self._today))
        return CareCase(
            number=number,
            version=version,
            void=row.read(Cases.VOID) or False,
            region=row.read(Cases.REGION) or "",
            clinic=row.read(Cases.CLINIC) or "",
            begun=begun or self._today,
            ended=ended or self._today,
            kind=row.read(Cases.KIND) or "",
            condition=row.read(Cases.CONDITION) or "",
            service=row.read(Cases.SERVICE) or "",
            cost=row.read(Cases.COST) or Decimal(),
        )


async def _some(records: AsyncIterator[Record]) -> AsyncIterator[list[Record]]:
    """`_TOGETHER` at a time."""
    some: list[Record] = []
    async for each in records:
        some.append(each)
        if len(some) == _TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _who(identity: PatientIdentity) -> Iterator[int]:
    """By which a patient of these files is found again: name and birth date with the policy, or with СНИЛС."""
    who = folded(identity.surname), folded(identity.name), identity.birth_date
    if identity.policy.number:
        yield hash((who, identity.policy))
    if identity.snils:
        yield hash((who, identity.snils))


def _told(insured: int, lost: int, cases: RecordsReport) -> str:
    told = f"Patients: {insured} insured. Cases of care: {cases.added} added, {cases.changed} updated, "
    told += f"{cases.kept} as they were."
    if lost:
        told += f" {lost} patients left out: their policies have been given to others meanwhile."
    if cases.others:
        told += f" {cases.others} cases left out: their numbers stand for other patients."
    return told


@dataclass(frozen=True, slots=True)
class Terms:
    """When somebody was born, insured and attached; and the day on which it is read."""

    born: date | None
    since: date | None
    until: date | None
    attached: date | None
    status: CoverageStatus | None
    today: date


def _born(terms: Terms, _: Bounds) -> str | None:
    return "has not come yet" if terms.born is not None and terms.born > terms.today else None


def _until(terms: Terms, _: Bounds) -> str | None:
    if terms.until is None:
        return None
    if terms.since is not None and terms.until < terms.since:
        return "is before since"
    over = terms.until < terms.today
    return "is over, but the status is valid" if over and terms.status is CoverageStatus.VALID else None


def _attached(terms: Terms, _: Bounds) -> str | None:
    return "has not come yet" if terms.attached is not None and terms.attached > terms.today else None


TERMS = (Rule("birth_date", _born), Rule("until", _until), Rule("attached", _attached))


@dataclass(frozen=True, slots=True)
class Days:
    """When a case began and ended; and the day on which it is read."""

    begun: date
    ended: date
    today: date


def _ended(days: Days, bounds: Bounds) -> str | None:
    return day_outside("ended", days.ended, days.today, bounds)


def _lasted(days: Days, bounds: Bounds) -> str | None:
    bound = bounds["lasted"]
    if bound.holds((days.ended - days.begun).days):
        return None
    return f"is not {bound.low:g} to {bound.high:g} days before ended{hint('lasted')}"


DAYS = (Rule("ended", _ended, "ended", whole=True), Rule("begun", _lasted, "lasted"))
