"""One event a visit in an account's calendar, through moves and cancellations, whoever makes them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.accounts.tables import account as account_table
from services.booking.model import CalendarEvent, GivenUp, Made
from services.booking.tables import calendar_event
from services.booking.watch import LOOK_EVERY
from services.errors import NotFound
from services.registry.model import Booked, Visit, VisitStatus
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import ADULT, SURGEON, THERAPIST, World, at, somebody


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


async def booked(world: World, account: Account, who: Person, hour: int = 9) -> Visit:
    outcome = await world.booking.book(await world.request(account, who, await world.slot(THERAPIST, hour)))
    assert isinstance(outcome, Made), outcome
    return outcome.visit


async def moved(world: World, account: Account, who: Person, old: Visit, hour: int = 10) -> Visit:
    request = await world.request(account, who, await world.slot(THERAPIST, hour))
    outcome = await world.booking.book(replace(request, moves=old, gives_up=not world.registry.capabilities().moves))
    assert isinstance(outcome, Made), outcome
    return outcome.visit


async def event(world: World, account: Account, visit_id: str) -> CalendarEvent:
    return await world.calendar.event(account, await world.calendar.find(account, visit_id))


async def test_the_same_file_twice_is_the_same_event(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna)
    first = await event(world, account, visit.id)
    again = await event(world, account, visit.id)
    assert (first.uid, first.sequence) == (again.uid, 0)
    assert again.sequence == 0
    assert anna.id not in first.uid
    assert len(first.uid) == 12


async def test_ten_presses_at_once_make_one_event(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna)
    found = await asyncio.gather(*(event(world, account, visit.id) for _ in range(10)))
    assert {(each.uid, each.sequence) for each in found} == {(found[0].uid, 0)}
    assert (await world.database.fetch(select(func.count()).select_from(calendar_event))).scalar_one() == 1


@pytest.mark.parametrize("moves", [True, False], ids=["in one call", "by a new visit"])
async def test_a_move_and_a_cancellation_change_the_same_event(
    moves: bool, database: Database, vault: Vault, clock: FakeClock
) -> None:
    world = World(database, vault, clock, moves=moves)
    await world.furnish()
    account = await world.account()
    anna = await world.person(account, somebody(1, ADULT))
    first = await booked(world, account, anna)
    put = await event(world, account, first.id)
    second = await moved(world, account, anna, first)
    third = await moved(world, account, anna, second, 11)
    assert len({first.id, second.id, third.id}) == 3
    changed = await event(world, account, third.id)
    assert (changed.uid, changed.sequence, changed.visit.id) == (put.uid, 1, third.id)
    assert (await world.calendar.find(account, third.id)).before is not None
    # The button under an old message gives the file of what stands now.
    old = await event(world, account, first.id)
    assert (old.uid, old.sequence, old.visit.id) == (put.uid, 1, third.id)
    assert isinstance(await world.cancelling.cancel(account, third.id), GivenUp)
    gone = await event(world, account, third.id)
    assert (gone.uid, gone.sequence) == (put.uid, 2)
    assert gone.visit.status is VisitStatus.CANCELLED_BY_PATIENT
    assert (await event(world, account, third.id)).sequence == 2


async def test_the_desk_moves_and_cancels_the_same_event(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna)
    await world.watch.look()
    put = await event(world, account, visit.id)
    answer = await world.registry._real.move("desk", visit.id, (await world.slot(SURGEON, 10)).id)
    assert isinstance(answer, Booked)
    world.clock.advance(seconds=LOOK_EVERY.total_seconds())
    await world.watch.look()
    changed = await event(world, account, answer.visit.id)
    assert (changed.uid, changed.sequence) == (put.uid, 1)
    await world.admin.cancel_visit(answer.visit.id)
    gone = await event(world, account, answer.visit.id)
    assert (gone.uid, gone.sequence, gone.visit.status) == (put.uid, 2, VisitStatus.CANCELLED_BY_CLINIC)


async def test_another_room_is_told_too(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna)
    put = await event(world, account, visit.id)
    await world.admin.load([], [replace(THERAPIST, room="каб. 9")], [])
    entry = (await world.calendar.find(account, visit.id)).entry
    changed = await event(world, account, visit.id)
    assert (changed.uid, changed.sequence) == (put.uid, int(entry.visit.room == "каб. 9"))


async def test_two_accounts_have_an_event_each(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna)
    other = await world.account()
    with pytest.raises(NotFound):
        await world.calendar.find(other, visit.id)
    seen = await world.person(other, anna.identity, Relation.PARENT, Basis.CONSENT, until=at(9, day=30))
    assert Covers.SEE_VISITS in seen.covers
    mine, theirs = await event(world, account, visit.id), await event(world, other, visit.id)
    assert mine.uid != theirs.uid
    assert theirs.sequence == 0


async def test_nothing_of_a_person_lies_in_the_table_and_it_goes_with_the_account(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna)
    await event(world, account, visit.id)
    row = (await world.database.fetch(select(calendar_event))).one()
    told = " ".join(str(each) for each in row)
    for word in (anna.identity.surname, anna.identity.policy.number, anna.id):
        assert word not in told
    await world.database.execute(account_table.delete().where(account_table.c.id == account.id))
    assert (await world.database.fetch(select(func.count()).select_from(calendar_event))).scalar_one() == 0
