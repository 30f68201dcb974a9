"""What others change in a visit is told once to everybody who may see it, and to nobody else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update

from services.accounts.codes import Codes
from services.accounts.model import VISITS_WHOLE, Account, Basis, Offer, Person, Relation
from services.accounts.papers import Holder, Papers, issue_at_desk
from services.accounts.tables import person, person_link
from services.booking.model import Made
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent, visit_watch
from services.booking.watch import LOOK_EVERY, LOOK_WHERE_TOLD, Watch
from services.errors import NotFound
from services.notify import keys
from services.notify.tables import notification, outbox
from services.registry import following
from services.registry.model import Cancelled, Visit, VisitStatus
from services.registry.ports.registry import Registry
from services.registry.ports.visits import VisitFilter
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.counting import counting
from tests.support.world import ADULT, CHILD, SURGEON, TEENAGER, THERAPIST, World, at, somebody

REMINDERS = (VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON)
Told = tuple[str, str]


@pytest.fixture(params=["told", "asked"])
def way(request: pytest.FixtureRequest) -> str:
    """Each story is told of a registry that tells its changes, and of one that has to be asked."""
    way: str = request.param
    return way


@pytest.fixture
async def world(way: str, database: Database, vault: Vault, clock: FakeClock) -> World:
    """A look is all that the tick does: changes are heard, then it is asked about whose turn it is.

    Where changes are told, each person has had the first turn, so that a story hears of them by what is told alone.
    """
    world = World(database, vault, clock, tells=way == "told")
    await world.furnish()
    ask = world.watch.look

    async def tick(limit: int = 200) -> int:
        await world.following.run()
        return await ask(limit)

    world.watch.look = tick  # type: ignore[method-assign]
    if way == "told":
        await tick()
        add = world.person

        async def person(*args: Any, **named: Any) -> Person:
            added = await add(*args, **named)
            await tick()
            return added

        world.person = person  # type: ignore[method-assign]
    return world


asked = pytest.mark.parametrize("way", ["asked"], indirect=True)
is_told = pytest.mark.parametrize("way", ["told"], indirect=True)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


async def desk_made(world: World, who: Person, hour: int = 9, day: int = 24) -> Visit:
    assert who.patient_id is not None
    return await world.at_the_desk(who.patient_id, await world.slot(THERAPIST, hour, day=day))


async def booked_here(world: World, account: Account, who: Person, hour: int = 10, day: int = 24) -> Visit:
    outcome = await world.booking.book(await world.request(account, who, await world.slot(SURGEON, hour, day=day)))
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(cast(str, await draft_of(world, outcome.visit))))
    return outcome.visit


async def draft_of(world: World, visit: Visit) -> str | None:
    row = await world.database.fetch(select(booking_intent.c.draft_id).where(booking_intent.c.visit_id == visit.id))
    draft_id: str | None = row.scalar_one_or_none()
    return draft_id


async def look(world: World) -> int:
    """The next look: five minutes later."""
    world.clock.advance(seconds=LOOK_EVERY.total_seconds())
    return await world.watch.look()


async def told(world: World, account: Account) -> list[Told]:
    """What the account is to be told by itself, reminders left out."""
    rows = await world.database.fetch(
        select(notification.c.kind, notification.c.subject_id)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .where(notification.c.account_id == account.id, outbox.c.status == "due")
        .order_by(outbox.c.due_at, notification.c.kind)
    )
    found = [(row.kind, row.subject_id) for row in rows]
    return [(kind, subject) for kind, subject in found if kind not in REMINDERS]


async def planned(world: World, account: Account) -> dict[str, datetime]:
    """Reminders that wait, by their subject."""
    rows = await world.database.fetch(
        select(notification.c.subject_id, outbox.c.due_at)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .where(
            notification.c.account_id == account.id,
            notification.c.kind.in_([kind.value for kind in REMINDERS]),
            outbox.c.status == "due",
        )
    )
    return {row.subject_id: row.due_at for row in rows}


async def due_of(world: World, account: Account, kind: str) -> datetime:
    row = await world.database.fetch(
        select(outbox.c.due_at)
        .join(notification, outbox.c.notification_id == notification.c.id)
        .where(notification.c.account_id == account.id, notification.c.kind == kind)
    )
    found: datetime = row.scalar_one()
    return found


# --- made elsewhere -------------------------------------------------------------------------------


@asked
async def test_a_visit_made_at_the_desk_is_reminded_of_and_not_announced(
    world: World, account: Account, anna: Person
) -> None:
    visit = await desk_made(world, anna, hour=10, day=25)
    assert await world.watch.look() == 1
    assert await told(world, account) == []
    assert await planned(world, account) == {"2026-11-25": at(18, day=24), visit.id: at(8, day=25)}
    for _ in range(3):
        await look(world)
    assert await told(world, account) == []
    assert len(await planned(world, account)) == 2


async def test_a_visit_booked_here_is_known_from_the_start(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    assert await planned(world, account) == {"2026-11-25": at(18, day=24), visit.id: at(8, day=25)}
    await look(world)
    assert await told(world, account) == []
    assert len(await planned(world, account)) == 2


async def test_what_may_not_be_seen_is_neither_reminded_of_nor_told(world: World, account: Account) -> None:
    neighbour = await world.person(account, somebody(2, ADULT), Relation.OTHER, Basis.DECLARED)
    teenager = await world.person(account, somebody(3, TEENAGER), Relation.CHILD)
    visits = [await desk_made(world, neighbour, hour=9), await desk_made(world, teenager, hour=10)]
    await look(world)
    for visit in visits:
        await world.admin.cancel_visit(visit.id)
    await look(world)
    assert await told(world, account) == []
    assert await planned(world, account) == {}


# --- changed by others ----------------------------------------------------------------------------


async def test_cancelled_by_the_clinic(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.admin.cancel_visit(visit.id)
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


async def test_cancelled_by_phone(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    assert await world.registry._real.cancel(visit.id) == Cancelled()
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def test_moved_by_the_clinic(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_MOVED, moved.id)]
    assert moved.id in await planned(world, account)
    assert visit.id not in await planned(world, account)
    before = await world.visits.before(account, moved.id)
    assert before is not None
    assert before.visit.start == visit.start


async def test_moved_twice_between_two_looks_is_told_once(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    last = await world.admin.move_visit(moved.id, (await world.slot(SURGEON, 9, day=25)).id)
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_MOVED, last.id)]


async def test_moved_and_then_cancelled_is_told_as_cancelled(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    await world.admin.cancel_visit(moved.id)
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, moved.id)]


async def test_a_registry_that_keeps_the_id_of_a_moved_visit(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    await world.database.execute(
        update(visit_watch).where(visit_watch.c.visit_id == visit.id).values(starts_at=at(9, day=25))
    )
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_MOVED, visit.id)]


async def test_a_declared_persons_booking_stays_in_sight_when_the_clinic_moves_it(
    world: World, account: Account
) -> None:
    other = await world.person(account, somebody(2, ADULT), Relation.OTHER, Basis.DECLARED)
    visit = await booked_here(world, account, other, day=25)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_MOVED, moved.id)]
    assert (await world.visits.get(account, moved.id)).visit == moved
    live = select(booking_intent.c.visit_id).where(booking_intent.c.ended_at.is_(None))
    assert list((await world.database.fetch(live)).scalars()) == [moved.id]


async def test_a_cancelled_visit_counts_among_the_five_no_more(world: World, account: Account) -> None:
    other = await world.person(account, somebody(2, ADULT), Relation.OTHER, Basis.DECLARED)
    visit = await booked_here(world, account, other, day=25)
    await world.admin.cancel_visit(visit.id)
    await look(world)
    live = select(func.count()).select_from(booking_intent).where(booking_intent.c.ended_at.is_(None))
    assert (await world.database.fetch(live)).scalar_one() == 0


async def test_a_visit_that_took_place_is_no_news(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna)
    world.clock.set(at(11))
    await look(world)
    assert (await world.visits.get(account, visit.id)).visit.status is VisitStatus.FULFILLED
    assert await told(world, account) == []


# --- whose doing ----------------------------------------------------------------------------------


async def family_of_two_chats(world: World, account: Account) -> tuple[Account, Person, Person]:
    """A child whose parents both have it by documents."""
    other = await world.account()
    child = somebody(4, CHILD)
    mine = await world.person(account, child, Relation.CHILD)
    theirs = await world.person(other, child, Relation.CHILD)
    return other, mine, theirs


async def test_the_other_parent_is_told_and_who_did_it_is_not(world: World, account: Account) -> None:
    other, mine, _ = await family_of_two_chats(world, account)
    visit = await desk_made(world, mine, day=25)
    await look(world)
    await world.cancelling.cancel(account, visit.id)
    await world.outbox.shown(await last_key(world, account))
    for _ in range(3):
        await look(world)
    assert await told(world, account) == []
    assert await told(world, other) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def last_key(world: World, account: Account) -> str:
    keys = await world.database.fetch(
        select(outbox.c.dedupe_key).where(outbox.c.account_id == account.id, outbox.c.dedupe_key.like("cancel:%"))
    )
    key: str = keys.scalars().one()
    return key


async def test_a_look_between_the_registry_and_the_settling_unit_tells_nothing(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked_here(world, account, anna, day=25)
    settle = world.cancelling._settle

    async def after_a_look(*args: object, **named: object) -> object:
        await look(world)
        return await settle(*args, **named)  # type: ignore[arg-type]

    world.cancelling._settle = after_a_look  # type: ignore[method-assign, assignment]
    await world.cancelling.cancel(account, visit.id)
    await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def test_both_parents_are_told_of_the_clinics_doing(world: World, account: Account) -> None:
    other, mine, _ = await family_of_two_chats(world, account)
    visit = await desk_made(world, mine, day=25)
    await look(world)
    await world.admin.cancel_visit(visit.id)
    await look(world)
    expected = [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]
    assert await told(world, account) == expected
    assert await told(world, other) == expected


async def test_an_ended_link_hears_nothing_more(world: World, account: Account) -> None:
    other, mine, theirs = await family_of_two_chats(world, account)
    visit = await desk_made(world, mine, day=25)
    await look(world)
    await world.database.execute(
        update(person_link).where(person_link.c.person_id == theirs.id).values(ended_at=world.clock.now())
    )
    await world.admin.cancel_visit(visit.id)
    await look(world)
    assert len(await told(world, account)) == 1
    assert await told(world, other) == []


# --- a registry that does not answer --------------------------------------------------------------


@asked
async def test_a_silent_registry_is_no_cancelled_visit_and_is_asked_again_in_a_minute(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.admin.cancel_visit(visit.id)
    world.registry.unavailable = {"visits"}
    assert await look(world) == 0
    assert await told(world, account) == []
    world.registry.unavailable = set()
    assert await world.watch.look() == 0, "not at once"
    world.clock.advance(minutes=1)
    assert await world.watch.look() == 1
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


async def test_a_visit_that_is_left_out_of_the_answer_is_left_alone(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked_here(world, account, anna, day=25)
    before = await planned(world, account)

    class Forgetful:
        async def visits(self, *_: object, **__: object) -> list[Visit]:
            return []

    accounts, persons = world.accounts, world.persons
    forgetful = cast(Registry, Forgetful())
    world.clock.advance(minutes=5)
    assert await Watch(world.database, world.vault, forgetful, accounts, persons, world.outbox, world.clock).look() == 1
    assert await told(world, account) == []
    assert await planned(world, account) == before
    with pytest.raises(NotFound):
        await world.visits.get(account, f"{visit.id}?")


async def test_a_move_whose_new_visit_is_not_known_waits_for_it(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    real = world.registry._real

    class OldOnly:
        async def visits(self, patient_ids: list[str], where: VisitFilter) -> list[Visit]:
            return [each for each in await real.visits(patient_ids, where) if each.id != moved.id]

        async def visit(self, _: str) -> None:
            return None

    world.clock.advance(minutes=5)
    half = cast(Registry, OldOnly())
    await Watch(world.database, world.vault, half, world.accounts, world.persons, world.outbox, world.clock).look()
    assert await told(world, account) == []
    await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_MOVED, moved.id)]


# --- a registry that tells its changes ------------------------------------------------------------


@is_told
async def test_nobody_is_asked_about_while_the_registry_tells(world: World, account: Account, anna: Person) -> None:
    await world.person(account, somebody(2, ADULT), Relation.PARENT)
    before = world.registry.asked["visits"]
    made = await desk_made(world, anna, hour=10, day=25)
    assert await look(world) == 0
    assert await told(world, account) == []
    assert await planned(world, account) == {"2026-11-25": at(18, day=24), made.id: at(8, day=25)}
    await world.admin.cancel_visit(made.id)
    assert await look(world) == 0
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, made.id)]
    assert world.registry.asked["visits"] == before


@is_told
async def test_news_need_not_wait_for_anybodys_turn(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.admin.cancel_visit(visit.id)
    await world.watch.look()
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


@is_told
async def test_everybody_is_asked_about_once_a_day_all_the_same(world: World, account: Account) -> None:
    for number in range(5):
        await world.person(account, somebody(number, ADULT), Relation.PARENT)
    world.clock.advance(seconds=LOOK_WHERE_TOLD.total_seconds() - 1)
    assert await world.watch.look() == 0
    world.clock.advance(seconds=1)
    assert [await world.watch.look(3) for _ in range(3)] == [3, 2, 0]


@is_told
async def test_what_a_silent_registry_has_not_told_it_tells_later(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.admin.cancel_visit(visit.id)
    world.registry.unavailable = {"changed_visits", "visits"}
    for _ in range(2):
        await look(world)
    assert await told(world, account) == []
    world.registry.unavailable = set()
    await world.watch.look()
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


@is_told
async def test_what_changed_while_no_process_ran_is_told_by_the_next_one(
    world: World, account: Account, anna: Person
) -> None:
    visits = [await booked_here(world, account, anna, day=25), await desk_made(world, anna, hour=11, day=25)]
    await world.watch.look()
    for visit in visits:
        await world.admin.cancel_visit(visit.id)
    next_one = World(world.database, world.vault, world.clock, tells=True)
    before = next_one.registry.asked["visits"]
    await next_one.following.run()
    assert {subject for _, subject in await told(world, account)} == {visit.id for visit in visits}
    assert next_one.registry.asked["visits"] == before


@is_told
async def test_two_processes_tell_once(world: World, account: Account, anna: Person) -> None:
    visits = [await booked_here(world, account, anna, day=25), await desk_made(world, anna, hour=11, day=25)]
    await world.watch.look()
    processes = [World(world.database, world.vault, world.clock, tells=True).following for _ in range(4)]
    for visit in visits:
        await world.admin.cancel_visit(visit.id)
        await asyncio.gather(*(each.run() for each in processes))
    assert len(await told(world, account)) == 2


@asked
async def test_a_registry_that_begins_to_tell_loses_nothing(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.watch.look()
    await world.admin.cancel_visit(visit.id)
    telling = World(world.database, world.vault, world.clock, tells=True)
    await telling.following.run()
    assert await told(world, account) == []
    assert await telling.watch.look() == 1, "what was changed before it began is asked about"
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


@is_told
async def test_a_large_day_comes_page_after_page(
    world: World, account: Account, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PAGE", 2)
    visits = [await booked_here(world, account, anna, day=25), await desk_made(world, anna, hour=11, day=25)]
    other = await world.person(account, somebody(2, ADULT), Relation.PARENT)
    visits += [await desk_made(world, other, hour=9, day=25), await booked_here(world, account, other, hour=11)]
    await world.watch.look()
    for visit in visits:
        await world.admin.cancel_visit(visit.id)
    await world.watch.look()
    assert {subject for _, subject in await told(world, account)} == {visit.id for visit in visits}


@is_told
async def test_strangers_and_old_visits_are_nobodys_news(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna)
    stranger = await world.admin.enrol(somebody(5, ADULT), "c1")
    await world.at_the_desk(stranger, await world.slot(THERAPIST, 10))
    world.clock.set(at(10) + timedelta(days=1, seconds=1))
    await world.admin.mark_missed(visit.id)
    await world.watch.look()
    assert await told(world, account) == []
    known = await world.database.fetch(select(visit_watch.c.status).where(visit_watch.c.visit_id == visit.id))
    assert known.scalar_one() == VisitStatus.BOOKED.value, "what began longer ago than a day is let be"


@is_told
async def test_who_may_see_more_is_told_of_what_was_there_before(world: World, account: Account) -> None:
    """The desk's code makes a declared person a confirmed one; a consent lets another chat in."""
    mother = somebody(6, ADULT)
    declared = await world.person(account, mother, Relation.OWN, Basis.DECLARED)
    visit = await desk_made(world, declared, hour=10, day=25)
    await world.watch.look()
    assert await planned(world, account) == {}
    papers = Papers(Relation.OWN, mother, "c1", Holder(mother.surname, mother.name, mother.birth_date), None)
    issued = await issue_at_desk(world.admin, Codes(world.database, world.vault, world.clock), papers)
    await world.access.open(account, (await world.access.redeem(account, issued.digits)).id)
    await world.watch.look()
    assert visit.id in await planned(world, account)
    other = await world.account()
    await world.person(other, somebody(7, ADULT))
    shared, _ = await world.access.issue(account, VISITS_WHOLE, 3)
    offer = await world.access.redeem(other, shared.digits)
    assert isinstance(offer, Offer)
    await world.access.accept(other, offer.id, Relation.SPOUSE, "key")
    await world.watch.look()
    assert visit.id in await planned(world, other)


@is_told
async def test_who_is_another_patient_now_is_asked_about(world: World, account: Account, anna: Person) -> None:
    patient = await world.admin.enrol(somebody(8, ADULT), "c1")
    visit = await world.at_the_desk(patient, await world.slot(THERAPIST, 10, day=25))
    await world.watch.look()
    await world.persons.set_patient(anna.id, patient)
    await world.watch.look()
    assert visit.id in await planned(world, account)


@is_told
async def test_a_change_that_comes_before_the_booking_is_settled_is_told(
    world: World, account: Account, anna: Person
) -> None:
    settle = world.booking._settle

    async def after_the_clinics_change(*args: Any, **named: Any) -> Any:
        (visit,) = await world.registry._real.visits([cast(str, anna.patient_id)])
        await world.admin.cancel_visit(visit.id)
        await world.watch.look()
        return await settle(*args, **named)

    world.booking._settle = after_the_clinics_change  # type: ignore[method-assign]
    visit = await booked_here(world, account, anna, day=25)
    await world.watch.look()
    assert await told(world, account) == []
    await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


@is_told
async def test_a_move_whose_end_is_not_known_is_asked_about_again(
    world: World, account: Account, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PAGE", 1)
    visit = await booked_here(world, account, anna, hour=10, day=24)
    await world.watch.look()
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    world.registry.unavailable = {"visit"}
    await world.watch.look()
    assert await told(world, account) == []
    assert await look(world) == 1
    assert await told(world, account) == [(VisitNews.VISIT_MOVED, moved.id)]


async def test_who_may_be_seen_more_of_during_a_look_is_looked_at_again(
    world: World, account: Account, anna: Person
) -> None:
    really, again = world.watch._compare_all, [anna.id]

    async def meanwhile(*args: Any) -> set[str]:
        unclear = await really(*args)
        turn = update(person).where(person.c.id.in_(again)).values(looked_at=None)
        await world.database.execute(turn)
        again.clear()
        return unclear

    world.watch._compare_all = meanwhile  # type: ignore[method-assign, assignment]
    world.clock.advance(seconds=LOOK_WHERE_TOLD.total_seconds())
    assert [await world.watch.look() for _ in range(3)] == [1, 1, 0]


async def test_an_account_that_cannot_be_told_keeps_nobody_waiting(
    world: World, account: Account, anna: Person, caplog: pytest.LogCaptureFixture
) -> None:
    other = await world.account()
    peter = await world.person(other, somebody(2, ADULT))
    visits = [await booked_here(world, account, anna, day=25), await booked_here(world, other, peter, hour=11, day=25)]
    await world.watch.look()
    really, failing = world.watch._compare, {account.id}

    async def compare(account_id: str, *args: Any) -> set[str]:
        if account_id in failing:
            raise RuntimeError("told to fail")
        return await really(account_id, *args)

    world.watch._compare = compare  # type: ignore[method-assign, assignment]
    for visit in visits:
        await world.admin.cancel_visit(visit.id)
    await look(world)
    assert await told(world, account) == []
    assert await told(world, other) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visits[1].id)]
    assert "an account was not told of its visits" in caplog.text
    failing.clear()
    await look(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visits[0].id)]


@asked
@pytest.mark.parametrize("tells", [False, True])
async def test_a_look_that_was_cut_short_is_taken_up_in_a_minute(
    world: World, account: Account, anna: Person, tells: bool
) -> None:
    visit = await desk_made(world, anna, hour=10, day=25)
    killed = World(world.database, world.vault, world.clock, tells=tells)
    await killed.following.run()

    async def cut_short(*_: Any) -> set[str]:
        raise asyncio.CancelledError

    killed.watch._compare_all = cut_short  # type: ignore[method-assign, assignment]
    with pytest.raises(asyncio.CancelledError):
        await killed.watch.look()
    started = World(world.database, world.vault, world.clock, tells=tells)
    assert await started.watch.look() == 0, "somebody may be at it still"
    world.clock.advance(minutes=1)
    assert await started.watch.look() == 1
    assert visit.id in await planned(world, account)


# --- when it is told ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found_at", "visit_day", "told_at"),
    [
        (at(12, day=23), 25, at(12, day=23)),
        (at(23, day=23), 25, at(8, day=24)),
        (at(3, day=24), 25, at(8, day=24)),
        (at(23, day=23), 24, at(23, day=23)),
        (at(3, day=24), 24, at(3, day=24)),
    ],
)
async def test_nobody_is_woken_unless_the_visit_is_near(
    world: World, account: Account, anna: Person, found_at: datetime, visit_day: int, told_at: datetime
) -> None:
    visit = await booked_here(world, account, anna, hour=11, day=visit_day)
    await world.watch.look()
    world.clock.set(found_at)
    await world.admin.cancel_visit(visit.id)
    await world.watch.look()
    assert await due_of(world, account, VisitNews.VISIT_CANCELLED_BY_CLINIC) == told_at
    listed = (await world.outbox.page(account.id, 0, 8)).items
    shown = any(each.kind == VisitNews.VISIT_CANCELLED_BY_CLINIC for each in listed)
    assert shown == (told_at == found_at), "what is not told yet is not listed"


# --- how it is looked -----------------------------------------------------------------------------


@asked
async def test_everybody_is_asked_about_once_in_five_minutes_the_longest_first(world: World, account: Account) -> None:
    for number in range(5):
        await world.person(account, somebody(number, ADULT), Relation.PARENT)
    await world.person(account, somebody(9, ADULT), Relation.OTHER, known=False)
    assert [await world.watch.look(2) for _ in range(4)] == [2, 2, 1, 0]
    world.clock.advance(minutes=4, seconds=59)
    assert await world.watch.look() == 0
    world.clock.advance(seconds=1)
    assert await world.watch.look() == 5


@asked
async def test_two_processes_share_the_persons(world: World, account: Account) -> None:
    for number in range(10):
        await world.person(account, somebody(number, ADULT), Relation.PARENT)
    registry = cast(Registry, world.registry)
    services = world.accounts, world.persons, world.outbox
    replica = Watch(world.database, world.vault, registry, *services, world.clock)
    counts = await asyncio.gather(*(each.look(4) for each in (world.watch, replica) * 3))
    assert sum(counts) == 10


async def test_two_looks_at_once_tell_once(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.admin.cancel_visit(visit.id)
    visits = await world.registry._real.visits([cast(str, anna.patient_id)])
    by_id = {each.id: each for each in visits}
    now = world.clock.now()
    await asyncio.gather(*(world.watch._compare(account.id, visits, by_id, now) for _ in range(5)))
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visit.id)]


async def test_what_is_over_is_forgotten(world: World, account: Account, anna: Person) -> None:
    await booked_here(world, account, anna)
    assert await world.watch.purge() == 0
    world.clock.set(at(10) + timedelta(days=2, seconds=1))
    assert await world.watch.purge() == 1


async def test_nobody_is_asked_about_without_a_registry_s_id(world: World, account: Account) -> None:
    await world.person(account, somebody(1, ADULT), known=False)
    assert await world.watch.look() == 0
    assert world.registry.asked["visits"] == 0
    looked = (await world.database.fetch(select(person.c.looked_at))).scalar_one()
    assert looked is None


# --- many at once ---------------------------------------------------------------------------------


@asked
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_look_at_many_who_know_all_of_it_has_a_budget(world: World) -> None:
    """However many they are. Whoever has news costs more, and is told."""
    visits = await world.crowd(30)
    assert await look(world) == 30
    with counting(world.database) as calls:
        assert await look(world) == 30
    assert calls["commit"] == 2, "claimed, and looked at"
    assert calls["sql"] <= 8
    cancelled = next(iter(visits))
    await world.admin.cancel_visit(visits[cancelled].id)
    await look(world)
    news = (VisitNews.VISIT_CANCELLED_BY_CLINIC, visits[cancelled].id)
    assert [await told(world, each) for each in visits] == [[news] if each == cancelled else [] for each in visits]


async def test_a_damaged_account_keeps_no_other_from_its_news(world: World) -> None:
    visits = await world.crowd(3)
    await look(world)
    broken, *others = visits
    for visit in visits.values():
        await world.admin.cancel_visit(visit.id)
    theirs = select(person_link.c.person_id).where(person_link.c.account_id == broken.id)
    await world.database.execute(update(person).where(person.c.id.in_(theirs)).values(profile=b"nothing of ours"))
    await look(world)
    assert await told(world, broken) == []
    for each in others:
        assert await told(world, each) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, visits[each].id)]
