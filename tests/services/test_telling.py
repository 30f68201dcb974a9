"""The patient hears what another account does with their visits: who, once, in the unit that makes it true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from services.accounts.model import Account, Basis, Person, Relation
from services.accounts.tables import person_link
from services.booking.booking import FIRST_CHECK
from services.booking.model import BookingRequest, Checking, Declined, GivenUp, Kept, Made, OldVisit, VisitEntry
from services.booking.notices import VisitNews
from services.booking.tables import visit_watch
from services.booking.telling import Telling
from services.booking.watch import LOOK_EVERY
from services.errors import NotFound
from services.notify import keys
from services.notify.tables import notification, outbox
from services.registry.model import Cancelled, CancelRefusal, Unknown, Visit
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import ADULT, CHILD, PAEDIATRICIAN, SURGEON, TEENAGER, THERAPIST, Lost, World, at, somebody

ANNA, MASHA, TEEN = somebody(1, ADULT), somebody(2, CHILD), somebody(3, TEENAGER)
BOOKED, MOVED, CANCELLED = VisitNews.VISIT_BOOKED_ELSEWHERE, VisitNews.VISIT_MOVED, VisitNews.VISIT_CANCELLED
REMINDERS = (VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON)
Told = list[tuple[str, str]]


@pytest.fixture(params=["moves", "plain"])
async def world(request: pytest.FixtureRequest, database: Database, vault: Vault, clock: FakeClock) -> World:
    """A registry that moves in one call, and one that does not."""
    world = World(database, vault, clock, moves=request.param == "moves")
    await world.furnish()
    return world


in_one_call = pytest.mark.parametrize("world", ["moves"], indirect=True)
"""Where the answer that is lost is that of the whole move; `test_moving` goes through the other way's."""


@pytest.fixture
async def anna(world: World) -> Account:
    """The patient's own chat, seen at the desk."""
    account = await world.account()
    await world.person(account, ANNA)
    return account


@pytest.fixture
async def neighbour(world: World) -> Account:
    """Somebody who has typed who Anna is."""
    account = await world.account()
    await world.person(account, ANNA, Relation.OTHER, Basis.DECLARED)
    return account


async def person_of(world: World, account: Account) -> Person:
    return (await world.persons.family(account))[0]


async def book(world: World, account: Account, *slot: Any) -> Visit:
    who = await person_of(world, account)
    request = await world.request(account, who, await world.slot(*(slot or (THERAPIST, 10))))
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(request.draft_id))
    world.clock.advance(seconds=1)
    return outcome.visit


async def to_move(world: World, account: Account, visit: Visit, *slot: Any) -> BookingRequest:
    who = await person_of(world, account)
    request = await world.request(account, who, await world.slot(*(slot or (THERAPIST, 11))))
    return replace(request, moves=await world.registry.visit(visit.id))


async def move(world: World, account: Account, visit: Visit, *slot: Any) -> Visit:
    """As the wizard does: where the old visit is in the way, it is given up first."""
    request = await to_move(world, account, visit, *slot)
    outcome = await world.booking.book(request)
    if isinstance(outcome, Declined) and outcome.old is OldVisit.IN_THE_WAY:
        outcome = await world.booking.book(replace(request, gives_up=True))
    assert isinstance(outcome, Made), outcome
    world.clock.advance(seconds=1)
    return outcome.visit


async def told(world: World, account: Account) -> Told:
    """All that the account was told or is about to be, reminders left out, oldest first."""
    rows = await world.database.fetch(
        select(notification.c.kind, notification.c.subject_id)
        .where(notification.c.account_id == account.id, notification.c.kind.not_in(REMINDERS))
        .order_by(notification.c.created_at)
    )
    return [(row.kind, row.subject_id) for row in rows]


async def at_once(world: World, account: Account) -> bool:
    """Whether all of it may go out now."""
    rows = await world.database.fetch(
        select(outbox.c.due_at)
        .join(notification, notification.c.id == outbox.c.notification_id)
        .where(notification.c.account_id == account.id, notification.c.kind.not_in(REMINDERS))
    )
    return all(row.due_at <= world.clock.now() for row in rows)


async def reminded_of(world: World, account: Account) -> set[str]:
    """Visits that a reminder of two hours before waits for."""
    return set(await world.outbox.waiting(account.id, VisitNews.REMINDER_SOON))


async def look(world: World) -> None:
    world.clock.advance(seconds=LOOK_EVERY.total_seconds())
    await world.watch.look()


# --- who hears ------------------------------------------------------------------------------------


async def test_the_patient_hears_of_a_strangers_booking_and_is_reminded_of_it(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour)
    assert await told(world, anna) == [(BOOKED, visit.id)]
    assert await at_once(world, anna)
    assert await reminded_of(world, anna) == {visit.id}

    await look(world)
    assert await told(world, anna) == [(BOOKED, visit.id)], "once"


async def test_of_the_own_booking_nobody_is_told_twice(world: World, anna: Account) -> None:
    visit = await book(world, anna)
    assert await told(world, anna) == [(VisitNews.BOOKING_CONFIRMED, visit.id)]


async def test_each_confirmed_chat_of_the_patient_hears_but_the_one_that_acts(world: World, anna: Account) -> None:
    telephone, declared = await world.account(), await world.account()
    await world.person(telephone, ANNA)
    await world.person(declared, ANNA, Relation.OWN, Basis.DECLARED)
    visit = await book(world, telephone)
    assert await told(world, anna) == [(BOOKED, visit.id)]
    assert (BOOKED, visit.id) not in await told(world, telephone)
    assert await told(world, declared) == []


async def test_whoever_has_a_consent_is_not_told(world: World, anna: Account, neighbour: Account) -> None:
    husband = await world.account()
    await world.person(husband, ANNA, Relation.SPOUSE, Basis.CONSENT)
    visit = await book(world, husband)
    assert await told(world, anna) == [(BOOKED, visit.id)]

    await world.cancelling.cancel(anna, visit.id)
    again = await book(world, neighbour, SURGEON, 9)
    assert (BOOKED, again.id) in await told(world, anna)
    assert BOOKED not in {kind for kind, _ in await told(world, husband)}


async def test_two_parents_apart_hear_of_each_other_until_the_child_has_a_chat(world: World) -> None:
    mother, father = await world.account(), await world.account()
    for each in (mother, father):
        await world.person(each, MASHA, Relation.CHILD)
    visit = await book(world, mother, PAEDIATRICIAN, 10)
    assert await told(world, father) == [(BOOKED, visit.id)]

    child = await world.account()
    await world.person(child, MASHA)
    await world.cancelling.cancel(father, visit.id)
    assert await told(world, child) == [(CANCELLED, visit.id)]
    assert CANCELLED not in {kind for kind, _ in await told(world, mother)}, "the watch tells her, as ever"
    await look(world)
    assert (CANCELLED, visit.id) in await told(world, mother)


async def test_parents_of_a_teenager_hear_nothing_of_what_they_may_not_see(world: World) -> None:
    mother, friend = await world.account(), await world.account()
    await world.person(mother, TEEN, Relation.CHILD)
    await world.person(friend, TEEN, Relation.OTHER, Basis.DECLARED)
    visit = await book(world, friend, SURGEON, 10)
    await world.cancelling.cancel(friend, visit.id)
    await look(world)
    assert await told(world, mother) == []


async def test_whose_say_has_ended_while_the_registry_was_asked_is_not_told(
    world: World, anna: Account, neighbour: Account
) -> None:
    telling = world.house.service(Telling)
    visit = await world.at_the_desk((await person_of(world, anna)).patient_id or "", await world.slot(SURGEON, 10))
    listeners = await telling.listeners(visit)
    assert listeners.but(neighbour.id)
    ended = update(person_link).where(person_link.c.account_id == anna.id).values(ended_at=world.clock.now())
    await world.database.execute(ended)
    async with world.database.write() as unit:
        await telling.booked(unit, neighbour.id, listeners, visit)
    assert await told(world, anna) == []


# --- what is told ---------------------------------------------------------------------------------


async def test_a_move_by_another_account_is_told_once_and_its_reminder_moves(
    world: World, anna: Account, neighbour: Account
) -> None:
    old = await book(world, neighbour)
    new = await move(world, neighbour, old)
    await look(world)
    assert await told(world, anna) == [(BOOKED, old.id), (MOVED, new.id)]
    assert await reminded_of(world, anna) == {new.id}
    assert await at_once(world, anna)


async def test_a_cancelling_by_another_account_is_told_once_and_at_night_too(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour, THERAPIST, 10, 0, 25)
    world.clock.set(at(3))
    assert isinstance(await world.cancelling.cancel(neighbour, visit.id), GivenUp)
    await look(world)
    assert await told(world, anna) == [(BOOKED, visit.id), (CANCELLED, visit.id)]
    assert await at_once(world, anna)
    assert await reminded_of(world, anna) == set()


Act = Callable[[World, Account, Visit], Awaitable[Any]]


async def books(world: World, account: Account, _: Visit) -> Any:
    who = await person_of(world, account)
    return await world.booking.book(await world.request(account, who, await world.slot(SURGEON, 11)))


async def moves(world: World, account: Account, visit: Visit) -> Any:
    return await world.booking.book(await to_move(world, account, visit, THERAPIST, 11))


async def cancels(world: World, account: Account, visit: Visit) -> Any:
    return await world.cancelling.cancel(account, visit.id)


@in_one_call
@pytest.mark.parametrize(("act", "kind"), [(books, BOOKED), (moves, MOVED), (cancels, CANCELLED)])
async def test_what_a_crash_or_a_silence_leaves_is_told_by_recovery_once(
    world: World, anna: Account, neighbour: Account, act: Act, kind: VisitNews
) -> None:
    visit = await book(world, neighbour)
    before = await told(world, anna)
    world.registry.answers.append(Lost())
    world.registry.cancel_answers.append(Lost())
    assert isinstance(await act(world, neighbour, visit), Checking)

    await world.watch.look()  # in between: it is for whoever settles it to tell
    assert await told(world, anna) == before
    world.clock.advance(seconds=FIRST_CHECK.total_seconds())
    await world.booking.recover()
    await world.cancelling.recover()
    await look(world)
    assert [each for each, _ in (await told(world, anna))[len(before) :]] == [kind]


async def test_a_visit_given_up_for_a_move_that_failed_is_told_as_cancelled(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    world = World(database, vault, clock, moves=False)
    await world.furnish()
    anna, husband = await world.account(), await world.account()
    await world.person(anna, ANNA)
    await world.person(husband, ANNA, Relation.SPOUSE, Basis.CONSENT)
    visit = await book(world, husband)
    request = await to_move(world, husband, visit, THERAPIST, 11)
    await world.at_the_desk(await world.admin.enrol(somebody(7, ADULT), "c1"), request.slot)  # it is taken meanwhile
    outcome = await world.booking.book(replace(request, gives_up=True))
    assert isinstance(outcome, Declined)
    assert outcome.old is OldVisit.GIVEN_UP
    assert await told(world, anna) == [(BOOKED, visit.id), (CANCELLED, visit.id)]


# --- a weak basis loses sight ---------------------------------------------------------------------


async def clinic_moves(world: World, visit: Visit) -> Visit:
    """At the desk, to 11:00."""
    return await world.admin.move_visit(visit.id, (await world.slot(THERAPIST, 11)).id)


async def sees(world: World, account: Account) -> set[str]:
    """Ids of all that the account is shown."""
    ahead = await world.visits.upcoming(account, 0, 20)
    past = await world.visits.past(account, 0, 20)
    assert past.total == len(past.items)
    return {each.visit.id for each in (*ahead.items, *past.items)}


async def watched(world: World, account: Account) -> set[str]:
    rows = await world.database.fetch(select(visit_watch.c.visit_id).where(visit_watch.c.account_id == account.id))
    return set(rows.scalars())


async def export(world: World, account: Account) -> str:
    return repr(await world.mydata.export(account))


async def nothing_is_left(world: World, account: Account, before: Told) -> None:
    """Not told, not shown, not reminded of, not remembered."""
    await look(world)
    assert await told(world, account) == before
    assert await sees(world, account) == set()
    assert await reminded_of(world, account) == set()
    assert await watched(world, account) == set()


async def test_after_the_patient_has_moved_it_the_neighbour_knows_nothing_of_it(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour)
    before = await told(world, neighbour)
    new = await move(world, anna, visit)

    await nothing_is_left(world, neighbour, before)
    for each in {visit.id, new.id}:
        with pytest.raises(NotFound):
            await world.visits.get(neighbour, each)
        with pytest.raises(NotFound):
            await world.cancelling.cancel(neighbour, each)
        with pytest.raises(NotFound):
            await world.booking.book(await to_move(world, neighbour, visit, THERAPIST, 9))
    told_of = await export(world, neighbour)
    assert new.number not in told_of
    assert "over_since" not in told_of
    assert await world.booking.own_bookings(neighbour.id) == frozenset()
    assert await sees(world, anna) == {visit.id, new.id}


async def test_after_the_patient_has_cancelled_it_the_neighbour_knows_nothing_of_it(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour)
    before = await told(world, neighbour)
    assert isinstance(await world.cancelling.cancel(anna, visit.id), GivenUp)
    await nothing_is_left(world, neighbour, before)


async def test_what_the_clinic_changes_the_neighbour_is_told_as_ever(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour)
    new = await clinic_moves(world, visit)
    await look(world)
    assert (MOVED, new.id) in await told(world, neighbour)
    assert new.id in await sees(world, neighbour)
    assert await world.deeds.latest(anna, new) is None, "the clinic's doing is nobody's here"


async def test_what_the_clinic_and_then_the_patient_have_moved_is_gone_for_the_neighbour(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour)
    before = await told(world, neighbour)
    between = await clinic_moves(world, visit)
    await move(world, anna, between, THERAPIST, 9)
    await nothing_is_left(world, neighbour, before)


async def test_a_parent_loses_sight_of_what_the_teenager_has_moved(world: World) -> None:
    mother, teen = await world.account(), await world.account()
    await world.person(mother, TEEN, Relation.CHILD)
    await world.person(teen, TEEN)
    visit = await book(world, mother, SURGEON, 10)
    before = await told(world, mother)
    await move(world, teen, visit, SURGEON, 11)
    await nothing_is_left(world, mother, before)


async def test_whoever_sees_all_of_the_patients_visits_goes_on_seeing_what_was_booked_there(
    world: World, anna: Account
) -> None:
    husband = await world.account()
    await world.person(husband, ANNA, Relation.SPOUSE, Basis.CONSENT)
    visit = await book(world, husband)
    new = await move(world, anna, visit)
    await look(world)
    in_one_call = world.registry.capabilities().moves  # else the registry knows of no move, and he of what it knows
    assert ((MOVED, new.id) if in_one_call else (CANCELLED, visit.id)) in await told(world, husband)
    assert await sees(world, husband) == {visit.id, new.id}


@in_one_call
async def test_while_the_patients_move_is_not_settled_the_neighbour_is_neither_told_nor_quicker(
    world: World, anna: Account, neighbour: Account
) -> None:
    visit = await book(world, neighbour)
    before = await told(world, neighbour)
    request = await to_move(world, anna, visit)
    world.registry.answers.append(Lost())
    assert isinstance(await world.booking.book(request), Checking)

    await world.watch.look()
    assert await told(world, neighbour) == before
    asked = world.registry.asked["cancel"]
    assert not isinstance(await world.cancelling.cancel(neighbour, visit.id), GivenUp)
    assert world.registry.asked["cancel"] == asked

    world.clock.advance(seconds=FIRST_CHECK.total_seconds())
    await world.booking.recover()
    await nothing_is_left(world, neighbour, before)


@in_one_call
@pytest.mark.parametrize("moves", [False, True])
async def test_while_the_registry_is_silent_the_neighbour_cannot_tell_what_the_patient_is_doing(
    world: World, anna: Account, neighbour: Account, moves: bool
) -> None:
    """The same question, the same answer, whether the patient cancels the visit or moves it."""
    visit = await book(world, neighbour)
    doing: object
    if moves:
        world.registry.answers.append(Unknown())
        doing = await world.booking.book(await to_move(world, anna, visit))
    else:
        world.registry.cancel_answers.append(Unknown())
        doing = await world.cancelling.cancel(anna, visit.id)
    assert isinstance(doing, Checking)
    entry = VisitEntry(visit, await person_of(world, neighbour))
    assert not await world.cancelling.under_way(neighbour, entry)
    assert await world.cancelling.cancel(neighbour, visit.id) == Kept(CancelRefusal.UNAVAILABLE)


async def test_the_neighbour_who_cancels_what_was_read_before_the_patient_moved_it_cancels_nothing(
    world: World, anna: Account, neighbour: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = await book(world, neighbour)
    read = await world.visits.get(neighbour, visit.id)
    new = await move(world, anna, visit)

    async def before_that(*_: object) -> Any:
        return read

    monkeypatch.setattr(world.visits, "get", before_that)
    asked = world.registry.asked["cancel"]
    with pytest.raises(NotFound):
        await world.cancelling.cancel(neighbour, visit.id)
    assert world.registry.asked["cancel"] == asked
    monkeypatch.undo()
    assert new.id in {each.visit.id for each in await world.visits.ahead(anna)}


async def test_the_patient_moves_while_the_neighbour_cancels(world: World, anna: Account, neighbour: Account) -> None:
    """Whoever is first, one visit stands or none, the patient knows which, and the neighbour nothing of a new time."""
    visit = await book(world, neighbour)
    request = await to_move(world, anna, visit)
    both = world.booking.book(replace(request, gives_up=True)), world.cancelling.cancel(neighbour, visit.id)
    moved, cancelled = await asyncio.gather(*both, return_exceptions=True)
    for _ in range(4):  # what one of them has met half-way is settled
        world.clock.advance(seconds=FIRST_CHECK.total_seconds())
        await world.booking.recover()
        await world.cancelling.recover()
    await look(world)

    standing = {each.visit.id for each in await world.visits.ahead(anna)}
    assert len(standing) <= 1
    assert visit.id not in standing or isinstance(moved, Declined), (moved, cancelled)
    new = standing - {visit.id}
    assert not new & await sees(world, neighbour)
    assert not new & {subject for _, subject in await told(world, neighbour)}
    if isinstance(cancelled, GivenUp):
        assert (CANCELLED, visit.id) in await told(world, anna)


async def test_an_old_press_that_confirmed_the_booking_does_not_tell_what_became_of_it(
    world: World, anna: Account, neighbour: Account
) -> None:
    who = await person_of(world, neighbour)
    request = await world.request(neighbour, who, await world.slot(THERAPIST, 10))
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made)
    await move(world, anna, outcome.visit)
    assert await world.booking.outcome(request.draft_id) is None
    assert not isinstance(await world.booking.book(request), Made)


async def test_a_registry_that_answers_that_it_was_cancelled_already_hides_nothing(
    world: World, anna: Account, neighbour: Account
) -> None:
    """Only what was done is an act of the account that asked."""
    visit = await book(world, neighbour)
    assert await world.registry._real.cancel(visit.id) == Cancelled()  # at the desk
    await world.cancelling.cancel(anna, visit.id)
    await look(world)
    assert (CANCELLED, visit.id) in await told(world, neighbour)
