"""An operator's insurance companies and issue points: the files are the whole of it, and nothing wrong gets in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from services.insurers.importing import InsurersImporter
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.registry import LocalRegistry
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.importing import run_import, table

INSURER = {
    "id": "7",
    "region": "50",
    "name": "Страховая компания «Забота»",
    "phone": "8 800 000-00-01",
    "site": "zabota.example",
    "address": "г. Мытищи, ул. Мира, д. 5",
}
POINT = {
    "id": "71",
    "insurer": "7",
    "town": "Мытищи",
    "address": "ул. Мира, д. 5",
    "phone": "",
    "hours": "1-5 09:00-18:00",
    "lat": "55,91",
    "lon": "37.73",
}


class Desk:
    """The operator's terminal over a real registry."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock, folder: Path) -> None:
        self.admin = LocalRegistryAdmin(database, vault, clock)
        self.registry = LocalRegistry(database, vault, clock, registers_patients=False)
        self._folder = folder

    async def run(self, files: Mapping[str, str], *arguments: str) -> tuple[int, str]:
        return await run_import(self._folder, [InsurersImporter(self.admin)], files, *arguments)

    async def names(self) -> list[str]:
        return [each.name for each in await self.registry.insurers("50")]


@pytest.fixture
def desk(database: Database, vault: Vault, clock: FakeClock, tmp_path: Path) -> Desk:
    return Desk(database, vault, clock, tmp_path)


async def test_companies_and_points_come_together(desk: Desk) -> None:
    files = {"insurers": table(INSURER, {}, {"id": "8", "name": "Альфа"}), "points": table(POINT, {}, {"id": "72"})}
    code, printed = await desk.run(files)
    assert code == 0
    assert "2 insurers, 2 issue points; closed: 0 insurers, 0 issue points." in printed
    assert await desk.names() == ["Альфа", "Страховая компания «Забота»"]
    (first, _) = await desk.registry.issue_points("7")
    assert (first.lat, first.lon, first.town) == (55.91, 37.73, "Мытищи")
    assert not first.demo
    assert await desk.run(files) == (code, printed), "safe to repeat"


async def test_what_a_later_file_does_not_name_is_closed(desk: Desk) -> None:
    await desk.run(
        {"insurers": table(INSURER, {}, {"id": "8", "name": "Альфа"}), "points": table(POINT, {}, {"id": "72"})}
    )
    code, printed = await desk.run({"points": table(POINT, {})})
    assert (code, "0 insurers, 1 issue points; closed: 0 insurers, 1 issue points." in printed) == (0, True)
    assert len(await desk.names()) == 2
    code, printed = await desk.run({"insurers": table(INSURER, {})})
    assert "closed: 1 insurers, 0 issue points." in printed
    assert await desk.names() == ["Страховая компания «Забота»"]


async def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    code, _ = await desk.run({"insurers": table(INSURER, {})}, "--dry-run")
    assert code == 0
    assert await desk.names() == []


WRONG = [
    ("insurers", {"id": ""}, "id", "is empty"),
    ("insurers", {"id": "1,2E+05"}, "id", "is rounded"),
    ("insurers", {"region": "50x"}, "region", "is not the code of a region"),
    ("insurers", {"name": ""}, "name", "is empty"),
    ("insurers", {"name": "я" * 301}, "name", "is longer than 300 characters"),
    ("insurers", {"address": ""}, "address", "is empty"),
    ("points", {"insurer": "nobody"}, "insurer", "there is no insurer with this id"),
    ("points", {"town": ""}, "town", "is empty"),
    ("points", {"hours": "1-5 09:00-28:00"}, "hours", "there is no 28:00 on a clock"),
    ("points", {"lat": "север"}, "lat", "is not a number"),
    ("points", {"lat": "37.7"}, "lat", "37.7 is not between 41 and 82"),
    ("points", {"lon": "300"}, "lon", "300 is not between 19 and 191"),
    ("points", {"lat": "0", "lon": "0"}, "lat", "0;0 is no place"),
    ("points", {"lat": "37.73", "lon": "55.91"}, "lat", "looks swapped"),
    ("points", {"lat": ""}, "lat", "are both there, or neither"),
    ("points", {"lon": ""}, "lon", "are both there, or neither"),
]


@pytest.mark.parametrize(("kind", "cells", "column", "why"), WRONG)
async def test_a_wrong_cell_is_told_by_its_line_and_nothing_is_written(
    desk: Desk, kind: str, cells: Mapping[str, str], column: str, why: str
) -> None:
    rows: dict[str, list[Mapping[str, str]]] = {"insurers": [{}], "points": [{}]}
    rows[kind].append({"id": "9", **cells})
    files = {"insurers": table(INSURER, *rows["insurers"]), "points": table(POINT, *rows["points"])}
    code, printed = await desk.run(files)
    assert code == 1
    assert f"{kind}.csv, line 3" in printed
    assert column in printed
    assert why in printed
    assert await desk.names() == []


async def test_a_wrong_company_is_told_once_and_not_by_each_of_its_points(desk: Desk) -> None:
    files = {"insurers": table(INSURER, {"name": ""}), "points": table(POINT, {}, {"id": "72"})}
    code, printed = await desk.run(files)
    assert (code, printed.count(", line ")) == (1, 1)
    assert "insurers.csv, line 2: name: is empty" in printed


@pytest.mark.parametrize("along", [True, False], ids=["with its company", "of one in the registry"])
async def test_a_point_is_looked_for_in_the_region_of_its_company(desk: Desk, along: bool) -> None:
    """From the Volga to Omsk both ways are somewhere in the country: only the town tells which is meant."""
    insurers = {"insurers": table(INSURER, {"region": "56"})}
    there = {"town": "Оренбург", "lat": "51.77", "lon": "55.10"}
    assert (await desk.run({**insurers, "points": table(POINT, there)}))[0] == 0
    swapped = {"points": table(POINT, {**there, "lat": "55.10", "lon": "51.77"})}
    code, printed = await desk.run({**insurers, **swapped} if along else swapped)
    assert (code, "points.csv, line 2: lat: 55.1; 51.77 looks swapped" in printed) == (1, True)
    assert (await desk.run({**swapped, **insurers}, "--bounds", "astray=0:10000"))[0] == 0


async def test_a_point_may_lie_beyond_the_last_meridian(desk: Desk) -> None:
    files = {"insurers": table(INSURER, {}), "points": table(POINT, {"lat": "64.42", "lon": "-173.23"})}
    assert (await desk.run(files))[0] == 0
    (point,) = await desk.registry.issue_points("7")
    assert point.lon == -173.23, "as maps have it"


@pytest.mark.parametrize("kind", ["insurers", "points"])
async def test_an_id_stands_once(desk: Desk, kind: str) -> None:
    files = {"insurers": table(INSURER, {}), "points": table(POINT, {})}
    files[kind] = table(INSURER if kind == "insurers" else POINT, {}, {})
    code, printed = await desk.run(files)
    assert (code, f"stands on line 2 of {kind}.csv already" in printed) == (1, True)


async def test_a_points_company_may_be_in_the_registry_already(desk: Desk) -> None:
    await desk.run({"insurers": table(INSURER, {})})
    code, _ = await desk.run({"points": table(POINT, {})})
    assert code == 0
    code, printed = await desk.run({"insurers": table(INSURER, {"id": "8"}), "points": table(POINT, {})})
    assert (code, "there is no insurer with this id" in printed) == (1, True), (
        "its company is closed by the same import"
    )
