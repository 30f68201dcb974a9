"""`python -m bot import`: an operator's clinics, doctors and schedules from CSV files into the registry.

Reading comes first and whole (`read_directory`), so that everything wrong is found and told before anything is
written; loading is the registry's, all or nothing. Messages are for the operator's terminal. Files are read line by
line, and what they say is kept on the disk (`gathered.py`).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress, track

from services.clinics import checks
from services.clinics.checks import BOUNDS, REF, Bounds, Rule, Season, Spot, with_bounds
from services.clinics.columns import CLINICS, DOCTORS, KINDS, SCHEDULE, Clinics, Column, Doctors, Kind, Schedule
from services.clinics.csv_files import CsvTable, Line, Problem, Unreadable, heading, open_table
from services.clinics.gathered import Gathered, Where
from services.clinics.regions import region
from services.errors import SetupError
from services.registry.model import AgeGroup, Clinic
from services.registry.ports.schedules import DoctorRecord, Known, LoadReport, SchedulesPort
from services.texts.dates import MOSCOW, local

_SHOWN_PROBLEMS = 50
Value = TypeVar("Value")
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; without a kind its columns tell."""

    path: Path
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """`columns`: ours → the file's own `heading`s, the first that is not empty counts; `constants`: what files lack."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    """Put before every id of the files, so that two systems' ids stay apart."""
    bounds: Bounds = field(default_factory=lambda: BOUNDS)


Follow = Callable[[str, int, Iterable[Line | Problem]], Iterable[Line | Problem]]
"""Gives a file's rows on, one by one, and shows how far of how many they are."""


class Problems:
    """What is wrong: the first `_SHOWN_PROBLEMS` that were found, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[Problem] = []

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self._first) < _SHOWN_PROBLEMS:
            self._first.append(problem)

    @property
    def shown(self) -> tuple[Problem, ...]:
        """By file, in the order in which files came to have some, and by line."""
        order = {problem.file: place for place, problem in reversed(list(enumerate(self._first)))}
        return tuple(sorted(self._first, key=lambda problem: (order[problem.file], problem.line or 0)))


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the files say. To be loaded only where there are no problems; close it."""

    gathered: Gathered
    problems: Problems


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `import`, with the columns of each file in its help."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _columns_help()
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a CSV file; its columns tell its kind")
    for kind in KINDS:
        parser.add_argument(f"--{kind.name}", action="append", default=[], type=Path, metavar="FILE")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OURS=THEIRS,…",
        help="how the files call our columns: name=short_name,lat=latitude; "
        "name=short_name|name takes the first that is not empty",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=VALUE", help="a value where a file has none: region=77"
    )
    parser.add_argument("--prefix", default="", help="put before every id, to keep two systems' ids apart")
    parser.add_argument(
        "--bounds",
        action="append",
        default=[],
        metavar="NAME=LOW:HIGH",
        help="what a value may be, where yours are others than those below: lat=35:82",
    )
    parser.add_argument("--dry-run", action="store_true", help="read and check, write nothing")


async def run(args: argparse.Namespace, admin: SchedulesPort, now: datetime, *, stdout: TextIO, stderr: TextIO) -> int:
    """Reads, checks and loads. Exit codes: 0 done, 1 the files have problems and nothing was written.

    Raises `SetupError` for options that make no sense, `RegistryUnavailable` where the registry is silent.
    """
    sources = [Source(path) for path in args.files]
    sources += [Source(path, kind) for kind in KINDS for path in getattr(args, kind.name)]
    if not sources:
        raise SetupError("import needs a file: import FILE, or --clinics FILE --doctors FILE --schedule FILE")
    options = Options(_read_map(args.map), _read_constants(args.set), args.prefix, with_bounds(args.bounds))
    known = await admin.known()
    parsed = read_directory(sources, options, known, now, follow=_follow(stderr))
    with closing(parsed.gathered):
        if parsed.problems.count:
            _tell_problems(parsed.problems, stderr)
            return 1
        return await _load(parsed.gathered, admin, args.dry_run, stdout=stdout, stderr=stderr)


async def _load(gathered: Gathered, admin: SchedulesPort, dry_run: bool, *, stdout: TextIO, stderr: TextIO) -> int:
    found = f"{gathered.clinic_count} clinics, {gathered.doctor_count} doctors, {gathered.slot_count} times"
    if dry_run:
        print(f"Checked: {found}. Nothing was written.", file=stdout)
        return 0
    with _writing(stderr):
        report = await admin.load(gathered.clinics(), gathered.doctors(), gathered.slots())
    print(f"Imported: {found}.", file=stdout)
    print(_told(report), file=stdout)
    return 0


def _tell_problems(problems: Problems, stderr: TextIO) -> None:
    for problem in problems.shown:
        print(problem, file=stderr)
    hidden = problems.count - len(problems.shown)
    if hidden > 0:
        print(f"… and {hidden} more", file=stderr)
    print("Nothing was imported.", file=stderr)


def read_directory(
    sources: Sequence[Source],
    options: Options,
    known: Known,
    now: datetime,
    *,
    follow: Follow = lambda _file, _rows, lines: lines,
) -> Parsed:
    """Everything that the files hold, or everything that is wrong with them.

    `known`: what the registry has already, for doctors and schedules that come without their clinics.
    """
    reader = _Reader(options, known, now, follow)
    tables = [table for table in map(reader.open, sources) if table is not None]
    if len(tables) < len(sources):
        return reader.result()  # else every row that refers to the unread file would be told as wrong
    reader.check_options([table for table, _ in tables])
    for kind, read in ((CLINICS, reader.clinic), (DOCTORS, reader.doctor), (SCHEDULE, reader.schedule)):
        for table, table_kind in tables:
            if table_kind is kind:
                reader.read(table, read)
    return reader.result()


class _Row:
    """A line seen through the mapping; remembers what is wrong with it."""

    def __init__(self, file: str, line: Line, options: Options, problems: Problems) -> None:
        self.where = Where(file, line.number)
        self._failed: set[str] = set()
        self._cells = line.cells
        self._options = options
        self._problems = problems

    @property
    def failed(self) -> bool:
        return bool(self._failed)

    def has_failed(self, *columns: Column[Any]) -> bool:
        """Whether one of these has."""
        return any(column.name in self._failed for column in columns)

    def fail(self, column: str, text: str) -> None:
        """One problem a cell: the first."""
        if column not in self._failed:
            self._failed.add(column)
            self._problems.add(Problem(self.where.file, text, self.where.line, column))

    def text(self, column: Column[Any]) -> str:
        """The cell, or the constant where it is empty."""
        name = column.name
        own = (self._cells.get(theirs, "") for theirs in self._options.columns.get(name, (name,)))
        return next(filter(None, own), "") or self._options.constants.get(name, "")

    def read(self, column: Column[Value]) -> Value | None:
        """What the cell says; None where it is empty, and where it is wrong: that is told."""
        text = self.text(column)
        if not text:
            if column.required:
                self.fail(column.name, "is empty")
            return None
        try:
            checks.sound(text, column.limit)
            return column.read(text)
        except checks.Wrong as wrong:
            self.fail(column.name, str(wrong))
            return None

    def ref(self, column: Column[str]) -> str:
        """An id of the file as ours."""
        value = self.read(column)
        return make_ref(self._options.prefix + value) if value else ""

    def keep(self, rules: Iterable[Rule[Seen]], seen: Seen) -> None:
        """Tells which rules are broken."""
        for rule in rules:
            told = rule.told(seen, self._options.bounds)
            if told is not None:
                self.fail(rule.column, told)
                if rule.whole:
                    return

    def moment(self, column: Column[time], day: date | None, zone: ZoneInfo | None) -> datetime | None:
        """The clock time of this cell on that day in that zone; None for an empty cell too."""
        clock = self.read(column)
        if clock is None or day is None or zone is None:
            return None
        moment = datetime.combine(day, clock, zone)
        as_utc = moment.astimezone(UTC)
        if as_utc.astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            text = f"{self.text(column)} does not exist on {day} in {zone.key}: clocks go forward then"
            self.fail(column.name, text)
            return None
        return as_utc


class _Reader:
    """Gathers records and problems over several files, clinics before doctors before schedules."""

    def __init__(self, options: Options, known: Known, now: datetime, follow: Follow) -> None:
        self._options = options
        self._today = local(now, MOSCOW).date()
        self._follow = follow
        self._problems = Problems()
        self._gathered = Gathered(known)
        self._services: dict[str, tuple[str, Where]] = {}

    def open(self, source: Source) -> tuple[CsvTable, Kind] | None:
        try:
            table = open_table(source.path)
        except Unreadable as unreadable:
            self._problems.add(unreadable.problem)
            return None
        kind = source.kind or self._kind_of(table)
        if kind is None:
            told = "; ".join(f"{kind.name} have {', '.join(kind.required)}" for kind in KINDS)
            self._problems.add(Problem(table.file, f"the columns fit no kind of file: {told}"))
            return None
        missing = [name for name in kind.required if not self._has(table, name)]
        for name in missing:
            hint = f"there is no column «{name}» (--map {name}=… or --set {name}=…); there are: "
            self._problems.add(Problem(table.file, hint + ", ".join(table.columns), 1))
        return None if missing else (table, kind)

    def check_options(self, tables: Collection[CsvTable]) -> None:
        """A mapping that fits no file is a slip of the pen."""
        columns = {column for table in tables for column in table.columns}
        for ours, theirs in self._options.columns.items():
            if not columns.intersection(theirs):
                self._problems.add(Problem("--map", f"{ours}: no file has a column «{'|'.join(theirs)}»"))

    def read(self, table: CsvTable, one: Callable[[_Row], None]) -> None:
        own = {ours: theirs for ours, theirs in self._options.columns.items() if set(theirs) & set(table.columns)}
        options = replace(self._options, columns=own)
        for line in self._follow(table.file, table.rows, table.lines()):
            if isinstance(line, Problem):
                self._problems.add(line)
            else:
                one(_Row(table.file, line, options, self._problems))

    def clinic(self, row: _Row) -> None:
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
        self._gathered.put_zone(ref, tz)
        if not row.failed:
            self._gathered.put_clinic(clinic)

    def doctor(self, row: _Row) -> None:
        ref, clinic_id = self._new(DOCTORS, Doctors.ID, row), row.ref(Doctors.CLINIC)
        if clinic_id and self._gathered.zone_of(clinic_id) is None:
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
        self._gathered.put_home(ref, clinic_id)
        if not row.failed:
            self._gathered.put_doctor(doctor)

    def schedule(self, row: _Row) -> None:
        doctor_id = row.ref(Schedule.DOCTOR)
        clinic_id = self._gathered.clinic_of(doctor_id)
        if doctor_id and clinic_id is None:
            row.fail("doctor", f"there is no doctor «{row.text(Schedule.DOCTOR)}»")
        day, zone = row.read(Schedule.DATE), checks.zone(self._gathered.zone_of(clinic_id or "") or "")
        if day is not None:
            row.keep(checks.SEASON, Season(day, self._today))
        start, end = row.moment(Schedule.FROM, day, zone), row.moment(Schedule.TO, day, zone)
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
            self._gathered.put_hours(doctor_id, start, end, length, row.where)

    def result(self) -> Parsed:
        for one, other in self._gathered.overlaps():
            text = f"these hours overlap line {other.line} of {other.file}"
            self._problems.add(Problem(one.file, text, one.line, "from"))
        return Parsed(self._gathered, self._problems)

    def _new(self, kind: Kind, column: Column[str], row: _Row) -> str:
        """The row's own id, which nobody before it may have."""
        ref = row.ref(column)
        earlier = self._gathered.earlier(kind.name, ref, row.where)
        if ref and earlier is not None:
            row.fail("id", f"«{row.text(column)}» stands on line {earlier.line} of {earlier.file} already")
        return ref

    def _has(self, table: CsvTable, name: str) -> bool:
        theirs = self._options.columns.get(name, ())
        return name in table.columns or bool(set(theirs) & set(table.columns)) or name in self._options.constants

    def _kind_of(self, table: CsvTable) -> Kind | None:
        def fits(kind: Kind) -> tuple[bool, int]:
            names = [name for name in kind.names if self._has(table, name)]
            return set(kind.required) <= set(names), len(names)

        best = max(KINDS, key=fits)
        return best if fits(best)[1] > 1 else None


_MINUTE = timedelta(minutes=1)
_SERVICE = "service "
"""Told apart from a code by the space, so it always becomes a hash."""


def make_ref(external: str) -> str:
    """Our id for an id of the operator's: itself where it fits into a button, else 12 characters of its hash."""
    if REF.fullmatch(external):
        return external
    return base64.urlsafe_b64encode(hashlib.blake2b(external.encode(), digest_size=9).digest()).decode()


def _read_map(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    pairs = _pairs("--map", ",".join(values).split(",") if values else ())
    return {ours: tuple(filter(None, map(heading, theirs.split("|")))) for ours, theirs in pairs}


def _read_constants(values: Iterable[str]) -> dict[str, str]:
    return dict(_pairs("--set", values))


def _pairs(option: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    names = frozenset[str]().union(*(kind.names for kind in KINDS))
    for value in values:
        ours, equals, theirs = (part.strip() for part in value.partition("="))
        if not equals or not theirs:
            raise SetupError(f"{option} wants COLUMN=VALUE, not «{value}»")
        if ours not in names:
            raise SetupError(f"{option}: there is no column «{ours}»; there are: {', '.join(sorted(names))}")
        yield ours, theirs


def _told(report: LoadReport) -> str:
    return (
        f"Clinics: {report.clinics_added} added, {report.clinics_updated} updated. "
        f"Doctors: {report.doctors_added} added, {report.doctors_updated} updated. "
        f"Times: {report.slots_added} added, {report.slots_kept} booked ones kept."
    )


def _columns_help() -> str:
    parts = []
    for kind in KINDS:
        lines = [f"  {column.name:<11} {'*' if column.required else ' '} {column.meaning}" for column in kind.columns]
        parts.append("\n".join([f"columns of {kind.name} (* needed):", *lines]))
    lines = [f"  {f'{name}={bound.low:g}:{bound.high:g}':<13} {bound.meaning}" for name, bound in BOUNDS.items()]
    parts.append("\n".join(["bounds (--bounds):", *lines]))
    return "\n\n".join(parts)


def _follow(stderr: TextIO) -> Follow:
    """A bar on a terminal, a plain line anywhere else."""

    def follow(file: str, rows: int, lines: Iterable[Line | Problem]) -> Iterable[Line | Problem]:
        if stderr.isatty():
            return track(lines, total=rows, description=file, console=Console(file=stderr))
        print(f"{file}: {rows} rows", file=stderr)
        return lines

    return follow


@contextmanager
def _writing(stderr: TextIO) -> Iterator[None]:
    if not stderr.isatty():
        yield
        return
    with Progress(console=Console(file=stderr)) as progress:
        progress.add_task("writing", total=None)
        yield
