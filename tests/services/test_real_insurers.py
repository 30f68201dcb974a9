"""Directories as they were once published, like those that operators have. They are old, so nothing of them ships.

The register of insurance companies (ФФОМС, F002, 2022) is of the whole country; the points of one company (2018) have
hours in words, addresses as a website had them, and coordinates from Kaliningrad to Anadyr.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from services.clinics.regions import REGIONS
from services.registry.model import Insurer, IssuePoint
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.names import folded, one_line
from tests.services.test_import_insurers import INSURER, POINT, Desk
from tests.support.clock import FakeClock
from tests.support.importing import table
from tests.support.machine import ROOT

DATA = ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the published directories are not in {DATA}")

OKATO = "ffoms_tf_okato"
SOGAZ = "7728170427"
"""The taxpayer's number of the company whose points there are."""
_TOWN = re.compile(
    r"(?<![\w.])(?:г\.|город|пгт\.?|рп\.?|р\.\s?п\.?|пос\.|п\.|пос[её]лок|с\.|село|дер\.|деревня|ст\.|станица|х\.|хутор)"
    r"\s*([А-ЯЁ][А-Яа-яёЁ -]+?)\s*(?=[,(.;]|$|ул|пр)"
)

Row = Mapping[str, str]


@cache
def published(name: str) -> Sequence[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def companies() -> Sequence[Row]:
    """The register in the columns of an import, a row for each subject of the Federation that a company works in."""
    codes = {each[OKATO]: each["region_code"] for each in published("regions_ru.csv")}
    return [
        {
            "id": each["smo_code"],
            "region": codes[each["tf_okato"]],
            "name": each["name_short"],
            "phone": each["phone"],
            "site": each["www"],
            "address": each["fact_address"],
        }
        for each in published("insurers_f002.csv")
    ]


@cache
def points() -> Sequence[Row]:
    """Its points. `town`: as the address has it, else empty."""
    codes = {each.name_ru.casefold(): each.code for each in REGIONS}
    branches = {
        company["region"]: company["id"]
        for company, each in zip(companies(), published("insurers_f002.csv"), strict=True)
        if each["inn"] == SOGAZ
    }
    return [
        {
            "id": each["id"],
            "insurer": branches[codes[each["region"].replace(" - ", " — ").casefold()]],
            "town": found[1] if (found := _TOWN.search(each["address"])) else "",
            "address": each["address"],
            "phone": each["phone"],
            "hours": one_line(each["hours"]),
            "lat": each["lat"],
            "lon": each["lon"],
        }
        for each in published("oms_policy_offices_sogaz_2018.csv")
    ]


def complete() -> Iterator[Row]:
    """As an operator would fill in what is missing."""
    for point in points():
        yield {**point, "town": point["town"] or "Город"}


def files(insurers: Sequence[Row], offices: Sequence[Row]) -> dict[str, str]:
    return {"insurers": table(INSURER, *insurers), "points": table(POINT, *offices)}


@pytest.fixture
def desk(database: Database, vault: Vault, clock: FakeClock, tmp_path: Path) -> Desk:
    return Desk(database, vault, clock, tmp_path)


async def offered(desk: Desk) -> tuple[list[Insurer], list[IssuePoint]]:
    """All companies by region, all points by company, as people choose from them."""
    insurers = [each for region in REGIONS for each in await desk.registry.insurers(region.code)]
    return insurers, [point for each in insurers for point in await desk.registry.issue_points(each.id)]


async def test_the_whole_country_comes_at_once_and_the_same_again_changes_nothing(desk: Desk) -> None:
    brought = files(companies(), list(complete()))
    code, printed = await desk.run(brought)
    assert (code, "212 insurers, 781 issue points; closed: 0 insurers, 0 issue points." in printed) == (0, True)
    there = await offered(desk)
    assert (len(there[0]), len(there[1])) == (212, 781)
    assert await desk.run(brought) == (code, printed)
    assert await offered(desk) == there


async def test_each_region_has_its_companies_as_the_register_names_them(desk: Desk) -> None:
    await desk.run({"insurers": table(INSURER, *companies())})
    inn = {each["smo_code"]: each["inn"] for each in published("insurers_f002.csv")}
    works_in: defaultdict[str, list[str]] = defaultdict(list)
    for region in REGIONS:
        found = await desk.registry.insurers(region.code)
        register = {each["id"]: each for each in companies() if each["region"] == region.code}
        assert found, "every subject has one"
        assert sorted(each.id for each in found) == sorted(register)
        assert [each.name for each in found] == sorted((each["name"] for each in register.values()), key=folded)
        for each in found:
            said = register[each.id]
            assert (each.name, each.phone, each.site) == (said["name"], said["phone"], said["site"])
            assert each.address == said["address"]
            works_in[inn[each.id]].append(region.code)
    assert len(works_in) == 30
    # In Moscow the register has this one twice, by two licences.
    assert Counter(works_in[SOGAZ]) == {**dict.fromkeys(works_in[SOGAZ], 1), "77": 2}
    assert len(set(works_in[SOGAZ])) == 59
    assert any('"' in each["name"] for each in companies()), "quotes within quotes came through"


async def test_points_stand_by_town_with_all_that_was_said_of_them(desk: Desk) -> None:
    brought = {each["id"]: each for each in complete()}
    await desk.run(files(companies(), list(brought.values())))
    _, found = await offered(desk)
    assert {each.id for each in found} == set(brought)
    for each in found:
        said = brought[each.id]
        assert (each.town, each.address, each.phone) == (said["town"], said["address"], said["phone"])
        assert (each.hours, each.lat, each.lon) == (said["hours"], float(said["lat"]), float(said["lon"]))
        assert each.insurer_id == said["insurer"]
    (branch,) = {each["id"] for each in companies() if each["region"] == "50"} & {each.insurer_id for each in found}
    towns = [each.town for each in await desk.registry.issue_points(branch)]
    assert len(towns) == 28
    assert "Воскресенск" in towns
    assert towns == sorted(towns, key=folded)


async def test_a_spreadsheet_may_have_saved_them(desk: Desk, tmp_path: Path) -> None:
    """In Windows-1251, with semicolons; it writes the minus of mathematics as a question mark."""
    saved = []
    for name, rows in (("insurers", companies()), ("points", list(complete()))):
        saved.append(tmp_path / f"{name} Excel.csv")
        with saved[-1].open("w", encoding="cp1251", errors="replace", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    code, printed = await desk.run({}, *map(str, saved))
    assert (code, "212 insurers, 781 issue points" in printed) == (0, True)
    there = await offered(desk)
    await desk.run(files(companies(), list(complete())))
    insurers, offices = await offered(desk)
    assert there[0] == insurers
    assert [each.hours for each in there[1]] == [each.hours.replace("\u2212", "?") for each in offices]


async def test_what_says_no_town_is_named_by_its_line_and_nothing_comes(desk: Desk) -> None:
    code, printed = await desk.run(files(companies(), points()))
    assert code == 1
    wanting = [number for number, each in enumerate(points(), 2) if not each["town"]]
    assert 0 < len(wanting) < 50
    told = [f"points.csv, line {number}: town: is empty" for number in wanting]
    assert [line for line in printed.splitlines() if ", line " in line] == told
    assert await offered(desk) == ([], [])


async def test_swapped_coordinates_of_a_whole_country_are_seen(desk: Desk) -> None:
    swapped = [{**each, "lat": each["lon"], "lon": each["lat"]} for each in complete()]
    code, printed = await desk.run(files(companies(), swapped))
    assert code == 1
    hidden = re.search(r"… and (\d+) more", printed)
    assert hidden
    assert int(hidden[1]) + 50 > 0.95 * len(swapped)


async def test_a_later_register_closes_who_is_not_in_it_any_more(desk: Desk) -> None:
    await desk.run(files(companies(), list(complete())))
    left = [each for each in companies() if each["region"] != "50"]
    ids = {each["id"] for each in left}
    kept = [each for each in complete() if each["insurer"] in ids]
    code, printed = await desk.run(files(left, kept))
    assert (code, "207 insurers, 753 issue points; closed: 5 insurers, 28 issue points." in printed) == (0, True)
    assert await desk.registry.insurers("50") == []
    insurers, offices = await offered(desk)
    assert (len(insurers), len(offices)) == (207, 753)
