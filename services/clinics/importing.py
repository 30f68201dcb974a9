"""An operator's clinics, doctors and schedules from CSV files into the registry, all or nothing.

Files are read line by line, and what they say is kept on the disk (`gathered.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.clinics import checks
from services.clinics.checks import Season, Spot
from services.clinics.columns import CLINICS, DOCTORS, FORMAT, SCHEDULE, Clinics, Doctors, Schedule
from services.clinics.gathered import Gathered
from services.clinics.regions import region
from services.imports.cells import make_ref
from services.imports.columns import Column, Format, Kind
from services.imports.csv_files import Problem
from services.imports.reading import Files, Problems, Row, Where
from services.registry.model import AgeGroup, Clinic
from services.registry.ports.schedules import DoctorRecord, Known, LoadReport, SchedulesPort
from services.texts.dates import MOSCOW, local


class ClinicsImporter:
    """`Importer` of clinics, doctors and schedules."""

    def __init__(self, admin: SchedulesPort, now: datetime) -> None:
        self._admin = admin
        self._now = now

    @property
    def format(self) -> Format:
        return FORMAT

    async def check(self, files: Files) -> Directory:
        return Directory(read_directory(files, await self._admin.known(), self._now), self._admin)


@dataclass(frozen=True, slots=True)
class Directory:
    """`Checked`: what the files say of clinics, doctors and times."""

    gathered: Gathered
    admin: SchedulesPort

    @property
    def found(self) -> str:
        each = self.gathered
        return f"{each.clinic_count} clinics, {each.doctor_count} doctors, {each.slot_count} times"

    @property
    def left_out(self) -> Problems:
        return Problems()

    async def load(self) -> str:
        each = self.gathered
        return _told(await self.admin.load(each.clinics(), each.doctors(), each.slots()))

    def close(self) -> None:
        self.gathered.close()


def read_directory(files: Files, known: Known, now: datetime) -> Gathered:
    """Everything that the files hold; what is wrong with them is in their problems. Close it.

    `known`: what the registry has already, for doctors and schedules that come without their clinics.
    """
    reader = _Reader(known, now)
    for kind, read in ((CLINICS, reader.clinic), (DOCTORS, reader.doctor), (SCHEDULE, reader.schedule)):
        for row in files.rows(kind):
            read(row)
    for one, other in reader.gathered.overlaps():
        text = f"these hours overlap line {other.line} of {other.file}"
        files.problems.add(Problem(one.file, text, one.line, "from"))
    return reader.gathered


class _Reader:
    """Gathers records over several files, clinics before doctors before schedules."""

    def __init__(self, known: Known, now: datetime) -> None:
        self._today = local(now, MOSCOW).date()
        self.gathered = Gathered(known)
        self._services: dict[str, tuple[str, Where]] = {}

    def clinic(self, row: Row) -> None:
        ref = self._new(CLINICS, Clinics.ID, row)
        code = row.read(Clinics.REGION) or ""
        place = region(code)
        tz = row.read(Clinics.TZ) or (place.tz if place and not row.text(Clinics.TZ) else "")
        phone = row.read(Clinics.PHONE)
        if phone is not None:
            row.keep(checks.PHONE, phone)
        lat, lon = row.read(Clinics.LAT), row.read(Clinics.LON)
        if not row.has_failed(Clinics.LAT, Clinics.LON):
            row.keep(checks.SPOT, Spot(lat, lon, code, row.text(Clinics.TOWN)))
        clinic = Clinic(
            id=ref,
            name=row.read(Clinics.NAME) or "",
            address=row.read(Clinics.ADDRESS) or "",
            town=row.read(Clinics.TOWN) or "",
            region=code,
            phone=phone or "",
            hours=row.read(Clinics.HOURS) or "",
            tz=tz,
            age_group=row.read(Clinics.AGE_GROUP) or AgeGroup.ANY,
            lat=lat,
            lon=lon,
        )
        self.gathered.put_zone(ref, tz)
        if not row.failed:
            self.gathered.put_clinic(clinic)

    def doctor(self, row: Row) -> None:
        ref, clinic_id = self._new(DOCTORS, Doctors.ID, row), row.ref(Doctors.CLINIC)
        if clinic_id and self.gathered.zone_of(clinic_id) is None:
            row.fail("clinic", f"there is no clinic «{row.text(Doctors.CLINIC)}»")
        service = row.read(Doctors.SERVICE) or ""
        service_id = row.read(Doctors.SERVICE_ID) or make_ref(f"{_SERVICE}{service.casefold()}")
        called, first = self._services.setdefault(service_id, (service, row.where))
        if service and called != service:
            row.fail("service_id", f"{service_id} is called «{called}» on line {first.line} of {first.file}")
        doctor = DoctorRecord(
            id=ref,
            clinic_id=clinic_id,
            service_id=service_id,
            service=service,
            surname=row.read(Doctors.SURNAME) or "",
            name=row.read(Doctors.NAME) or "",
            patronymic=row.read(Doctors.PATRONYMIC),
            room=row.read(Doctors.ROOM) or "",
            age_group=row.read(Doctors.AGE_GROUP) or AgeGroup.ANY,
        )
        self.gathered.put_home(ref, clinic_id)
        if not row.failed:
            self.gathered.put_doctor(doctor)

    def schedule(self, row: Row) -> None:
        doctor_id = row.ref(Schedule.DOCTOR)
        clinic_id = self.gathered.clinic_of(doctor_id)
        if doctor_id and clinic_id is None:
            row.fail("doctor", f"there is no doctor «{row.text(Schedule.DOCTOR)}»")
        day, zone = row.read(Schedule.DATE), checks.zone(self.gathered.zone_of(clinic_id or "") or "")
        if day is not None:
            row.keep(checks.SEASON, Season(day, self._today))
        start, end = _moment(row, Schedule.FROM, day, zone), _moment(row, Schedule.TO, day, zone)
        minutes = row.read(Schedule.MINUTES)
        if minutes is not None:
            row.keep(checks.LENGTH, minutes)
        if not row.text(Schedule.TO) and not row.text(Schedule.MINUTES):
            row.fail("to", "is empty, and so is minutes: one of them is needed")
        if start is None or row.failed:
            return
        length = timedelta(minutes=minutes) if minutes is not None else None
        if end is None:
            end = start + length if length else start
        elif end <= start:
            row.fail("to", f"{row.text(Schedule.TO)} is not after {row.text(Schedule.FROM)}")
            return
        if length is None:
            length = end - start
            row.keep(checks.STRETCH, length / _MINUTE)
        if start + length > end:
            row.fail("minutes", f"not one visit of {row.text(Schedule.MINUTES)} minutes fits")
        if not row.failed:
            self.gathered.put_hours(doctor_id, start, end, length, row.where)

    def _new(self, kind: Kind, column: Column[str], row: Row) -> str:
        """The row's own id, which nobody before it may have."""
        ref = row.ref(column)
        earlier = self.gathered.earlier(kind.name, ref, row.where)
        if ref and earlier is not None:
            row.fail("id", f"«{row.text(column)}» stands on line {earlier.line} of {earlier.file} already")
        return ref


_MINUTE = timedelta(minutes=1)
_SERVICE = "service "
"""Told apart from a code by the space, so it always becomes a hash."""


def _moment(row: Row, column: Column[time], day: date | None, zone: ZoneInfo | None) -> datetime | None:
    """The clock time of this cell on that day in that zone; None for an empty cell too."""
    clock = row.read(column)
    if clock is None or day is None or zone is None:
        return None
    moment = datetime.combine(day, clock, zone)
    as_utc = moment.astimezone(UTC)
    if as_utc.astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        text = f"{row.text(column)} does not exist on {day} in {zone.key}: clocks go forward then"
        row.fail(column.name, text)
        return None
    return as_utc


def _told(report: LoadReport) -> str:
    return (
        f"Clinics: {report.clinics_added} added, {report.clinics_updated} updated. "
        f"Doctors: {report.doctors_added} added, {report.doctors_updated} updated. "
        f"Times: {report.slots_added} added, {report.slots_kept} booked ones kept."
    )
