"""A registry that does what it was asked for after the bot has given it up: heard of, and never booked twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.accounts.model import Account, Basis, Relation
from services.booking.booking import LATE_CHECKS
from services.booking.model import BookingRequest, Checking, Declined, Made
from services.booking.notices import VisitNews
from services.registry.model import Booked, CancelRefusal, NotCancelled, Refusal, Unknown, Visit, VisitStatus
from services.registry.ports.schedules import DoctorRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import ADULT, SECOND_THERAPIST, SURGEON, THERAPIST, World, somebody

FAILED, STANDS = VisitNews.BOOKING_FAILED, VisitNews.BOOKING_STANDS
ANNA = somebody(1, ADULT)
OTHER = somebody(7, ADULT, "Кузнецова")


async def told(world: World) -> list[str]:
    """What has gone out to chats since it was last asked."""
    kinds = []
    for delivery in await world.outbox.claim(50):
        kinds.append(delivery.notification.kind)
        await world.outbox.sent(delivery)
    return kinds


async def given_up(world: World, request: BookingRequest) -> str:
    """Silence until the person has been told that it failed; gives the key that the registry was asked under."""
    world.registry.answers = [Unknown()]
    assert isinstance(await world.booking.book(request), Checking)
    for _ in range(20):
        world.clock.advance(seconds=15)
        await world.booking.recover()
    assert len(await told(world)) == 1
    return world.registry.keys[-1]


async def comes_late(world: World, key: str, patient_id: str | None, request: BookingRequest) -> Visit:
    """The registry carries out what it was asked for."""
    assert patient_id is not None
    answer = await world.registry._real.book(key, patient_id, request.slot.id)
    assert isinstance(answer, Booked), answer
    return answer.visit


async def looked_at(world: World, later: timedelta = LATE_CHECKS[0]) -> None:
    world.clock.advance(seconds=later.total_seconds())
    await world.booking.recover()


async def test_whoever_was_told_that_it_failed_hears_that_it_stands(world: World) -> None:
    """Declared only, so nothing but a booking of this account brings the visit into its sight."""
    account = await world.account()
    anna = await world.person(account, ANNA, Relation.OWN, Basis.DECLARED)
    request = await world.request(account, anna, await world.slot())
    key = await given_up(world, request)
    visit = await comes_late(world, key, anna.patient_id, request)
    await looked_at(world)

    assert await told(world) == [STANDS]
    assert await world.booking.own_bookings(account.id) == {visit.id}
    assert (await world.visits.get(account, visit.id)).visit == visit
    for _ in range(5):
        await looked_at(world, timedelta(days=1))
    assert STANDS not in await told(world), "said once"
    assert world.registry.asked["book"] == 1


async def test_another_citizen_is_kept_until_it_is_certain(world: World) -> None:
    account = await world.account()
    request = await world.request(account, OTHER, await world.slot(day=25))
    key = await given_up(world, request)
    (kept,) = await world.persons.family(account)
    await comes_late(world, key, kept.patient_id, request)
    await looked_at(world)
    assert await told(world) == [STANDS]


async def test_what_never_came_is_asked_about_for_a_day_and_forgotten(world: World) -> None:
    account = await world.account()
    request = await world.request(account, OTHER, await world.slot(day=25))
    await given_up(world, request)
    asked = world.registry.asked["find_booking"]
    for pause in LATE_CHECKS:
        await looked_at(world, pause)
    assert world.registry.asked["find_booking"] == asked + len(LATE_CHECKS)
    assert not await world.persons.family(account)
    await looked_at(world, timedelta(days=1))
    assert world.registry.asked["find_booking"] == asked + len(LATE_CHECKS), "and no more"


async def test_a_second_try_at_that_specialist_is_refused_and_brings_the_first_to_light(world: World) -> None:
    account = await world.account()
    anna = await world.person(account, ANNA, Relation.OWN, Basis.DECLARED)
    request = await world.request(account, anna, await world.slot())
    key = await given_up(world, request)
    visit = await comes_late(world, key, anna.patient_id, request)
    again = await world.request(account, anna, await world.slot(SECOND_THERAPIST, 10))
    assert await world.booking.book(again) == Declined(Refusal.SAME_SPECIALIST)
    assert await told(world) == [STANDS]
    assert [each.id for each in await world.registry.visits([anna.patient_id])] == [visit.id]


async def test_the_draft_may_have_booked_another_specialist_meanwhile(world: World) -> None:
    account = await world.account()
    anna = await world.person(account, ANNA)
    request = await world.request(account, anna, await world.slot())
    key = await given_up(world, request)
    second = BookingRequest(account, request.draft_id, anna, request.clinic, await world.slot(SURGEON, 10))
    assert isinstance(await world.booking.book(second), Made)
    await comes_late(world, key, anna.patient_id, request)
    await looked_at(world)
    assert STANDS in await told(world)
    assert len(await world.booking.own_bookings(account.id)) == 2


async def test_looks_at_once_tell_it_once(world: World) -> None:
    account = await world.account()
    anna = await world.person(account, ANNA)
    request = await world.request(account, anna, await world.slot())
    await comes_late(world, await given_up(world, request), anna.patient_id, request)
    world.clock.advance(seconds=LATE_CHECKS[0].total_seconds())
    again = await world.request(account, anna, await world.slot(SECOND_THERAPIST, 10))
    await asyncio.gather(*(world.booking.recover() for _ in range(3)), world.booking.book(again), world.watch.look())
    assert (await told(world)).count(STANDS) == 1


# --- moving and cancelling ------------------------------------------------------------------------


async def a_visit(world: World, account: Account, to: DoctorRecord = THERAPIST) -> tuple[Visit, BookingRequest]:
    """A booked visit and a request to move it."""
    anna = await world.person(account, ANNA)
    made = await world.booking.book(await world.request(account, anna, await world.slot()))
    assert isinstance(made, Made)
    world.clock.advance(seconds=30)
    await told(world)
    request = await world.request(account, anna, await world.slot(to, 10))
    return made.visit, BookingRequest(account, request.draft_id, anna, request.clinic, request.slot, made.visit)


async def test_a_move_that_comes_late_is_told(world: World) -> None:
    visit, request = await a_visit(world, await world.account())
    key = await given_up(world, request)
    assert isinstance(await world.registry._real.move(key, visit.id, request.slot.id), Booked)
    world.clock.advance(seconds=LATE_CHECKS[0].total_seconds())
    await world.watch.look()
    await world.booking.recover()
    await world.watch.look()
    assert await told(world) == [VisitNews.VISIT_MOVED]
    standing = [each for each in await world.registry.visits([visit.patient_id]) if each.status is VisitStatus.BOOKED]
    assert [each.slot_id for each in standing] == [request.slot.id]


async def test_a_new_visit_that_comes_after_its_move_failed_goes_again(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    """The registry moves in two calls, and the person was told that the old visit stands: so it does."""
    plain = World(database, vault, clock, moves=False)
    await plain.furnish()
    visit, request = await a_visit(plain, await plain.account(), SURGEON)
    key = await given_up(plain, request)
    late = await comes_late(plain, key, visit.patient_id, request)
    plain.registry.cancel_answers = [Unknown()]
    await looked_at(plain)
    await looked_at(plain, LATE_CHECKS[1])
    statuses = {each.id: each.status for each in await plain.registry.visits([visit.patient_id])}
    assert statuses == {visit.id: VisitStatus.BOOKED, late.id: VisitStatus.CANCELLED_BY_PATIENT}
    assert await told(plain) == []


async def test_a_cancelling_that_comes_late_is_told(world: World) -> None:
    account = await world.account()
    visit, _ = await a_visit(world, account)
    world.registry.cancel_answers = [Unknown(), *([NotCancelled(CancelRefusal.UNAVAILABLE)] * 9)]
    assert isinstance(await world.cancelling.cancel(account, visit.id), Checking)
    for _ in range(20):
        world.clock.advance(seconds=15)
        await world.cancelling.recover()
    assert await told(world) == [VisitNews.CANCEL_FAILED]
    await world.registry._real.cancel(visit.id)
    world.clock.advance(minutes=6)
    await world.watch.look()
    assert await told(world) == [VisitNews.VISIT_CANCELLED]


@pytest.mark.parametrize("silent", [1, 6])
async def test_while_the_registry_cannot_tell_it_goes_on_asking(world: World, silent: int) -> None:
    account = await world.account()
    anna = await world.person(account, ANNA)
    request = await world.request(account, anna, await world.slot(day=25))
    key = await given_up(world, request)
    await comes_late(world, key, anna.patient_id, request)
    world.registry.found = [Unknown()] * silent
    for _ in range(silent):
        await looked_at(world, timedelta(hours=1))
    world.registry.found = []
    await looked_at(world, timedelta(hours=24))
    assert STANDS in await told(world)
