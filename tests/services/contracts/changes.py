"""The contract of `VisitChangesPort`: nobody who reads page after page misses a change, or hears of one twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.registry.model import Cancelled, Refusal, Refused, Visit, VisitStatus
from services.registry.ports.registry import port_of
from services.registry.ports.visits import VisitChangesPort
from tests.services.contracts.world import (
    ANNA,
    OLEG,
    RegistryWorld,
    a_visit,
    at,
    booked,
    one_of_many,
    some_visits,
)


def telling(world: RegistryWorld) -> VisitChangesPort:
    port = port_of(world.registry, VisitChangesPort)
    assert port is not None
    return port


async def now(world: RegistryWorld) -> str:
    """The cursor of this moment."""
    page = await telling(world).changed_visits(None, 10)
    assert (list(page.items), page.more) == ([], False)
    return page.cursor


async def heard(world: RegistryWorld, since: str, limit: int = 100) -> tuple[list[Visit], str]:
    """All that has been told after the cursor, page after page, and where that ends."""
    visits: list[Visit] = []
    more = True
    while more:
        page = await telling(world).changed_visits(since, limit)
        assert len(page.items) <= limit
        visits += page.items
        since, more = page.cursor, page.more
    assert len(since) <= 200
    return visits, since


def ids(visits: Sequence[Visit]) -> list[str]:
    return [visit.id for visit in visits]


class VisitChangesContract:
    """Stories of a registry that tells what becomes of visits."""

    async def test_a_new_visit_is_told_as_it_is(self, world: RegistryWorld) -> None:
        since = await now(world)
        visit = await a_visit(world)
        told, reached = await heard(world, since)
        assert told == [visit]
        assert (await heard(world, reached))[0] == []
        assert (await heard(world, since))[0] == [visit], "a cursor stays good"

    async def test_what_was_before_is_not_told(self, world: RegistryWorld) -> None:
        await a_visit(world)
        assert (await heard(world, await now(world)))[0] == []

    async def test_whoever_changes_a_visit_it_is_told(self, world: RegistryWorld) -> None:
        _, (first, second, third, _) = await some_visits(world)
        since = await now(world)
        assert await world.registry.cancel(first.id) == Cancelled()
        await world.cancel_at_the_desk(second.id)
        world.clock.set(third.end)
        await world.miss_at_the_desk(third.id)
        told, _ = await heard(world, since)
        assert [(visit.id, visit.status) for visit in told] == [
            (first.id, VisitStatus.CANCELLED_BY_PATIENT),
            (second.id, VisitStatus.CANCELLED_BY_CLINIC),
            (third.id, VisitStatus.MISSED),
        ]
        assert told == [await world.registry.visit(visit.id) for visit in told]

    async def test_a_move_is_told_of_both_visits(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        since = await now(world)
        new = await world.move_at_the_desk(old.id, await world.free(old.doctor_id, at(11)))
        told = {visit.id: visit for visit in (await heard(world, since))[0]}
        assert told.keys() == {old.id, new.id}
        assert (told[old.id].status, told[old.id].moved_to) == (VisitStatus.MOVED, new.id)
        assert told[new.id] == new

    async def test_a_visit_that_was_changed_twice_is_told_once_and_as_it_is_now(self, world: RegistryWorld) -> None:
        since = await now(world)
        _, (first, second, *others) = await some_visits(world)
        await world.registry.cancel(first.id)
        told, _ = await heard(world, since)
        assert ids(told) == ids([second, *others, first]), "in the order of the last changes"
        assert told[-1].status is VisitStatus.CANCELLED_BY_PATIENT

    async def test_who_has_heard_of_a_visit_hears_of_its_next_change(self, world: RegistryWorld) -> None:
        since = await now(world)
        visit = await a_visit(world)
        _, since = await heard(world, since)
        await world.registry.cancel(visit.id)
        told, _ = await heard(world, since)
        assert [(each.id, each.status) for each in told] == [(visit.id, VisitStatus.CANCELLED_BY_PATIENT)]

    async def test_changes_come_page_after_page(self, world: RegistryWorld) -> None:
        since = await now(world)
        _, visits = await some_visits(world)
        for limit in (1, 2, 3, 4, 5):
            told, _ = await heard(world, since, limit)
            assert ids(told) == ids(visits), limit

    async def test_a_page_before_the_last_says_that_there_is_more(self, world: RegistryWorld) -> None:
        since = await now(world)
        _, visits = await some_visits(world)
        page = await telling(world).changed_visits(since, 3)
        assert (ids(page.items), page.more) == (ids(visits[:3]), True)
        page = await telling(world).changed_visits(page.cursor, 3)
        assert (ids(page.items), page.more) == (ids(visits[3:]), False)

    async def test_a_visit_that_changes_between_two_pages_comes_in_a_later_one(self, world: RegistryWorld) -> None:
        since = await now(world)
        _, (first, second, third, fourth) = await some_visits(world)
        page = await telling(world).changed_visits(since, 2)
        assert ids(page.items) == ids([first, second])
        for visit in (third, first):
            await world.registry.cancel(visit.id)
        told, _ = await heard(world, page.cursor)
        assert ids(told) == ids([fourth, third, first])

    async def test_what_changes_nothing_is_not_told(self, world: RegistryWorld) -> None:
        visit = await a_visit(world)
        oleg = await world.patient(OLEG)
        since = await now(world)
        assert await world.registry.book("oleg", oleg.id, visit.slot_id) == Refused(Refusal.TIME_BUSY)
        assert (booked(await world.registry.book("Терапевт 9", visit.patient_id, visit.slot_id))).visit == visit
        await world.free(visit.doctor_id, at(12))
        await world.patient(ANNA)
        world.clock.set(visit.end)
        assert (await heard(world, since))[0] == [], "nor that it has taken place"

    async def test_nothing_that_happens_at_once_is_missed(self, world: RegistryWorld) -> None:
        doctor = await world.doctor(await world.clinic())
        people = [(await world.patient(one_of_many(number))).id for number in range(30)]
        slots = [await world.free(doctor, at(8 + number // 3, number % 3 * 20)) for number in range(30)]
        since = await now(world)

        async def come_and_go(patient_id: str, slot_id: str, *, goes: bool) -> Visit:
            visit = booked(await world.registry.book(f"key {slot_id}", patient_id, slot_id)).visit
            if goes:
                assert await world.registry.cancel(visit.id) == Cancelled()
            return visit

        told: dict[str, Visit] = {}
        acting = asyncio.gather(*(come_and_go(people[place], slots[place], goes=not place % 3) for place in range(30)))
        while not acting.done():
            visits, since = await heard(world, since, 7)
            told |= {visit.id: visit for visit in visits}
        visits, since = await heard(world, since, 7)
        told |= {visit.id: visit for visit in visits}
        assert told == {visit.id: await world.registry.visit(visit.id) for visit in await acting}
