"""Moving: the old visit stands until the new one is booked, and in the end exactly one of them stands.

Most stories run over a registry that moves in one call and over one that does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.accounts.rights import DECLARED_AHEAD
from services.booking.booking import CHECKS
from services.booking.model import BookingRequest, Checking, Declined, GivenUp, Kept, Made, OldVisit
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent, cancel_intent
from services.errors import Denial, NotFound
from services.notify import keys
from services.registry.local.visits import refusal
from services.registry.model import (
    Booked,
    CancelRefusal,
    NotCancelled,
    PatientIdentity,
    Refusal,
    Refused,
    Unknown,
    Visit,
    VisitStatus,
)
from services.registry.ports.schedules import SlotRecord
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.tables import audit
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import (
    ADULT,
    PATIENCE,
    SECOND_THERAPIST,
    SURGEON,
    TEENAGER,
    THERAPIST,
    Lost,
    Silence,
    World,
    at,
    somebody,
)

ANNA = somebody(1, ADULT)
MOVED, FAILED = VisitNews.VISIT_MOVED, VisitNews.MOVE_FAILED


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """A registry that moves in one call."""
    return await furnished(database, vault, clock, moves=True)


@pytest.fixture
async def plain(database: Database, vault: Vault, clock: FakeClock) -> World:
    """A registry that does not."""
    return await furnished(database, vault, clock, moves=False)


@pytest.fixture(params=["moves", "plain"])
async def either(request: pytest.FixtureRequest, database: Database, vault: Vault, clock: FakeClock) -> World:
    return await furnished(database, vault, clock, moves=request.param == "moves")


async def furnished(database: Database, vault: Vault, clock: FakeClock, *, moves: bool) -> World:
    world = World(database, vault, clock, moves=moves)
    await world.furnish()
    return world


# --- ways ------------------------------------------------------------------------------------------


async def with_visit(world: World, *slot: Any, who: PatientIdentity = ANNA) -> tuple[Account, Person, Visit]:
    """Somebody seen at the desk, with a visit to the therapist that was booked here."""
    account = await world.account()
    person = await world.person(account, who)
    return account, person, await booked(world, account, person, *slot)


async def booked(world: World, account: Account, who: Person | PatientIdentity, *slot: Any) -> Visit:
    request = await world.request(account, who, await world.slot(*slot))
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(request.draft_id))
    world.clock.advance(seconds=1)
    return outcome.visit


async def to_move(world: World, account: Account, who: Person, old: Visit, *slot: Any) -> BookingRequest:
    return replace(await world.request(account, who, await world.slot(*slot)), moves=old)


async def moved(world: World, request: BookingRequest) -> Any:
    """Moves as the wizard does: where the old visit is in the way, it is given up first."""
    outcome = await world.booking.book(request)
    if isinstance(outcome, Declined) and outcome.old is OldVisit.IN_THE_WAY:
        return await world.booking.book(replace(request, gives_up=True))
    return outcome


async def standing(world: World, who: Person) -> list[Visit]:
    """The person's visits that are booked."""
    found = await world.registry.visits([who.patient_id])
    return [each for each in found if each.status is VisitStatus.BOOKED]


async def intents(world: World) -> list[Row]:
    return list((await world.database.fetch(select(booking_intent).order_by(booking_intent.c.created_at))).all())


async def giving_up(world: World) -> list[str]:
    return list((await world.database.fetch(select(cancel_intent.c.status))).scalars())


async def told(world: World, account: Account) -> list[tuple[str, str]]:
    """What is sent by itself by now, reminders left out."""
    kinds = (VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON)
    found = [each.notification for each in await world.outbox.claim(50)]
    return [(each.kind, each.subject_id) for each in found if each.account_id == account.id and each.kind not in kinds]


async def recoveries(world: World, *, minutes: int = 6) -> int:
    """How many looks there are in the next minutes."""
    looked = 0
    for _ in range(minutes * 4):
        world.clock.advance(seconds=15)
        looked += await world.booking.recover() + await world.cancelling.recover()
    return looked


def impatient(world: World, patience: timedelta = timedelta(milliseconds=20)) -> None:
    world.booking._patience = world.booking._moving._patience = world.cancelling._patience = patience


async def killed_in(press: Callable[[], Any], reached: asyncio.Event) -> None:
    """A press that ends where it is, as the process does."""
    task, arrived = asyncio.create_task(press()), asyncio.create_task(reached.wait())
    await asyncio.wait({task, arrived}, return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), "it has ended before it came there"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def stop_at(world: World, monkeypatch: pytest.MonkeyPatch, method: str, *, after: bool) -> asyncio.Event:
    """The press hangs for ever in this question to the registry, before it arrives or after it was done."""
    reached, real = asyncio.Event(), getattr(world.registry, method)

    async def hangs(*args: Any) -> Any:
        if after:
            await real(*args)
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(world.registry, method, hangs, raising=False)
    return reached


# --- the straight way -----------------------------------------------------------------------------


async def test_a_moved_visit_settles_everything_that_hangs_on_it(world: World) -> None:
    account, anna, old = await with_visit(world)
    request = await to_move(world, account, anna, old, THERAPIST, 10)
    await world.holds.take(request.slot, account, request.draft_id)
    outcome = await world.booking.book(request)

    assert isinstance(outcome, Made)
    assert [each.id for each in await standing(world, anna)] == [outcome.visit.id]
    gone = await world.registry.visit(old.id)
    assert (gone.status, gone.moved_to) == (VisitStatus.MOVED, outcome.visit.id)
    first, second = await intents(world)
    assert (first.status, first.ended_at) == ("booked", world.clock.now())
    assert (second.status, second.visit_id, second.moves, second.ended_at) == ("booked", outcome.visit.id, old.id, None)
    assert world.registry.keys[-1] == second.id
    draft = await world.drafts.get(request.draft_id)
    assert draft is not None
    assert (draft.done, draft.result) == (True, outcome.visit.id)
    assert await world.holds.until(request.draft_id, request.slot.id) is None
    noted = (await world.database.fetch(select(audit.c.action, audit.c.subject_id))).all()
    assert ("visit_moved", outcome.visit.id) in {tuple(each) for each in noted}
    world.clock.advance(seconds=21)
    assert await told(world, account) == [(MOVED, outcome.visit.id)], "once, and not until the screen has had its time"


async def test_the_screen_that_says_it_is_the_notification(either: World) -> None:
    account, anna, old = await with_visit(either)
    request = await to_move(either, account, anna, old, THERAPIST, 10)
    assert isinstance(await moved(either, request), Made)
    await either.outbox.shown(*keys.of_draft(request.draft_id))
    either.clock.advance(minutes=5)
    assert await told(either, account) == []
    kinds = [each.kind for each in (await either.outbox.page(account.id, 0, 8)).items]
    assert kinds == [MOVED], "each visit once: what was told of the old one has been replaced"


@pytest.mark.parametrize(
    "slot",
    [(THERAPIST, 10), (SECOND_THERAPIST, 9), (SECOND_THERAPIST, 9, 20), (THERAPIST, 9, 0, 25)],
    ids=["another hour", "another doctor at the very hour", "another doctor", "another day"],
)
async def test_to_any_time_of_the_specialist(either: World, slot: tuple[Any, ...]) -> None:
    """The old visit is left out of both checks: neither the specialist nor the hour is in the way."""
    account, anna, old = await with_visit(either)
    outcome = await moved(either, await to_move(either, account, anna, old, *slot))
    assert isinstance(outcome, Made)
    assert [each.id for each in await standing(either, anna)] == [outcome.visit.id]
    assert (outcome.visit.start, outcome.visit.doctor_id) == (at(*slot[1:]), slot[0].id)


async def test_to_a_minute_that_overlaps_the_old_one(either: World) -> None:
    account, anna, old = await with_visit(either)
    overlapping = SlotRecord(SECOND_THERAPIST.id, at(9, 10), at(9, 30))
    await either.admin.load([], [], [overlapping])
    outcome = await moved(either, await to_move(either, account, anna, old, SECOND_THERAPIST, 9, 10))
    assert isinstance(outcome, Made)
    assert outcome.visit.start < old.end
    assert [each.id for each in await standing(either, anna)] == [outcome.visit.id]


async def test_the_old_time_is_free_for_others(either: World) -> None:
    account, anna, old = await with_visit(either)
    await moved(either, await to_move(either, account, anna, old, THERAPIST, 10))
    other = await either.account()
    assert (await booked(either, other, await either.person(other, somebody(2, ADULT)))).start == old.start


async def test_there_and_back(either: World) -> None:
    account, anna, old = await with_visit(either)
    there = await moved(either, await to_move(either, account, anna, old, THERAPIST, 10))
    back = await moved(either, await to_move(either, account, anna, there.visit, THERAPIST, 9))
    assert isinstance(back, Made)
    assert back.visit.start == old.start
    assert [each.id for each in await standing(either, anna)] == [back.visit.id]


async def test_a_visit_made_at_the_desk_moves_too(either: World) -> None:
    account = await either.account()
    anna = await either.person(account, ANNA)
    old = await either.at_the_desk(anna.patient_id or "", await either.slot())
    outcome = await moved(either, await to_move(either, account, anna, old, THERAPIST, 10))
    assert isinstance(outcome, Made)
    assert await either.booking.own_bookings(account.id) == {outcome.visit.id}


async def test_moving_needs_no_sixth_place_among_the_five(either: World) -> None:
    account = await either.account()
    visits = [
        await booked(
            *(either, account, somebody(10 + number, ADULT, "Соседова")),
            *(THERAPIST, 9 + number // 3, 20 * (number % 3)),
        )
        for number in range(DECLARED_AHEAD)
    ]
    sixth = somebody(20, ADULT, "Соседова")
    assert await either.booking.book(await either.request(account, sixth, await either.slot(SURGEON))) == Declined(
        Denial.TOO_MANY_DECLARED
    )
    who = (await either.visits.get(account, visits[0].id)).person
    outcome = await moved(either, await to_move(either, account, who, visits[0], THERAPIST, 11))
    assert isinstance(outcome, Made)
    assert await either.booking.book(await either.request(account, sixth, await either.slot(SURGEON))) == Declined(
        Denial.TOO_MANY_DECLARED
    ), "nor does it leave one"
    again = await moved(either, await to_move(either, account, who, outcome.visit, THERAPIST, 11, 20))
    assert isinstance(again, Made)


# --- once -----------------------------------------------------------------------------------------


async def test_twenty_presses_at_once_move_it_once(either: World) -> None:
    account, anna, old = await with_visit(either)
    request = await to_move(either, account, anna, old, THERAPIST, 10)
    await moved(either, request)
    outcomes = await asyncio.gather(*(moved(either, request) for _ in range(20)))
    assert all(isinstance(each, Made | Checking) for each in outcomes)
    assert len(await standing(either, anna)) == 1
    either.clock.advance(minutes=1)
    assert [kind for kind, _ in await told(either, account)] == [MOVED]


async def test_twenty_first_presses_at_once(either: World) -> None:
    account, anna, old = await with_visit(either)
    request = await to_move(either, account, anna, old, THERAPIST, 10)
    outcomes = await asyncio.gather(*(moved(either, request) for _ in range(20)), return_exceptions=True)
    assert not [each for each in outcomes if isinstance(each, BaseException)], outcomes
    await recoveries(either)
    assert len(await standing(either, anna)) == 1
    live = [each.status for each in await intents(either) if each.moves is not None and each.status != "refused"]
    assert live in ([], ["booked"])


async def test_two_screens_of_one_visit_at_once(either: World) -> None:
    """The same visit is moved to two times: one wins, the other is told that there is nothing to move."""
    account, anna, old = await with_visit(either)
    requests = [await to_move(either, account, anna, old, THERAPIST, 10, 20 * number) for number in range(3)]
    await asyncio.gather(*(moved(either, each) for each in requests))
    await recoveries(either)
    assert len(await standing(either, anna)) == 1


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [each for each in Refusal if each is not Refusal.SAME_SPECIALIST], ids=str)
async def test_a_refused_move_leaves_everything_as_it_was(either: World, reason: Refusal) -> None:
    account, anna, old = await with_visit(either)
    either.registry.answers = [Refused(reason)]
    request = await to_move(either, account, anna, old, THERAPIST, 10)
    outcome = await either.booking.book(request)
    assert isinstance(outcome, Declined)
    assert outcome.old is not OldVisit.GIVEN_UP
    assert [each.id for each in await standing(either, anna)] == [old.id]
    assert await either.booking.own_bookings(account.id) == {old.id}
    either.clock.advance(minutes=5)
    assert await told(either, account) == [], "the screen has said it"
    assert isinstance(await moved(either, request), Made), "another try is not in its way"


async def test_a_time_taken_meanwhile(either: World) -> None:
    account, anna, old = await with_visit(either)
    request = await to_move(either, account, anna, old, THERAPIST, 10)
    other = await either.account()
    await booked(either, other, await either.person(other, somebody(2, ADULT)), THERAPIST, 10)
    assert await moved(either, request) == Declined(Refusal.TIME_BUSY)
    assert [each.id for each in await standing(either, anna)] == [old.id]


@pytest.mark.parametrize("became", ["cancelled by the clinic", "moved by the clinic", "cancelled here", "passed"])
async def test_what_no_longer_stands_is_not_moved(either: World, became: str) -> None:
    account, anna, old = await with_visit(either)
    if became == "cancelled by the clinic":
        await either.admin.cancel_visit(old.id)
    elif became == "moved by the clinic":
        await either.admin.move_visit(old.id, (await either.slot(THERAPIST, 9, 20)).id)
    elif became == "cancelled here":
        await either.cancelling.cancel(account, old.id)
    else:
        either.clock.set(old.start)
    now = (await either.visits.get(account, old.id)).visit
    request = await to_move(either, account, anna, now, THERAPIST, 10)
    asked = either.registry.asked.total()
    assert await moved(either, request) == Declined(Refusal.OLD_VISIT_OVER)
    assert either.registry.asked.total() == asked
    await either.booking.book(replace(request, moves=old))  # as it was when its screen was drawn
    await recoveries(either)
    assert len(await standing(either, anna)) <= 1


async def test_a_clash_with_yet_another_visit_is_told_without_asking_for_the_old_one(plain: World) -> None:
    """Giving the old one up would be for nothing: that is known beforehand."""
    account, anna, old = await with_visit(plain)
    await booked(plain, account, anna, SURGEON, 10)
    outcome = await plain.booking.book(await to_move(plain, account, anna, old, THERAPIST, 10))
    assert outcome == Declined(Refusal.SAME_TIME)
    assert len(await standing(plain, anna)) == 2


async def test_a_clash_with_a_hidden_visit_says_nothing_of_it(plain: World) -> None:
    account = await plain.account()
    teenager = await plain.person(account, somebody(2, TEENAGER), Relation.CHILD)
    old = await booked(plain, account, teenager)
    await plain.at_the_desk(teenager.patient_id or "", await plain.slot(SURGEON, 10))
    outcome = await plain.booking.book(await to_move(plain, account, teenager, old, THERAPIST, 10))
    assert outcome == Declined(Denial.HIDDEN_CLASH)
    free = await plain.booking.book(await to_move(plain, account, teenager, old, THERAPIST, 11))
    assert free == Declined(Refusal.SAME_SPECIALIST, OldVisit.IN_THE_WAY)


async def test_a_registry_that_falls_silent_after_the_refusal(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    plain.registry.unavailable = {"visits"}
    outcome = await plain.booking.book(await to_move(plain, account, anna, old, THERAPIST, 10))
    assert outcome == Declined(Refusal.UNAVAILABLE)
    assert [each.id for each in await standing_of(plain, anna)] == [old.id]


async def standing_of(world: World, who: Person) -> list[Visit]:
    world.registry.unavailable = set()
    return await standing(world, who)


# --- rights ---------------------------------------------------------------------------------------


async def test_nobody_moves_what_is_not_theirs_to_see(either: World) -> None:
    _, _, old = await with_visit(either)
    stranger = await either.account()
    me = await either.person(stranger, somebody(9, ADULT, "Чужова"))
    with pytest.raises(NotFound):
        await either.booking.book(await to_move(either, stranger, me, old, THERAPIST, 10))
    assert await intents_of(either, stranger) == []


async def intents_of(world: World, account: Account) -> list[Row]:
    return [each for each in await intents(world) if each.account_id == account.id]


@pytest.mark.parametrize(
    ("relation", "born", "basis"),
    [(Relation.OTHER, ADULT, Basis.DECLARED), (Relation.CHILD, TEENAGER, Basis.DESK)],
)
async def test_some_move_only_what_they_have_booked(either: World, relation: Relation, born: Any, basis: Basis) -> None:
    account = await either.account()
    who = await either.person(account, somebody(2, born), relation, basis)
    hidden = await either.at_the_desk(who.patient_id or "", await either.slot(SURGEON, 9))
    mine = await booked(either, account, who, THERAPIST, 10)
    with pytest.raises(NotFound):
        await either.booking.book(await to_move(either, account, who, hidden, SURGEON, 11))
    outcome = await moved(either, await to_move(either, account, who, mine, THERAPIST, 11))
    assert isinstance(outcome, Made)
    again = await moved(either, await to_move(either, account, who, outcome.visit, THERAPIST, 11, 20))
    assert isinstance(again, Made), "what was moved from here was booked from here"


async def test_who_may_only_see_does_not_move(either: World) -> None:
    account = await either.account()
    spouse = await either.person(
        account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, covers=(Covers.SEE_VISITS,)
    )
    old = await either.at_the_desk(spouse.patient_id or "", await either.slot())
    request = await to_move(either, account, spouse, old, THERAPIST, 10)
    assert await either.booking.book(request) == Declined(Denial.NOT_COVERED)
    assert either.registry.asked["book"] == either.registry.asked["move"] == 0


async def test_a_visit_of_one_person_is_not_moved_for_another(either: World) -> None:
    account, _, old = await with_visit(either)
    child = await either.person(account, somebody(3, ADULT), Relation.PARENT)
    with pytest.raises(NotFound):
        await either.booking.book(await to_move(either, account, child, old, THERAPIST, 10))


# --- silence and crashes, a registry that moves in one call ------------------------------------------


async def test_a_lost_answer_is_found_and_told_by_itself(world: World) -> None:
    account, anna, old = await with_visit(world)
    world.registry.answers = [Lost()]
    request = await to_move(world, account, anna, old, THERAPIST, 10)
    assert isinstance(await world.booking.book(request), Checking)
    assert await world.cancelling.under_way(account, await world.visits.get(account, old.id))
    assert isinstance(await world.booking.book(request), Checking)
    world.clock.advance(seconds=23)
    assert await world.booking.recover() == 1
    outcome = await world.booking.outcome(request.draft_id)
    assert isinstance(outcome, Made)
    assert [each.id for each in await standing(world, anna)] == [outcome.visit.id]
    assert await told(world, account) == [(MOVED, outcome.visit.id)]
    assert world.registry.asked["move"] == 1


@pytest.mark.parametrize("script", [Silence(), Unknown()], ids=["no answer", "unknown"])
async def test_what_never_arrived_leaves_the_old_visit(world: World, script: Silence | Unknown) -> None:
    account, anna, old = await with_visit(world)
    world.registry.answers = [script]
    impatient(world)
    request = await to_move(world, account, anna, old, THERAPIST, 10)
    assert isinstance(await world.booking.book(request), Checking)
    impatient(world, PATIENCE)
    assert isinstance(await world.cancelling.cancel(account, old.id), Checking), "not while it may be moved"
    assert await recoveries(world) == len(CHECKS)
    assert [each.id for each in await standing(world, anna)] == [old.id]
    assert await told(world, account) == [(FAILED, old.id)]
    assert isinstance(await world.booking.book(request), Made), "now another attempt is safe"


@pytest.mark.parametrize("after", [False, True], ids=["before the answer", "after it"])
async def test_killed_in_the_middle_of_the_one_call(world: World, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    account, anna, old = await with_visit(world)
    request = await to_move(world, account, anna, old, THERAPIST, 10)
    reached = stop_at(world, monkeypatch, "move", after=after)
    await killed_in(lambda: world.booking.book(request), reached)
    monkeypatch.undo()
    assert len(await standing(world, anna)) == 1
    await recoveries(world)
    (visit,) = await standing(world, anna)
    assert (visit.id == old.id) is not after
    assert await told(world, account) == [(MOVED, visit.id) if after else (FAILED, old.id)]


# --- and one that does not ------------------------------------------------------------------------------


async def second_specialist(world: World) -> tuple[Account, Person, Visit, BookingRequest]:
    """A registry that would let a second visit stand for a moment: the refusal is scripted away by the test."""
    account, anna, old = await with_visit(world)
    return account, anna, old, await to_move(world, account, anna, old, THERAPIST, 10)


@pytest.fixture
def lenient(plain: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """It takes a second visit to the specialist, as some do."""

    def takes_both(wanted: Any, born: Any, others: Any, now: Any) -> Any:
        reason = refusal(wanted, born, others, now)
        return None if reason is Refusal.SAME_SPECIALIST else reason

    monkeypatch.setattr("services.registry.local.bookings.refusal", takes_both)
    return plain


async def test_the_new_one_is_booked_before_the_old_one_goes(lenient: World) -> None:
    account, anna, old, request = await second_specialist(lenient)
    outcome = await lenient.booking.book(request)
    assert isinstance(outcome, Made)
    assert [each.id for each in await standing(lenient, anna)] == [outcome.visit.id]
    assert (lenient.registry.asked["book"], lenient.registry.asked["cancel"]) == (2, 1)
    lenient.clock.advance(minutes=1)
    assert await told(lenient, account) == [(MOVED, outcome.visit.id)]
    assert (await lenient.registry.visit(old.id)).status is VisitStatus.CANCELLED_BY_PATIENT


@pytest.mark.parametrize(
    ("method", "after"),
    [("book", False), ("book", True), ("cancel", False), ("cancel", True)],
    ids=["before the new one", "after it", "before the old one goes", "after that"],
)
async def test_killed_between_the_two(
    lenient: World, method: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, anna, old, request = await second_specialist(lenient)
    reached = stop_at(lenient, monkeypatch, method, after=after)
    await killed_in(lambda: lenient.booking.book(request), reached)
    monkeypatch.setattr(lenient.registry, method, getattr(type(lenient.registry), method).__get__(lenient.registry))
    assert await standing(lenient, anna), "never none"
    await recoveries(lenient)
    (visit,) = await standing(lenient, anna)
    assert (visit.id == old.id) is ((method, after) == ("book", False))
    assert await told(lenient, account) == [(FAILED, old.id) if visit.id == old.id else (MOVED, visit.id)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (CancelRefusal.MOVED, Refusal.OLD_VISIT_OVER),
        (CancelRefusal.TIME_PASSED, Refusal.OLD_VISIT_OVER),
    ],
)
async def test_an_old_one_that_cannot_go_takes_the_new_one_with_it(
    lenient: World, answer: CancelRefusal, reason: Refusal
) -> None:
    account, anna, old, request = await second_specialist(lenient)
    lenient.registry.cancel_answers = [NotCancelled(answer)]
    assert await lenient.booking.book(request) == Declined(reason)
    assert [each.id for each in await standing(lenient, anna)] == [old.id]
    lenient.clock.advance(minutes=5)
    assert await told(lenient, account) == []


@pytest.mark.parametrize("answer", [CancelRefusal.ALREADY_CANCELLED, CancelRefusal.NOT_FOUND], ids=str)
async def test_an_old_one_that_is_gone_leaves_the_new_one(lenient: World, answer: CancelRefusal) -> None:
    _, anna, old, request = await second_specialist(lenient)
    await lenient.registry._real.cancel(old.id)
    lenient.registry.cancel_answers = [NotCancelled(answer)]
    outcome = await lenient.booking.book(request)
    assert isinstance(outcome, Made)
    assert [each.id for each in await standing(lenient, anna)] == [outcome.visit.id]


async def test_an_old_one_that_the_registry_is_silent_about_stays_in_the_end(lenient: World) -> None:
    account, anna, old, request = await second_specialist(lenient)
    lenient.registry.cancel_answers = [Unknown()] * 5
    assert isinstance(await lenient.booking.book(request), Checking)
    assert len(await standing(lenient, anna)) == 2, "both for a while, never none"
    await recoveries(lenient)
    assert [each.id for each in await standing(lenient, anna)] == [old.id]
    assert await told(lenient, account) == [(FAILED, old.id)]
    assert await lenient.booking.outcome(request.draft_id) is None


async def test_a_cancelling_lost_at_the_last_look_leaves_the_new_one(lenient: World) -> None:
    """The new one is not undone for an old one that went without a word."""
    account, anna, _, request = await second_specialist(lenient)
    lenient.registry.cancel_answers = [Unknown(), Unknown(), Unknown(), Unknown(), Lost()]
    assert isinstance(await lenient.booking.book(request), Checking)
    await recoveries(lenient)
    (visit,) = await standing(lenient, anna)
    assert visit.start == request.slot.start
    assert await told(lenient, account) == [(MOVED, visit.id)]


async def test_nothing_is_undone_while_the_registry_cannot_tell(lenient: World) -> None:
    account, anna, _, request = await second_specialist(lenient)
    lenient.registry.cancel_answers = [Unknown()] * 12
    assert isinstance(await lenient.booking.book(request), Checking)
    lenient.registry.unavailable = {"visit"}
    await recoveries(lenient, minutes=10)
    assert len(await standing(lenient, anna)) == 2
    assert await told(lenient, account) == []
    lenient.registry.unavailable, lenient.registry.cancel_answers = set(), []
    await recoveries(lenient)
    assert len(await standing(lenient, anna)) == 1
    assert [kind for kind, _ in await told(lenient, account)] == [MOVED]


@pytest.mark.parametrize("script", [Unknown(), Lost()], ids=["not done", "done"])
async def test_an_undoing_that_is_lost_is_gone_on_with(lenient: World, script: Lost | Unknown) -> None:
    account, anna, old, request = await second_specialist(lenient)
    lenient.registry.cancel_answers = [NotCancelled(CancelRefusal.MOVED), script]
    assert isinstance(await lenient.booking.book(request), Checking)
    assert await standing(lenient, anna)
    lenient.registry.cancel_answers = [] if isinstance(script, Lost) else [NotCancelled(CancelRefusal.MOVED)]
    await recoveries(lenient)
    assert [each.id for each in await standing(lenient, anna)] == [old.id]
    assert await told(lenient, account) == [(FAILED, old.id)]


# --- where the old one has to go first -----------------------------------------------------------------


async def test_it_is_asked_before_the_old_one_is_given_up(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = await to_move(plain, account, anna, old, THERAPIST, 10)
    assert await plain.booking.book(request) == Declined(Refusal.SAME_SPECIALIST, OldVisit.IN_THE_WAY)
    assert [each.id for each in await standing(plain, anna)] == [old.id]
    assert plain.registry.asked["cancel"] == 0


async def test_given_up_it_is_a_move_like_any_other(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = await to_move(plain, account, anna, old, THERAPIST, 10)
    outcome = await moved(plain, request)
    assert isinstance(outcome, Made)
    assert [each.id for each in await standing(plain, anna)] == [outcome.visit.id]
    assert await giving_up(plain) == ["done"]
    rows = {row.visit_id: row for row in await intents(plain)}
    assert rows[old.id].ended_at == plain.clock.now()
    assert (rows[outcome.visit.id].status, rows[outcome.visit.id].moves) == ("booked", old.id)
    plain.clock.advance(minutes=6)
    assert await told(plain, account) == [(MOVED, outcome.visit.id)]
    await plain.watch.look()
    assert await told(plain, account) == [], "and the watch knows it all"


@pytest.mark.parametrize("reason", [Refusal.TIME_BUSY, Refusal.UNAVAILABLE, Refusal.SAME_TIME], ids=str)
async def test_a_new_time_that_slips_away_is_told_with_what_it_has_cost(plain: World, reason: Refusal) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.answers = [Refused(reason)]
    assert await plain.booking.book(request) == Declined(reason, OldVisit.GIVEN_UP)
    assert await standing(plain, anna) == []
    assert await giving_up(plain) == ["done"]
    assert await told(plain, account) == []
    plain.clock.advance(seconds=21)
    assert await told(plain, account) == [(FAILED, old.id)], "the screen has not come"
    free = replace(request, moves=None, gives_up=False)
    assert isinstance(await plain.booking.book(free), Made), "from then on it is a booking"


async def test_the_screen_that_says_so_is_enough(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.answers = [Refused(Refusal.TIME_BUSY)]
    await plain.booking.book(request)
    await plain.outbox.shown(*keys.of_draft(request.draft_id))
    plain.clock.advance(minutes=5)
    assert await told(plain, account) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (CancelRefusal.UNAVAILABLE, Refusal.UNAVAILABLE),
        (CancelRefusal.MOVED, Refusal.OLD_VISIT_OVER),
        (CancelRefusal.TIME_PASSED, Refusal.OLD_VISIT_OVER),
    ],
)
async def test_an_old_one_that_does_not_go_keeps_its_place(
    plain: World, answer: CancelRefusal, reason: Refusal
) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.cancel_answers = [NotCancelled(answer)]
    assert await plain.booking.book(request) == Declined(reason)
    assert [each.id for each in await standing(plain, anna)] == [old.id]
    assert await giving_up(plain) == ["refused"]
    assert plain.registry.asked["book"] == 1
    assert isinstance(await plain.booking.book(request), Made), "another try is not in its way"


@pytest.mark.parametrize(
    ("method", "after"),
    [("cancel", False), ("cancel", True), ("book", False), ("book", True)],
    ids=["before the old one goes", "after that", "before the new one", "after it"],
)
async def test_killed_while_the_old_one_goes_first(
    plain: World, method: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person has agreed, so whoever comes next goes on: the new one stands in the end."""
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    reached = stop_at(plain, monkeypatch, method, after=after)
    await killed_in(lambda: plain.booking.book(request), reached)
    monkeypatch.undo()
    assert isinstance(await plain.booking.book(request), Checking)
    assert await plain.cancelling.under_way(account, await plain.visits.get(account, old.id))
    await recoveries(plain)
    (visit,) = await standing(plain, anna)
    assert visit.start == request.slot.start
    assert await told(plain, account) == [(MOVED, visit.id)]
    assert await giving_up(plain) == ["done"]


@pytest.mark.parametrize("lost", ["cancel", "book"])
async def test_answers_lost_while_the_old_one_goes_first(plain: World, lost: str) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    if lost == "cancel":
        plain.registry.cancel_answers = [Lost()]
    else:
        plain.registry.answers = [Lost()]
    assert isinstance(await plain.booking.book(request), Checking)
    await recoveries(plain)
    (visit,) = await standing(plain, anna)
    assert visit.start == request.slot.start
    assert await told(plain, account) == [(MOVED, visit.id)]


async def test_silence_for_good_before_the_old_one_went(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.cancel_answers = [Unknown()] * 5
    assert isinstance(await plain.booking.book(request), Checking)
    await recoveries(plain)
    assert [each.id for each in await standing(plain, anna)] == [old.id]
    assert await giving_up(plain) == ["refused"]
    assert await told(plain, account) == [(FAILED, old.id)]


async def test_silence_for_good_after_the_old_one_went(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.answers = [Unknown()] * 5
    assert isinstance(await plain.booking.book(request), Checking)
    assert await recoveries(plain) == len(CHECKS)
    assert await standing(plain, anna) == []
    assert await giving_up(plain) == ["done"]
    assert await told(plain, account) == [(FAILED, old.id)], "which says that the old one has gone"
    assert isinstance(await plain.booking.book(replace(request, moves=None, gives_up=False)), Made)


async def test_a_cancelling_lost_at_the_last_look_counts_as_given_up(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.cancel_answers = [Unknown(), Unknown(), Unknown(), Unknown(), Lost()]
    assert isinstance(await plain.booking.book(request), Checking)
    await recoveries(plain)
    assert await giving_up(plain) == ["done"]
    assert await told(plain, account) == [(FAILED, old.id)]
    assert await standing(plain, anna) == []


async def test_the_old_time_is_not_given_away_while_that_is_open(plain: World) -> None:
    account, anna, old = await with_visit(plain)
    request = replace(await to_move(plain, account, anna, old, THERAPIST, 10), gives_up=True)
    plain.registry.cancel_answers = [Lost()]
    await plain.booking.book(request)
    other = (await plain.account()).id

    async def offered() -> bool:
        slots = await plain.times.slots(other, "c1", THERAPIST.service_id, 36, THERAPIST.id)
        return old.start in {each.start for each in slots}

    assert not await offered()
    await recoveries(plain, minutes=1)
    assert await offered()


# --- all at once -----------------------------------------------------------------------------------


async def test_cancelling_and_moving_one_visit_at_once(either: World) -> None:
    """Ten who cancel and ten who move: one visit stands, or none where the cancelling won; nobody is left waiting."""
    account, anna, old = await with_visit(either)
    requests = [await to_move(either, account, anna, old, THERAPIST, 10 + n // 3, 20 * (n % 3)) for n in range(6)]
    requests += [await to_move(either, account, anna, old, SECOND_THERAPIST, 10, 20 * n) for n in range(3)]
    acts = [moved(either, each) for each in requests]
    acts += [either.cancelling.cancel(account, old.id) for _ in range(11)]
    outcomes = await asyncio.gather(*acts, return_exceptions=True)

    assert not [each for each in outcomes if isinstance(each, BaseException)], outcomes
    await recoveries(either)
    left = await standing(either, anna)
    cancelled = {each.intent_id for each in outcomes if isinstance(each, GivenUp)}
    assert len(cancelled) <= 1
    assert len(left) == 1 or (not left and cancelled), outcomes
    assert old.id not in {each.id for each in left} or not cancelled
    assert all(isinstance(each, GivenUp | Kept | Checking | Made | Declined) for each in outcomes)
    assert not [each for each in await intents(either) if each.status == "pending"]
    assert "pending" not in await giving_up(either)
    made = [each for each in await intents(either) if each.moves is not None and each.status == "booked"]
    assert len(made) == len(left)


async def test_an_outcome_is_the_registrys_own_visit(either: World) -> None:
    account, anna, old = await with_visit(either)
    outcome = await moved(either, await to_move(either, account, anna, old, THERAPIST, 10))
    assert isinstance(outcome, Made)
    assert await either.registry.find_booking(either.registry.keys[-1]) == Booked(outcome.visit)
