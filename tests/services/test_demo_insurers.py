"""The demo's insurance companies: those that insure the ready family, each with points; an own import stays."""

from __future__ import annotations

import asyncio

from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo_insurance import INSURERS, REGION
from services.registry.local.demo_insurers import OTHER_REGION, demo_insurers, demo_points, put_demo_insurers
from services.registry.local.registry import LocalRegistry
from services.registry.model import Insurer
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock


async def test_whom_the_ready_family_is_insured_by_can_be_chosen(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    admin = LocalRegistryAdmin(database, vault, clock)
    registry = LocalRegistry(database, vault, clock, registers_patients=True)
    for _ in range(2):
        await put_demo_insurers(admin)
    found = await registry.insurers(REGION)
    assert sorted(each.name for each in found) == sorted(name for name, _ in INSURERS)
    for each in (*found, *await registry.insurers(OTHER_REGION)):
        points = await registry.issue_points(each.id)
        assert points
        assert all(point.demo and point.hours and point.lat is not None for point in points)
    assert await registry.insurers("01") == [], "a subject that has none"
    ids = [*(each.id for each in demo_insurers()), *(each.id for each in demo_points())]
    assert len(set(ids)) == len(ids)


async def test_two_processes_that_start_at_once_put_them_once(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    admin = LocalRegistryAdmin(database, vault, clock)
    twice = [admin.put_insurers(demo_insurers(), demo_points()) for _ in range(2)]
    assert all((each.insurers, each.closed_insurers) == (3, 0) for each in await asyncio.gather(*twice))
    registry = LocalRegistry(database, vault, clock, registers_patients=True)
    assert len(await registry.insurers(REGION)) == len(INSURERS)


async def test_an_import_of_ones_own_stays(database: Database, vault: Vault, clock: FakeClock) -> None:
    admin = LocalRegistryAdmin(database, vault, clock)
    own = Insurer("7", REGION, "Забота", "", "", "г. Мытищи, ул. Мира, д. 5")
    await admin.put_insurers([own], None)
    await put_demo_insurers(admin)
    assert await LocalRegistry(database, vault, clock, registers_patients=True).insurers(REGION) == [own]
