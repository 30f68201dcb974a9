"""An operator's CSV files become prescriptions of patients whom the registry knows; nothing of anybody is printed."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.clinics.importing import ClinicsImporter
from services.imports.cells import Bounds
from services.imports.importing import add_arguments
from services.prescriptions import importing
from services.prescriptions.columns import FORMAT, PRESCRIPTIONS
from services.prescriptions.importing import DAYS, PrescriptionsImporter
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import prescription
from services.registry.model import Policy, PolicyKind, Prescription, PrescriptionStatus
from services.registry.ports.prescriptions import PrescriptionRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.services.contracts.world import OLEG
from tests.services.test_import import CLINICS_CSV
from tests.services.test_registry_local import ANNA, CLINIC
from tests.support import importing as importing_desk
from tests.support.clock import MONDAY_MORNING, FakeClock

ROW = {
    "surname": "Ёлкина",
    "name": "Анна",
    "patronymic": "Петровна",
    "birth_date": "14.03.1990",
    "policy": ANNA.policy.number,
    "snils": "112-233-445 95",
    "number": "50АА 000001",
    "drug": "Эналаприл, таблетки, 10 мг",
    "how": "По 1 таблетке 2 раза в день",
    "amount": "№ 20",
    "commercial": "нет",
    "issued": "2026-11-20",
    "valid_until": "18.02.2027",
    "status": "действует",
    "dispensed": "",
    "clinic": "c",
    "doctor": "Ветров Иван Ильич",
}
PERSONAL = (
    "Ёлкина",
    "Анна",
    "Петровна",
    "14.03.1990",
    ANNA.policy.number,
    "112-233-445",
    "Эналаприл",
    "000001",
    "Ветров",
)


def table(*rows: Mapping[str, str]) -> str:
    return importing_desk.table(ROW, *rows)


@dataclass
class Desk:
    """The operator's terminal over a real registry."""

    folder: Path
    admin: LocalRegistryAdmin
    registry: LocalRegistry
    patient_id: str
    said: str = ""

    async def run(self, content: str, *arguments: str, **others: str) -> int:
        """`python -m bot import prescriptions.csv …`; what it printed is in `said`."""
        importers = (
            ClinicsImporter(self.admin, MONDAY_MORNING),
            PrescriptionsImporter(self.registry, self.admin, self.admin, MONDAY_MORNING),
        )
        files = {"prescriptions": content, **others}
        code, self.said = await importing_desk.run_import(self.folder, importers, files, *arguments)
        assert not [word for word in PERSONAL if word in self.said], "nothing of anybody is printed"
        return code

    async def found(self) -> list[Prescription]:
        return list(await self.registry.prescriptions(self.patient_id))


@pytest.fixture
async def desk(tmp_path: Path, database: Database, vault: Vault, clock: FakeClock) -> Desk:
    """The registry has a clinic, and knows Anna."""
    admin = LocalRegistryAdmin(database, vault, clock)
    await admin.load([CLINIC], [], [])
    patient = await admin.enrol(ANNA, CLINIC.id)
    return Desk(tmp_path, admin, LocalRegistry(database, vault, clock, registers_patients=False), patient.id)


async def test_a_file_and_its_prescription(desk: Desk) -> None:
    # 1. A dry run says how many there are, and writes nothing.
    assert await desk.run(table({}), "--dry-run") == 0
    assert desk.said == "prescriptions.csv: 1 rows\nChecked: 1 prescriptions. Nothing was written.\n"
    assert await desk.found() == []

    # 2. The import itself.
    assert await desk.run(table({})) == 0
    assert "Imported: 1 prescriptions.\nPrescriptions: 1 added, 0 updated, 0 as they were." in desk.said
    (found,) = await desk.found()
    assert found == Prescription(
        id=found.id,
        number="50АА 000001",
        patient_id=desk.patient_id,
        commercial=False,
        drug="Эналаприл, таблетки, 10 мг",
        how="По 1 таблетке 2 раза в день",
        amount="№ 20",
        clinic=CLINIC.name,
        clinic_address="Мытищи, ул. Мира, д. 1",
        clinic_phone="",
        tz="Europe/Moscow",
        doctor="Ветров Иван Ильич",
        issued=date(2026, 11, 20),
        valid_until=date(2027, 2, 18),
        status=PrescriptionStatus.ACTIVE,
    )

    # 3. Again: nothing is written; changed: that one is.
    assert await desk.run(table({})) == 0
    assert "0 added, 0 updated, 1 as they were" in desk.said
    given = {"status": "Отпущен", "dispensed": "23.11.2026"}
    assert await desk.run(table(given, {"number": "2", "commercial": "Да"})) == 0
    assert "1 added, 1 updated, 0 as they were" in desk.said
    first = next(each for each in await desk.found() if each.id == found.id)
    assert (first.status, first.dispensed) == (PrescriptionStatus.DISPENSED, date(2026, 11, 23))
    assert {each.number: each.commercial for each in await desk.found()} == {"50АА 000001": False, "2": True}


@pytest.mark.parametrize(
    "typed",
    [
        {"snils": ""},
        {"policy": "", "snils": ANNA.snils or "?"},
        {"policy": "5058099085000025"},
        {"surname": " ЕЛКИНА", "name": "анна", "patronymic": ""},
        {"birth_date": "1990-03-14", "policy": "5058 0990 8500 0017"},
    ],
    ids=["by policy", "by СНИЛС", "a new policy", "another way", "dates and spaces"],
)
async def test_a_patient_is_found_as_everywhere(desk: Desk, typed: dict[str, str]) -> None:
    assert await desk.run(table(typed)) == 0, desk.said
    assert len(await desk.found()) == 1


async def test_whom_nobody_knows_is_left_out_and_told_by_line(desk: Desk, database: Database) -> None:
    await desk.admin.enrol(OLEG, CLINIC.id)
    content = table(
        {"number": "1"},
        {"number": "2", "birth_date": "15.03.1990", "policy": "", "snils": ANNA.snils or "?"},
        {"number": "3", "surname": "Соснина"},
        {"number": "4", "policy": "5097579792009999", "snils": ""},
        {"number": "5"},
    )
    for option in ("--dry-run", "--prefix="):
        assert await desk.run(content, option) == 0
        assert desk.said.splitlines()[1:4] == [
            "prescriptions.csv, line 3: nobody is known by this name, birth date and policy or СНИЛС: left out",
            "prescriptions.csv, line 4: this policy stands for somebody else: left out",
            "prescriptions.csv, line 5: nobody is known by this name, birth date and policy or СНИЛС: left out",
        ]
        assert "ed: 2 prescriptions." in desk.said
    assert [each.number for each in await desk.found()] == ["1", "5"]
    assert (await database.fetch(select(func.count()).select_from(prescription))).scalar_one() == 2


async def test_a_number_of_somebody_elses_is_left_as_it_is(desk: Desk) -> None:
    oleg = await desk.admin.enrol(OLEG, CLINIC.id)
    await desk.run(table({}))
    before = await desk.found()
    theirs = {"surname": OLEG.surname, "name": OLEG.name, "policy": OLEG.policy.number, "snils": ""}
    assert await desk.run(table(theirs)) == 0
    assert "1 left out: their numbers stand for other patients." in desk.said
    assert await desk.found() == before
    assert await desk.registry.prescriptions(oleg.id) == []


async def test_clinics_come_in_the_same_command_and_prescriptions_name_those_that_were_there(desk: Desk) -> None:
    assert await desk.run(table({}), "--dry-run", clinics=CLINICS_CSV) == 0
    assert "Checked: 2 clinics, 0 doctors, 0 times, 1 prescriptions. Nothing was written." in desk.said
    assert await desk.run(table({"clinic": "7"}), clinics=CLINICS_CSV) == 1
    assert await desk.registry.clinic("7") is None, "all files, or none"
    assert await desk.run(table({}), clinics=CLINICS_CSV) == 0
    assert await desk.run(table({"clinic": "7"})) == 0
    assert [each.clinic for each in await desk.found()] == ["Поликлиника № 7"]


async def test_a_file_with_other_columns_and_ids(desk: Desk) -> None:
    await desk.admin.load([replace(CLINIC, id="msk-7")], [], [])
    content = table({"clinic": "7"}).replace("drug", "Препарат", 1).replace("status", "состояние", 1)
    options = "--map", "drug=Препарат,status=Состояние", "--prefix", "msk-"
    assert await desk.run(content, *options) == 0, desk.said
    assert [each.drug for each in await desk.found()] == [ROW["drug"]]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"surname": ""}, "surname: is empty"),
        ({"birth_date": "Ёлкина"}, "birth_date: is not a date like 2026-11-24 or 24.11.2026"),
        ({"policy": "5,05E+15"}, "policy: is not the number of a policy; if it is rounded, make this column text"),
        ({"snils": "11223344596"}, "snils: has a wrong check number"),
        ({"snils": "Ёлкина"}, "snils: is not a СНИЛС of 11 digits"),
        ({"policy": "", "snils": ""}, "policy: is empty, and so is snils: one of them is needed"),
        ({"number": ""}, "number: is empty"),
        ({"number": "5,05E+15"}, "number: is rounded: make this column text in the spreadsheet"),
        ({"drug": "Э" * 301}, "drug: is longer than 300 characters"),
        ({"drug": "#ССЫЛКА!"}, "drug: «#ССЫЛКА!» is what a formula says that has failed"),
        ({"how": "по\x1b[2J"}, "how: holds a character that is none to print, U+001B"),
        ({"commercial": "Эналаприл"}, "commercial: is neither «да» nor «нет»"),
        ({"commercial": ""}, "commercial: is empty"),
        ({"status": "Эналаприл"}, "status: is none of active, dispensed, expired, cancelled"),
        ({"issued": "31.02.2026"}, "issued: is not a date like 2026-11-24 or 24.11.2026"),
        ({"issued": "01.01.1900"}, "issued: is not between 2016-11-15 and 2026-11-23 (--bounds issued=LOW:HIGH)"),
        ({"issued": "2026-11-24"}, "issued: is not between 2016-11-15 and 2026-11-23 (--bounds issued=LOW:HIGH)"),
        ({"valid_until": "2026-11-19"}, "valid_until: is not 0 to 366 days after issued (--bounds good=LOW:HIGH)"),
        ({"valid_until": "2036-11-19"}, "valid_until: is not 0 to 366 days after issued (--bounds good=LOW:HIGH)"),
        ({"dispensed": "2026-11-21"}, "dispensed: is there, but the status is not dispensed"),
        ({"status": "dispensed", "dispensed": "2026-11-19"}, "dispensed: is not between issued and today"),
        ({"status": "dispensed", "dispensed": "2026-11-24"}, "dispensed: is not between issued and today"),
        ({"clinic": "Ёлкина"}, "clinic: there is no clinic with this id"),
        ({"clinic": ""}, "clinic: is empty"),
        ({"doctor": ""}, "doctor: is empty"),
    ],
)
async def test_what_is_wrong_is_told_by_line_and_nothing_is_written(desk: Desk, row: dict[str, str], told: str) -> None:
    assert await desk.run(table({"number": "1"}, row)) == 1
    assert desk.said.splitlines()[1:] == [f"prescriptions.csv, line 3: {told}", "Nothing was imported."]
    assert await desk.found() == []


async def test_a_number_stands_once_however_it_is_written(desk: Desk) -> None:
    assert await desk.run(table({}, {"number": "50аа000001"})) == 1
    assert "line 3: number: stands on line 2 of prescriptions.csv already" in desk.said


async def test_a_day_that_is_none_is_left_empty(desk: Desk) -> None:
    none = {"valid_until": "01.01.1900", "dispensed": "01.01.1900"}
    assert await desk.run(table(none)) == 0, desk.said
    assert [(each.valid_until, each.dispensed) for each in await desk.found()] == [(None, None)]


async def test_all_that_is_wrong_is_counted(desk: Desk) -> None:
    assert await desk.run(table(*({"number": str(number), "status": "?"} for number in range(60)))) == 1
    assert "… and 10 more" in desk.said
    assert len(desk.said.splitlines()) == 1 + 50 + 2


BOUNDS: Mapping[str, tuple[dict[str, str], str]] = {
    "issued": ({"issued": "01.02.2001", "valid_until": ""}, "issued=-36500:0"),
    "good": ({"valid_until": "2028-01-01"}, "good=0:800"),
}


def test_every_bound_of_prescriptions_is_tried() -> None:
    bounds: Bounds = FORMAT.bounds
    assert BOUNDS.keys() == bounds.keys() == {rule.bound for rule in DAYS} - {None}


@pytest.mark.parametrize("bound", BOUNDS)
async def test_an_operator_widens_a_bound_of_prescriptions(desk: Desk, bound: str) -> None:
    row, wider = BOUNDS[bound]
    assert await desk.run(table(row)) == 1
    assert f"--bounds {bound}=" in desk.said
    assert await desk.run(table(row), "--bounds", wider) == 0, desk.said


def test_the_help_names_every_column_of_prescriptions() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, [FORMAT])
    told = parser.format_help()
    assert all(column.name in told for column in PRESCRIPTIONS.columns)
    assert all(name in told for name in FORMAT.bounds)


async def test_many_are_written_some_at_a_time_and_a_cut_short_one_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_SOME", 20)
    content = table(*({"number": str(number)} for number in range(110)))
    put, times = desk.admin.put_prescriptions, iter(range(100))

    async def dies(records: list[PrescriptionRecord]) -> object:
        if next(times) == 2:
            raise KeyboardInterrupt
        return await put(records)

    with monkeypatch.context() as patched:
        patched.setattr(desk.admin, "put_prescriptions", dies)
        with pytest.raises(KeyboardInterrupt):
            await desk.run(content)
    assert len(await desk.found()) == 40
    assert await desk.run(content) == 0
    assert "70 added, 0 updated, 40 as they were" in desk.said
    assert {each.number for each in await desk.found()} == {str(number) for number in range(110)}


async def test_an_old_policy_and_a_temporary_one_are_policies(desk: Desk) -> None:
    for number, (kind, policy) in enumerate(
        {PolicyKind.TEMPORARY: "123456789", PolicyKind.OLD: "50-АБ 123456"}.items()
    ):
        who = replace(ANNA, surname=f"Сосн{'ая'[number]}", policy=Policy(kind, policy), snils=None)
        patient = await desk.admin.enrol(who, CLINIC.id)
        row = {"surname": who.surname, "policy": policy, "snils": "", "number": policy}
        assert await desk.run(table(row)) == 0, desk.said
        assert len(await desk.registry.prescriptions(patient.id)) == 1
