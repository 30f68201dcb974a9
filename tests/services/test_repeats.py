"""«Снова»: which specialists are offered once more, and at which time."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.booking.model import Made
from services.registry.model import Slot
from services.registry.ports.errors import RegistryUnavailable
from tests.support.world import ADULT, CHILD, PAEDIATRICIAN, SECOND_THERAPIST, SURGEON, THERAPIST, World, at, somebody


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


async def seen(world: World, account: Account, who: Person, slot: Slot) -> str:
    """A visit that was booked here; it is past once the clock says so."""
    outcome = await world.booking.book(await world.request(account, who, slot))
    assert isinstance(outcome, Made), outcome
    return outcome.visit.id


async def offered(world: World, account: Account, limit: int = 2) -> list[tuple[str, str, str]]:
    """Person, specialist and doctor of each offer."""
    found = await world.repeats.offers(account, limit)
    return [(each.entry.person.identity.name, each.slot.service, each.slot.doctor.split()[0]) for each in found]


async def test_nobody_seen_nothing_offered(world: World, account: Account, anna: Person) -> None:
    assert await offered(world, account) == []


async def test_after_a_visit_the_same_doctor_is_offered_at_the_nearest_time(
    world: World, account: Account, anna: Person
) -> None:
    await seen(world, account, anna, await world.slot(THERAPIST))
    assert await offered(world, account) == [], "there is a visit ahead already"
    world.clock.set(at(10))
    (offer,) = await world.repeats.offers(account, 2)
    assert (offer.slot.doctor_id, offer.slot.start) == (THERAPIST.id, at(10, 20))


async def test_no_time_is_offered_at_which_the_person_is_elsewhere(
    world: World, account: Account, anna: Person
) -> None:
    """As far as the account sees it: a visit that overlaps the nearest time, by a minute only, sends to the next."""
    old = await seen(world, account, anna, await world.slot(THERAPIST))
    await seen(world, account, anna, await world.slot(SURGEON, 10, 20))
    world.clock.set(at(10))
    (offer,) = await world.repeats.offers(account, 2)
    assert (offer.slot.doctor_id, offer.slot.start) == (THERAPIST.id, at(10, 40))
    entry = await world.visits.get(account, old)
    nearest = await world.repeats.nearest(account, entry)
    assert nearest is not None
    assert nearest.start == at(10, 40)


async def test_a_doctor_without_times_gives_way_to_another_of_the_specialty(
    world: World, account: Account, anna: Person
) -> None:
    await seen(world, account, anna, await world.slot(THERAPIST))
    await world.admin.load([], [THERAPIST, SECOND_THERAPIST], [])
    world.clock.set(at(10))
    for hour, minute, day in ((h, m, d) for d in (24, 25) for h in (9, 10, 11) for m in (0, 20, 40)):
        slot = await world.registry.slot((await world.slot(THERAPIST, hour, minute, day)).id)
        if slot is not None:
            stranger = await world.account()
            assert isinstance(await world.holds.take(slot, stranger, (await world.draft(stranger)).id), datetime)
    assert await offered(world, account) == [(anna.identity.name, "Терапевт", "Громов")]


async def test_the_active_person_comes_first_then_the_latest_visit(
    world: World, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await seen(world, account, anna, await world.slot(THERAPIST))
    await seen(world, account, anna, await world.slot(SURGEON, 10))
    await seen(world, account, child, await world.slot(PAEDIATRICIAN, 9, 40))
    world.clock.set(at(23))
    assert [each[1] for each in await offered(world, account, 3)] == ["Хирург", "Педиатр", "Терапевт"]
    account = await world.accounts.set_active_person(account, child.id)
    assert [each[1] for each in await offered(world, account, 3)] == ["Педиатр", "Хирург", "Терапевт"]
    assert len(await offered(world, account, 2)) == 2


async def test_a_cancelled_visit_may_be_booked_again_and_a_moved_one_counts_once(
    world: World, account: Account, anna: Person
) -> None:
    visit_id = await seen(world, account, anna, await world.slot(THERAPIST))
    await world.cancelling.cancel(account, visit_id)
    assert await offered(world, account) == [(anna.identity.name, "Терапевт", "Ветров")]


async def test_where_nothing_may_be_booked_nothing_is_offered(world: World, account: Account) -> None:
    seen_only = await world.person(
        account, somebody(3, ADULT), Relation.SPOUSE, Basis.CONSENT, covers=(Covers.SEE_VISITS,)
    )
    assert seen_only.patient_id is not None
    await world.at_the_desk(seen_only.patient_id, await world.slot(THERAPIST))
    world.clock.set(at(10))
    assert len(await world.visits.latest(account, 100)) == 1
    assert await offered(world, account) == []


async def test_a_silent_registry_is_said_to_be_silent(world: World, account: Account, anna: Person) -> None:
    world.registry.unavailable = {"visits"}
    with pytest.raises(RegistryUnavailable):
        await world.repeats.offers(account, 2)
