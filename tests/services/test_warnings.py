"""A warning about a clinic where somebody is not attached: accepted once, while nothing changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from services.accounts.model import Account, Basis, Person, Relation
from services.booking.tables import accepted_warning
from tests.support.world import ADULT, CHILD, CHILDREN, CLINIC, World, somebody

ANNA = somebody(1, ADULT)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, ANNA)


async def test_it_is_accepted_for_one_person_one_clinic_and_one_account(
    world: World, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    other = await world.account()
    hers = await world.person(other, ANNA)
    assert await world.warnings.accepted(account, anna) == ()
    await world.warnings.accept(account, anna, "c7")
    await world.warnings.accept(account, anna, "c5")
    await world.warnings.accept(account, anna, "c7")
    assert list(await world.warnings.accepted(account, anna)) == ["c5", "c7"]
    for whose, who in ((account, child), (other, hers), (other, anna)):
        assert await world.warnings.accepted(whose, who) == ()


async def test_once_the_attachment_changes_it_is_forgotten(world: World, account: Account, anna: Person) -> None:
    await world.warnings.accept(account, anna, "c7")
    moved = replace(anna, clinic_id=CHILDREN.id)
    assert anna.clinic_id == CLINIC.id
    assert await world.warnings.accepted(account, moved) == ()
    await world.warnings.accept(account, moved, "c8")
    assert await world.warnings.accepted(account, moved) == ["c8"]
    assert await world.warnings.accepted(account, anna) == ()


async def test_where_the_attachment_is_not_shown_it_decides_nothing(world: World, account: Account) -> None:
    """A declared person's is cut, whatever the registry knows."""
    typed = await world.person(account, ANNA, Relation.OTHER, Basis.DECLARED)
    assert typed.clinic_id is None
    await world.warnings.accept(account, typed, "c7")
    await world.admin.enrol(ANNA, CHILDREN.id)
    patient = await world.registry.find_patient(ANNA)
    await world.persons.set_patient(typed.id, patient)
    assert await world.warnings.accepted(account, await world.persons.get(account, typed.id)) == ["c7"]


async def test_presses_at_once_lose_nothing(world: World, account: Account, anna: Person) -> None:
    clinics = [f"c{number}" for number in range(8)]
    await asyncio.gather(*(world.warnings.accept(account, anna, each) for each in clinics))
    assert list(await world.warnings.accepted(account, anna)) == clinics


async def test_it_goes_with_the_right_and_with_the_person(world: World, account: Account, anna: Person) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    for who in (anna, child):
        await world.warnings.accept(account, who, "c7")
    await world.family.remove(account, child.id)
    assert await world.warnings.accepted(account, child) == ()
    assert await world.warnings.accepted(account, anna) == ["c7"]
    rows = (await world.database.fetch(select(accepted_warning.c.person_id))).scalars().all()
    assert rows == [anna.id]
