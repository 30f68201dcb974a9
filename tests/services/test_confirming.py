"""From the chosen time to the booking: held until a moment, held anew, lost; and booked only while it is held."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.accounts.model import Account, Person
from services.booking.holds import HOLD
from services.booking.model import (
    BookingRequest,
    Checking,
    ChosenTime,
    Declined,
    Held,
    Loss,
    Lost,
    Made,
    NoHold,
    Unheld,
)
from services.limits.model import LIMITS, Act
from services.registry.model import Refusal, Slot, Unknown
from services.registry.ports.errors import RegistryUnavailable
from tests.support.world import ADULT, CLINIC, World, at, somebody


@dataclass
class Choice:
    """Somebody who stands at the confirmation of a time."""

    world: World
    account: Account
    who: Person
    slot: Slot
    draft_id: str

    @property
    def time(self) -> ChosenTime:
        return ChosenTime(self.slot.id, self.slot.start)

    async def hold(self) -> Any:
        return await self.world.booking.hold(self.account, self.draft_id, self.time, self.who, CLINIC)

    async def book(self) -> Any:
        return await self.world.booking.book_held(self.account, self.draft_id, self.time, self.who, CLINIC)


@pytest.fixture
async def choice(world: World) -> Choice:
    return await someone(world, 1)


async def someone(world: World, number: int) -> Choice:
    account = await world.account()
    who = await world.person(account, somebody(number, ADULT))
    return Choice(world, account, who, await world.slot(), (await world.draft(account)).id)


async def visits(choice: Choice) -> int:
    return len(await choice.world.registry.visits([choice.who.patient_id]))


async def test_the_time_is_held_once_and_until_one_moment(choice: Choice, world: World) -> None:
    until = world.clock.now() + HOLD
    assert await choice.hold() == Held(choice.slot, until, anew=True)
    world.clock.advance(minutes=4)
    assert await choice.hold() == Held(choice.slot, until)


async def test_what_is_held_is_booked(choice: Choice) -> None:
    await choice.hold()
    assert isinstance(await choice.book(), Made)
    assert await visits(choice) == 1


async def test_a_hold_that_has_run_out_is_begun_anew_and_nothing_is_booked_by_that(
    choice: Choice, world: World
) -> None:
    await choice.hold()
    world.clock.advance(minutes=5)
    assert await choice.book() == Held(choice.slot, world.clock.now() + HOLD, anew=True)
    assert await visits(choice) == 0
    assert isinstance(await choice.book(), Made)


async def test_a_time_that_is_kept_for_somebody_else_is_lost(choice: Choice, world: World) -> None:
    await choice.hold()
    world.clock.advance(minutes=5)
    rival = await someone(world, 2)
    assert isinstance(await rival.hold(), Held)
    assert await choice.hold() == await choice.book() == Lost(Loss.HELD)
    assert await visits(choice) == 0


@pytest.mark.parametrize("passed", [True, False])
async def test_a_time_that_the_registry_has_no_more_is_let_go(choice: Choice, world: World, passed: bool) -> None:
    await choice.hold()
    if passed:
        world.clock.set(at(9))
    else:
        desk = await world.person(await world.account(), somebody(2, ADULT))
        assert desk.patient_id is not None
        await world.at_the_desk(desk.patient_id, choice.slot)
    lost = Lost(Loss.PASSED if passed else Loss.TAKEN)
    assert await choice.book() == lost
    assert await world.holds.until(choice.draft_id, choice.slot.id) is None
    assert await choice.hold() == lost


async def test_what_a_crash_has_left_is_the_answer(choice: Choice, world: World) -> None:
    """The time is taken by this very draft: told as what it is, not as somebody else's."""
    await choice.hold()
    request = BookingRequest(choice.account, choice.draft_id, choice.who, CLINIC, choice.slot)
    made = await world.booking.book(request)
    assert isinstance(made, Made)
    assert await choice.hold() == await choice.book() == made
    assert await visits(choice) == 1


async def test_a_booking_that_is_not_settled_is_no_second_one(choice: Choice, world: World) -> None:
    await choice.hold()
    world.registry.answers = [Unknown()]
    assert isinstance(await choice.book(), Checking)
    assert isinstance(await choice.book(), Checking)
    assert world.registry.asked["book"] == 1


async def test_a_silent_registry_loses_no_time(choice: Choice, world: World) -> None:
    await choice.hold()
    world.registry.unavailable = {"slot"}
    for ask in (choice.hold, choice.book):
        with pytest.raises(RegistryUnavailable):
            await ask()
    world.registry.unavailable = set()
    assert await choice.hold() == Held(choice.slot, world.clock.now() + HOLD)


async def test_another_time_of_the_draft_lets_the_first_one_go(choice: Choice, world: World) -> None:
    await choice.hold()
    other = replace(choice, slot=await world.slot(hour=10))
    world.clock.advance(minutes=1)
    assert await other.hold() == Held(other.slot, world.clock.now() + timedelta(minutes=5), anew=True)
    assert isinstance(await (await someone(world, 2)).hold(), Held)


# --- a time that is kept no longer ------------------------------------------------------------------


async def kept_for_fifteen_minutes(choice: Choice) -> None:
    for _ in range(3):
        assert isinstance(await choice.hold(), Held)
        choice.world.clock.advance(minutes=5)


async def test_what_is_held_no_more_is_booked_all_the_same(choice: Choice) -> None:
    await kept_for_fifteen_minutes(choice)
    assert await choice.hold() == Unheld(choice.slot, NoHold.SPENT)
    assert isinstance(await choice.book(), Made)
    assert await visits(choice) == 1


async def test_what_somebody_else_holds_meanwhile_is_not(choice: Choice, world: World) -> None:
    await kept_for_fifteen_minutes(choice)
    assert isinstance(await choice.hold(), Unheld)
    rival = await someone(world, 2)
    assert isinstance(await rival.hold(), Held)
    assert await choice.book() == Lost(Loss.HELD)
    assert await visits(choice) == 0
    assert world.registry.asked["book"] == 0
    assert isinstance(await rival.book(), Made)


async def test_somebody_else_who_comes_in_between_keeps_it(choice: Choice, world: World) -> None:
    """Between the question whether the time can be held and the unit that reserves it."""
    await kept_for_fifteen_minutes(choice)
    rival, keep = await someone(world, 2), world.holds.keep

    async def keep_and_then_the_rival_comes(*args: Any) -> Any:
        kept = await keep(*args)
        assert isinstance(await world.holds.take(rival.slot, rival.account, rival.draft_id), datetime)
        return kept

    world.booking._holds.keep = keep_and_then_the_rival_comes  # type: ignore[method-assign, assignment]
    assert await choice.book() == Lost(Loss.HELD)
    assert world.registry.asked["book"] == 0


async def test_of_many_who_may_not_hold_it_any_more_one_books_it(world: World) -> None:
    people = [await someone(world, number) for number in range(6)]
    for each in people:
        async with world.database.write() as unit:
            all_of_it = LIMITS[Act.HOLD].most
            await world.limits.spend_within(unit, each.account.telegram_id, Act.HOLD, all_of_it, about=each.slot.id)
    outcomes = await asyncio.gather(*(each.book() for each in people))
    assert sum(isinstance(each, Made) for each in outcomes) == 1
    too_late = Declined(Refusal.TIME_BUSY), Lost(Loss.TAKEN)  # by the registry, or before it was asked to book
    assert sum(each in too_late for each in outcomes) == len(people) - 1
