"""A right that ends while the registry is being asked undoes what was asked, whatever is cut short in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from services.accounts.accounts import lock_account
from services.accounts.model import Account, Grant, Person, Relation
from services.booking import sight
from services.booking.booking import CHECKS, FIRST_CHECK
from services.booking.model import BookingOutcome, BookingRequest, Checking, Declined, GivenUp, Made
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent, cancel_intent, visit_watch
from services.errors import Denial
from services.notify.tables import notification
from services.registry.model import Visit, VisitStatus
from tests.services.test_access import BOTH, SEE, confirmed, consent
from tests.support.world import ADULT, CLINIC, SECOND_THERAPIST, SURGEON, Lost, World, somebody

HERS = somebody(1, date(1957, 11, 7), "Меченова")
ENDED = Declined(Denial.BASIS_ENDED)


@dataclass
class Scene:
    """A daughter whom the mother has let manage her visits."""

    world: World
    mother: Account
    daughter: Account
    grant: Grant
    hers: Person

    async def book(self, hour: int = 10, moves: Visit | None = None) -> BookingOutcome:
        doctor = SURGEON if moves is None else SECOND_THERAPIST
        slot = await self.world.slot(doctor, hour, day=25)
        draft = await self.world.draft(self.daughter, person=self.hers.id)
        return await self.world.booking.book(BookingRequest(self.daughter, draft.id, self.hers, CLINIC, slot, moves))

    async def visits(self, *statuses: VisitStatus) -> list[Visit]:
        found: list[Visit] = await self.world.registry.visits([self.hers.patient_id])
        return [each for each in found if each.status in (statuses or (VisitStatus.BOOKED,))]

    async def told(self, who: Account) -> list[str]:
        """What of visits an account is told of, or will be."""
        mine = select(notification.c.kind).where(
            notification.c.account_id == who.id, notification.c.kind.in_(list(VisitNews))
        )
        return sorted((await self.world.database.fetch(mine)).scalars())

    async def watched(self, who: Account) -> list[str]:
        mine = select(visit_watch.c.visit_id).where(visit_watch.c.account_id == who.id)
        return list((await self.world.database.fetch(mine)).scalars())

    async def revoke(self) -> None:
        await self.world.consents.revoke(self.mother, self.grant.id)


@pytest.fixture
async def scene(world: World) -> Scene:
    return await a_scene(world)


async def a_scene(world: World) -> Scene:
    mother, _ = await confirmed(world, HERS)
    daughter, _ = await confirmed(world, somebody(2, ADULT))
    grant = await consent(world, mother, daughter, BOTH)
    hers = next(each for each in await world.persons.family(daughter) if each.relation is Relation.PARENT)
    return Scene(world, mother, daughter, grant, hers)


def meanwhile(scene: Scene, monkeypatch: pytest.MonkeyPatch, call: str, end: Callable[[], Awaitable[Any]]) -> None:
    """The right ends after the registry has done what it is asked, before its answer comes."""
    really = getattr(scene.world.registry, call)

    async def answer(*args: Any) -> Any:
        given = await really(*args)
        await end()
        return given

    monkeypatch.setattr(scene.world.registry, call, answer)


async def by_revoking(one: Scene) -> None:
    await one.revoke()


async def by_narrowing(one: Scene) -> None:
    await consent(one.world, one.mother, one.daughter, SEE, None)


async def by_giving_up(one: Scene) -> None:
    await one.world.consents.revoke(one.daughter, one.grant.id)


@pytest.mark.parametrize("end", [by_revoking, by_narrowing, by_giving_up], ids=lambda each: each.__name__)
async def test_a_booking_is_undone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, end: Callable[[Scene], Awaitable[None]]
) -> None:
    meanwhile(scene, monkeypatch, "book", lambda: end(scene))
    assert await scene.book() == ENDED
    assert len(await scene.visits()) == 1, "the registry has it; whatever dies now"
    assert await scene.told(scene.daughter) == await scene.told(scene.mother) == []
    assert await scene.world.cancelling.recover() == 1
    assert await scene.visits() == []
    assert await scene.told(scene.daughter) == [VisitNews.BOOKING_UNDONE]
    assert await scene.watched(scene.daughter) == []
    slot = await scene.world.slot(SURGEON, 10, day=25)
    assert slot.id not in await scene.world.holds.of_others([CLINIC.id], ""), "the time is free again"


async def test_the_patient_hears_nothing_that_was_not(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her chat looks at the registry while the visit stands, and once more when it has gone."""
    meanwhile(scene, monkeypatch, "book", scene.revoke)
    assert await scene.book() == ENDED
    await scene.world.watch.look()
    await scene.world.cancelling.recover()
    scene.world.clock.advance(minutes=6)
    await scene.world.watch.look()
    assert await scene.world.outbox.waiting(scene.mother.id, VisitNews.VISIT_CANCELLED) == frozenset()
    assert await scene.world.outbox.waiting(scene.mother.id, VisitNews.REMINDER_SOON) == frozenset()
    assert VisitNews.VISIT_CANCELLED not in await scene.told(scene.mother)


async def test_an_answer_that_recovery_finds_is_undone_too(scene: Scene) -> None:
    scene.world.registry.answers = [Lost()]
    assert isinstance(await scene.book(), Checking)
    await scene.revoke()
    scene.world.clock.advance(seconds=int(FIRST_CHECK.total_seconds()))
    assert await scene.world.booking.recover() == 1
    assert await scene.world.cancelling.recover() == 1
    assert await scene.visits() == []
    assert await scene.told(scene.daughter) == [VisitNews.BOOKING_UNDONE]


async def test_one_that_turns_up_after_it_was_given_up_is_undone_too(scene: Scene) -> None:
    scene.world.registry.answers = [Lost()]
    assert isinstance(await scene.book(), Checking)
    scene.world.registry.unavailable = {"find_booking"}
    scene.world.clock.advance(seconds=int(FIRST_CHECK.total_seconds()))
    scene.world.registry.unavailable = set()
    scene.world.registry.found = [None] * len(CHECKS)
    for _ in CHECKS:
        await scene.world.booking.recover()
        scene.world.clock.advance(minutes=3)
    assert await scene.told(scene.daughter) == [VisitNews.BOOKING_FAILED]
    await scene.revoke()
    scene.world.clock.advance(minutes=30)
    await scene.world.booking.recover()
    await scene.world.cancelling.recover()
    assert await scene.visits() == []
    assert VisitNews.BOOKING_STANDS not in await scene.told(scene.daughter)


async def test_it_is_asked_for_until_the_registry_answers(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(scene, monkeypatch, "book", scene.revoke)
    await scene.book()
    scene.world.registry.unavailable = {"cancel"}
    for _ in range(3 * len(CHECKS)):
        await scene.world.cancelling.recover()
        scene.world.clock.advance(minutes=3)
    assert len(await scene.visits()) == 1
    assert await scene.told(scene.daughter) == [], "nothing is said that is not so yet"
    scene.world.registry.unavailable = set()
    assert await scene.world.cancelling.recover() == 1
    assert await scene.visits() == []
    assert await scene.told(scene.daughter) == [VisitNews.BOOKING_UNDONE]


async def test_a_booking_that_another_basis_allows_stands(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mother, _ = await confirmed(world, HERS)
    daughter, _ = await confirmed(world, somebody(2, ADULT))
    typed = await world.family.add(daughter, Relation.PARENT, HERS)
    grant = await consent(world, mother, daughter, BOTH, None)
    one = Scene(world, mother, daughter, grant, await world.persons.get(daughter, typed.id))
    meanwhile(one, monkeypatch, "book", one.revoke)
    made = await one.book()
    assert isinstance(made, Made)
    assert await world.cancelling.recover() == 0
    assert await one.visits() == [made.visit]
    assert {each.visit.id for each in await world.visits.ahead(daughter)} == {made.visit.id}


async def test_of_a_move_one_visit_stands_and_who_has_lost_the_right_knows_no_more_of_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there before cannot be had back for sure, and the patient is not to be left without a visit."""
    made = await scene.book()
    assert isinstance(made, Made)
    meanwhile(scene, monkeypatch, "move", scene.revoke)
    await scene.book(11, made.visit)
    await scene.world.cancelling.recover()
    standing = await scene.visits()
    assert len(standing) == 1
    assert standing[0].start != made.visit.start
    assert await scene.watched(scene.daughter) == []
    assert VisitNews.VISIT_MOVED not in await scene.told(scene.daughter)


async def test_of_a_cancelling_who_has_lost_the_right_keeps_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await scene.book()
    assert isinstance(made, Made)
    meanwhile(scene, monkeypatch, "cancel", scene.revoke)
    assert isinstance(await scene.world.cancelling.cancel(scene.daughter, made.visit.id), GivenUp)
    assert await scene.watched(scene.daughter) == []
    assert VisitNews.VISIT_CANCELLED not in await scene.told(scene.daughter)
    ended = select(booking_intent.c.ended_at).where(booking_intent.c.visit_id == made.visit.id)
    assert (await scene.world.database.fetch(ended)).scalar_one() is not None


async def test_a_see_only_consent_that_comes_in_between_cancels_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the visit and the intent."""
    made = await scene.book()
    assert isinstance(made, Made)
    meanwhile(scene, monkeypatch, "visit", lambda: by_narrowing(scene))
    await scene.world.cancelling.cancel(scene.daughter, made.visit.id)
    assert await scene.visits() == [made.visit]
    assert (await scene.world.database.fetch(select(cancel_intent))).all() == []


@pytest.mark.parametrize("round_", range(4))
async def test_whoever_is_first_of_two_at_once(world: World, round_: int) -> None:
    """Revoked and settled at once: a visit that was said to stand stands, one that was not goes."""
    one = await a_scene(world)
    outcome, _ = await asyncio.gather(one.book(), _a_little_later(one, round_))
    await world.cancelling.recover()
    assert isinstance(outcome, Made | Declined), outcome
    assert len(await one.visits()) == isinstance(outcome, Made)
    told = await one.told(one.daughter)
    assert VisitNews.REMINDER_SOON not in told, "what was planned first has gone with the right"
    assert await one.watched(one.daughter) == []


async def by_taking_off_the_list(one: Scene) -> None:
    await one.world.family.remove(one.daughter, one.hers.id)


@pytest.mark.parametrize(
    "end", [by_revoking, by_narrowing, by_giving_up, by_taking_off_the_list], ids=lambda each: each.__name__
)
async def test_who_ends_a_right_and_who_asks_for_it_wait_in_one_order(
    world: World, end: Callable[[Scene], Awaitable[None]]
) -> None:
    """Whoever acts holds the account, then asks for the basis: who ends it is not to hold that, waiting for this."""
    one = await a_scene(world)
    await world.accounts.set_active_person(one.daughter, one.hers.id)
    async with world.database.write() as unit:
        await lock_account(unit, one.daughter.id)
        ending = asyncio.ensure_future(end(one))
        await _until_it_waits(world, ending)
        assert await sight.may_act(unit, one.daughter.id, one.hers.id, world.clock.now())
    await ending


async def _until_it_waits(world: World, ending: asyncio.Future[None]) -> None:
    """Only PostgreSQL has several units at a time, and says who waits for another."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while world.database.dialect != "sqlite" and not ending.done():
        if (await world.database.fetch(waiting)).scalar_one():
            return
        await asyncio.sleep(0)


async def _a_little_later(one: Scene, steps: int) -> None:
    for _ in range(steps * 5):
        await asyncio.sleep(0)
    await one.revoke()
