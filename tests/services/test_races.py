"""Many at once through the services: one visit a time, whoever races and however."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.accounts.model import Relation
from services.booking.model import BookingRequest, Declined, Made
from services.registry.model import Refusal, VisitStatus
from services.registry.ports.schedules import SlotRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.databases import unhurried
from tests.support.racers import Racer, attempt_of
from tests.support.world import (
    ADULT,
    CHILD,
    CLINIC,
    LENGTH,
    PAEDIATRICIAN,
    SECOND_THERAPIST,
    SURGEON,
    THERAPIST,
    World,
    at,
    somebody,
)

MANY = 200
postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
"""SQLite is for one process; PostgreSQL is what several share."""


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """Who wins is not to depend on how fast the machine is: nobody loses patience."""
    world = World(unhurried(database), vault, clock)
    await world.furnish()
    return world


async def standing(world: World, *patient_ids: str | None) -> list[str]:
    """Visits of these patients that stand, by the registry's word."""
    visits = await world.registry.visits([each for each in patient_ids if each is not None])
    return [each.id for each in visits if each.status is VisitStatus.BOOKED]


async def after_one_time(world: World) -> tuple[list[BookingRequest], list[str | None]]:
    """Two hundred people of one account at the confirmation of the same time, and which patients they are."""
    slot = await world.slot()
    account = await world.account()
    people = [await world.person(account, somebody(number, ADULT), Relation.PARENT) for number in range(MANY)]
    requests = [BookingRequest(account, f"draft {number}", who, CLINIC, slot) for number, who in enumerate(people)]
    return requests, [each.patient_id for each in people]


async def in_two_processes(url: str, requests: Sequence[BookingRequest]) -> Counter[str]:
    """Every second request in each of two other processes, which begin together; how often what came of them."""
    attempts = [attempt_of(each) for each in requests]
    racers = await asyncio.gather(*(Racer.start(url, attempts[half::2]) for half in range(2)))
    outcomes = await asyncio.gather(*(each.run() for each in racers))
    return Counter(told for half in outcomes for told in half)


async def test_of_two_hundred_tasks_after_one_time_one_gets_it(world: World) -> None:
    requests, patients = await after_one_time(world)
    outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
    assert sum(isinstance(each, Made) for each in outcomes) == 1
    assert outcomes.count(Declined(Refusal.TIME_BUSY)) == MANY - 1
    assert len(await standing(world, *patients)) == 1


@postgres
async def test_two_processes_give_a_time_to_one_of_two_hundred(world: World, database_url: str) -> None:
    requests, patients = await after_one_time(world)
    assert await in_two_processes(database_url, requests) == {"made": 1, "time_busy": MANY - 1}
    assert len(await standing(world, *patients)) == 1


@postgres
async def test_two_processes_do_not_send_one_person_to_two_places(world: World, database_url: str) -> None:
    account = await world.account()
    anna = await world.person(account, somebody(1, ADULT))
    slots = [await world.slot(doctor) for doctor in (THERAPIST, THERAPIST, SURGEON, SURGEON)] * 5
    outcomes = await in_two_processes(database_url, [await world.request(account, anna, slot) for slot in slots])
    assert outcomes.pop("made") == 1
    assert set(outcomes) <= {"same_time", "same_specialist", "time_busy"}
    assert len(await standing(world, anna.patient_id)) == 1


async def test_one_person_is_never_at_two_places_at_one_hour(world: World) -> None:
    """Ten devices, two specialists at the same minute."""
    account = await world.account()
    anna = await world.person(account, somebody(1, ADULT))
    slots = [await world.slot(THERAPIST), await world.slot(SURGEON)] * 5
    requests = [await world.request(account, anna, slot) for slot in slots]
    outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
    assert sum(isinstance(each, Made) for each in outcomes) == 1
    refused = {each.reason for each in outcomes if isinstance(each, Declined)}
    assert refused <= {Refusal.SAME_TIME, Refusal.SAME_SPECIALIST, Refusal.TIME_BUSY}
    assert len(await standing(world, anna.patient_id)) == 1


async def test_one_person_has_one_visit_to_a_specialist(world: World) -> None:
    account = await world.account()
    anna = await world.person(account, somebody(1, ADULT))
    slots = [await world.slot(doctor, 9 + hour) for hour in range(3) for doctor in (THERAPIST, SECOND_THERAPIST)]
    requests = [await world.request(account, anna, slot) for slot in slots]
    outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
    assert sum(isinstance(each, Made) for each in outcomes) == 1
    assert len(await standing(world, anna.patient_id)) == 1


async def test_both_parents_book_for_the_child_at_once(world: World) -> None:
    child = somebody(2, CHILD)
    requests = []
    for _ in range(2):
        account = await world.account()
        who = await world.person(account, child, Relation.CHILD)
        requests += [await world.request(account, who, await world.slot(PAEDIATRICIAN, hour)) for hour in (9, 10)]
    outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
    (made,) = [each for each in outcomes if isinstance(each, Made)]
    assert await standing(world, made.visit.patient_id) == [made.visit.id]


async def test_booking_moving_cancelling_importing_and_looking_at_once(world: World) -> None:
    """Everybody is after the time that one gives up: it has one visit or none, and nobody has two."""
    first = await world.account()
    anna = await world.person(first, somebody(1, ADULT))
    made = await world.booking.book(await world.request(first, anna, await world.slot()))
    assert isinstance(made, Made)
    wanted = await world.slot(THERAPIST, 10)
    others, patients = [], [anna.patient_id]
    for number in range(2, 8):
        account = await world.account()
        who = await world.person(account, somebody(number, ADULT))
        patients.append(who.patient_id)
        others.append(await world.request(account, who, wanted if number % 2 else await world.slot()))
    move = replace(await world.request(first, anna, wanted), moves=made.visit)
    reimport = world.admin.load([], [THERAPIST], [SlotRecord(THERAPIST.id, at(10), at(10) + LENGTH)])
    await asyncio.gather(
        world.booking.book(move),
        world.cancelling.cancel(first, made.visit.id),
        reimport,
        world.watch.look(),
        world.booking.recover(),
        *(world.booking.book(each) for each in others),
    )
    visits = [
        each
        for each in await world.registry.visits([each for each in patients if each])
        if each.status is VisitStatus.BOOKED
    ]
    assert len({each.slot_id for each in visits}) == len(visits)
    assert len({each.patient_id for each in visits}) == len(visits)
    assert wanted.id in {each.slot_id for each in visits}
