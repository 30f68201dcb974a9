"""The local registry's directory of addresses: how it is filled, and found in when it is long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import house, street, town
from services.registry.model import Street
from services.registry.ports.addresses import AddressesReport, AddressRecord
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.counting import counting

PAGE = 8
LINE = AddressRecord("50", "Королёв", "г", "", "Берёзовая", "ул", "5 к. 2")


@pytest.fixture
def admin(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistryAdmin:
    return LocalRegistryAdmin(database, vault, clock, _never_waits)


@pytest.fixture
def registry(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistry:
    return LocalRegistry(database, vault, clock, registers_patients=False)


async def _never_waits(_seconds: float) -> None:
    """Nobody else is here."""


async def everything(database: Database) -> list[tuple[object, ...]]:
    """All rows of the directory."""
    rows: list[tuple[object, ...]] = []
    for table in (town, street, house):
        rows += [tuple(row) for row in await database.fetch(select(table).order_by(table.c.id))]
    return rows


async def streets(
    registry: LocalRegistry, typed: str, town_name: str = "Королёв", limit: int = PAGE
) -> Sequence[Street]:
    (found,) = await registry.towns("50", town_name, 1)
    return await registry.streets(found.id, typed, limit)


async def test_a_line_is_a_town_a_street_and_a_house(admin: LocalRegistryAdmin, registry: LocalRegistry) -> None:
    assert await admin.put_addresses([LINE]) == AddressesReport(1, 0, 1, 0, 1, 0)
    (found,) = await streets(registry, "Берёзовая")
    assert (found.kind, found.name) == ("ул", "Берёзовая")
    assert [each.number for each in await registry.houses(found.id, "", PAGE)] == ["5 к. 2"]


async def test_the_same_lines_again_change_nothing(admin: LocalRegistryAdmin, database: Database) -> None:
    lines = [LINE, replace(LINE, house="7"), replace(LINE, street="Мира"), replace(LINE, street="", house="")]
    assert await admin.put_addresses([*lines, *lines]) == AddressesReport(1, 0, 2, 0, 3, 0)
    before = await everything(database)
    with counting(database) as calls:
        assert await admin.put_addresses(reversed(lines)) == AddressesReport()
    assert calls["sql"] == 3, "what is there is read, and nothing written"
    assert await everything(database) == before


async def test_another_way_of_writing_keeps_the_id(
    admin: LocalRegistryAdmin, registry: LocalRegistry, database: Database
) -> None:
    await admin.put_addresses([LINE])
    (before,) = await streets(registry, "Берёзовая")
    other = replace(LINE, town="Королев", street="БЕРЕЗОВАЯ", house="5к2", demo=True)
    assert await admin.put_addresses([other]) == AddressesReport(0, 1, 0, 1, 0, 1)
    (after,) = await streets(registry, "Берёзовая")
    assert after == replace(before, name="БЕРЕЗОВАЯ")
    assert [each.number for each in await registry.houses(after.id, "5 корп 2", PAGE)] == ["5к2"]
    (again,) = await registry.towns("50", "Королёв", PAGE)
    assert (again.name, again.demo) == ("Королев", True)
    for table in (town, street, house):
        assert (await database.fetch(select(func.count()).select_from(table))).scalar_one() == 1


async def test_what_tells_addresses_apart(admin: LocalRegistryAdmin) -> None:
    others = (
        replace(LINE, region="69"),
        replace(LINE, town_kind="д"),
        replace(LINE, district="г.о. Клин"),
        replace(LINE, town="Королёвка"),
    )
    assert (await admin.put_addresses([LINE, *others])).towns_added == 5
    along = [replace(LINE, street_kind="пер"), replace(LINE, street="Берёзовая Роща")]
    report = await admin.put_addresses(along)
    assert (report.towns_added, report.streets_added, report.houses_added) == (0, 2, 2)


async def test_a_long_file_is_many_short_units(admin: LocalRegistryAdmin, database: Database) -> None:
    lines = [replace(LINE, house=str(number)) for number in range(1, 1201)]
    with counting(database) as calls:
        assert (await admin.put_addresses(iter(lines))).houses_added == 1200
    assert calls["commit"] == 3


async def test_cut_short_the_same_file_does_the_rest(admin: LocalRegistryAdmin, database: Database) -> None:
    lines = [replace(LINE, house=str(number)) for number in range(1, 1201)]

    def breaks() -> Iterator[AddressRecord]:
        yield from lines[:1100]
        raise OSError("the disk is gone")

    with pytest.raises(RegistryUnavailable):
        await admin.put_addresses(breaks())
    assert (await admin.put_addresses(lines)).houses_added == 200
    whole = await everything(database)
    assert await admin.put_addresses(lines) == AddressesReport()
    assert await everything(database) == whole


async def test_two_imports_at_once_come_to_the_same(
    admin: LocalRegistryAdmin, database: Database, vault: Vault, clock: FakeClock
) -> None:
    other = LocalRegistryAdmin(database, vault, clock, _never_waits)
    lines = [replace(LINE, house=str(number)) for number in range(1, 701)]
    await asyncio.gather(admin.put_addresses(lines), other.put_addresses(reversed(lines)))
    assert await admin.put_addresses(lines) == AddressesReport()
    assert (await database.fetch(select(func.count()).select_from(house))).scalar_one() == 700


async def test_of_ten_thousand_streets_that_begin_alike_a_page_comes(
    admin: LocalRegistryAdmin, registry: LocalRegistry
) -> None:
    await admin.put_addresses(
        [
            *(replace(LINE, street=f"Заречная {number}-я", house="") for number in range(10_000)),
            replace(LINE, street="Заречная", house=""),
            replace(LINE, street="Заречная", street_kind="наб", house=""),
            replace(LINE, town="Клин", street="Заречная", house=""),
        ]
    )
    for typed in ("Заречная", "заречная ул", "зареч", "", "Зоречная", "Заречнея улица"):
        assert len(await streets(registry, typed)) == PAGE, typed
    assert [(each.kind, each.name) for each in await streets(registry, "Заречная", limit=2)] == [
        ("ул", "Заречная"),
        ("наб", "Заречная"),
    ]
    assert (await streets(registry, "Заречная наб", limit=1))[0].kind == "наб"
    assert (await streets(registry, "Зоречная", limit=1))[0].name == "Заречная", "the nearest of ten thousand"
    assert [each.name for each in await streets(registry, "Заречная 7777")] == ["Заречная 7777-я"]
    assert [each.name for each in await streets(registry, "зоречная 7777-я ул.")] == ["Заречная 7777-я"]
    assert len(await streets(registry, "Заречная", "Клин")) == 1


async def test_how_many_questions_one_costs(
    admin: LocalRegistryAdmin, registry: LocalRegistry, database: Database
) -> None:
    await admin.put_addresses([LINE])
    (there,) = await registry.towns("50", "Королёв", 1)
    for typed, statements in (("", 1), ("берез", 1), ("ул. Берёзовая", 2), ("бирезовая", 3), ("Мира", 2), ("—", 0)):
        with counting(database) as calls:
            await registry.streets(there.id, typed, PAGE)
        assert calls["sql"] == statements, typed
