"""The contract of `InsurersPort`."""

from __future__ import annotations

from dataclasses import replace

from services.registry.model import Insurer, IssuePoint
from services.registry.ports.insurers import InsurersPort
from services.registry.ports.registry import port_of
from tests.services.contracts.world import RegistryWorld

CARE = Insurer("i1", "50", "Забота", "8 800 000-00-01", "zabota.example", "г. Мытищи, ул. Мира, д. 5")
ALFA = replace(CARE, id="i2", name="Альфа", phone="", site="")
ELSEWHERE = replace(CARE, id="i3", region="77")
POINT = IssuePoint("p1", "i1", "ул. Мира, д. 5", "Мытищи", "8 800 000-00-01", "1-5 09:00-18:00", 55.91, 37.73)
OTHER = replace(POINT, id="p2", town="Балашиха", lat=None, lon=None)
ALL = (CARE, ALFA, ELSEWHERE)


def chosen_from(world: RegistryWorld) -> InsurersPort:
    port = port_of(world.registry, InsurersPort)
    assert port is not None
    return port


class InsurersContract:
    async def test_insurers_of_a_region_stand_by_name(self, world: RegistryWorld) -> None:
        await world.open_offices(ALL, (POINT,))
        port = chosen_from(world)
        assert list(await port.insurers("50")) == [ALFA, CARE]
        assert list(await port.insurers("77")) == [ELSEWHERE]
        assert list(await port.insurers("01")) == []
        assert await port.insurer("i1") == CARE
        assert await port.insurer("nobody") is None

    async def test_points_of_an_insurer_stand_by_town(self, world: RegistryWorld) -> None:
        await world.open_offices(ALL, (POINT, OTHER))
        port = chosen_from(world)
        assert list(await port.issue_points("i1")) == [OTHER, POINT]
        assert list(await port.issue_points("i2")) == []
        assert await port.issue_point("p1") == POINT
        assert await port.issue_point("nowhere") is None

    async def test_what_is_not_named_any_more_is_offered_to_nobody_and_still_known(self, world: RegistryWorld) -> None:
        await world.open_offices(ALL, (POINT, OTHER))
        await world.open_offices((CARE,), (OTHER,))
        port = chosen_from(world)
        assert list(await port.insurers("50")) == [CARE]
        assert list(await port.issue_points("i1")) == [OTHER]
        assert await port.insurer("i2") == ALFA
        assert await port.issue_point("p1") == POINT
        await world.open_offices(ALL, (replace(POINT, hours=""),))
        assert list(await port.insurers("50")) == [ALFA, CARE]
        assert list(await port.issue_points("i1")) == [replace(POINT, hours="")]

    async def test_a_kind_that_is_not_brought_stays(self, world: RegistryWorld) -> None:
        await world.open_offices(ALL, (POINT,))
        await world.open_offices(None, (POINT, OTHER))
        port = chosen_from(world)
        assert list(await port.insurers("50")) == [ALFA, CARE]
        await world.open_offices((CARE,), None)
        assert list(await port.issue_points("i1")) == [OTHER, POINT]
