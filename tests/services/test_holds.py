"""Holds: a chosen time is kept from others for five minutes, one a draft."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import func, select

from services.accounts.model import Account
from services.booking.holds import AT_ONCE, HOLD
from services.booking.model import NoHold, Unheld
from services.booking.tables import hold
from services.drafts.model import Draft
from tests.support.world import SECOND_THERAPIST, SURGEON, THERAPIST, World

FIVE_MINUTES = timedelta(minutes=5)


async def someone(world: World) -> tuple[Account, str]:
    """An account with an open draft."""
    account = await world.account()
    return account, (await world.draft(account)).id


async def rows(world: World) -> int:
    count: int = (await world.database.fetch(select(func.count()).select_from(hold))).scalar_one()
    return count


async def test_of_two_people_one_gets_the_time(world: World) -> None:
    slot, first, second = await world.slot(), await someone(world), await someone(world)
    assert HOLD == FIVE_MINUTES
    assert await world.holds.take(slot, *first) == world.clock.now() + FIVE_MINUTES
    assert await world.holds.take(slot, *second) is NoHold.ANOTHERS
    assert await world.holds.until(first[1], slot.id) == world.clock.now() + FIVE_MINUTES
    assert await world.holds.until(second[1], slot.id) is None
    assert await world.holds.of_others([slot.clinic_id], second[0].id) == {slot.id}
    assert await world.holds.of_others([slot.clinic_id], first[0].id) == frozenset()
    assert await world.holds.of_others(["c2"], second[0].id) == frozenset()


async def test_a_hold_runs_out(world: World) -> None:
    slot, first, second = await world.slot(), await someone(world), await someone(world)
    await world.holds.take(slot, *first)
    world.clock.advance(minutes=4, seconds=59)
    assert await world.holds.take(slot, *second) is NoHold.ANOTHERS
    world.clock.advance(seconds=1)
    assert await world.holds.until(first[1], slot.id) is None
    assert await world.holds.of_others([slot.clinic_id], second[0].id) == frozenset()
    assert await world.holds.take(slot, *second) == world.clock.now() + FIVE_MINUTES
    assert await world.holds.take(slot, *first) is NoHold.ANOTHERS
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
    assert isinstance(await world.holds.take(one, *second), datetime)


async def test_whoever_misses_a_time_lets_the_one_before_go(world: World) -> None:
    """Nobody keeps two times, not even while reaching for the second in vain."""
    first, second = await someone(world), await someone(world)
    one, other = await world.slot(THERAPIST), await world.slot(SURGEON)
    await world.holds.take(one, *first)
    await world.holds.take(other, *second)
    assert await world.holds.take(other, *first) is NoHold.ANOTHERS
    assert isinstance(await world.holds.take(one, *second), datetime)


async def test_a_released_time_is_free_at_once(world: World) -> None:
    slot, first, second = await world.slot(), await someone(world), await someone(world)
    await world.holds.take(slot, *first)
    await world.holds.release(*second)
    assert await world.holds.take(slot, *second) is NoHold.ANOTHERS
    await world.holds.release(*first)
    assert isinstance(await world.holds.take(slot, *second), datetime)


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
    assert sum(isinstance(each, datetime) for each in taken) == 1
    assert await rows(world) == 1


async def test_people_who_change_between_two_times_never_wait_in_a_ring(world: World) -> None:
    one, other = await world.slot(THERAPIST), await world.slot(SURGEON)
    people = [await someone(world) for _ in range(10)]
    await asyncio.gather(
        *(world.holds.take(slot, *each) for each in people for slot in (one, other)),
        *(world.holds.take(slot, *each) for each in people for slot in (other, one)),
    )
    assert await rows(world) <= 2


async def test_ones_own_hold_stands_in_nobodys_way_but_others(world: World) -> None:
    """Another draft of the account is offered the time, and takes the hold over; it lasts no longer for that."""
    slot, (account, first), theirs = await world.slot(), await someone(world), await someone(world)
    second = (await world.drafts.start(Draft("", account.id, "moving", "confirm"))).id
    until = await world.holds.take(slot, account, first)
    assert slot.id in {each.id for each in await world.times.slots(account.id, "c1", "110", 36, THERAPIST.id)}
    assert slot.id not in {each.id for each in await world.times.slots(theirs[0].id, "c1", "110", 36, THERAPIST.id)}

    # STEP 1. At the same moment nothing is gained, and the hold has passed over.
    assert await world.holds.take(slot, account, second) == until
    assert (await world.holds.until(first, slot.id), await world.holds.until(second, slot.id)) == (None, until)
    await world.holds.release(account, first)
    assert await world.holds.take(slot, *theirs) is NoHold.ANOTHERS, "who has lost it does not free it"

    # STEP 2. And back; what it had besides is let go.
    await world.holds.take(await world.slot(SURGEON), account, first)
    world.clock.advance(minutes=1)
    assert await world.holds.take(slot, account, first) == world.clock.now() + FIVE_MINUTES
    assert await rows(world) == 1


# --- for how long ---------------------------------------------------------------------------------


async def test_one_time_is_held_for_fifteen_minutes_and_then_for_half_an_hour_not(world: World) -> None:
    slot, mine, theirs = await world.slot(), await someone(world), await someone(world)

    # STEP 1. Held again each time when it has run out: three times five minutes.
    for _ in range(3):
        assert await world.holds.take(slot, *mine) == world.clock.now() + FIVE_MINUTES
        world.clock.advance(minutes=5)

    # STEP 2. Not a fourth time, and for half an hour by no other draft either. Others may, and it is offered to them.
    other = mine[0], (await world.drafts.start(Draft("", mine[0].id, "moving", "confirm"))).id
    assert await world.holds.take(slot, *mine) is NoHold.SPENT
    assert await world.holds.keep(slot, *mine) == Unheld(slot, NoHold.SPENT)
    assert await world.holds.of_others([slot.clinic_id], theirs[0].id) == frozenset()
    world.clock.advance(minutes=29, seconds=59)
    assert await world.holds.take(slot, *other) is NoHold.SPENT
    assert isinstance(await world.holds.take(await world.slot(SURGEON), *mine), datetime), "another time can be held"
    assert isinstance(await world.holds.take(slot, *theirs), datetime)
    await world.holds.release(*theirs)

    # STEP 3. Then it begins anew.
    world.clock.advance(seconds=1)
    assert await world.holds.take(slot, *other) == world.clock.now() + FIVE_MINUTES


async def test_holding_it_again_and_again_gains_nothing(world: World) -> None:
    """Chosen anew every minute, it is held until the fifteenth."""
    slot, mine, began = await world.slot(), await someone(world), world.clock.now()
    for minute in range(15):
        until = await world.holds.take(slot, *mine)
        assert until == began + min(timedelta(minutes=minute + 5), timedelta(minutes=15))
        world.clock.advance(minutes=1)
    assert await world.holds.take(slot, *mine) is NoHold.SPENT


async def test_pauses_do_not_stretch_it(world: World) -> None:
    slot, mine = await world.slot(), await someone(world)
    for _ in range(3):
        assert isinstance(await world.holds.take(slot, *mine), datetime)
        world.clock.advance(minutes=25)
    assert await world.holds.take(slot, *mine) is NoHold.SPENT


async def test_what_was_let_go_early_is_not_counted(world: World) -> None:
    """«Назад», and another time: whoever looks to and fro for a while still has the time held in the end."""
    one, other, mine = await world.slot(THERAPIST), await world.slot(SURGEON), await someone(world)
    for _ in range(20):
        assert isinstance(await world.holds.take(one, *mine), datetime)
        world.clock.advance(seconds=10)
        assert isinstance(await world.holds.take(other, *mine), datetime)
        world.clock.advance(seconds=10)
        await world.holds.release(*mine)
    assert await world.holds.take(one, *mine) == world.clock.now() + FIVE_MINUTES


async def test_erasing_oneself_begins_nothing_anew(world: World) -> None:
    slot, (account, draft_id) = await world.slot(), await someone(world)
    for _ in range(3):
        await world.holds.take(slot, account, draft_id)
        world.clock.advance(minutes=5)
    await world.mydata.erase(account)
    again = await world.account(account.telegram_id)
    assert await world.holds.take(slot, again, (await world.draft(again)).id) is NoHold.SPENT


async def test_three_times_at_once_are_held_for_an_account(world: World) -> None:
    account = await world.account()
    slots = [await world.slot(hour=9 + place // 3, minute=20 * (place % 3)) for place in range(9)]
    drafts = [(await world.drafts.start(Draft("", account.id, f"kind {place}", "confirm"))).id for place in range(9)]
    taken = await asyncio.gather(
        *(world.holds.take(slot, account, draft_id) for slot, draft_id in zip(slots, drafts, strict=True))
    )
    assert sum(isinstance(each, datetime) for each in taken) == AT_ONCE
    assert taken.count(NoHold.MANY) == 9 - AT_ONCE
    assert await rows(world) == AT_ONCE
    world.clock.advance(minutes=5)
    assert isinstance(await world.holds.take(slots[8], account, drafts[8]), datetime)


async def test_drafts_of_one_account_do_not_hold_a_time_longer_together(world: World) -> None:
    account, slot = await world.account(), await world.slot()
    drafts = [(await world.drafts.start(Draft("", account.id, f"kind {place}", "confirm"))).id for place in range(6)]
    held = timedelta()
    for _ in range(8):
        taken = await asyncio.gather(*(world.holds.take(slot, account, each) for each in drafts))
        until = max((each for each in taken if isinstance(each, datetime)), default=None)
        held += until - world.clock.now() if until else timedelta()
        world.clock.advance(minutes=5)
    assert held == timedelta(minutes=15)


# --- what is offered ------------------------------------------------------------------------------


async def test_times_held_for_others_are_left_out_of_every_offer(world: World) -> None:
    mine, theirs = await someone(world), await someone(world)
    slot = await world.slot()

    async def seen_by(account_id: str) -> tuple[int, int, int, bool]:
        services = {each.id: each for each in await world.times.services(account_id, "c1", 36)}
        doctors = {each.id: each for each in await world.times.doctors(account_id, "c1", "110", 36)}
        days = await world.times.days(account_id, "c1", "110", 36, THERAPIST.id)
        slots = await world.times.slots(account_id, "c1", "110", 36, THERAPIST.id, day=days[0].day)
        return services["110"].free, doctors["d1"].free, days[0].free, slot.id in {each.id for each in slots}

    assert await seen_by(mine[0].id) == (36, 18, 9, True)
    await world.holds.take(slot, *theirs)
    assert await seen_by(mine[0].id) == (35, 17, 8, False)
    assert await seen_by(theirs[0].id) == (36, 18, 9, True)
    first = await world.times.slots(mine[0].id, "c1", "110", 36, THERAPIST.id, limit=1)
    assert [each.start - slot.start for each in first] == [timedelta(minutes=20)]
    world.clock.advance(minutes=5)
    assert await seen_by(mine[0].id) == (36, 18, 9, True)


async def test_a_held_time_is_free_in_the_registry_all_the_same(world: World) -> None:
    """The registry knows nothing of holds and still has the last word."""
    slot, theirs = await world.slot(), await someone(world)
    await world.holds.take(slot, *theirs)
    assert await world.times.slot(slot.id) == slot
    assert await world.times.slot("no-such-slot") is None


async def test_a_day_that_is_all_held_is_not_offered(world: World) -> None:
    mine = await someone(world)
    for slot in await world.times.slots(mine[0].id, "c1", "122", 36, SURGEON.id, day=(await world.slot()).start.date()):
        await world.holds.take(slot, *await someone(world))
    days = await world.times.days(mine[0].id, "c1", "122", 36, SURGEON.id)
    assert [each.day.day for each in days] == [25]
