"""«Мои записи»: what the registry holds, within what the account may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from services.accounts.model import Account, Basis, Person, Relation
from services.booking.model import Made
from services.errors import NotFound
from services.registry.model import Cancelled, Visit, VisitStatus
from services.registry.ports.errors import RegistryUnavailable
from tests.support.world import ADULT, CHILD, SURGEON, TEENAGER, THERAPIST, World, at, somebody


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


async def desk_made(world: World, who: Person, hour: int = 9) -> Visit:
    assert who.patient_id is not None
    return await world.at_the_desk(who.patient_id, await world.slot(THERAPIST, hour))


async def booked_here(world: World, account: Account, who: Person, hour: int = 10) -> Visit:
    outcome = await world.booking.book(await world.request(account, who, await world.slot(SURGEON, hour)))
    assert isinstance(outcome, Made), outcome
    return outcome.visit


async def listed(world: World, account: Account) -> set[str]:
    return {each.visit.id for each in (await world.visits.upcoming(account, 0, 8)).items}


async def test_a_visit_made_at_the_desk_stands_there_too(world: World, account: Account) -> None:
    anna = await world.person(account, somebody(1, ADULT))
    visit = await desk_made(world, anna)
    found = await world.visits.upcoming(account, 0, 8)
    assert [(each.visit.id, each.person.id) for each in found.items] == [(visit.id, anna.id)]
    assert (await world.visits.get(account, visit.id)).person == anna


@pytest.mark.parametrize(
    ("relation", "born", "basis", "sees_all"),
    [
        (Relation.OWN, ADULT, Basis.DESK, True),
        (Relation.OWN, ADULT, Basis.DECLARED, False),
        (Relation.CHILD, CHILD, Basis.DESK, True),
        (Relation.CHILD, CHILD, Basis.DECLARED, False),
        (Relation.CHILD, TEENAGER, Basis.DESK, False),
        (Relation.CHILD, TEENAGER, Basis.CONSENT, True),
        (Relation.SPOUSE, ADULT, Basis.CONSENT, True),
        (Relation.OTHER, ADULT, Basis.DECLARED, False),
    ],
)
async def test_what_may_be_seen_goes_by_basis_and_age(
    world: World, account: Account, relation: Relation, born: object, basis: Basis, sees_all: bool
) -> None:
    who = await world.person(account, somebody(2, born), relation, basis)  # type: ignore[arg-type]
    hidden, mine = await desk_made(world, who), await booked_here(world, account, who)
    assert await listed(world, account) == ({hidden.id, mine.id} if sees_all else {mine.id})
    assert (await world.visits.get(account, mine.id)).visit == mine
    assert set(await world.visits.some(account, [hidden.id, mine.id, "nothing"])) == (
        {hidden.id, mine.id} if sees_all else {mine.id}
    )
    if sees_all:
        assert (await world.visits.get(account, hidden.id)).visit == hidden
    else:
        with pytest.raises(NotFound):
            await world.visits.get(account, hidden.id)


async def test_a_consent_that_ends_closes_what_it_opened(world: World, account: Account) -> None:
    until = at(23, day=23)
    spouse = await world.person(account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, until=until)
    hidden, mine = await desk_made(world, spouse), await booked_here(world, account, spouse)
    assert await listed(world, account) == {hidden.id, mine.id}
    world.clock.set(until)
    assert await listed(world, account) == set()
    with pytest.raises(NotFound):
        await world.visits.get(account, hidden.id)


async def test_a_ticket_from_what_is_in_hand_is_the_card(world: World, account: Account) -> None:
    until = at(23, day=23)
    teenager = await world.person(account, somebody(3, TEENAGER), Relation.CHILD)
    spouse = await world.person(account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, until=until)
    for who, hour in ((teenager, 9), (spouse, 10)):
        mine = await booked_here(world, account, who, hour)
        assert world.visits.booked(mine, who) == await world.visits.get(account, mine.id)
    world.clock.set(until)
    with pytest.raises(NotFound):
        world.visits.booked(mine, spouse)


async def test_a_teenagers_birthday_closes_the_list(world: World, account: Account) -> None:
    child = await world.person(account, somebody(2, at(9, day=24).date().replace(year=2011)), Relation.CHILD)
    hidden = await desk_made(world, child, hour=11)
    assert await listed(world, account) == {hidden.id}
    world.clock.set(at(9, day=24))
    assert await listed(world, account) == set()


async def test_somebody_elses_visit_is_not_found(world: World, account: Account) -> None:
    other = await world.account()
    theirs = await booked_here(world, other, await world.person(other, somebody(3, ADULT)))
    await world.person(account, somebody(1, ADULT))
    for visit_id in (theirs.id, "no-such-visit", ""):
        with pytest.raises(NotFound):
            await world.visits.get(account, visit_id)
    assert await listed(world, account) == set()
    assert await world.visits.some(account, [theirs.id]) == {}


async def test_who_books_for_a_person_of_two_accounts_shows_it_to_its_own_only(world: World, account: Account) -> None:
    """Two neighbours have both typed the same woman: neither sees what the other has booked."""
    other = await world.account()
    her = somebody(4, ADULT)
    mine = await world.person(account, her, Relation.OTHER, Basis.DECLARED)
    theirs = await world.person(other, her, Relation.OTHER, Basis.DECLARED)
    first = await booked_here(world, account, mine)
    outcome = await world.booking.book(await world.request(other, theirs, await world.slot(THERAPIST, 9)))
    assert isinstance(outcome, Made)
    assert await listed(world, account) == {first.id}
    assert await listed(world, other) == {outcome.visit.id}


async def test_an_account_without_persons_asks_nothing(world: World, account: Account) -> None:
    world.registry.unavailable = {"visits"}
    assert (await world.visits.upcoming(account, 0, 8)).total == 0
    assert (await world.visits.past(account, 0, 8)).total == 0


async def test_a_silent_registry_is_not_an_empty_list(world: World, account: Account) -> None:
    await world.person(account, somebody(1, ADULT))
    world.registry.unavailable = {"visits", "visit"}
    for question in (
        *(world.visits.upcoming(account, 0, 8), world.visits.past(account, 0, 8), world.visits.get(account, "v")),
    ):
        with pytest.raises(RegistryUnavailable):
            await question


async def test_ahead_and_past(world: World, account: Account) -> None:
    anna = await world.person(account, somebody(1, ADULT))
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    first, later = await desk_made(world, anna, hour=9), await booked_here(world, account, anna, hour=11)
    second = await booked_here(world, account, child, hour=10)
    ahead = await world.visits.upcoming(account, 0, 8)
    assert [each.visit.id for each in ahead.items] == [first.id, second.id, later.id]
    assert (await world.visits.past(account, 0, 8)).total == 0

    world.clock.set(at(10))
    assert [each.visit.id for each in (await world.visits.upcoming(account, 0, 8)).items] == [later.id]
    world.clock.set(at(12))
    past = await world.visits.past(account, 0, 8)
    assert [each.visit.id for each in past.items] == [later.id, second.id, first.id]
    assert {each.visit.status for each in past.items} == {VisitStatus.FULFILLED}


async def test_pages(world: World, account: Account) -> None:
    for number in range(5):
        who = await world.person(account, somebody(number, ADULT), Relation.PARENT)
        assert who.patient_id is not None
        await world.at_the_desk(who.patient_id, await world.slot(THERAPIST, 9 + number // 3, 20 * (number % 3)))
    pages = [await world.visits.upcoming(account, page, 2) for page in range(4)]
    assert [len(each.items) for each in pages] == [2, 2, 1, 0]
    assert {each.total for each in pages} == {5}
    ids = [entry.visit.id for each in pages for entry in each.items]
    assert len(set(ids)) == 5


async def test_past_pages_go_from_the_latest_to_the_first_without_what_is_hidden(
    world: World, account: Account
) -> None:
    """Whatever is hidden shows neither in a page nor in their number; what was given up stands among the others."""
    anna = await world.person(account, somebody(1, ADULT))
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD)
    first = await desk_made(world, anna, hour=9)
    await desk_made(world, teenager, hour=10)
    hers = await booked_here(world, account, teenager, hour=11)
    given_up = await world.at_the_desk(first.patient_id, await world.slot(SURGEON, 9, day=25))
    assert await world.registry.cancel(given_up.id) == Cancelled()
    world.clock.set(at(12))
    pages = [await world.visits.past(account, page, 1) for page in range(4)]
    assert [[each.visit.id for each in page.items] for page in pages] == [[given_up.id], [hers.id], [first.id], []]
    assert {page.total for page in pages} == {3}


async def test_a_visit_is_in_one_of_the_lists_at_the_moment_it_begins(world: World, account: Account) -> None:
    visit = await desk_made(world, await world.person(account, somebody(1, ADULT)), hour=9)
    for moment, ahead in ((at(8, 59), True), (at(9), False), (at(9, 1), False)):
        world.clock.set(moment)
        assert (await listed(world, account) == {visit.id}) is ahead
        assert ([each.visit.id for each in (await world.visits.past(account, 0, 8)).items] == [visit.id]) is not ahead


async def test_no_list_asks_for_all_visits_of_a_life(world: World, account: Account) -> None:
    """A long life: no question for «Мои записи» is answered with more than what is shown, or lies ahead."""
    anna = await world.person(account, somebody(1, ADULT))
    old = []
    for hour in (9, 10, 11):
        world.clock.set(at(hour - 1, 50))
        old.append(await desk_made(world, anna, hour))
        world.clock.set(at(hour, 50))
    given: list[int] = []
    ask = world.registry.visits

    async def counted(*args: Any, **named: Any) -> Sequence[Visit]:
        found: Sequence[Visit] = await ask(*args, **named)
        given.append(len(found))
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.registry, "visits", counted, raising=False)
        await world.visits.upcoming(account, 0, 1)
        await world.visits.ahead(account)
        await world.visits.past(account, 0, 1)
        await world.visits.before(account, old[0].id)
        await world.visits.some(account, [old[1].id])
        await world.visits.latest(account, 1)
    assert given
    assert max(given) == 1


async def test_what_is_hidden_takes_no_place_among_the_latest(world: World, account: Account) -> None:
    anna = await world.person(account, somebody(1, ADULT))
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD)
    mine = await desk_made(world, anna, hour=9)
    await desk_made(world, teenager, hour=11)
    assert [each.visit.id for each in await world.visits.latest(account, 1)] == [mine.id]
