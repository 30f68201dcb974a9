"""The demo's addresses: in a new demo, and in one that an earlier release has filled."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import delete, func, select, update

from bot import registry as bot_registry
from bot.settings import Settings
from bot.storage import Storage
from services.addresses.columns import Addresses
from services.clinics.regions import region
from services.registry.local.demo_addresses import GIVEN, OTHER_REGION, demo_addresses, fill_addresses
from services.registry.local.demo_clinics import REGION, TOWNS, demo_clinics
from services.registry.local.tables import house, street, town
from services.registry.ports.addresses import AddressesPort
from services.registry.ports.registry import port_of
from services.storage.engine import Database
from services.storage.tables import setting
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.counting import counting

DEMO = Settings(_env_file=None, demo=True)


@pytest.fixture
def storage(database: Database, vault: Vault, clock: FakeClock) -> Storage:
    return Storage(database, vault, clock)


def directory(storage: Storage) -> AddressesPort:
    port = port_of(bot_registry.patients_registry(DEMO, storage), AddressesPort)
    assert port is not None
    return port


async def counts(database: Database) -> list[int]:
    asked = (select(func.count()).select_from(each) for each in (town, street, house))
    return [(await database.fetch(each)).scalar_one() for each in asked]


def test_they_are_such_as_a_file_might_bring_and_the_same_always() -> None:
    records = list(demo_addresses())
    assert records == list(demo_addresses())
    assert len(set(records)) == len(records) < 2000
    for each in records:
        assert region(each.region)
        assert Addresses.TOWN.read(each.town) == each.town
        assert Addresses.TOWN_KIND.read(each.town_kind) == each.town_kind
        assert not each.street or Addresses.STREET.read(each.street) == each.street
        assert not each.street or Addresses.STREET_KIND.read(each.street_kind) == each.street_kind
        assert not each.house or Addresses.HOUSE.read(each.house) == each.house
        assert each.demo
    assert {each.region for each in records} == {REGION, OTHER_REGION}


async def test_each_clinic_of_the_demo_stands_in_a_street_of_the_directory(storage: Storage) -> None:
    await bot_registry.fill_records(DEMO, storage)
    port = directory(storage)
    for place in demo_clinics():
        _, along, _ = place.clinic.address.split(", ")
        (there,) = await port.towns(place.clinic.region, place.clinic.town, 1)
        assert there.name == place.clinic.town
        assert there.kind == "г"
        found = (await port.streets(there.id, along, 1))[0]
        assert found.name in along
        assert (await port.streets(there.id, found.name, 1))[0] == found


async def test_every_case_can_be_walked(storage: Storage) -> None:
    """Streets with houses and without, villages without streets, two villages of one name, another region."""
    await bot_registry.fill_records(DEMO, storage)
    port = directory(storage)
    for name in [each.name for each in TOWNS]:
        (there,) = await port.towns(REGION, name, 1)
        assert there.demo
        along = await port.streets(there.id, "", 100)
        known = Counter([bool(await port.houses(each.id, "", 1)) for each in along])
        assert known[True] > known[False] > 0
    villages = await port.towns(REGION, "Ивановка", 5)
    assert len({each.district for each in villages}) == len(villages) == 2
    assert [list(await port.streets(each.id, "", 1)) for each in villages] == [[], []]
    assert [each.name for each in await port.towns(OTHER_REGION, "", 5)] == ["Тверь", "Торжок", "Медное"]


async def test_a_real_clinic_is_left_alone(storage: Storage, database: Database) -> None:
    await bot_registry.fill_records(Settings(_env_file=None, demo=False, operator_name="Больница"), storage)
    assert await counts(database) == [0, 0, 0]


async def test_a_demo_of_an_earlier_release_gets_them_at_the_next_start_and_once(
    storage: Storage, database: Database
) -> None:
    admin = bot_registry.registry_admin(storage)
    await bot_registry.fill_records(DEMO, storage)
    whole = await counts(database)
    assert min(whole) > 0

    # STEP 1. The next start looks at its mark, and at nothing else.
    with counting(database) as calls:
        await fill_addresses(database, admin)
    assert calls["sql"] == 1

    # STEP 2. An earlier release had none; one killed halfway goes on; another edition comes over the one before.
    for lost in ((house, street, town), (house,)):
        for table in lost:
            await database.execute(delete(table))
        await database.execute(delete(setting).where(setting.c.name == GIVEN))
        await fill_addresses(database, admin)
        assert await counts(database) == whole
    await database.execute(update(setting).where(setting.c.name == GIVEN).values(value="0"))
    await database.execute(delete(house))
    await fill_addresses(database, admin)
    assert await counts(database) == whole
