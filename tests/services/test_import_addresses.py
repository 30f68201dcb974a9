"""An operator's CSV files: towns, streets and houses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.addresses.importing import AddressesImporter
from services.clinics.importing import ClinicsImporter
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import house, street, town
from services.registry.model import Town
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.importing import run_import, table
from tests.support.machine import ROOT

LINE = {
    "region": "50",
    "district": "",
    "town": "Мытищи",
    "town_kind": "г",
    "street": "Мира",
    "street_kind": "ул",
    "house": "5",
}
ROW = Mapping[str, str]


def addresses(*rows: ROW) -> str:
    return table(LINE, *rows)


@dataclass
class Desk:
    """The operator's terminal over a real registry."""

    folder: Path
    database: Database
    admin: LocalRegistryAdmin
    registry: LocalRegistry
    said: str = ""

    async def run(self, text: str, *arguments: str) -> int:
        """`python -m bot import addresses.csv …`; what it printed is in `said`."""
        importers = ClinicsImporter(self.admin, MONDAY_MORNING), AddressesImporter(self.admin)
        code, self.said = await run_import(self.folder, importers, {"addresses": text}, *arguments)
        return code

    async def counts(self) -> list[int]:
        """Of towns, streets and houses."""
        asked = (select(func.count()).select_from(each) for each in (town, street, house))
        return [(await self.database.fetch(each)).scalar_one() for each in asked]

    async def town(self, region: str, name: str) -> Town:
        (found,) = await self.registry.towns(region, name, 5)
        return found


@pytest.fixture
def desk(tmp_path: Path, database: Database, vault: Vault, clock: FakeClock) -> Desk:
    admin = LocalRegistryAdmin(database, vault, clock)
    return Desk(tmp_path, database, admin, LocalRegistry(database, vault, clock, registers_patients=False))


async def test_a_directory_comes_in(desk: Desk) -> None:
    text = addresses(
        {},
        {"house": "5 к. 2"},
        {"street": "Октябрьский", "street_kind": "проспект", "house": ""},
        {"town": "Ивановка", "town_kind": "деревня", "district": "г.о. Клин", **dict.fromkeys(("street", "house"), "")}
        | {"street_kind": ""},
        {"region": "5", "town": "Махачкала", "town_kind": "Город"},
    )

    # STEP 1. A dry run says how many lines there are, and writes nothing.
    assert await desk.run(text, "--dry-run") == 0
    assert "Checked: 5 addresses. Nothing was written." in desk.said
    assert await desk.counts() == [0, 0, 0]

    # STEP 2. The import itself.
    assert await desk.run(text) == 0
    assert "Imported: 5 addresses." in desk.said
    told = "Towns: 3 added, 0 updated. Streets: 3 added, 0 updated. Houses: 3 added, 0 updated."
    assert told in desk.said
    assert await desk.counts() == [3, 3, 3]
    mytishchi = await desk.town("50", "Мытищи")
    assert (mytishchi.kind, mytishchi.district, mytishchi.demo) == ("г", "", False)
    (avenue,) = await desk.registry.streets(mytishchi.id, "октябр", 5)
    assert (avenue.kind, avenue.name) == ("пр-кт", "Октябрьский")
    village = await desk.town("50", "Ивановка")
    assert (village.kind, village.district) == ("д", "г.о. Клин")
    assert (await desk.town("05", "Махачкала")).kind == "г"

    # STEP 3. The same file again changes nothing.
    assert await desk.run(text) == 0
    assert told.replace("3 added", "0 added") in desk.said
    assert await desk.counts() == [3, 3, 3]


async def test_the_example_of_the_docs_is_true(desk: Desk) -> None:
    page = (ROOT / "docs" / "import.md").read_text("utf-8").partition("\n`addresses.csv`")[2]
    example, shown = re.findall(r"^```\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[:2]
    assert await desk.run(example) == 0
    assert desk.said == shown.partition("\n")[2]


async def test_what_is_written_otherwise_takes_the_place_of_what_was(desk: Desk) -> None:
    assert await desk.run(addresses({"town": "Королев", "house": "5к2"})) == 0
    lines = {"house": "5 к. 2"}, {"street": "Новая"}
    assert await desk.run(addresses(*({"town": "Королёв", **each} for each in lines))) == 0
    assert "Towns: 0 added, 1 updated. Streets: 1 added, 0 updated. Houses: 1 added, 1 updated." in desk.said
    assert (await desk.town("50", "королев")).name == "Королёв"


async def test_a_file_of_another_make_is_read_by_a_map(desk: Desk) -> None:
    text = "Город;Улица;Дом\nМытищи;Мира;5\nМытищи;Мира;7\n"
    arguments = ("--map", "town=Город,street=Улица,house=Дом", "--set", "region=50", "--set", "town_kind=г")
    assert await desk.run(text, *arguments, "--set", "street_kind=ул") == 0
    assert await desk.counts() == [1, 1, 2]


@pytest.mark.parametrize(
    ("row", "column", "told"),
    [
        ({"region": ""}, "region", "is empty"),
        ({"region": "500"}, "region", "«500» is not the code of a region"),
        ({"town": ""}, "town", "is empty"),
        ({"town": "—"}, "town", "«—» is no name"),
        ({"town": "ст-ца Ясенская"}, "town", "«ст-ца» belongs into town_kind"),
        ({"town": "м" * 121}, "town", "is longer than 120 characters"),
        ({"town": "#Н/Д"}, "town", "«#Н/Д» is what a formula says that has failed"),
        ({"town_kind": ""}, "town_kind", "is empty"),
        ({"town_kind": "мегаполис"}, "town_kind", "«мегаполис» is no kind like г, пгт, п, с, д"),
        ({"district": "о" * 121}, "district", "is longer than 120 characters"),
        ({"street": ""}, "street", "is empty, but there is its kind"),
        ({"street": "", "street_kind": ""}, "street", "is empty, but there is a house"),
        ({"street": "ул. Мира"}, "street", "«ул.» belongs into street_kind"),
        ({"street": "«»"}, "street", "««»» is no name"),
        ({"street": "м" * 201}, "street", "is longer than 200 characters"),
        ({"street_kind": ""}, "street_kind", "is empty, but there is a street"),
        ({"street_kind": "дорожка"}, "street_kind", "«дорожка» is no kind like ул, пер, пр-кт, б-р, ш"),
        ({"house": "-"}, "house", "«-» is no house"),
        ({"house": "1,2E+10"}, "house", "«1,2E+10» is rounded: make this column text in the spreadsheet"),
        ({"house": "5" * 51}, "house", "is longer than 50 characters"),
    ],
)
async def test_one_wrong_cell_and_nothing_comes_in(desk: Desk, row: ROW, column: str, told: str) -> None:
    assert await desk.run(addresses({}, row)) == 1
    assert f"addresses.csv, line 3: {column}: {told}" in desk.said
    assert "Nothing was imported." in desk.said
    assert await desk.counts() == [0, 0, 0]


async def test_every_wrong_cell_of_a_line_is_told(desk: Desk) -> None:
    assert await desk.run(addresses({"region": "0", "town": "—", "town_kind": "?", "street": "—", "house": "—"})) == 1
    assert desk.said.count("addresses.csv, line 2: ") == 5


async def test_its_columns_tell_what_it_is(desk: Desk) -> None:
    assert await desk.run("region,town,town_kind\n50,Мытищи,г\n") == 0
    assert await desk.run("region,town\n50,Мытищи\n", "--set", "town_kind=г") == 0
    assert await desk.counts() == [1, 0, 0]
