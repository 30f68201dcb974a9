"""Visits that an account may not see: each answer is the same as without them, but for the refusal of the act itself.

That one is counted, of each patient by itself; at its end the registry is not asked any more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services.accounts.model import Account, Basis, Person, Relation
from services.booking.model import NOT_TOLD, BookingOutcome, BookingRequest, Checking, Declined, Made, OldVisit
from services.booking.tables import booking_intent
from services.errors import Denial
from services.limits.model import LIMITS, Act
from services.registry.model import PatientIdentity, Refusal, Refused
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.databases import unhurried
from tests.support.world import (
    ADULT,
    CHILD,
    PAEDIATRICIAN,
    SECOND_THERAPIST,
    SURGEON,
    TEENAGER,
    THERAPIST,
    Lost,
    World,
    somebody,
)

CHAT, OTHER_CHAT = 6_100_000_001, 6_100_000_002
VICTIM = somebody(7, date(1985, 7, 7), "Кузнецова")
TEEN = somebody(2, TEENAGER)
MOST = LIMITS[Act.HIDDEN_CLASH].most
HIDDEN = Declined(Denial.HIDDEN_CLASH)
AGAIN = Declined(Denial.HIDDEN_CLASH, again=True)
OVER = Declined(Denial.TOO_MANY_CLASHES)


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    world = World(unhurried(database), vault, clock)
    await world.furnish()
    return world


async def hidden_visit(world: World, identity: PatientIdentity = VICTIM) -> str:
    """The patient has a visit of their own, with the therapist at nine; gives who it is."""
    patient = await world.admin.enrol(identity, "c1")
    await world.at_the_desk(patient, await world.slot(THERAPIST, 9))
    return patient.id


async def book(world: World, account: Account, who: Person | PatientIdentity, *slot: Any) -> BookingOutcome:
    return await world.booking.book(await world.request(account, who, await world.slot(*slot)))


async def neighbour(world: World, account: Account) -> Person:
    return await world.person(account, VICTIM, Relation.PARENT, Basis.DECLARED)


async def teenager(world: World, account: Account) -> Person:
    """Of fifteen, of a mother whose papers the desk has seen: she sees what she has booked."""
    return await world.person(account, TEEN, Relation.CHILD)


async def typed(world: World, account: Account) -> PatientIdentity:
    return VICTIM


WHO = pytest.mark.parametrize("make", [neighbour, teenager, typed], ids=lambda make: make.__name__)


async def registry_calls(world: World, account: Account, who: Person | PatientIdentity, *slot: Any) -> Counter[str]:
    request = await world.request(account, who, await world.slot(*slot))
    before = world.registry.asked.copy()
    await world.booking.book(request)
    return world.registry.asked - before


# --- counted ----------------------------------------------------------------------------------------


@WHO
async def test_three_a_day_then_nothing_is_asked_any_more(world: World, make: Any) -> None:
    account = await world.account()
    who = await make(world, account)
    await hidden_visit(world, TEEN if make is teenager else VICTIM)
    tries = [(SECOND_THERAPIST, 11), (SURGEON, 9), (SECOND_THERAPIST, 10)]
    assert [await book(world, account, who, *each) for each in tries] == [HIDDEN, AGAIN, AGAIN]

    # Whether it would clash or not: one answer, the same questions, and none of them about a visit.
    asked = []
    for each in ((SECOND_THERAPIST, 11), (SURGEON, 11), (THERAPIST, 9, 0, 25)):
        assert await book(world, account, who, *each) == OVER
        asked.append(await registry_calls(world, account, who, *each))
    assert asked[0] == asked[1] == asked[2]
    assert not set(asked[0]) & {"book", "move", "visits", "visit", "find_booking"}

    world.clock.advance(hours=24)
    assert isinstance(await book(world, account, who, SURGEON, 11, 0, 25), Made)


async def test_nobody_else_is_locked_out(world: World) -> None:
    """Neither the patient, nor another account, nor the one who tried, for anybody else."""
    prober, third, hers = await world.account(), await world.account(), await world.account()
    victim = await world.person(hers, VICTIM)
    await hidden_visit(world)
    who = await neighbour(world, prober)
    assert [await book(world, prober, who, SURGEON, 9) for _ in range(MOST + 1)] == [HIDDEN, AGAIN, AGAIN, OVER]

    assert await book(world, hers, victim, SURGEON, 9) == Declined(Refusal.SAME_TIME), "she sees it, so she is told"
    assert isinstance(await book(world, third, VICTIM, SURGEON, 11), Made)
    assert isinstance(await book(world, prober, somebody(8, ADULT, "Другая"), SURGEON, 10), Made)


async def test_who_sees_all_visits_is_never_counted(world: World) -> None:
    account = await world.account()
    anna = await world.person(account, somebody(1, ADULT))
    child = await world.person(account, somebody(3, CHILD), Relation.CHILD)
    await world.at_the_desk(child.patient_id or "", await world.slot(PAEDIATRICIAN, 9))
    assert isinstance(await book(world, account, anna, THERAPIST, 9), Made)
    for _ in range(2 * MOST):
        assert await book(world, account, anna, SURGEON, 9) == Declined(Refusal.SAME_TIME)
        assert await book(world, account, child, PAEDIATRICIAN, 10) == Declined(Refusal.SAME_SPECIALIST)


@WHO
async def test_what_is_no_hidden_clash_is_not_counted(world: World, make: Any) -> None:
    """Booked, explained by a visit that is seen, busy, down, silent: a grandmother's neighbour may go on trying."""
    account = await world.account()
    who = await make(world, account)
    world.registry.answers = [Refused(each) for each in (Refusal.TIME_BUSY, Refusal.UNAVAILABLE) for _ in range(MOST)]
    while world.registry.answers:
        assert isinstance(await book(world, account, who, SURGEON, 9), Declined)
    assert isinstance(await book(world, account, who, SURGEON, 9), Made)
    for _ in range(MOST):
        assert await book(world, account, who, SURGEON, 11) == Declined(Refusal.SAME_SPECIALIST)
        assert await book(world, account, who, THERAPIST, 9) == Declined(Refusal.SAME_TIME)
    for hour in (10, 11):
        world.registry.answers = [Lost()]
        assert isinstance(await book(world, account, who, THERAPIST, hour), Checking)
        break
    patient = (await world.registry.find_patient(TEEN if make is teenager else VICTIM)).id
    assert await world.limits.used(account.telegram_id, Act.HIDDEN_CLASH, about=patient) == 0


async def test_of_four_presses_at_once_three_can_clash(world: World) -> None:
    account = await world.account()
    who = await neighbour(world, account)
    await hidden_visit(world)
    requests = [await world.request(account, who, await world.slot(SURGEON, 9)) for _ in range(MOST + 5)]
    outcomes = Counter(await asyncio.gather(*(world.booking.book(each) for each in requests)))
    assert outcomes.keys() <= {HIDDEN, AGAIN, OVER}
    assert outcomes[HIDDEN] + outcomes[AGAIN] == world.registry.asked["book"] == MOST


async def test_one_chat_and_its_teenager_by_two_ways_at_once(world: World) -> None:
    """By the list and typed anew: one patient, one count, and nobody waits for the other in a ring."""
    account = await world.account()
    who = await teenager(world, account)
    await hidden_visit(world, TEEN)
    stranger = await world.account()
    requests = [await world.request(account, who, await world.slot(SURGEON, 9)) for _ in range(4)]
    requests += [await world.request(stranger, TEEN, await world.slot(SURGEON, 9)) for _ in range(4)]
    outcomes = Counter(await asyncio.gather(*(world.booking.book(each) for each in requests)))
    # Whom the stranger has typed may be forgotten between two tries at once: such a one is told to come again.
    anew = outcomes.pop(Declined(Refusal.UNAVAILABLE), 0) + outcomes.pop(Declined(Denial.BASIS_ENDED), 0)
    assert outcomes.keys() <= {HIDDEN, AGAIN, OVER}
    assert 2 * MOST - anew <= outcomes[HIDDEN] + outcomes[AGAIN] <= 2 * MOST
    assert outcomes[OVER] <= 2


async def test_erasing_begins_nothing_anew(world: World) -> None:
    await hidden_visit(world)
    account = await world.account(CHAT)
    assert [await book(world, account, VICTIM, SURGEON, 9) for _ in range(MOST)] == [HIDDEN, AGAIN, AGAIN]
    await world.mydata.erase(account)
    account = await world.account(CHAT)
    assert await book(world, account, VICTIM, SURGEON, 9) == OVER
    assert await book(world, await world.account(OTHER_CHAT), VICTIM, SURGEON, 9) == HIDDEN


async def moving(world: World, account: Account, who: Person, *slot: Any) -> BookingRequest:
    made = await book(world, account, who, SURGEON, 9, 0, 25)
    assert isinstance(made, Made)
    request = await world.request(account, who, await world.slot(*slot))
    return BookingRequest(account, request.draft_id, who, request.clinic, request.slot, made.visit)


@pytest.mark.parametrize("moves", [True, False], ids=["in one call", "in two"])
async def test_moving_counts_with_booking(database: Database, vault: Vault, clock: FakeClock, moves: bool) -> None:
    world = World(unhurried(database), vault, clock, moves=moves)
    await world.furnish()
    account = await world.account()
    who = await teenager(world, account)
    await hidden_visit(world, TEEN)
    request = await moving(world, account, who, SURGEON, 9)
    assert [await world.booking.book(request) for _ in range(MOST)] == [HIDDEN, AGAIN, AGAIN]
    asked = world.registry.asked.copy()
    assert await world.booking.book(request) == OVER
    assert await book(world, account, who, PAEDIATRICIAN, 11) == OVER
    assert not set(world.registry.asked - asked) & {"book", "move", "visits"}


async def test_a_move_that_needs_the_old_one_to_go_is_not_counted(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    world = World(unhurried(database), vault, clock, moves=False)
    await world.furnish()
    account = await world.account()
    request = await moving(world, account, await teenager(world, account), SURGEON, 9)
    for _ in range(MOST + 1):
        assert await world.booking.book(request) == Declined(Refusal.SAME_SPECIALIST, OldVisit.IN_THE_WAY)


# --- told nowhere else ------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Refusal.SAME_SPECIALIST, Refusal.SAME_TIME])
async def test_with_what_it_clashed_is_not_kept_either(world: World, reason: Refusal) -> None:
    """What is kept is told by «Мои данные»; at the desk's visit and at the therapist's it reads the same."""
    account = await world.account()
    who = await neighbour(world, account)
    await hidden_visit(world)
    slot = (SURGEON, 9) if reason is Refusal.SAME_TIME else (SECOND_THERAPIST, 11)
    assert await book(world, account, who, *slot) == HIDDEN
    kept = (await world.database.fetch(select(booking_intent.c.refusal))).scalars().all()
    assert kept == [NOT_TOLD]
    told = await world.mydata.export(account)
    assert [each["refusal"].value for each in told["bookings"]] == [NOT_TOLD]  # type: ignore[union-attr,index,call-overload]
    assert "hidden" not in str(told["counted"])


@pytest.mark.parametrize("hidden", [True, False])
@WHO
async def test_beside_a_visit_that_is_seen_hidden_ones_change_nothing(world: World, make: Any, hidden: bool) -> None:
    account = await world.account()
    who = await make(world, account)
    assert isinstance(await book(world, account, who, SURGEON, 11), Made)
    if hidden:
        await hidden_visit(world, TEEN if make is teenager else VICTIM)
    answers = [await book(world, account, who, *each) for each in ((SECOND_THERAPIST, 11), (SURGEON, 10))]
    assert answers == [Declined(Refusal.SAME_TIME), Declined(Refusal.SAME_SPECIALIST)]


ANSWERS = pytest.mark.parametrize("refused", [each for each in Refusal if each is not Refusal.OLD_VISIT_OVER])


@ANSWERS
@WHO
async def test_each_refusal_is_the_same_whatever_is_hidden(world: World, make: Any, refused: Refusal) -> None:
    """As a table over all refusals: a registry that says so to somebody with a hidden visit, and to somebody without.

    But for the two that are a clash: these are the counted ones.
    """
    account = await world.account()
    who = await make(world, account)
    await world.admin.enrol(TEEN if make is teenager else VICTIM, "c1")
    seen = []
    for hidden in (False, True):
        if hidden:
            await hidden_visit(world, TEEN if make is teenager else VICTIM)
        world.registry.answers = [Refused(refused)]
        before = world.registry.asked.copy()
        outcome = await book(world, account, who, SURGEON, 11, 20 if hidden else 0)
        seen.append((outcome, world.registry.asked - before))
    (one, asked), (other, asked_then) = seen
    assert isinstance(one, Declined)
    assert isinstance(other, Declined)
    assert (one.reason, one.old) == (other.reason, other.old)
    assert asked == asked_then, "neither takes longer"


async def test_what_is_offered_is_the_same_whatever_is_hidden(world: World) -> None:
    """Times, days, doctors, specialists seen before, lists and their lengths."""
    account = await world.account()
    who = await teenager(world, account)

    async def offered() -> Any:
        return (
            await world.times.services(account.id, "c1", 15),
            await world.times.doctors(account.id, "c1", SURGEON.service_id, 15),
            await world.times.slots(account.id, "c1", SURGEON.service_id, 15, None),
            await world.times.nearby(account.id, ["c1", "c2"], SURGEON.service_id, 15),
            await world.times.soonest(
                account.id, "c1", SURGEON.service_id, 15, None, beside=await world.visits.standing(account, who)
            ),
            [each.entry.visit.id for each in await world.repeats.offers(account, 5)],
            await world.visits.upcoming(account, 0, 8),
            await world.visits.past(account, 0, 8),
        )

    assert isinstance(await book(world, account, who, SURGEON, 11), Made)
    without = await offered()
    await hidden_visit(world, TEEN)
    world.clock.advance(minutes=1)
    therapist_free = next(each for each in (await offered())[0] if each.id == THERAPIST.service_id).free
    with_hidden = await offered()
    assert with_hidden[1:] == without[1:]
    assert therapist_free == next(each for each in without[0] if each.id == THERAPIST.service_id).free - 1, (
        "a time that is taken is taken for everybody: by whom, nobody hears"
    )
