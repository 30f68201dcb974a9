"""Limits: of any number at once as many get through as may, under a pseudonym that outlives account and process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from services.accounts.codes import CodeRefused
from services.accounts.family import PERSONS, FamilyFull
from services.accounts.model import Account, Covers, Relation
from services.accounts.rights import DECLARED_AHEAD
from services.booking.model import Declined, Made
from services.drafts.model import Draft
from services.errors import Denial, NotAllowed
from services.limits.limits import EVERYBODY, Limits
from services.limits.model import LIMITS, Act, LimitReached
from services.limits.tables import act_count
from services.registry.model import PatientIdentity, Policy, PolicyKind, Refusal, Refused, Sex
from services.requests.model import PictureRefused, RequestKind, TooManyRequests
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.services.test_access import ANNA, BOTH, PETER, confirmed, consent, desk_code
from tests.support.clock import FakeClock
from tests.support.databases import unhurried
from tests.support.world import ADULT, SECOND_THERAPIST, SURGEON, THERAPIST, World, somebody

CHAT, OTHER_CHAT = 6_000_000_001, 6_000_000_002
NO_POLICY = Policy(PolicyKind.NONE, "")
DAY = timedelta(days=1)


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """Nobody loses patience: what comes through is not to depend on how fast the machine is."""
    world = World(unhurried(database), vault, clock)
    await world.furnish()
    return world


@pytest.fixture
def limits(world: World) -> Limits:
    return world.limits


async def got_through(count: int, attempt: Callable[[int], Awaitable[object]], *refusals: type[Exception]) -> int:
    """How many of so many attempts at once are not refused by these; anything else raises."""

    async def one(number: int) -> bool:
        try:
            await attempt(number)
        except refusals:
            return False
        return True

    return sum(await asyncio.gather(*(one(number) for number in range(count))))


async def rows(world: World) -> int:
    count: int = (await world.database.fetch(select(func.count()).select_from(act_count))).scalar_one()
    return count


def stranger(number: int) -> PatientIdentity:
    """Somebody whom nobody knows."""
    return somebody(300 + number, ADULT, "Чужая")


# --- counting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [act for act, limit in LIMITS.items() if limit.most <= 100])
async def test_of_many_at_once_as_many_get_through_as_may(limits: Limits, act: Act) -> None:
    most = LIMITS[act].most
    assert await got_through(most + 20, lambda _: limits.spend(CHAT, act), LimitReached) == most
    assert await limits.used(CHAT, act) == most
    assert await limits.is_spent(CHAT, act)
    assert not await limits.is_spent(OTHER_CHAT, act)


async def test_amounts_are_counted_as_one(limits: Limits) -> None:
    """A try that is too large counts nothing, and a smaller one still gets through."""
    most = LIMITS[Act.PHOTO_BYTES].most
    piece = most // 4 + 1
    assert await got_through(20, lambda _: limits.spend(CHAT, Act.PHOTO_BYTES, piece), LimitReached) == 3
    await limits.spend(CHAT, Act.PHOTO_BYTES, most - 3 * piece)
    with pytest.raises(LimitReached):
        await limits.spend(CHAT, Act.PHOTO_BYTES, 1)
    with pytest.raises(LimitReached):
        await limits.spend(OTHER_CHAT, Act.PHOTO_BYTES, most + 1)
    assert await limits.used(OTHER_CHAT, Act.PHOTO_BYTES) == 0


async def test_a_window_begins_with_the_first_act_and_ends_whole(limits: Limits, world: World) -> None:
    for _ in range(LIMITS[Act.GUESS].most):
        await limits.spend(CHAT, Act.GUESS)
        world.clock.advance(minutes=10)
    with pytest.raises(LimitReached):
        await limits.spend(CHAT, Act.GUESS)
    world.clock.advance(minutes=10)
    assert await limits.used(CHAT, Act.GUESS) == 0
    await limits.spend(CHAT, Act.GUESS)
    assert await limits.used(CHAT, Act.GUESS) == 1


class Failed(Exception):  # noqa: N818
    """What a unit was for has failed."""


async def count_and_fail(world: World) -> None:
    async with world.database.write() as unit:
        await world.limits.spend_within(unit, CHAT, Act.CODE)
        raise Failed


async def test_what_a_unit_counts_goes_with_the_unit(limits: Limits, world: World) -> None:
    with pytest.raises(Failed):
        await count_and_fail(world)
    assert await limits.used(CHAT, Act.CODE) == 0
    async with world.database.write() as unit:
        await limits.spend_within(unit, CHAT, Act.CODE, LIMITS[Act.CODE].most)
        with pytest.raises(LimitReached):
            await limits.spend_within(unit, CHAT, Act.CODE)
        await limits.spend_within(unit, CHAT, Act.LETTER)
    assert [await limits.used(CHAT, act) for act in (Act.CODE, Act.LETTER)] == [LIMITS[Act.CODE].most, 1]


async def test_each_thing_counts_once_however_many_ask_for_it(limits: Limits) -> None:
    most = LIMITS[Act.LOOK_UP].most

    async def ask(number: int) -> None:
        await limits.spend_once(CHAT, Act.LOOK_UP, f"person {number % (most + 4)}")

    through = await got_through(5 * (most + 4), ask, LimitReached)
    assert through == 5 * most
    assert await limits.used(CHAT, Act.LOOK_UP) == most


async def test_what_was_refused_is_no_known_thing(limits: Limits, world: World) -> None:
    for number in range(LIMITS[Act.LOOK_UP].most):
        await limits.spend_once(CHAT, Act.LOOK_UP, str(number))
    for _ in range(2):
        with pytest.raises(LimitReached):
            await limits.spend_once(CHAT, Act.LOOK_UP, "one more")
    await limits.spend_once(CHAT, Act.LOOK_UP, "0")


async def test_what_is_given_back_can_be_used(limits: Limits, world: World) -> None:
    for _ in range(LIMITS[Act.GUESS].most):
        await limits.spend(CHAT, Act.GUESS)
    async with world.database.write() as unit:
        await limits.give_back(unit, CHAT, Act.GUESS)
        await limits.give_back(unit, OTHER_CHAT, Act.GUESS)
    assert await got_through(5, lambda _: limits.spend(CHAT, Act.GUESS), LimitReached) == 1
    assert await limits.used(OTHER_CHAT, Act.GUESS) == 0


async def test_what_is_over_is_swept(limits: Limits, world: World) -> None:
    await limits.spend(CHAT, Act.GUESS)
    await limits.spend(CHAT, Act.LETTER)
    assert await limits.purge() == 0
    world.clock.advance(hours=1)
    assert await limits.purge() == 1
    assert await limits.used(CHAT, Act.LETTER) == 1
    world.clock.advance(hours=23)
    assert await limits.purge() == 1
    assert await rows(world) == 0


# --- under which name ---------------------------------------------------------------------------------


async def test_rows_tell_neither_whose_they_are_nor_which_belong_together(limits: Limits, world: World) -> None:
    for act in (Act.GUESS, Act.LETTER):
        await limits.spend(CHAT, act)
    await limits.spend_once(CHAT, Act.LOOK_UP, "Иванова")
    found = (await world.database.fetch(select(act_count))).all()
    assert len({row.id for row in found}) == 4
    assert all(len(row.id) == 64 for row in found)
    assert not [row for row in found if str(CHAT) in str(row) or "Иванова" in str(row) or "guess" in str(row)]


async def test_a_new_key_begins_nothing_anew(database: Database, clock: FakeClock) -> None:
    old, new = bytes(32), bytes(range(32))
    before, both = Limits(database, Vault(old), clock), Limits(database, Vault(new, old), clock)
    for _ in range(3):
        await before.spend(CHAT, Act.GUESS)
    assert await both.used(CHAT, Act.GUESS) == 3
    # One process has the new key already, another has not; what each has counted comes together.
    await both.spend(CHAT, Act.GUESS)
    await before.spend(CHAT, Act.GUESS)
    assert await both.used(CHAT, Act.GUESS) == 5
    assert await got_through(8, lambda _: both.spend(CHAT, Act.GUESS), LimitReached) == 0
    async with database.write() as unit:
        await both.give_back(unit, CHAT, Act.GUESS)
    assert await got_through(8, lambda _: both.spend(CHAT, Act.GUESS), LimitReached) == 1
    # The old key is gone: all of it lies under the new one.
    assert await Limits(database, Vault(new), clock).used(CHAT, Act.GUESS) == 5
    clock.advance(hours=1)
    await before.spend(CHAT, Act.GUESS)
    clock.advance(hours=1)
    assert await got_through(8, lambda _: both.spend(CHAT, Act.GUESS), LimitReached) == 5, "what is over is not carried"


async def test_neither_erasing_nor_another_process_begins_anew(world: World) -> None:
    account = await world.account(CHAT)
    for number in range(LIMITS[Act.GUESS].most):
        with pytest.raises(CodeRefused):
            await world.access.redeem(account, f"{number:010}")
    await world.mydata.erase(account)
    again = World(world.database, world.vault, world.clock)  # a memory of its own, which knows nothing
    with pytest.raises(NotAllowed, match=Denial.TOO_MANY_TRIES):
        await again.access.redeem(await again.account(CHAT), "0000000009")
    with pytest.raises(CodeRefused):
        await again.access.redeem(await again.account(OTHER_CHAT), "0000000009")


async def test_what_is_counted_is_told_to_whose_it_is(world: World) -> None:
    account = await world.account(CHAT)
    with pytest.raises(CodeRefused):
        await world.access.redeem(account, "0000000000")
    told = (await world.mydata.export(account))["counted"]
    assert told == [
        {"counted_act": Act.GUESS, "how_much": 1},
        {"counted_act": Act.EXPORT, "how_much": 1},
    ]
    assert (await world.mydata.export(await world.account()))["counted"] == [{"counted_act": Act.EXPORT, "how_much": 1}]


# --- every act that is counted, by its own service ----------------------------------------------------


async def test_guesses_of_a_code_at_once(world: World) -> None:
    account = await world.account()
    digits = await desk_code(world, ANNA)
    looked_at = await got_through(20, lambda number: guess(world, account, f"{number:010}"), NotAllowed)
    assert looked_at == LIMITS[Act.GUESS].most
    with pytest.raises(NotAllowed):
        await world.access.redeem(account, digits)


async def guess(world: World, account: Account, digits: str) -> None:
    with pytest.raises(CodeRefused):
        await world.access.redeem(account, digits)


async def test_when_many_guess_at_once_whoever_has_missed_waits(world: World) -> None:
    """A hundred misses in all, and one more for each chat that has not missed before."""
    most, own = LIMITS[Act.GUESS_OF_ALL].most, LIMITS[Act.GUESS].most
    chats = [await world.account() for _ in range(most // own + 4)]
    looked_at = await got_through(
        len(chats) * own,
        lambda number: guess(world, chats[number % len(chats)], f"{number:010}"),
        NotAllowed,
    )
    assert looked_at == most, "each of them has missed once long before the hundredth"
    late = await world.account()
    await guess(world, late, "0000000000")
    with pytest.raises(NotAllowed):
        await world.access.redeem(late, "0000000000")
    assert await world.limits.used(EVERYBODY, Act.GUESS_OF_ALL) == most


async def test_codes_that_fit_are_no_guesses(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    for _ in range(LIMITS[Act.GUESS].most + 2):
        await consent(world, giver, taker, BOTH)
    assert await world.limits.used(taker.telegram_id, Act.GUESS) == 0
    assert await world.limits.used(EVERYBODY, Act.GUESS_OF_ALL) == 0


async def test_a_code_that_fits_makes_no_room_for_guesses_of_others(world: World) -> None:
    """When all have guessed enough, a pair that shows each other a true code again and again takes nothing off."""
    giver, _ = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    digits = (await world.access.issue(giver, {Covers.SEE_VISITS}, 3))[0].digits
    most = LIMITS[Act.GUESS_OF_ALL].most
    await world.limits.spend(EVERYBODY, Act.GUESS_OF_ALL, most)
    for _ in range(3):
        await world.access.redeem(taker, digits)
    assert await world.limits.used(EVERYBODY, Act.GUESS_OF_ALL) == most
    assert await world.limits.used(taker.telegram_id, Act.GUESS) == 0


async def test_people_looked_up_at_once(world: World) -> None:
    world.registry._real._registers_patients = False  # type: ignore[attr-defined]
    account = await world.account()
    through = await got_through(65, lambda number: world.persons.look_up(account, stranger(number)), NotAllowed)
    assert through == LIMITS[Act.LOOK_UP].most
    assert world.registry.asked["find_patient"] == through, "the registry is not asked for the others"


async def test_codes_of_ones_own_at_once(world: World) -> None:
    account, _ = await confirmed(world, ANNA)
    made = await got_through(30, lambda _: world.access.issue(account, {Covers.SEE_VISITS}, 3), LimitReached)
    assert made == LIMITS[Act.CODE].most


async def test_people_added_at_once(world: World) -> None:
    """The list has room for twenty, whoever adds how many at once."""
    account = await world.account()

    async def add(number: int) -> None:
        nobody_asks_for = replace(somebody(number, ADULT, f"Соседова{number}"), policy=NO_POLICY, snils=None)
        await world.family.add(account, Relation.OTHER, nobody_asks_for)

    assert await got_through(PERSONS + 10, add, FamilyFull) == PERSONS
    assert len(await world.persons.family(account)) == PERSONS


async def test_people_added_and_removed_all_day(world: World) -> None:
    account = await world.account()
    newborn = replace(somebody(1, date(2026, 11, 1), sex=Sex.FEMALE), policy=NO_POLICY, snils=None)
    for number in range(LIMITS[Act.PERSON].most):
        child = await world.family.add(account, Relation.CHILD, replace(newborn, name=f"Анна{number}"))
        await world.family.remove(account, child.id)
    with pytest.raises(LimitReached):
        await world.family.add(account, Relation.CHILD, newborn)
    assert await world.persons.family(account) == ()


async def test_visits_for_declared_persons_at_once(world: World) -> None:
    account = await world.account()
    doctors = (THERAPIST, SECOND_THERAPIST, SURGEON)
    slots = [await world.slot(doctor, 9 + place // 3, 20 * (place % 3)) for doctor in doctors for place in range(4)]
    people = [somebody(40 + number, ADULT, "Соседова") for number in range(LIMITS[Act.LOOK_UP].most)]
    requests = [await world.request(account, who, slot) for who, slot in zip(people, slots, strict=False)]
    requests = [replace(each, draft_id=f"draft {number}") for number, each in enumerate(requests)]
    outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
    assert sum(isinstance(each, Made) for each in outcomes) == DECLARED_AHEAD
    refused = [each for each in outcomes if not isinstance(each, Made)]
    assert refused == [Declined(Denial.TOO_MANY_DECLARED)] * (len(people) - DECLARED_AHEAD)


async def test_bookings_for_declared_persons_all_day(world: World) -> None:
    """Also by whoever erases everything in between: the visits stay in the registry."""
    booked = 0
    neighbours = [somebody(40 + number, ADULT, "Соседова") for number in range(4)]
    free = [
        await world.slot(doctor, 9 + place // 3, 20 * (place % 3), day)
        for day in (24, 25)
        for doctor in (THERAPIST, SURGEON)
        for place in range(9)
    ]
    outcome = None
    while booked < 20:
        account = await world.account(CHAT)
        for who in neighbours:
            outcome = await world.booking.book(await world.request(account, who, free[booked]))
            if not isinstance(outcome, Made):
                break
            booked += 1
            await world.cancelling.cancel(account, outcome.visit.id)
        else:
            await world.mydata.erase(account)
            continue
        break
    assert booked == LIMITS[Act.DECLARED_BOOKING].most
    assert outcome == Declined(Denial.TOO_MANY_A_DAY)
    world.clock.advance(hours=24)
    account = await world.account(CHAT)
    later = await world.slot(SECOND_THERAPIST, 11, day=25)
    assert isinstance(await world.booking.book(await world.request(account, neighbours[0], later)), Made)


async def test_what_the_registry_refuses_is_no_booking(world: World) -> None:
    """It is down, or the time is busy, again and again: whoever books on nothing but a word may go on trying."""
    account = await world.account()
    request = await world.request(account, somebody(40, ADULT, "Соседова"), await world.slot())
    refusals = [Refusal.UNAVAILABLE, Refusal.TIME_BUSY] * LIMITS[Act.DECLARED_BOOKING].most
    world.registry.answers += [Refused(each) for each in refusals]
    for each in refusals:
        assert await world.booking.book(request) == Declined(each)
    assert isinstance(await world.booking.book(request), Made)
    assert await world.limits.used(account.telegram_id, Act.DECLARED_BOOKING) == 1


async def test_a_clash_that_is_not_told_stays_counted(world: World) -> None:
    """Each such try tells that there is a visit: as a booking for somebody declared it is counted, too."""
    stranger = await world.account()
    most, each_patient = LIMITS[Act.DECLARED_BOOKING].most, LIMITS[Act.HIDDEN_CLASH].most
    patients = [somebody(40 + number, ADULT, "Соседова") for number in range(LIMITS[Act.LOOK_UP].most)]
    for each in patients:
        patient = await world.admin.enrol(each, "c1")
        hour, part = divmod(patients.index(each), 3)
        await world.at_the_desk(patient, await world.slot(hour=9 + hour, minute=20 * part))
    for number in range(most):
        request = await world.request(
            stranger, patients[number // each_patient], await world.slot(SECOND_THERAPIST, 11)
        )
        outcome = await world.booking.book(request)
        assert isinstance(outcome, Declined)
        assert outcome.reason is Denial.HIDDEN_CLASH
    assert await world.booking.book(request) == Declined(Denial.TOO_MANY_A_DAY)


async def test_requests_sent_at_once(world: World) -> None:
    account = await world.account()
    most = LIMITS[Act.REQUEST].most
    for _ in range(most - 1):
        await sent(world, account, RequestKind.PROBLEM)
    drafts = [(await world.drafts.start(Draft("", account.id, each.value, "message"))).id for each in RequestKind]

    async def send(number: int) -> None:
        await world.requests.send(account, RequestKind.PROBLEM, "x", [], draft_id=drafts[number])

    assert await got_through(2, send, TooManyRequests) == 1
    assert await world.requests.is_full(account)


async def sent(world: World, account: Account, kind: RequestKind) -> None:
    draft = await world.drafts.start(Draft("", account.id, kind.value, "message"))
    await world.requests.send(account, kind, "x", [], draft_id=draft.id)


async def test_photos_taken_in_at_once(world: World) -> None:
    account = await world.account()
    through = await got_through(80, lambda _: world.requests.expect_photo(account), PictureRefused)
    assert through == LIMITS[Act.PHOTO].most


async def test_files_with_all_data_at_once(world: World) -> None:
    account = await world.account()
    assert await got_through(15, lambda _: world.mydata.export(account), LimitReached) == LIMITS[Act.EXPORT].most
