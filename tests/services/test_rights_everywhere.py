"""Every service function × each basis × the ages at which rights change × a wrong chat.

One table says what holds; each function is asked as a screen asks it, and once more from another account with
the very same ids, as by a forged button.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import insert

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.booking.model import BookingRequest, Checking, ChosenTime, Declined, GivenUp, Held, Kept, Made
from services.booking.tables import INTENT_PATIENT, booking_intent
from services.errors import Denial, NotAllowed, NotFound
from services.ids import new_id
from services.registry.model import CancelRefusal, Slot, Visit
from tests.support.world import CLINIC, SECOND_THERAPIST, SURGEON, World, at, somebody

AGES = (14, 15, 17, 18)
SEE = (Covers.SEE_VISITS,)
ALL = tuple(Covers)


@dataclass(frozen=True)
class Link:
    """What the account's say over a child rests on."""

    name: str
    basis: Basis
    covers: tuple[Covers, ...] = ALL


LINKS = (
    Link("declared", Basis.DECLARED),
    Link("desk", Basis.DESK),
    Link("oidc", Basis.OIDC),
    Link("consent", Basis.CONSENT),
    Link("consent to see", Basis.CONSENT, SEE),
)
# What holds at 14, 15, 17 and 18 years.
SEES_OWN_BOOKINGS = {
    "declared": (True, True, True, False),
    "desk": (True, True, True, False),
    "oidc": (True, True, True, False),
    "consent": (True, True, True, True),
    "consent to see": (True, True, True, True),
}
SEES_OTHERS = {
    "declared": (False, False, False, False),
    "desk": (True, False, False, False),
    "oidc": (True, False, False, False),
    "consent": (True, True, True, True),
    "consent to see": (True, True, True, True),
}
MAY_ACT = {
    "declared": (True, True, True, False),
    "desk": (True, True, True, False),
    "oidc": (True, True, True, False),
    "consent": (True, True, True, True),
    "consent to see": (False, False, False, False),
}
CASES = [pytest.param(link, place, id=f"{link.name}-{age}") for link in LINKS for place, age in enumerate(AGES)]


@dataclass
class Scene:
    """A child of that age with two visits tomorrow: one booked from this account, one made at the desk."""

    world: World
    account: Account
    stranger: Account
    child: Person
    booked_here: Visit
    made_elsewhere: Visit


async def scene(world: World, link: Link, age: int) -> Scene:
    """The visit is booked while everything is allowed; then the link becomes what the case says."""
    account, stranger = await world.account(), await world.account()
    await world.person(account, somebody(1, at(9).date().replace(year=1985)))
    await world.person(stranger, somebody(2, at(9).date().replace(year=1980)))
    identity = somebody(3, world.clock.now().date().replace(year=world.clock.now().year - age))
    child = await world.person(account, identity, Relation.CHILD, link.basis, covers=link.covers)
    assert child.patient_id is not None
    patient = child.patient_id
    other = await world.at_the_desk(patient, await world.slot(SURGEON, 11))
    booked = await world.at_the_desk(patient, await world.slot())
    await note_as_booked_here(world, account, child, booked)
    return Scene(world, account, stranger, child, booked, other)


async def note_as_booked_here(world: World, account: Account, child: Person, visit: Visit) -> None:
    """What `Booking` notes of a visit made from this account."""
    intent_id = new_id()
    await world.database.execute(
        insert(booking_intent).values(
            id=intent_id,
            account_id=account.id,
            draft_id=new_id(),
            person_id=child.id,
            **INTENT_PATIENT.values(world.vault, intent_id, child.patient_id),
            clinic_id=CLINIC.id,
            slot_id=visit.slot_id,
            starts_at=visit.start,
            status="booked",
            visit_id=visit.id,
            created_at=world.clock.now(),
        )
    )


# --- seeing -----------------------------------------------------------------------------------------


async def sees(asked: Awaitable[object]) -> bool:
    try:
        await asked
    except NotFound:
        return False
    return True


@pytest.mark.parametrize(("link", "place"), CASES)
async def test_what_is_seen(world: World, link: Link, place: int) -> None:
    one = await scene(world, link, AGES[place])
    visits, account = world.visits, one.account
    own, other = SEES_OWN_BOOKINGS[link.name][place], SEES_OTHERS[link.name][place]
    seen = {each.id for each, may in ((one.booked_here, own), (one.made_elsewhere, other)) if may}

    assert await sees(visits.get(account, one.booked_here.id)) == own
    assert await sees(visits.get(account, one.made_elsewhere.id)) == other
    assert {each.visit.id for each in (await visits.upcoming(account, 0, 8)).items} == seen
    assert {each.visit.id for each in await visits.ahead(account)} == seen
    assert {each.visit.id for each in await visits.latest(account, 100)} == seen
    both = {one.booked_here.id, one.made_elsewhere.id}
    assert set(await visits.some(account, both)) == seen
    world.clock.set(at(13))
    if AGES[place] != 17:  # who is 17 today is 17 tomorrow; the others were born on this very day
        assert {each.visit.id for each in (await visits.past(account, 0, 8)).items} == seen

    for visit_id in both:
        assert not await sees(visits.get(one.stranger, visit_id)), "by a forged button"
    assert await visits.some(one.stranger, both) == {}
    assert await visits.latest(one.stranger, 100) == []


# --- acting -----------------------------------------------------------------------------------------


Act = Callable[[Scene, Account, Visit], Awaitable[bool]]


async def cancels(one: Scene, account: Account, visit: Visit) -> bool:
    outcome = await one.world.cancelling.cancel(account, visit.id)
    assert not isinstance(outcome, Checking)
    if isinstance(outcome, Kept):
        assert not isinstance(outcome.reason, CancelRefusal), "the rights refuse, not the registry"
    return isinstance(outcome, GivenUp)


async def moves(one: Scene, account: Account, visit: Visit) -> bool:
    entry = await one.world.visits.get(account, visit.id)
    slot = await one.world.slot(SECOND_THERAPIST, 10) if visit is one.booked_here else await free_surgeon(one.world)
    draft = await one.world.draft(account)
    request = BookingRequest(account, draft.id, entry.person, CLINIC, slot, entry.visit)
    outcome = await one.world.booking.book(request)
    if isinstance(outcome, Declined):
        assert isinstance(outcome.reason, Denial), outcome
    return isinstance(outcome, Made)


async def free_surgeon(world: World) -> Slot:
    return await world.slot(SURGEON, 9, day=25)


async def answers(one: Scene, account: Account, visit: Visit) -> bool:
    try:
        return (await one.world.replies.coming(account, visit.id)).replied
    except NotAllowed:
        return False


ACTS = {"cancel": cancels, "move": moves, "answer": answers}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize(("link", "place"), CASES)
async def test_who_may_act(world: World, link: Link, place: int, act: Act) -> None:
    one = await scene(world, link, AGES[place])
    may = MAY_ACT[link.name][place]
    for visit, seen in (
        (one.booked_here, SEES_OWN_BOOKINGS[link.name][place]),
        (one.made_elsewhere, SEES_OTHERS[link.name][place]),
    ):
        with pytest.raises(NotFound):
            await act(one, one.stranger, visit)
        if seen:
            assert await act(one, one.account, visit) == may
        else:
            with pytest.raises(NotFound):
                await act(one, one.account, visit)


@pytest.mark.parametrize(("link", "place"), CASES)
async def test_who_may_book(world: World, link: Link, place: int) -> None:
    one = await scene(world, link, AGES[place])
    await world.admin.cancel_visit(one.made_elsewhere.id)
    outcome = await world.booking.book(await world.request(one.account, one.child, await free_surgeon(world)))
    if MAY_ACT[link.name][place]:
        assert isinstance(outcome, Made), outcome
    else:
        reason = Denial.NOT_COVERED if link.covers == SEE else Denial.GROWN_UP
        assert outcome == Declined(reason)
    with pytest.raises(NotFound):
        await world.persons.get(one.stranger, one.child.id)


@pytest.mark.parametrize(("link", "place"), CASES)
async def test_who_may_hold(world: World, link: Link, place: int) -> None:
    """What may not be booked is not kept from others either."""
    one = await scene(world, link, AGES[place])
    slot, draft = await free_surgeon(world), await world.draft(one.account)
    chosen = ChosenTime(slot.id, slot.start)
    kept = await world.booking.hold(one.account, draft.id, chosen, one.child, CLINIC)
    held = await world.holds.of_others([CLINIC.id], "")
    if MAY_ACT[link.name][place]:
        assert isinstance(kept, Held)
        assert held == {slot.id}
    else:
        assert kept == Declined(Denial.NOT_COVERED if link.covers == SEE else Denial.GROWN_UP)
        assert held == set()


@pytest.mark.parametrize(("link", "place"), CASES)
async def test_what_is_offered_once_more(world: World, link: Link, place: int) -> None:
    one = await scene(world, link, AGES[place])
    await world.admin.cancel_visit(one.booked_here.id)
    offered = await world.repeats.offers(one.account, 4)
    may = MAY_ACT[link.name][place] and SEES_OWN_BOOKINGS[link.name][place]
    assert [each.entry.visit.id for each in offered] == ([one.booked_here.id] if may else [])
    assert not await world.repeats.offers(one.stranger, 4)


# --- the list of persons ------------------------------------------------------------------------------


@pytest.mark.parametrize("link", LINKS, ids=lambda each: each.name)
async def test_whose_person_it_is(world: World, link: Link) -> None:
    one = await scene(world, link, 14)
    family, form = world.family, await world.persons.for_registry(one.account, one.child.id)
    for asked in (
        world.persons.get(one.stranger, one.child.id),
        family.edit(one.stranger, one.child.id, form),
        family.remove(one.stranger, one.child.id),
        world.persons.for_registry(one.stranger, one.child.id),
    ):
        with pytest.raises(NotFound):
            await asked
    assert one.child.id not in {each.id for each in await world.persons.family(one.stranger)}
    if link.basis is Basis.CONSENT:
        with pytest.raises(NotAllowed):
            await family.edit(one.account, one.child.id, form)
