"""`python -m bot import`: an operator's clinics, doctors and schedules from CSV files into the registry.

Reading comes first and whole (`read_directory`), so that everything wrong is found and told before anything is
written; loading is the registry's, all or nothing. Messages are for the operator's terminal. Files are read line by
line, and what they say is kept on the disk (`gathered.py`).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console
from rich.progress import Progress, track

from services.clinics.csv_files import CsvTable, Line, Problem, Unreadable, open_table
from services.clinics.gathered import Gathered, Where
from services.clinics.regions import region
from services.errors import SetupError
from services.registry.model import AgeGroup, Clinic
from services.registry.ports.schedules import DoctorRecord, Known, LoadReport, SchedulesPort

_REF = re.compile(r"[A-Za-z0-9_-]{1,24}")
_SHOWN_PROBLEMS = 50
_MOST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a kind of file may have. `limit`: characters at most."""

    name: str
    meaning: str
    required: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file and its columns."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)


CLINICS = Kind(
    "clinics",
    (
        Column("id", "the clinic's id in your system", required=True),
        Column("name", "as patients know it", required=True, limit=300),
        Column("address", "street and house", required=True, limit=300),
        Column("town", "town or village", required=True),
        Column("region", "two-digit code of the region, 77", required=True),
        Column("tz", "time zone, Europe/Moscow; by default the region's"),
        Column("phone", "may be empty"),
        Column("hours", "«1-5 08:00-20:00; 6 09:00-15:00» or your own words; may be empty", limit=300),
        Column("age_group", "child, adult or any; by default any"),
        Column("lat", "latitude in degrees; may be empty"),
        Column("lon", "longitude in degrees; may be empty"),
    ),
)
DOCTORS = Kind(
    "doctors",
    (
        Column("id", "the doctor's id in your system", required=True),
        Column("clinic", "id of the clinic", required=True),
        Column("service", "what patients book, «Терапевт»", required=True, limit=200),
        Column("service_id", "code of the post (ФРМР 1002); by default made of the service's name", limit=24),
        Column("surname", "surname", required=True, limit=80),
        Column("name", "first name", required=True, limit=80),
        Column("patronymic", "may be empty", limit=80),
        Column("room", "«каб. 12»; may be empty", limit=40),
        Column("age_group", "child, adult or any; by default any"),
    ),
)
SCHEDULE = Kind(
    "schedule",
    (
        Column("doctor", "id of the doctor", required=True),
        Column("date", "2026-11-24 or 24.11.2026, in the clinic's zone", required=True),
        Column("from", "09:00, in the clinic's zone", required=True),
        Column("to", "12:00; empty for a single time"),
        Column("minutes", "per visit; empty for one visit from «from» to «to»"),
    ),
)
KINDS = (CLINICS, DOCTORS, SCHEDULE)
_AGE_GROUPS = {
    **dict.fromkeys(("", "any", "all", "все", "любой"), AgeGroup.ANY),
    **dict.fromkeys(("child", "children", "дети", "детский", "детская"), AgeGroup.CHILD),
    **dict.fromkeys(("adult", "adults", "взрослые", "взрослый", "взрослая"), AgeGroup.ADULT),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; without a kind its columns tell."""

    path: Path
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """`columns`: ours → the file's own, the first that is not empty counts; `constants`: for what a file lacks."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    """Put before every id of the files, so that two systems' ids stay apart."""


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
    parser.add_argument("--dry-run", action="store_true", help="read and check, write nothing")


async def run(args: argparse.Namespace, admin: SchedulesPort, *, stdout: TextIO, stderr: TextIO) -> int:
    """Reads, checks and loads. Exit codes: 0 done, 1 the files have problems and nothing was written.

    Raises `SetupError` for options that make no sense, `RegistryUnavailable` where the registry is silent.
    """
    sources = [Source(path) for path in args.files]
    sources += [Source(path, kind) for kind in KINDS for path in getattr(args, kind.name)]
    if not sources:
        raise SetupError("import needs a file: import FILE, or --clinics FILE --doctors FILE --schedule FILE")
    options = Options(_read_map(args.map), _read_constants(args.set), args.prefix)
    known = await admin.known()
    parsed = read_directory(sources, options, known, follow=_follow(stderr))
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
    *,
    follow: Follow = lambda _file, _rows, lines: lines,
) -> Parsed:
    """Everything that the files hold, or everything that is wrong with them.

    `known`: what the registry has already, for doctors and schedules that come without their clinics.
    """
    reader = _Reader(options, known, follow)
    tables = [table for table in map(reader.open, sources) if table is not None]
    if len(tables) < len(sources):
        return reader.result()  # else every row that refers to the unread file would be told as wrong
    reader.check_options([table for table, _ in tables])
    for kind, read in ((CLINICS, reader.clinic), (DOCTORS, reader.doctor), (SCHEDULE, reader.schedule)):
        for table, table_kind in tables:
            if table_kind is kind:
                reader.read(table, kind, read)
    return reader.result()


class _Row:
    """A line seen through the mapping; remembers what is wrong with it."""

    def __init__(self, file: str, line: Line, kind: Kind, options: Options, problems: Problems) -> None:
        self.where = Where(file, line.number)
        self._failed: set[str] = set()
        self._cells = line.cells
        self._columns = {column.name: column for column in kind.columns}
        self._options = options
        self._problems = problems

    @property
    def failed(self) -> bool:
        return bool(self._failed)

    def fail(self, column: str, text: str) -> None:
        """One problem a cell: the first."""
        if column not in self._failed:
            self._failed.add(column)
            self._problems.add(Problem(self.where.file, text, self.where.line, column))

    def text(self, name: str) -> str:
        """The cell, or the constant where it is empty."""
        own = (self._cells.get(theirs, "") for theirs in self._options.columns.get(name, (name,)))
        value = next(filter(None, own), "") or self._options.constants.get(name, "")
        column = self._columns[name]
        if column.required and not value:
            self.fail(name, "is empty")
        if len(value) > column.limit:
            self.fail(name, f"is longer than {column.limit} characters")
        return value

    def ref(self, name: str) -> str:
        """An id of the file as ours."""
        value = self.text(name)
        return make_ref(self._options.prefix + value) if value else ""

    def number_between(self, name: str, low: float, high: float) -> float | None:
        value = self.text(name)
        if not value:
            return None
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            self.fail(name, f"«{value}» is not a number")
            return None
        if not low <= number <= high:
            self.fail(name, f"{value} is not between {low:g} and {high:g}")
            return None
        return number

    def age_group(self) -> AgeGroup:
        value = self.text("age_group")
        group = _AGE_GROUPS.get(value.casefold())
        if group is None:
            self.fail("age_group", f"«{value}» is not child, adult or any")
        return group or AgeGroup.ANY

    def day(self) -> date | None:
        value = self.text("date")
        day = _day(value)
        if value and day is None:
            self.fail("date", f"«{value}» is not a date like 2026-11-24 or 24.11.2026")
        return day

    def moment(self, name: str, day: date | None, zone: ZoneInfo | None) -> datetime | None:
        """The clock time of this cell on that day in that zone; None for an empty cell too."""
        value = self.text(name)
        match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?", value)
        if value and not match:
            self.fail(name, f"«{value}» is not a time like 09:00")
        if not match or day is None or zone is None:
            return None
        moment = datetime.combine(day, time(int(match[1]), int(match[2])), zone)
        as_utc = moment.astimezone(_UTC)
        if as_utc.astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            self.fail(name, f"{value} does not exist on {day} in {zone.key}: clocks go forward then")
            return None
        return as_utc


_UTC = ZoneInfo("UTC")


class _Reader:
    """Gathers records and problems over several files, clinics before doctors before schedules."""

    def __init__(self, options: Options, known: Known, follow: Follow) -> None:
        self._options = options
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
            told = "; ".join(f"{kind.name} have {', '.join(_required(kind))}" for kind in KINDS)
            self._problems.add(Problem(table.file, f"the columns fit no kind of file: {told}"))
            return None
        missing = [name for name in _required(kind) if not self._has(table, name)]
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

    def read(self, table: CsvTable, kind: Kind, one: Callable[[_Row], None]) -> None:
        own = {ours: theirs for ours, theirs in self._options.columns.items() if set(theirs) & set(table.columns)}
        options = Options(own, self._options.constants, self._options.prefix)
        for line in self._follow(table.file, table.rows, table.lines()):
            if isinstance(line, Problem):
                self._problems.add(line)
            else:
                one(_Row(table.file, line, kind, options, self._problems))

    def clinic(self, row: _Row) -> None:
        ref = self._new(CLINICS, row)
        code = row.text("region")
        code = code.zfill(2) if code else ""  # spreadsheets drop the zero of 05
        place = region(code)
        if code and place is None:
            row.fail("region", f"«{code}» is not the code of a region")
        tz = row.text("tz") or (place.tz if place else "")
        zone = _zone(tz)
        if tz and zone is None:
            row.fail("tz", f"«{tz}» is not a time zone like Europe/Moscow")
        lat, lon = row.number_between("lat", -90, 90), row.number_between("lon", -180, 180)
        if (row.text("lat") == "") != (row.text("lon") == ""):
            row.fail("lat" if lat is None else "lon", "lat and lon are both there, or neither")
        clinic = Clinic(
            id=ref,
            name=row.text("name"),
            address=row.text("address"),
            town=row.text("town"),
            region=code,
            phone=row.text("phone"),
            hours=row.text("hours"),
            tz=tz,
            age_group=row.age_group(),
            lat=lat,
            lon=lon,
        )
        self._gathered.put_zone(ref, tz if zone else "")
        if not row.failed:
            self._gathered.put_clinic(clinic)

    def doctor(self, row: _Row) -> None:
        ref, clinic_id = self._new(DOCTORS, row), row.ref("clinic")
        if clinic_id and self._gathered.zone_of(clinic_id) is None:
            row.fail("clinic", f"there is no clinic «{row.text('clinic')}»")
        service = row.text("service")
        service_id = row.text("service_id") or make_ref(f"{_SERVICE}{service.casefold()}")
        if not _REF.fullmatch(service_id):
            row.fail("service_id", f"«{service_id}» may hold letters A–Z, digits, «-» and «_» only")
        called, first = self._services.setdefault(service_id, (service, row.where))
        if called != service:
            row.fail("service_id", f"{service_id} is called «{called}» on line {first.line} of {first.file}")
        doctor = DoctorRecord(
            id=ref,
            clinic_id=clinic_id,
            service_id=service_id,
            service=service,
            surname=row.text("surname"),
            name=row.text("name"),
            patronymic=row.text("patronymic") or None,
            room=row.text("room"),
            age_group=row.age_group(),
        )
        self._gathered.put_home(ref, clinic_id)
        if not row.failed:
            self._gathered.put_doctor(doctor)

    def schedule(self, row: _Row) -> None:
        doctor_id = row.ref("doctor")
        clinic_id = self._gathered.clinic_of(doctor_id)
        if doctor_id and clinic_id is None:
            row.fail("doctor", f"there is no doctor «{row.text('doctor')}»")
        day, zone = row.day(), _zone(self._gathered.zone_of(clinic_id or "") or "")
        start, end = row.moment("from", day, zone), row.moment("to", day, zone)
        minutes = row.number_between("minutes", 1, _MOST_MINUTES)
        if not row.text("to") and not row.text("minutes"):
            row.fail("to", "is empty, and so is minutes: one of them is needed")
        if start is None or row.failed:
            return
        length = timedelta(minutes=minutes) if minutes is not None else None
        if end is None:
            end = start + length if length else start
        elif end <= start:
            row.fail("to", f"{row.text('to')} is not after {row.text('from')}")
            return
        length = length or end - start
        if start + length > end:
            row.fail("minutes", f"not one visit of {row.text('minutes')} minutes fits")
            return
        self._gathered.put_hours(doctor_id, start, end, length, row.where)

    def result(self) -> Parsed:
        for one, other in self._gathered.overlaps():
            text = f"these hours overlap line {other.line} of {other.file}"
            self._problems.add(Problem(one.file, text, one.line, "from"))
        return Parsed(self._gathered, self._problems)

    def _new(self, kind: Kind, row: _Row) -> str:
        """The row's own id, which nobody before it may have."""
        ref = row.ref("id")
        earlier = self._gathered.earlier(kind.name, ref, row.where)
        if ref and earlier is not None:
            row.fail("id", f"«{row.text('id')}» stands on line {earlier.line} of {earlier.file} already")
        return ref

    def _has(self, table: CsvTable, name: str) -> bool:
        theirs = self._options.columns.get(name, ())
        return name in table.columns or bool(set(theirs) & set(table.columns)) or name in self._options.constants

    def _kind_of(self, table: CsvTable) -> Kind | None:
        def fits(kind: Kind) -> tuple[bool, int]:
            names = [name for name in kind.names if self._has(table, name)]
            return set(_required(kind)) <= set(names), len(names)

        best = max(KINDS, key=fits)
        return best if fits(best)[1] > 1 else None


_SERVICE = "service "
"""Told apart from a code by the space, so it always becomes a hash."""


def make_ref(external: str) -> str:
    """Our id for an id of the operator's: itself where it fits into a button, else 12 characters of its hash."""
    if _REF.fullmatch(external):
        return external
    return base64.urlsafe_b64encode(hashlib.blake2b(external.encode(), digest_size=9).digest()).decode()


@lru_cache(maxsize=1000)
def _day(value: str) -> date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.strptime(value, form).date()  # noqa: DTZ007  (a day has no zone)
    return None


def _zone(tz: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(tz) if tz else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _required(kind: Kind) -> list[str]:
    return [column.name for column in kind.columns if column.required]


def _read_map(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    pairs = _pairs("--map", ",".join(values).split(",") if values else ())
    return {ours: tuple(filter(None, theirs.split("|"))) for ours, theirs in pairs}


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
