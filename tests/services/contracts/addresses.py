"""The contract of `AddressesPort`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.registry.model import House, Street, Town
from services.registry.ports.addresses import AddressesPort, AddressRecord
from services.registry.ports.registry import port_of
from tests.services.contracts.world import RegistryWorld

MANY = 10


def directory(world: RegistryWorld) -> AddressesPort:
    port = port_of(world.registry, AddressesPort)
    assert port is not None
    return port


async def some_towns(world: RegistryWorld) -> None:
    towns = ("Мытищи", "г"), ("Королёв", "г"), ("Ивантеевка", "г"), ("Иваново", "д"), ("Лесной Городок", "дп")
    await world.furnish_addresses(
        [
            *(AddressRecord("50", name, kind) for name, kind in towns),
            AddressRecord("50", "Ивановка", "д", "г.о. Коломна"),
            AddressRecord("50", "Ивановка", "д", "г.о. Клин"),
            AddressRecord("69", "Мытищи", "д"),
        ]
    )


STREETS = (
    *(("ул", "Мира"), ("пр-кт", "Мира"), ("ул", "Мира Улугбека"), ("ул", "Карла Маркса"), ("ул", "им. Гагарина")),
    *(("ул", "1-я Советская"), ("ул", "11-я Советская"), ("ш", "Осташковское"), ("наб", "Большая Набережная")),
    *(("ул", "Берёзовая"), ("ул", "Орджоникидзе"), ("ул", "Сад-Триумф")),
)


async def a_town(world: RegistryWorld) -> str:
    """The id of a town with these streets; of the first one there are houses."""
    lines = [AddressRecord("50", "Мытищи", "г", street=name, street_kind=kind) for kind, name in STREETS]
    houses = [
        AddressRecord("50", "Мытищи", "г", street="Мира", street_kind="ул", house=number)
        for number in ("50", "5 к. 2", "5", "12/1", "5А", "7", "вл. 3")
    ]
    await world.furnish_addresses([*lines, *houses])
    (town,) = await directory(world).towns("50", "Мытищи", MANY)
    return town.id


def said(found: Sequence[Town] | Sequence[Street]) -> list[str]:
    return [f"{each.kind} {each.name}" for each in found]


def numbers(found: Sequence[House]) -> list[str]:
    return [each.number for each in found]


class AddressesContract:
    """Stories of a registry that has a directory of addresses."""

    @pytest.mark.parametrize(
        "typed", ["Королёв", "королев", "г. Королёв", "Город Королев", "Kоролёв", "корол", "каралев"]
    )
    async def test_a_town_is_found_however_it_is_typed(self, world: RegistryWorld, typed: str) -> None:
        await some_towns(world)
        assert said(await directory(world).towns("50", typed, MANY)) == ["г Королёв"]

    async def test_a_region_has_its_own_towns(self, world: RegistryWorld) -> None:
        await some_towns(world)
        (near,) = await directory(world).towns("50", "Мытищи", MANY)
        (far,) = await directory(world).towns("69", "Мытищи", MANY)
        assert (near.region, near.kind, far.region, far.kind) == ("50", "г", "69", "д")
        assert list(await directory(world).towns("69", "Королёв", MANY)) == []
        assert list(await directory(world).towns("77", "", MANY)) == []

    async def test_nothing_typed_lists_cities_first(self, world: RegistryWorld) -> None:
        await some_towns(world)
        for typed in ("", "  "):
            found = await directory(world).towns("50", typed, 4)
            assert said(found) == ["г Ивантеевка", "г Королёв", "г Мытищи", "д Ивановка"]

    async def test_a_city_comes_before_villages_that_begin_so(self, world: RegistryWorld) -> None:
        await some_towns(world)
        found = await directory(world).towns("50", "иван", MANY)
        assert said(found) == ["г Ивантеевка", "д Иваново", "д Ивановка", "д Ивановка"]

    async def test_villages_of_one_name_are_told_apart(self, world: RegistryWorld) -> None:
        await some_towns(world)
        found = await directory(world).towns("50", "д. Ивановка", MANY)
        assert {each.district for each in found} == {"г.о. Коломна", "г.о. Клин"}
        assert len({each.id for each in found}) == 2

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            *(
                (typed, ["ул Мира", "пр-кт Мира", "ул Мира Улугбека"])
                for typed in ("ул. Мира", "улица мира", "Мира ул")
            ),
            *((typed, ["пр-кт Мира", "ул Мира", "ул Мира Улугбека"]) for typed in ("пр-т Мира", "проспект Mира")),
            *(
                (typed, ["ул Карла Маркса"])
                for typed in ("К. Маркса", "Маркса Карла", "ул. имени Карла Маркса", "карл")
            ),
            *((typed, ["ул им. Гагарина"]) for typed in ("Гагарина", "им. Гагарина", "ул гагарена", "Гагрина")),
            *((typed, ["ул 1-я Советская"]) for typed in ("1-я Советская", "1 советская", "Советская 1-ая")),
            *((typed, ["наб Большая Набережная"]) for typed in ("Большая Набережная", "большая", "наб. Большая")),
            *((typed, ["ул Берёзовая"]) for typed in ("Березовая", "БЕРЁЗОВАЯ УЛИЦА", "бирёзовая", "берез")),
            *((typed, ["ул Орджоникидзе"]) for typed in ("Аржоникидзе", "орджонекидзе", "ул. Орджоникизде")),
            *(
                (typed, ["ш Осташковское"])
                for typed in ("Осташковское ш.", "шоссе Осташковское", "осташк", "Осташевское")
            ),
            *((typed, ["ул Сад-Триумф"]) for typed in ("Сад Триумф", "сад-триумф", "Триумф")),
            *((typed, []) for typed in ("2-я Советская", "Пушкина", "—", "%", "_", "'; DROP TABLE", "мра")),
        ],
    )
    async def test_a_street_is_found_however_it_is_typed(
        self, world: RegistryWorld, typed: str, found: list[str]
    ) -> None:
        assert said(await directory(world).streets(await a_town(world), typed, MANY)) == found

    async def test_the_limit_keeps_the_best(self, world: RegistryWorld) -> None:
        town = await a_town(world)
        assert said(await directory(world).streets(town, "пр-кт Мира", 1)) == ["пр-кт Мира"]
        assert len(await directory(world).streets(town, "", 5)) == 5
        assert list(await directory(world).streets("nowhere", "мира", 5)) == []

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("5", ["5", "5А", "5 к. 2", "50"]),
            *((typed, ["5А"]) for typed in ("5а", "5 А", "д. 5А", "дом 5a", "5 лит. А")),
            *((typed, ["5 к. 2"]) for typed in ("5к2", "д.5 корп.2", "5 корпус 2")),
            ("12/1", ["12/1"]),
            ("владение 3", ["вл. 3"]),
            *((typed, []) for typed in ("6", "5 стр 2", "—", "%")),
            ("", ["вл. 3", "5", "5А", "5 к. 2", "7", "12/1", "50"]),
        ],
    )
    async def test_a_house_is_found_by_its_number(self, world: RegistryWorld, typed: str, found: list[str]) -> None:
        street = (await directory(world).streets(await a_town(world), "ул. Мира", MANY))[0]
        assert numbers(await directory(world).houses(street.id, typed, MANY)) == found

    async def test_of_a_street_no_house_may_be_known(self, world: RegistryWorld) -> None:
        street = (await directory(world).streets(await a_town(world), "Берёзовая", MANY))[0]
        assert list(await directory(world).houses(street.id, "", MANY)) == []

    async def test_each_is_found_again_by_its_id(self, world: RegistryWorld) -> None:
        port = directory(world)
        town = await port.town(await a_town(world))
        assert town is not None
        street = (await port.streets(town.id, "Мира", MANY))[0]
        house = (await port.houses(street.id, "5", MANY))[0]
        assert await port.street(street.id) == street
        assert await port.house(house.id) == house
        assert (street.town_id, house.street_id) == (town.id, street.id)
        assert all(len(each.id) <= 24 for each in (town, street, house)), "they fit a button beside others"
        for unknown in (port.town("nowhere"), port.street("nowhere"), port.house("nowhere")):
            assert await unknown is None
