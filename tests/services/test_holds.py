"""Holds: a chosen time is kept from others for five minutes, one a draft."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from services.booking.holds import HOLD
from services.booking.tables import hold
from tests.support.world import SECOND_THERAPIST, SURGEON, THERAPIST, World

FIVE_MINUTES = timedelta(minutes=5)


async def someone(world: World) -> tuple[str, str]:
    """An account with an open draft."""
    account = await world.account()
    return account.id, (await world.draft(account)).id


async def rows(world: World) -> int:
    count: int = (await world.database.fetch(select(func.count()).select_from(hold))).scalar_one()
    return count


async def test_of_two_people_one_gets_the_time(world: World) -> None:
    slot, first, second = await world.slot(), await someone(world), await someone(world)
    assert HOLD == FIVE_MINUTES
    assert await world.holds.take(slot, *first) == world.clock.now() + FIVE_MINUTES
    assert await world.holds.take(slot, *second) is None
    assert await world.holds.until(first[1], slot.id) == world.clock.now() + FIVE_MINUTES
    assert await world.holds.until(second[1], slot.id) is None
    assert await world.holds.of_others(slot.clinic_id, second[1]) == {slot.id}
    assert await world.holds.of_others(slot.clinic_id, first[1]) == frozenset()
    assert await world.holds.of_others("c2", second[1]) == frozenset()


async def test_a_hold_runs_out(world: World) -> None:
    slot, first, second = await world.slot(), await someone(world), await someone(world)
    await world.holds.take(slot, *first)
    world.clock.advance(minutes=4, seconds=59)
    assert await world.holds.take(slot, *second) is None
    world.clock.advance(seconds=1)
    assert await world.holds.until(first[1], slot.id) is None
    assert await world.holds.of_others(slot.clinic_id, second[1]) == frozenset()
    assert await world.holds.take(slot, *second) == world.clock.now() + FIVE_MINUTES
    assert await world.holds.take(slot, *first) is None
    assert await rows(world) == 1


async def test_taking_the_same_time_again_begins_its_five_minutes_anew(world: World) -> None:
    slot, first = await world.slot(), await someone(world)
    await world.holds.take(slot, *first)
    world.clock.advance(minutes=3)
    assert await world.holds.take(slot, *first) == world.clock.now() + FIVE_MINUTES
    assert await rows(world) == 1


async def test_a_draft_keeps_one_time(world: World) -> None:
    first, second = await someone(world), await someone(world)
    one, other = await world.slot(THERAPIST), await world.slot(SECOND_THERAPIST)
    await world.holds.take(one, *first)
    await world.holds.take(other, *first)
    assert await world.holds.until(first[1], one.id) is None
    assert await world.holds.until(first[1], other.id) is not None
    assert await world.holds.take(one, *second) is not None


async def test_whoever_misses_a_time_lets_the_one_before_go(world: World) -> None:
    """Nobody keeps two times, not even while reaching for the second in vain."""
    first, second = await someone(world), await someone(world)
    one, other = await world.slot(THERAPIST), await world.slot(SURGEON)
    await world.holds.take(one, *first)
    await world.holds.take(other, *second)
    assert await world.holds.take(other, *first) is None
    assert await world.holds.take(one, *second) is not None


async def test_a_released_time_is_free_at_once(world: World) -> None:
    slot, first, second = await world.slot(), await someone(world), await someone(world)
    await world.holds.take(slot, *first)
    await world.holds.release(second[1])
    assert await world.holds.take(slot, *second) is None
    await world.holds.release(first[1])
    assert await world.holds.take(slot, *second) is not None


async def test_the_sweep_removes_what_has_ended(world: World) -> None:
    first, second = await someone(world), await someone(world)
    await world.holds.take(await world.slot(THERAPIST), *first)
    world.clock.advance(minutes=3)
    await world.holds.take(await world.slot(SURGEON), *second)
    world.clock.advance(minutes=2)
    assert await world.holds.purge() == 1
    assert await rows(world) == 1
    assert await world.holds.until(second[1], (await world.slot(SURGEON)).id) is not None


async def test_of_fifty_people_at_once_one_gets_the_time(world: World) -> None:
    slot = await world.slot()
    people = [await someone(world) for _ in range(50)]
    taken = await asyncio.gather(*(world.holds.take(slot, *each) for each in people))
    assert sum(until is not None for until in taken) == 1
    assert await rows(world) == 1


async def test_people_who_change_between_two_times_never_wait_in_a_ring(world: World) -> None:
    one, other = await world.slot(THERAPIST), await world.slot(SURGEON)
    people = [await someone(world) for _ in range(10)]
    await asyncio.gather(
        *(world.holds.take(slot, *each) for each in people for slot in (one, other)),
        *(world.holds.take(slot, *each) for each in people for slot in (other, one)),
    )
    assert await rows(world) <= 2


# --- what is offered ------------------------------------------------------------------------------


async def test_times_held_for_others_are_left_out_of_every_offer(world: World) -> None:
    mine, theirs = await someone(world), await someone(world)
    slot = await world.slot()

    async def seen_by(draft_id: str) -> tuple[int, int, int, bool]:
        services = {each.id: each for each in await world.times.services(draft_id, "c1", 36)}
        doctors = {each.id: each for each in await world.times.doctors(draft_id, "c1", "110", 36)}
        days = await world.times.days(draft_id, "c1", "110", 36, THERAPIST.id)
        slots = await world.times.slots(draft_id, "c1", "110", 36, THERAPIST.id, day=days[0].day)
        return services["110"].free, doctors["d1"].free, days[0].free, slot.id in {each.id for each in slots}

    assert await seen_by(mine[1]) == (36, 18, 9, True)
    await world.holds.take(slot, *theirs)
    assert await seen_by(mine[1]) == (35, 17, 8, False)
    assert await seen_by(theirs[1]) == (36, 18, 9, True)
    first = await world.times.slots(mine[1], "c1", "110", 36, THERAPIST.id, limit=1)
    assert [each.start - slot.start for each in first] == [timedelta(minutes=20)]
    world.clock.advance(minutes=5)
    assert await seen_by(mine[1]) == (36, 18, 9, True)


async def test_a_held_time_is_free_in_the_registry_all_the_same(world: World) -> None:
    """The registry knows nothing of holds and still has the last word."""
    slot, theirs = await world.slot(), await someone(world)
    await world.holds.take(slot, *theirs)
    assert await world.times.slot(slot.id) == slot
    assert await world.times.slot("no-such-slot") is None


async def test_a_day_that_is_all_held_is_not_offered(world: World) -> None:
    mine = await someone(world)
    for slot in await world.times.slots(mine[1], "c1", "122", 36, SURGEON.id, day=(await world.slot()).start.date()):
        await world.holds.take(slot, *await someone(world))
    days = await world.times.days(mine[1], "c1", "122", 36, SURGEON.id)
    assert [each.day.day for each in days] == [25]
