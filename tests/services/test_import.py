"""An operator's CSV files become clinics that can be booked, or a list of what is wrong with them, by line."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.clinics import checks
from services.clinics.checks import BOUNDS, LENGTH, PHONE, SEASON, SPOT, STRETCH, Spot
from services.clinics.columns import CLINICS, FORMAT, KINDS
from services.clinics.directory import Place, km
from services.clinics.importing import ClinicsImporter, read_directory
from services.documents.outlines import towns
from services.errors import SetupError
from services.imports import cells
from services.imports.cells import make_ref, with_bounds
from services.imports.columns import Column, Kind
from services.imports.csv_files import Problem
from services.imports.importing import add_arguments, run
from services.imports.reading import Files, Options, Source
from services.registry.local import loading
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.registry import LocalRegistry
from services.registry.model import AgeGroup, Booked, Clinic, PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.schedules import DoctorRecord, Known, SlotRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import MONDAY_MORNING, FakeClock

MOSCOW = ZoneInfo("Europe/Moscow")
REAL = Path(__file__).parents[3] / "shared" / "data" / "clinics_moscow_datamosru_2014.csv"

CLINICS_CSV = """id,name,address,town,region,phone,hours,age_group,lat,lon
7,Поликлиника № 7,"ул. Мира, д. 1",Мытищи,50,+7 495 000-00-07,1-5 08:00-20:00,adult,55.91,37.73
8,Детская поликлиника № 8,"ул. Мира, д. 2",Владивосток,25,,,child,,
"""
DOCTORS_CSV = """id,clinic,service,service_id,surname,name,patronymic,room,age_group
d1,7,Терапевт,110,Ветров,Иван,Ильич,каб. 12,adult
d2,8,Педиатр,59,Ёлкина,Анна,,,
"""
SCHEDULE_CSV = """doctor,date,from,to,minutes
d1,2026-11-24,09:00,10:00,20
d1,25.11.2026,9:30,,15
d2,2026-11-24,09:00,09:12,
"""
ANNA = PatientIdentity(
    "Ёлкина", "Анна", None, date(1990, 3, 14), Sex.FEMALE, Policy(PolicyKind.ENP, "5058099085000017")
)


def at(hour: int, minute: int = 0, day: int = 24, zone: str = "Europe/Moscow") -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone))


@dataclass
class Desk:
    """The operator's terminal over a real registry."""

    folder: Path
    admin: LocalRegistryAdmin
    registry: LocalRegistry
    said: str = ""

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    async def run(self, *arguments: str) -> int:
        """`python -m bot import …`; what it printed is in `said`."""
        parser = argparse.ArgumentParser()
        importer = ClinicsImporter(self.admin, MONDAY_MORNING)
        add_arguments(parser, [importer.format])
        out = io.StringIO()
        code = await run(parser.parse_args(arguments), [importer], stdout=out, stderr=out)
        self.said = out.getvalue()
        return code

    async def run_all(self) -> int:
        return await self.run(*(self.write(name, text) for name, text in THREE.items()))


THREE = {"clinics.csv": CLINICS_CSV, "doctors.csv": DOCTORS_CSV, "schedule.csv": SCHEDULE_CSV}


@pytest.fixture(params=["in one unit", "in many units"])
def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database: Database,
    vault: Vault,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """What a small import does at once, a large one does on the side: the same in the end."""
    if request.param == "in many units":
        monkeypatch.setattr(loading, "CHUNK", 1)
    return Desk(
        tmp_path,
        LocalRegistryAdmin(database, vault, clock),
        LocalRegistry(database, vault, clock, registers_patients=True),
    )


# --- stories over a registry ---------------------------------------------------------------------


async def test_three_files_and_a_visit(desk: Desk) -> None:
    # 1. A dry run says what is there and writes nothing.
    assert await desk.run("--dry-run", *(desk.write(name, text) for name, text in THREE.items())) == 0
    assert "2 clinics, 2 doctors, 5 times. Nothing was written." in desk.said
    assert await desk.registry.regions() == {}

    # 2. The import itself; a region's clinic gets the region's time zone.
    assert await desk.run_all() == 0
    assert "Clinics: 2 added, 0 updated. Doctors: 2 added, 0 updated. Times: 5 added" in desk.said
    adults, children = await desk.registry.clinic("7"), await desk.registry.clinic("8")
    assert adults is not None
    assert children is not None
    assert (adults.tz, adults.age_group, adults.lat, adults.demo) == ("Europe/Moscow", AgeGroup.ADULT, 55.91, False)
    assert (children.tz, children.age_group, children.lat, children.hours) == (
        *("Asia/Vladivostok", AgeGroup.CHILD),
        *(None, ""),
    )
    slots = await desk.registry.slots("7", "110", age=36)
    assert [(slot.start, slot.end) for slot in slots] == [
        (at(9), at(9, 20)),
        (at(9, 20), at(9, 40)),
        (at(9, 40), at(10)),
        (at(9, 30, day=25), at(9, 45, day=25)),
    ]
    (child_slot,) = await desk.registry.slots("8", "59", age=6)
    assert child_slot.start == at(9, zone="Asia/Vladivostok")

    # 3. Somebody books; the same files again change nothing.
    patient = await desk.admin.enrol(ANNA, "7")
    assert isinstance(await desk.registry.book("key", patient.id, slots[0].id), Booked)
    assert await desk.run_all() == 0
    assert "Clinics: 0 added, 0 updated. Doctors: 0 added, 0 updated. Times: 0 added, 1 booked ones kept" in desk.said

    # 4. A new timetable without that hour, and one that crosses it: the visit stands, nothing is offered over it.
    desk.write(
        "schedule.csv", "doctor;date;from;to;minutes\nd1;2026-11-24;09:10;10:10;20\nd1;2026-11-25;09:30;10:00;\n"
    )
    assert await desk.run("--schedule", str(desk.folder / "schedule.csv")) == 0
    slots = await desk.registry.slots("7", "110", age=36)
    assert [slot.start for slot in slots] == [at(9, 30), at(9, 50), at(9, 30, day=25)]
    assert slots[2].end == at(10, day=25)
    assert [visit.start for visit in await desk.registry.visits([patient.id])] == [at(9)]
    assert len(await desk.registry.slots("8", "59", age=6)) == 1, "another doctor's times are not the file's business"


async def test_a_directory_that_moves_and_renames(desk: Desk) -> None:
    await desk.run_all()
    desk.write("clinics.csv", CLINICS_CSV.replace("Поликлиника № 7,", "Поликлиника № 77,").replace(",25,", ",54,"))
    desk.write("doctors.csv", DOCTORS_CSV.replace("d1,7,Терапевт,110", "d1,8,Терапевт,110").replace("adult", "any"))
    paths = [str(desk.folder / name) for name in ("clinics.csv", "doctors.csv")]
    assert await desk.run(*paths) == 0
    assert "Clinics: 0 added, 2 updated. Doctors: 0 added, 1 updated." in desk.said
    # The doctor's free times moved along, and the days are those of the clinic's new zone.
    assert await desk.registry.slots("7", "110", age=6) == []
    days = await desk.registry.days("8", "110", age=6)
    assert [(offer.day, offer.free) for offer in days] == [(date(2026, 11, 24), 3), (date(2026, 11, 25), 1)]


async def test_nothing_is_written_when_one_line_is_wrong(desk: Desk) -> None:
    desk.write("clinics.csv", CLINICS_CSV.replace("55.91", "abc"))
    path = str(desk.folder / "clinics.csv")
    assert await desk.run("--clinics", path, "--doctors", desk.write("doctors.csv", DOCTORS_CSV)) == 1
    assert "clinics.csv, line 2: lat: «abc» is not a number" in desk.said
    assert "Nothing was imported." in desk.said
    assert await desk.registry.regions() == {}


async def test_many_problems_are_cut_short(desk: Desk) -> None:
    rows = "".join(f"d{number},7,Терапевт,Ветров,\n" for number in range(60))
    assert await desk.run("--doctors", desk.write("doctors.csv", "id,clinic,service,surname,name\n" + rows)) == 1
    assert "… and 70 more" in desk.said


async def test_moscow_as_the_city_publishes_it(desk: Desk) -> None:
    """Real clinics, doctors and times from an invented file; columns mapped on the command line."""
    clinics = moscow(desk)
    rows = list(csv.DictReader(clinics.open(encoding="utf-8")))
    some = rows[0]["id"]
    doctors = desk.write(
        "врачи.csv",
        f"код;поликлиника;специальность;фамилия;имя\n1;{some};Невролог;Щукин;Пётр\n".encode("cp1251"),
    )
    times = desk.write("приём.csv", "код;дата;с;по;минут\n1;24.11.2026;09:00;12:00;20\n".encode("cp1251"))
    mapping = "id=код,doctor=код,clinic=поликлиника,service=специальность,surname=фамилия"
    assert (
        await desk.run(
            *(str(clinics), doctors, times),
            *("--map", mapping, "--map", "name=short_name|name|имя,date=дата,from=с,to=по,minutes=минут"),
            *("--set", "region=77", "--set", "town=Москва"),
        )
        == 0
    ), desk.said
    found = await desk.registry.clinics("77")
    assert len(found) == len(rows)
    assert {clinic.tz for clinic in found} == {"Europe/Moscow"}
    assert sum(clinic.lat is None for clinic in found) == sum(not row["lat"] for row in rows)
    (offer,) = await desk.registry.services(some, age=40)
    assert (offer.name, offer.free, offer.nearest) == ("Невролог", 9, at(9))


def moscow(desk: Desk) -> Path:
    """The published file, or where it is not at hand one of the same shape."""
    if REAL.exists():
        return REAL
    return Path(
        desk.write(
            "moscow.csv",
            "id,kind,name,short_name,address,okrug,phone,lat,lon,closed_flag,note\n"
            '502-1,polyclinic_adult,ГБУЗ «ГП № 1»,Городская поликлиника № 1,"Москва, ул. Донская, д. 1",ЮАО,'
            "(495) 000-0000,55.71,37.60,,\n"
            '502-2,dental_adult,Стоматология № 2,,"Москва, ул. Мира, д. 2",СВАО,,,,1,закрыта\n',
        )
    )


async def test_two_systems_are_kept_apart_by_a_prefix(desk: Desk) -> None:
    for prefix in ("a-", "b-"):
        assert await desk.run("--prefix", prefix, *(desk.write(name, text) for name, text in THREE.items())) == 0
    assert await desk.registry.regions() == {"50": 2, "25": 2}
    assert await desk.registry.clinic("b-7") is not None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "import needs a file"),
        (("x.csv", "--map", "nme=title"), "there is no column «nme»"),
        (("x.csv", "--map", "name"), "--map wants COLUMN=VALUE"),
        (("x.csv", "--set", "region="), "--set wants COLUMN=VALUE"),
        (("x.csv", "--bounds", "latitude=1:2"), "there is no bound «latitude»; there are: lat, lon"),
        (("x.csv", "--bounds", "lat=50"), "--bounds wants lat=LOW:HIGH, not «lat=50»"),
        (("x.csv", "--bounds", "lat=low:high"), "--bounds wants lat=LOW:HIGH"),
        (("x.csv", "--bounds", "lat=nan:nan"), "--bounds lat: the lower one first, both between -90 and 90"),
        (("x.csv", "--bounds", "lat=82:41"), "--bounds lat: the lower one first, both between -90 and 90"),
        (("x.csv", "--bounds", "minutes=0:60"), "--bounds minutes: the lower one first, both between 1 and 1440"),
    ],
)
async def test_options_that_make_no_sense(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    parser = argparse.ArgumentParser()
    importer = ClinicsImporter(NobodyHome(), MONDAY_MORNING)
    add_arguments(parser, [importer.format])
    with pytest.raises(SetupError, match=expected):
        await run(parser.parse_args(arguments), [importer], stdout=io.StringIO(), stderr=io.StringIO())


class NobodyHome(LocalRegistryAdmin):
    """Options are checked before the registry is asked anything."""

    def __init__(self) -> None:
        pass


def test_the_help_names_every_column() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, [FORMAT])
    told = parser.format_help()
    assert all(column.name in told for kind in KINDS for column in kind.columns)


# --- reading, without a registry -----------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """What was read, in memory."""

    clinics: tuple[Clinic, ...]
    doctors: tuple[DoctorRecord, ...]
    slots: tuple[SlotRecord, ...]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, sources: Collection[Source], options: Options | None, known: Known) -> Read:
        files = Files(options or Options(bounds=BOUNDS), KINDS)
        files.open(sources)
        with closing(read_directory(files, known, MONDAY_MORNING)) as told:
            slots = tuple(told.slots())
            assert told.slot_count == len(slots)
            return cls(tuple(told.clinics()), tuple(told.doctors()), slots, files.problems.shown)


def read(folder: Path, files: Mapping[str, str | bytes], options: Options | None = None, **known: str) -> Read:
    """Reads these files by their columns; `known`: a clinic of the registry and its zone; doctor `d1` works there."""
    sources = []
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        sources.append(Source(folder / name))
    there = Known(zones=known, doctors=dict.fromkeys(["d1"], next(iter(known), "")))
    return Read.of(sources, options, there)


def problems(parsed: Read) -> list[str]:
    return [str(problem) for problem in parsed.problems]


@pytest.mark.parametrize(
    "content",
    [
        CLINICS_CSV.encode(),
        b"\xef\xbb\xbf" + CLINICS_CSV.encode(),
        CLINICS_CSV.encode("cp1251"),
        CLINICS_CSV.replace('"ул. Мира, д. 1"', "ул. Мира").replace('"ул. Мира, д. 2"', "x").replace(",", ";").encode(),
        CLINICS_CSV.replace("\n", "\r\n").encode("cp1251"),
        ("\n\n" + CLINICS_CSV + "\n,,,,,,,,,\n").encode(),
    ],
    ids=["utf-8", "bom", "cp1251", "semicolon", "crlf", "blank lines"],
)
def test_encodings_and_separators(tmp_path: Path, content: bytes) -> None:
    parsed = read(tmp_path, {"clinics.csv": content})
    assert problems(parsed) == []
    assert [clinic.name for clinic in parsed.clinics] == ["Поликлиника № 7", "Детская поликлиника № 8"]


def test_quoted_line_breaks_keep_line_numbers_right(tmp_path: Path) -> None:
    content = CLINICS_CSV.replace('"ул. Мира, д. 1"', '"ул. Мира,\nд. 1, «Мир»\n3 этаж"').replace(",25,", ",xx,")
    assert problems(read(tmp_path, {"c.csv": content})) == ["c.csv, line 5: region: «xx» is not the code of a region"]


def test_numbers_and_times_as_spreadsheets_write_them(tmp_path: Path) -> None:
    clinics = "id;name;address;town;region;lat;lon\n1;П;А;Т;5;55,5;37,25\n"
    doctors = "id;clinic;service;surname;name\nd1;1;Терапевт;В;И\n"
    schedule = "doctor;date;from;to;minutes\nd1;24.11.2026;9:00:00;9:30:00;30\n"
    parsed = read(tmp_path, {"c.csv": clinics, "d.csv": doctors, "s.csv": schedule})
    assert problems(parsed) == []
    assert (parsed.clinics[0].region, parsed.clinics[0].lat, parsed.clinics[0].lon) == ("05", 55.5, 37.25)
    assert parsed.slots == (SlotRecord("d1", at(9), at(9, 30)),)


def test_long_or_odd_ids_become_short_ones(tmp_path: Path) -> None:
    odd = "поликлиника/корпус 2 " + "9" * 40
    parsed = read(tmp_path, {"c.csv": CLINICS_CSV.replace("\n7,", f"\n{odd},")})
    assert parsed.clinics[0].id == make_ref(odd) == make_ref(odd)
    assert len(parsed.clinics[0].id) == 12
    assert parsed.clinics[1].id == "8"


def test_a_service_without_a_code_gets_the_same_one_everywhere(tmp_path: Path) -> None:
    doctors = "id,clinic,service,surname,name\n1,c,Терапевт,В,И\n2,c,Терапевт,Г,И\n3,c,Хирург,Д,И\n"
    one, two, other = read(tmp_path, {"d.csv": doctors}, c="Europe/Moscow").doctors
    assert one.service_id == two.service_id != other.service_id
    assert len(one.service_id) == 12


def test_hours_across_a_change_of_clocks(tmp_path: Path) -> None:
    """Berlin, 25 October 2026: 03:00 becomes 02:00, so the night has an hour more; 28 March 2027 one less."""
    schedule = "doctor,date,from,to,minutes\nd1,2026-10-25,01:00,04:00,60\nd1,2027-03-28,01:00,04:00,60\n"
    parsed = read(tmp_path, {"s.csv": schedule}, c="Europe/Berlin")
    assert len(parsed.slots) == 4 + 2
    assert all(slot.end - slot.start == parsed.slots[0].end - parsed.slots[0].start for slot in parsed.slots)
    gap = read(tmp_path, {"s.csv": "doctor,date,from,minutes\nd1,2027-03-28,02:30,20\n"}, c="Europe/Berlin")
    assert problems(gap) == [
        "s.csv, line 2: from: 02:30 does not exist on 2027-03-28 in Europe/Berlin: clocks go forward then"
    ]


LAT = "is not between 41 and 82 (--bounds lat=LOW:HIGH)"
LON = "is not between 19 and 191 (--bounds lon=LOW:HIGH)"
MINUTES = "is not between 1 and 480 (--bounds minutes=LOW:HIGH)"
DAYS = "is not between 2026-10-23 and 2028-11-23 (--bounds days=LOW:HIGH)"


def clinic_row(**cells: str) -> str:
    row = {"id": "1", "name": "П", "address": "А", "town": "Т", "region": "50", "tz": "", "lat": "", "lon": ""}
    row |= {"age_group": ""} | cells
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (clinic_row(name=""), "c.csv, line 2: name: is empty"),
        (clinic_row(name="П" * 301), "c.csv, line 2: name: is longer than 300 characters"),
        (clinic_row(lat="abc", lon="37"), "c.csv, line 2: lat: «abc» is not a number"),
        (clinic_row(lat="91", lon="37"), f"c.csv, line 2: lat: 91 {LAT}"),
        (clinic_row(lat="nan", lon="37"), f"c.csv, line 2: lat: nan {LAT}"),
        (clinic_row(lat="0", lon="37"), f"c.csv, line 2: lat: 0 {LAT}"),
        (clinic_row(lat="55", lon="-181"), f"c.csv, line 2: lon: -181 {LON}"),
        (clinic_row(lat="55", lon="190"), f"c.csv, line 2: lon: 190 {LON}"),
        (clinic_row(lat="55", lon="inf"), f"c.csv, line 2: lon: inf {LON}"),
        (clinic_row(lat="55"), "c.csv, line 2: lon: lat and lon are both there, or neither"),
        (clinic_row(age_group="seniors"), "c.csv, line 2: age_group: «seniors» is not child, adult or any"),
        (clinic_row(region="100"), "c.csv, line 2: region: «100» is not the code of a region"),
        (clinic_row(tz="Europe/Nowhere"), "c.csv, line 2: tz: «Europe/Nowhere» is not a time zone like Europe/Moscow"),
        (
            clinic_row(tz="../../etc/passwd"),
            "c.csv, line 2: tz: «../../etc/passwd» is not a time zone like Europe/Moscow",
        ),
        (clinic_row() + "1,Д,А,Т,50,,,,\n", "c.csv, line 3: id: «1» stands on line 2 of c.csv already"),
        (clinic_row() + "2,Д,А\n", "c.csv, line 3: 3 cells, but the header has 9"),
        (clinic_row() + "2,Д,А,Т,50,,,,,,\n", "c.csv, line 3: 11 cells, but the header has 9"),
        ("", "c.csv: the file is empty"),
        (" \n\n", "c.csv: the file is empty"),
        ("id,name,address,town,region\n", "c.csv: there is a header and not a single row"),
        (
            "Уважаемые коллеги!\nсм. вложение\n",
            "c.csv, line 1: this is not a CSV table: the first line has no «,» and no «;»",
        ),
        ("id,name,name\n1,П,П\n", "c.csv, line 1: the header names a column twice: name"),
        (clinic_row() + '2,"Д,А,Т,50,,,,\n', "c.csv, line 3: the quoting is broken: unexpected end of data"),
        (clinic_row() + '2,"Д"х,А,Т,50,,,,\n', "c.csv, line 3: the quoting is broken: ',' expected after '\"'"),
        (
            "id,name,address,town,lat\n1,П,А,Т,\n",
            "c.csv, line 1: there is no column «region» (--map region=… or --set region=…); "
            "there are: id, name, address, town, lat",
        ),
    ],
)
def test_clinics_that_are_wrong(tmp_path: Path, content: str, expected: str) -> None:
    assert problems(read(tmp_path, {"c.csv": content})) == [expected]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04\n\x00\x00", "c.csv, line 2: this is not a text file (it holds NUL bytes)"),
        (CLINICS_CSV.encode("utf-16"), "c.csv, line 1: this is not a text file (it holds NUL bytes)"),
        (CLINICS_CSV.encode()[:-20] + b"\xd0\n", "c.csv, line 3: these bytes are neither UTF-8 nor Windows-1251"),
        (CLINICS_CSV.encode("cp1251") + b"\x98", "c.csv, line 4: these bytes are neither UTF-8 nor Windows-1251"),
    ],
    ids=["zip", "utf-16", "broken utf-8", "broken cp1251"],
)
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes, expected: str) -> None:
    (problem,) = problems(read(tmp_path, {"c.csv": content}))
    assert problem.startswith(expected)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    parsed = Read.of([Source(tmp_path / "none.csv", CLINICS)], None, Known({}, {}))
    assert problems(parsed) == [f"{tmp_path / 'none.csv'}: No such file or directory"]


def test_columns_that_fit_nothing(tmp_path: Path) -> None:
    (problem,) = problems(read(tmp_path, {"x.csv": "price,colour\n1,red\n"}))
    assert problem.startswith("x.csv: the columns fit no kind of file: clinics have id, name, address")


def test_a_mapping_that_fits_no_file(tmp_path: Path) -> None:
    options = Options(columns={"name": ("shrt_name",)}, bounds=BOUNDS)
    assert problems(read(tmp_path, {"c.csv": CLINICS_CSV}, options)) == [
        "--map: name: no file has a column «shrt_name»"
    ]


def test_a_value_of_the_file_wins_over_a_constant(tmp_path: Path) -> None:
    options = Options(constants={"town": "Москва", "phone": "103"}, bounds=BOUNDS)
    parsed = read(tmp_path, {"c.csv": CLINICS_CSV}, options)
    assert [(clinic.town, clinic.phone) for clinic in parsed.clinics] == [
        ("Мытищи", "+7 495 000-00-07"),
        ("Владивосток", "103"),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("d9,nowhere,Терапевт,110,В,И", "clinic: there is no clinic «nowhere»"),
        ("d9,c,Терапевт,тер,В,И", "service_id: «тер» may hold letters A–Z, digits, «-» and «_» only"),
        ("d9,c,Хирург,110,В,И", "service_id: 110 is called «Терапевт» on line 2 of d.csv"),
        ("d8,c,Терапевт,110,В,И", "id: «d8» stands on line 2 of d.csv already"),
        ("d9,c,Терапевт,110,,И", "surname: is empty"),
    ],
)
def test_doctors_that_are_wrong(tmp_path: Path, row: str, expected: str) -> None:
    content = f"id,clinic,service,service_id,surname,name\nd8,c,Терапевт,110,В,И\n{row}\n"
    assert problems(read(tmp_path, {"d.csv": content}, c="Europe/Moscow")) == [f"d.csv, line 3: {expected}"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("d9,2026-11-24,09:00,10:00,20", "doctor: there is no doctor «d9»"),
        ("d1,24/11/26,09:00,10:00,20", "date: «24/11/26» is not a date like 2026-11-24 or 24.11.2026"),
        ("d1,2026-02-30,09:00,10:00,20", "date: «2026-02-30» is not a date like 2026-11-24 or 24.11.2026"),
        ("d1,2026-11-24,9 утра,10:00,20", "from: «9 утра» is not a time like 09:00"),
        ("d1,2026-11-24,09:00,25:00,20", "to: «25:00» is not a time like 09:00"),
        ("d1,2026-11-24,10:00,09:00,20", "to: 09:00 is not after 10:00"),
        ("d1,2026-11-24,10:00,10:00,20", "to: 10:00 is not after 10:00"),
        ("d1,2026-11-24,10:00,10:10,20", "minutes: not one visit of 20 minutes fits"),
        ("d1,2026-11-24,10:00,11:00,много", "minutes: «много» is not a number"),
        ("d1,2026-11-24,10:00,11:00,0", f"minutes: 0 {MINUTES}"),
        ("d1,2026-11-24,10:00,11:00,481", f"minutes: 481 {MINUTES}"),
        ("d1,2026-11-24,10:00,11:00,7.25", "minutes: «7.25» is not a number of whole minutes"),
        ("d1,2026-11-24,10:00,11:00,nan", "minutes: «nan» is not a number of whole minutes"),
        ("d1,2026-11-24,10:00,23:00,", f"to: one visit of so many minutes: 780 {MINUTES}; is «minutes» left out?"),
        ("d1,1999-01-01,09:00,10:00,20", f"date: 1999-01-01 {DAYS}"),
        ("d1,2226-01-01,09:00,10:00,20", f"date: 2226-01-01 {DAYS}"),
        ("d1,2026-11-24,10:00,,", "to: is empty, and so is minutes: one of them is needed"),
        ("d1,2026-11-24,,11:00,20", "from: is empty"),
        ("d1,2026-11-24,08:50,09:10,20", "from: these hours overlap line 2 of s.csv"),
    ],
)
def test_schedules_that_are_wrong(tmp_path: Path, row: str, expected: str) -> None:
    content = f"doctor,date,from,to,minutes\nd1,2026-11-24,08:00,09:00,20\n{row}\n"
    assert problems(read(tmp_path, {"s.csv": content}, c="Europe/Moscow")) == [f"s.csv, line 3: {expected}"]


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    """A broken clinic is still the clinic that its doctors name."""
    told = problems(read(tmp_path, THREE | {"clinics.csv": CLINICS_CSV.replace(",50,", ",99999,")}))
    assert told == ["clinics.csv, line 2: region: «99999» is not the code of a region"]


# --- what operators' files say -------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        "sep=;\nid;name;address;town;region\n1;П;А;Т;xx\n",
        "\n\nSEP=;\nid;name;address;town;region\n1;П;А;Т;xx\n",
        '"sep=;"\r\nid;name;address;town;region\r\n1;П;А;Т;xx\r\n',
        "sep=;;;;;\nid;name;address;town;region\n1;П;А;Т;xx\n",
        "\ufeffsep=,\nid,name,address,town,region\n1,П;П,А,Т,xx\n",
        "sep=\t\nid\tname\taddress\ttown\tregion\n1\tП;П\tА\tТ\txx\n",
        "sep=|\nid|name|address|town|region\n1|П;П|А,|Т|xx\n",
    ],
)
def test_the_line_where_excel_names_the_separator(tmp_path: Path, rows: str) -> None:
    line = rows.splitlines().index(next(row for row in rows.splitlines() if row.endswith("xx"))) + 1
    assert problems(read(tmp_path, {"c.csv": rows})) == [
        f"c.csv, line {line}: region: «xx» is not the code of a region"
    ]


@pytest.mark.parametrize("content", ["sep=;\n", "sep=;\n\n"])
def test_a_separator_and_nothing_else(tmp_path: Path, content: str) -> None:
    assert problems(read(tmp_path, {"c.csv": content})) == ["c.csv: there is no header and not a single row"]


def test_a_file_that_lies_about_its_separator(tmp_path: Path) -> None:
    told = problems(read(tmp_path, {"c.csv": "sep=,\nid;name\n1;П\n"}))
    assert told == ["c.csv, line 2: this is not a CSV table: the first line has no «,» and no «;»"]


async def test_headings_in_capitals(desk: Desk) -> None:
    head, _, rows = CLINICS_CSV.partition("\n")
    head = head.upper().replace("NAME", " Name\u00a0").replace("TOWN", "Город").replace("TZ", "\ufeffTz")
    path = desk.write("c.csv", f"\ufeff{head}\n{rows}")
    assert await desk.run("--dry-run", path, "--map", "town=ГОРОД") == 0, desk.said
    assert "2 clinics" in desk.said
    twice = desk.write("c.csv", f"{head},NAME\n")
    assert await desk.run(twice) == 1
    assert "the header names a column twice: name" in desk.said


def test_a_name_is_one_line_however_it_is_broken(tmp_path: Path) -> None:
    name = '"Городская\nполиклиника\r\n№\u00a07\t«Мир\u200bный»"'
    parsed = read(tmp_path, {"c.csv": clinic_row(name=name) + "2,Д,А,Т,xx,,,,\n"})
    assert problems(parsed) == ["c.csv, line 5: region: «xx» is not the code of a region"]
    assert parsed.clinics[0].name == "Городская поликлиника № 7 «Мирный»"


def test_ids_that_only_look_like_two(tmp_path: Path) -> None:
    rows = clinic_row(id="7") + "\ufeff7,Д,А,Т,50,,,,\n7\u200b,Д,А,Т,50,,,,\n"
    told = problems(read(tmp_path, {"c.csv": rows}))
    assert told == [f"c.csv, line {line}: id: «7» stands on line 2 of c.csv already" for line in (3, 4)]


@pytest.mark.parametrize("none", ["нет", "Нет отчества", "без отчества.", "-", "—", ""])
def test_a_doctor_without_a_patronymic(tmp_path: Path, none: str) -> None:
    rows = f"id,clinic,service,surname,name,patronymic\nd1,c,Терапевт,Ветров,И.,{none}\nd2,c,Терапевт,В,И,Нетович\n"
    one, other = read(tmp_path, {"d.csv": rows}, c="Europe/Moscow").doctors
    assert (one.name, one.patronymic, other.patronymic) == ("И.", None, "Нетович")


def swapped(lat: float, lon: float, *, both_in_the_country: bool = False) -> str:
    hint = " (--bounds astray=LOW:HIGH)" if both_in_the_country else ""
    return f"lat: {lat:g}; {lon:g} looks swapped: the latitude belongs into lat, the longitude into lon{hint}"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"lat": "0", "lon": "0"}, "lat: 0;0 is no place: leave both empty where it is not known"),
        ({"lat": "0.0", "lon": "-0"}, "lat: 0;0 is no place: leave both empty where it is not known"),
        ({"lat": "37.62", "lon": "55.75"}, swapped(37.62, 55.75)),
        ({"lat": "131.885", "lon": "43.115", "region": "25", "town": "Владивосток"}, swapped(131.885, 43.115)),
        ({"lat": "-173.2", "lon": "64.4", "region": "87"}, swapped(-173.2, 64.4)),
        (
            {"lat": "60.605", "lon": "56.838", "region": "66", "town": "Екатеринбург"},
            swapped(60.605, 56.838, both_in_the_country=True),
        ),
        (
            {"lat": "55.96", "lon": "54.73", "region": "02", "town": "УФА"},
            swapped(55.96, 54.73, both_in_the_country=True),
        ),
        (
            {"lat": "73.37", "lon": "54.99", "region": "55", "town": "деревня"},
            swapped(73.37, 54.99, both_in_the_country=True),
        ),
    ],
)
def test_coordinates_that_are_none_of_the_place(tmp_path: Path, cells: dict[str, str], expected: str) -> None:
    assert problems(read(tmp_path, {"c.csv": clinic_row(**cells)})) == [f"c.csv, line 2: {expected}"]


@pytest.mark.parametrize(
    ("lat", "lon", "region", "town"),
    [
        (55.75, 37.62, "77", "Москва"),
        (54.71, 20.51, "39", "Калининград"),
        (54.45, 19.64, "39", "Балтийская коса"),
        (66.16, -169.81, "87", "Уэлен"),
        (64.73, 177.51, "87", "Анадырь"),
        (80.8, 47.7, "29", "Земля Франца-Иосифа"),
        (41.46, 47.8, "05", "Куруш"),
        (54.1, 54.11, "02", "Белебей"),
        (60.7, 56.2, "59", "Ныроб"),
    ],
)
def test_places_at_the_ends_of_the_country(tmp_path: Path, lat: float, lon: float, region: str, town: str) -> None:
    rows = clinic_row(lat=f"{lat}", lon=f"{lon}", region=region, town=town)
    parsed = read(tmp_path, {"c.csv": rows})
    assert problems(parsed) == []
    assert (parsed.clinics[0].lat, parsed.clinics[0].lon) == (lat, lon)


def test_no_town_of_the_country_is_suspected() -> None:
    for town in towns():
        spot = Spot(town.lat, town.lon, town.region, town.name)
        assert not [told for rule in SPOT if (told := rule.told(spot, BOUNDS))], town


def test_nearly_every_town_that_is_swapped_is_seen() -> None:
    """But for those whose latitude is their longitude, more or less: the mistake is one of some kilometres."""
    for town in towns():
        spot = Spot(town.lon, town.lat, town.region, town.name)
        seen = any(rule.told(spot, BOUNDS) for rule in SPOT)
        assert seen or km(Place(town.lat, town.lon), Place(town.lon, town.lat)) < 32, town


# --- every column has a check --------------------------------------------------------------------

SOUND = {
    "clinics": {
        **dict.fromkeys(("id", "name", "address", "town"), "1"),
        "region": "50",
        "tz": "",
        "phone": "103",
        "hours": "",
        "age_group": "",
        "lat": "55",
        "lon": "37",
    },
    "doctors": {
        **dict.fromkeys(("id", "service", "surname", "name", "patronymic", "room"), "1"),
        "clinic": "c",
        "service_id": "110",
        "age_group": "any",
    },
    "schedule": {"doctor": "d1", "date": "2026-11-24", "from": "09:00", "to": "10:00", "minutes": "20"},
}
ROUNDED = "7,4951E+10"
WRONG = {
    ("clinics", "id"): ROUNDED,
    ("clinics", "region"): "100",
    ("clinics", "tz"): "UTC+3",
    ("clinics", "phone"): ROUNDED,
    ("clinics", "hours"): "1-5 08:00-25:00",
    ("clinics", "age_group"): "18+",
    ("clinics", "lat"): "-33.9",
    ("clinics", "lon"): "-58.4",
    ("doctors", "id"): ROUNDED,
    ("doctors", "clinic"): ROUNDED,
    ("doctors", "service_id"): ROUNDED,
    ("doctors", "age_group"): "0-17",
    ("schedule", "doctor"): ROUNDED,
    ("schedule", "date"): "2226-01-01",
    ("schedule", "from"): "24:00",
    ("schedule", "to"): "9",
    ("schedule", "minutes"): "7.25",
}
"""A value that is none, for each column that is more than words."""
OF_WORDS = {
    *(("clinics", name) for name in ("name", "address", "town")),
    *(("doctors", name) for name in ("service", "surname", "name", "patronymic", "room")),
}
COLUMNS = [(kind, column) for kind in KINDS for column in kind.columns]
BY_NAME = [f"{kind.name} {column.name}" for kind, column in COLUMNS]


def of_name(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def told_with(folder: Path, kind: Kind, cells: Mapping[str, str], options: Options | None = None) -> list[Problem]:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerows([cells.keys(), cells.values()])
    (folder / "x.csv").write_text(out.getvalue(), encoding="utf-8")
    known = Known({"c": "Europe/Moscow"}, {"d1": "c"})
    read = Read.of([Source(folder / "x.csv", kind)], options, known)
    return list(read.problems)


def test_columns_of_words_are_told_from_the_others() -> None:
    """A new column stands in one of the two, and is then tried below."""
    assert {(kind.name, column.name) for kind, column in COLUMNS} == WRONG.keys() | OF_WORDS
    assert not WRONG.keys() & OF_WORDS
    assert all(
        ((kind.name, column.name) in OF_WORDS) == (column.read in (cells.words, checks.own_patronymic))
        for kind, column in COLUMNS
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_row_without_mistakes(tmp_path: Path, kind: Kind) -> None:
    assert told_with(tmp_path, kind, SOUND[kind.name]) == []


@pytest.mark.parametrize(("kind", "column"), COLUMNS, ids=BY_NAME)
@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("9" * 5_000, "is longer than"),
        ("п" * 5_000, "is longer than"),
        ("П\x07", "holds a character that is none to print, U+0007"),
        ("П\x1b[2J", "U+001B"),
        ("\u202eавонавИ", "U+202E"),
        ("П\ue000", "U+E000"),
        ("П\ufffd", "U+FFFD"),
        ("#ССЫЛКА!", "is what a formula says that has failed"),
        ("#N/A", "is what a formula says that has failed"),
    ],
    ids=["long number", "long text", "bell", "escape", "turned round", "private", "damaged", "formula", "no value"],
)
def test_whatever_a_column_is_for(tmp_path: Path, kind: Kind, column: Column[Any], cell: str, text: str) -> None:
    told = told_with(tmp_path, kind, SOUND[kind.name] | {column.name: cell})
    assert [(each.line, each.column) for each in told] == [(2, column.name)]
    assert text in told[0].text
    assert "\x1b" not in str(told[0]), "nothing commands the terminal"


@pytest.mark.parametrize(("kind", "name"), WRONG, ids=" ".join)
def test_a_value_that_is_none(tmp_path: Path, kind: str, name: str) -> None:
    (told,) = told_with(
        tmp_path, next(each for each in KINDS if each.name == kind), SOUND[kind] | {name: WRONG[kind, name]}
    )
    assert (told.line, told.column) == (2, name)


OUTSIDE = {
    "lat": ("clinics", {"lat": "35.1", "lon": "33.4"}, "lat=30:82"),
    "lon": ("clinics", {"lat": "48.1", "lon": "11.6"}, "lon=-10:191"),
    "astray": ("clinics", {"lat": "55.96", "lon": "54.73", "region": "02", "town": "Уфа"}, "astray=0:1000"),
    "phone": ("clinics", {"phone": "нет"}, "phone=0:60"),
    "days": ("schedule", {"date": "2026-10-01"}, "days=-90:731"),
    "minutes": ("schedule", {"minutes": "600", "to": "20:00"}, "minutes=1:600"),
}


def test_every_bound_is_tried() -> None:
    assert OUTSIDE.keys() == BOUNDS.keys()
    assert {rule.bound for rules in (SPOT, PHONE, SEASON, LENGTH, STRETCH) for rule in rules} - {None} == BOUNDS.keys()


@pytest.mark.parametrize("bound", BOUNDS)
def test_an_operator_widens_a_bound(tmp_path: Path, bound: str) -> None:
    kind_name, cells, wider = OUTSIDE[bound]
    kind = of_name(kind_name)
    cells = SOUND[kind_name] | cells
    (told,) = told_with(tmp_path, kind, cells)
    assert told.line == 2
    assert f"--bounds {bound}=" in told.text
    assert told_with(tmp_path, kind, cells, Options(bounds=with_bounds(BOUNDS, [wider]))) == []


def test_all_of_it_is_told_at_once(tmp_path: Path) -> None:
    """Fifty lines, each with its mistake."""
    rows = "".join(f"d1,{year}-01-01,09:00,,7.25\n" for year in range(1990, 2015))
    told = problems(read(tmp_path, {"s.csv": f"sep=,\nDOCTOR,DATE,FROM,TO,MINUTES\n{rows}"}, c="Europe/Moscow"))
    assert [each.partition(":")[0] for each in told] == [f"s.csv, line {line}" for line in range(3, 28) for _ in "12"]


def test_a_quote_that_is_left_open(tmp_path: Path) -> None:
    rows = clinic_row() + '2,"Д,А,Т,50,,,,\n' + "3,Д,А,Т,50,,,,\n" * 10_000
    assert problems(read(tmp_path, {"c.csv": rows})) == [
        "c.csv, line 3: a cell has more than 131072 characters: is a quotation mark left open?"
    ]


def test_the_help_names_every_bound() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, [FORMAT])
    told = parser.format_help()
    assert all(f"{name}={bound.low:g}:{bound.high:g}" in told for name, bound in BOUNDS.items())


async def test_bounds_are_given_on_the_command_line(desk: Desk) -> None:
    path = desk.write("c.csv", clinic_row(lat="48.1", lon="11.6", tz="Europe/Berlin"))
    assert await desk.run(path) == 1
    assert f"lon: 11.6 {LON}" in desk.said
    assert await desk.run(path, "--bounds", "lon=-10:191", "--bounds", "lat=35:82") == 0, desk.said
