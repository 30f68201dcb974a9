"""An operator's CSV files: patients with who insures them, and cases of care with their price; nothing is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.clinics.importing import ClinicsImporter
from services.imports import private
from services.imports.cells import Wrong
from services.insurance.importing import CheckedInsurance, InsuranceImporter, Registries
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import care_case, coverage
from services.registry.model import CareCase, Coverage, CoverageStatus, PatientIdentity, PolicyForm
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.services.contracts.world import OLEG
from tests.services.test_registry_local import ANNA, CLINIC
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.importing import run_import, table

PATIENT = {
    "surname": "Ёлкина",
    "name": "Анна",
    "patronymic": "Петровна",
    "birth_date": "14.03.1990",
    "sex": "ж",
    "policy": ANNA.policy.number,
    "snils": "112-233-445 95",
    "clinic": "c",
    "attached": "01.02.2020",
    "doctor": "Ветров Иван Ильич",
    "region": "50",
    "insurer": "Страховая компания «Забота»",
    "insurer_phone": "8 800 000-00-01",
    "form": "электронный",
    "status": "действует",
    "since": "2019-05-01",
    "until": "01.01.1900",
}
CASE = {
    "surname": "Ёлкина",
    "name": "Анна",
    "birth_date": "14.03.1990",
    "policy": ANNA.policy.number,
    "snils": "",
    "number": "50-000001",
    "version": "1",
    "void": "",
    "region": "50",
    "clinic": "Поликлиника № 1",
    "begun": "02.03.2026",
    "ended": "2026-03-09",
    "kind": "первичная медико-санитарная помощь",
    "condition": "амбулаторно",
    "service": "Приём терапевта",
    "cost": "1 234,50",
}
PERSONAL = (
    "Ёлкина",
    "Анна",
    "Петровна",
    "14.03.1990",
    ANNA.policy.number,
    "112-233-445",
    "50-000001",
    "Приём",
    "Ветров",
)


def patients(*rows: Mapping[str, str]) -> str:
    return table(PATIENT, *rows)


def cases(*rows: Mapping[str, str]) -> str:
    return table(CASE, *rows)


@dataclass
class Desk:
    """The operator's terminal over a real registry."""

    folder: Path
    admin: LocalRegistryAdmin
    registry: LocalRegistry
    said: str = ""

    async def run(self, files: Mapping[str, str], *arguments: str) -> int:
        """`python -m bot import FILE …`; what it printed is in `said`."""
        registries = Registries(self.registry, self.admin, self.admin, self.admin)
        importers = ClinicsImporter(self.admin, MONDAY_MORNING), InsuranceImporter(registries, MONDAY_MORNING)
        code, self.said = await run_import(self.folder, importers, files, *arguments)
        assert not [word for word in PERSONAL if word in self.said], "nothing of anybody is printed"
        return code

    async def covered(self, identity: PatientIdentity = ANNA) -> Coverage | None:
        patient = await self.registry.find_patient(identity)
        return None if patient is None else await self.registry.coverage(patient.id)

    async def paid(self, identity: PatientIdentity = ANNA) -> Sequence[CareCase]:
        patient = await self.registry.find_patient(identity)
        assert patient is not None
        return sorted(await self.registry.care_cases(patient.id), key=lambda each: (each.number, each.version))


@pytest.fixture
async def desk(tmp_path: Path, database: Database, vault: Vault, clock: FakeClock) -> Desk:
    """The registry has a clinic, and knows nobody."""
    admin = LocalRegistryAdmin(database, vault, clock)
    await admin.load([CLINIC], [], [])
    return Desk(tmp_path, admin, LocalRegistry(database, vault, clock, registers_patients=False))


async def test_patients_and_what_their_care_has_cost_come_in_together(desk: Desk) -> None:
    files = {"patients": patients({}), "cases": cases({}, {"version": "2", "cost": "1200"})}

    # STEP 1. A dry run says how many there are, and writes nothing.
    assert await desk.run(files, "--dry-run") == 0
    assert "Checked: 1 patients, 2 cases of care. Nothing was written." in desk.said
    assert await desk.registry.find_patient(ANNA) is None

    # STEP 2. The import itself: the patient is known, attached, insured; both versions of the case are there.
    assert await desk.run(files) == 0
    assert "Patients: 1 insured. Cases of care: 2 added, 0 updated, 0 as they were." in desk.said
    patient = await desk.registry.find_patient(ANNA)
    assert patient is not None
    assert patient.confirmed
    assert await desk.covered() == Coverage(
        policy=ANNA.policy,
        region="50",
        insurer="Страховая компания «Забота»",
        insurer_phone="8 800 000-00-01",
        form=PolicyForm.ELECTRONIC,
        status=CoverageStatus.VALID,
        since=date(2019, 5, 1),
        until=None,
    )
    attached = await desk.registry.attachment(patient.id)
    assert attached is not None
    assert (attached.clinic.id, attached.since, attached.doctor) == (CLINIC.id, date(2020, 2, 1), "Ветров Иван Ильич")
    first, second = await desk.paid()
    assert (first.cost, second.cost) == (Decimal("1234.50"), Decimal("1200.00"))
    assert (first.begun, first.ended) == (date(2026, 3, 2), date(2026, 3, 9))

    # STEP 3. The same files again change nothing.
    assert await desk.run(files) == 0
    assert "Cases of care: 0 added, 0 updated, 2 as they were." in desk.said
    assert await desk.paid() == [first, second]


async def test_what_has_changed_takes_the_place_of_what_was(desk: Desk) -> None:
    assert await desk.run({"patients": patients({}), "cases": cases({})}) == 0
    changed = {"insurer": "Другая компания", "status": "не действует", "until": "2026-10-31", "form": ""}
    assert (
        await desk.run(
            {"patients": patients(changed), "cases": cases({"cost": "0,10"}, {"version": "2", "void": "да"})}
        )
        == 0
    )
    assert "Cases of care: 1 added, 1 updated, 0 as they were." in desk.said
    found = await desk.covered()
    assert found is not None
    assert (found.insurer, found.status, found.until, found.form) == (
        "Другая компания",
        CoverageStatus.ENDED,
        date(2026, 10, 31),
        None,
    )
    assert [(each.cost, each.void) for each in await desk.paid()] == [
        (Decimal("0.10"), False),
        (Decimal("1234.50"), True),
    ]


@pytest.mark.parametrize(
    ("kind", "row", "column", "told"),
    [
        ("patients", {"surname": ""}, "surname", "is empty"),
        ("patients", {"birth_date": "14 марта"}, "birth_date", "is not a date like 2026-11-24 or 24.11.2026"),
        ("patients", {"birth_date": "2027-01-01"}, "birth_date", "has not come yet"),
        ("patients", {"sex": "девочка"}, "sex", "is none of «м», «ж»"),
        ("patients", {"policy": "1"}, "policy", "is not the number of a policy"),
        ("patients", {"snils": "112-233-445 96"}, "snils", "has a wrong check number"),
        ("patients", {"clinic": "other"}, "clinic", "there is no clinic with this id"),
        ("patients", {"region": "100"}, "region", "is no code of a subject of the Federation"),
        ("patients", {"form": "голубой"}, "form", "is none of paper, card, electronic"),
        ("patients", {"status": "странно"}, "status", "is none of valid, ended"),
        ("patients", {"until": "2019-04-30"}, "until", "is before since"),
        ("patients", {"until": "2026-10-31"}, "until", "is over, but the status is valid"),
        ("patients", {"attached": "2026-12-01"}, "attached", "has not come yet"),
        ("cases", {"policy": ""}, "policy", "is empty, and so is snils"),
        ("cases", {"number": "5E+11"}, "number", "is rounded: make this column text"),
        ("cases", {"version": "0"}, "version", "is not a number of a version"),
        ("cases", {"version": "первая"}, "version", "is not a number of a version"),
        ("cases", {"void": "наверное"}, "void", "is neither «да» nor «нет»"),
        ("cases", {"ended": "2026-11-24"}, "ended", "is not between"),
        ("cases", {"begun": "2026-03-10"}, "begun", "is not 0 to 366 days before ended"),
        ("cases", {"cost": "много"}, "cost", "is not a sum like 1234.50"),
        ("cases", {"cost": "-1"}, "cost", "is not a sum of roubles and kopecks"),
        ("cases", {"cost": "1.234"}, "cost", "is not a sum of roubles and kopecks"),
        ("cases", {"service": ""}, "service", "is empty"),
    ],
)
async def test_one_wrong_cell_and_nothing_comes_in(
    desk: Desk, database: Database, kind: str, row: Mapping[str, str], column: str, told: str
) -> None:
    files = {"patients": patients(*([row] if kind == "patients" else [{}]))}
    files["cases"] = cases({}, *([{"number": "2", **row}] if kind == "cases" else []))
    assert await desk.run(files) != 0
    assert f"{kind}.csv" in desk.said
    assert f"{column}: {told}" in desk.said or (column in desk.said and told in desk.said)
    assert await desk.registry.find_patient(ANNA) is None
    for each in (coverage, care_case):
        assert (await database.fetch(select(func.count()).select_from(each))).scalar_one() == 0


async def test_one_patient_and_one_version_stand_once_in_the_files(desk: Desk) -> None:
    assert await desk.run({"patients": patients({}, {"patronymic": "Другая"})}) != 0
    assert "policy: stands on line 2 of patients.csv already" in desk.said
    assert await desk.run({"patients": patients({}, {"surname": "Другая", "snils": ""})}) != 0, "one policy, two people"
    assert "policy: stands on line 2 of patients.csv already" in desk.said
    assert await desk.run({"patients": patients({}, {"policy": OLEG.policy.number})}) != 0
    assert "snils: stands on line 2 of patients.csv already" in desk.said
    assert await desk.run({"patients": patients({}), "cases": cases({}, {"number": "50-00 0001"})}) != 0
    assert "of this case stands on line 2 of cases.csv already" in desk.said


async def test_of_whom_nobody_knows_and_of_whom_another_is_known_lines_are_left_out(desk: Desk) -> None:
    await desk.admin.enrol(replace(ANNA, surname="Другая"), CLINIC.id)
    oleg = {"surname": OLEG.surname, "name": OLEG.name, "policy": OLEG.policy.number, "birth_date": "14.03.1990"}
    known = {**oleg, "snils": "", "sex": "м"}
    files = {
        "patients": patients({}, known),
        "cases": cases({}, oleg | {"number": "2"}, oleg | {"number": "3", "name": "Иван"}),
    }
    assert await desk.run(files) == 0
    assert desk.said.count("this policy stands for somebody else: left out") == 2
    assert "Patients: 1 insured. Cases of care: 1 added" in desk.said
    assert [each.number for each in await desk.paid(OLEG)] == ["2"]
    assert await desk.covered(replace(ANNA, surname="Другая")) is None


async def test_a_policy_that_is_given_to_another_while_files_are_read_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked_and_loaded = CheckedInsurance.load

    async def later(checked: CheckedInsurance) -> str:
        await desk.admin.enrol(replace(ANNA, surname="Другая"), CLINIC.id)
        return await checked_and_loaded(checked)

    monkeypatch.setattr(CheckedInsurance, "load", later)
    assert await desk.run({"patients": patients({}), "cases": cases({})}) == 0
    assert "Patients: 0 insured. Cases of care: 0 added" in desk.said
    assert "1 patients left out: their policies have been given to others meanwhile." in desk.said
    assert await desk.covered(replace(ANNA, surname="Другая")) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [("1 234,50", "1234.50"), ("1234.5", "1234.50"), ("0", "0.00"), ("0,01", "0.01"), ("1 000 000", "1000000.00")],
)
def test_sums_as_people_write_them(written: str, read: str) -> None:
    assert private.roubles(written) == Decimal(read)


@pytest.mark.parametrize("written", ["", "NaN", "Infinity", "1,2,3", "1.005", "-0.01", "1E+12", "12345678901"])
def test_what_is_no_sum(written: str) -> None:
    with pytest.raises(Wrong):
        private.roubles(written)
