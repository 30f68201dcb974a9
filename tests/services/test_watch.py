"""What others change in a visit is told once to everybody who may see it, and to nobody else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import func, select, update

from services.accounts.model import Account, Basis, Person, Relation
from services.accounts.tables import person, person_link
from services.booking.model import Made
from services.booking.tables import booking_intent, visit_watch
from services.booking.watch import LOOK_EVERY, Watch
from services.errors import NotFound
from services.notify.model import NotificationKind
from services.notify.tables import notification, outbox
from services.registry.model import Cancelled, Visit, VisitStatus
from services.registry.port import Registry
from tests.support.world import ADULT, CHILD, SURGEON, TEENAGER, THERAPIST, World, at, somebody

REMINDERS = (NotificationKind.REMINDER_EVE, NotificationKind.REMINDER_SOON)
Told = tuple[NotificationKind, str]


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
    await world.booking.shown(cast(str, await draft_of(world, outcome.visit)))
    return outcome.visit


async def draft_of(world: World, visit: Visit) -> str | None:
    row = await world.database.fetch(select(booking_intent.c.draft_id).where(booking_intent.c.visit_id == visit.id))
    return row.scalar_one_or_none()


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
    found = [(NotificationKind(row.kind), row.subject_id) for row in rows]
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


async def due_of(world: World, account: Account, kind: NotificationKind) -> datetime:
    row = await world.database.fetch(
        select(outbox.c.due_at)
        .join(notification, outbox.c.notification_id == notification.c.id)
        .where(notification.c.account_id == account.id, notification.c.kind == kind.value)
    )
    found: datetime = row.scalar_one()
    return found


# --- made elsewhere -------------------------------------------------------------------------------


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
    assert await told(world, account) == [(NotificationKind.VISIT_CANCELLED_BY_CLINIC, visit.id)]


async def test_cancelled_by_phone(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    assert await world.registry._real.cancel(visit.id) == Cancelled()
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(NotificationKind.VISIT_CANCELLED, visit.id)]


async def test_moved_by_the_clinic(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(NotificationKind.VISIT_MOVED, moved.id)]
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
    assert await told(world, account) == [(NotificationKind.VISIT_MOVED, last.id)]


async def test_moved_and_then_cancelled_is_told_as_cancelled(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    await world.admin.cancel_visit(moved.id)
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(NotificationKind.VISIT_CANCELLED_BY_CLINIC, moved.id)]


async def test_a_registry_that_keeps_the_id_of_a_moved_visit(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, hour=10, day=24)
    await world.database.execute(
        update(visit_watch).where(visit_watch.c.visit_id == visit.id).values(starts_at=at(9, day=25))
    )
    for _ in range(3):
        await look(world)
    assert await told(world, account) == [(NotificationKind.VISIT_MOVED, visit.id)]


async def test_a_declared_persons_booking_stays_in_sight_when_the_clinic_moves_it(
    world: World, account: Account
) -> None:
    other = await world.person(account, somebody(2, ADULT), Relation.OTHER, Basis.DECLARED)
    visit = await booked_here(world, account, other, day=25)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    await look(world)
    assert await told(world, account) == [(NotificationKind.VISIT_MOVED, moved.id)]
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
    await world.outbox.settle(await last_key(world, account))
    for _ in range(3):
        await look(world)
    assert await told(world, account) == []
    assert await told(world, other) == [(NotificationKind.VISIT_CANCELLED, visit.id)]


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
    assert await told(world, account) == [(NotificationKind.VISIT_CANCELLED, visit.id)]


async def test_both_parents_are_told_of_the_clinics_doing(world: World, account: Account) -> None:
    other, mine, _ = await family_of_two_chats(world, account)
    visit = await desk_made(world, mine, day=25)
    await look(world)
    await world.admin.cancel_visit(visit.id)
    await look(world)
    expected = [(NotificationKind.VISIT_CANCELLED_BY_CLINIC, visit.id)]
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
    assert await told(world, account) == [(NotificationKind.VISIT_CANCELLED_BY_CLINIC, visit.id)]


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
    assert await Watch(world.database, forgetful, accounts, persons, world.outbox, world.clock).look() == 1
    assert await told(world, account) == []
    assert await planned(world, account) == before
    with pytest.raises(NotFound):
        await world.visits.get(account, f"{visit.id}?")


async def test_a_move_whose_new_visit_is_not_known_waits_for_it(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=24)
    moved = await world.admin.move_visit(visit.id, (await world.slot(SURGEON, 11, day=25)).id)
    real = world.registry._real

    class OldOnly:
        async def visits(self, patient_ids: list[str], **named: object) -> list[Visit]:
            return [each for each in await real.visits(patient_ids, **named) if each.id != moved.id]  # type: ignore[arg-type]

        async def visit(self, _: str) -> None:
            return None

    world.clock.advance(minutes=5)
    half = cast(Registry, OldOnly())
    await Watch(world.database, half, world.accounts, world.persons, world.outbox, world.clock).look()
    assert await told(world, account) == []
    await look(world)
    assert await told(world, account) == [(NotificationKind.VISIT_MOVED, moved.id)]


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
    assert await due_of(world, account, NotificationKind.VISIT_CANCELLED_BY_CLINIC) == told_at
    listed = (await world.outbox.page(account.id, 0, 8)).items
    shown = any(each.kind is NotificationKind.VISIT_CANCELLED_BY_CLINIC for each in listed)
    assert shown == (told_at == found_at), "what is not told yet is not listed"


# --- how it is looked -----------------------------------------------------------------------------


async def test_everybody_is_asked_about_once_in_five_minutes_the_longest_first(world: World, account: Account) -> None:
    for number in range(5):
        await world.person(account, somebody(number, ADULT), Relation.PARENT)
    await world.person(account, somebody(9, ADULT), Relation.OTHER, known=False)
    assert [await world.watch.look(2) for _ in range(4)] == [2, 2, 1, 0]
    world.clock.advance(minutes=4, seconds=59)
    assert await world.watch.look() == 0
    world.clock.advance(seconds=1)
    assert await world.watch.look() == 5


async def test_two_processes_share_the_persons(world: World, account: Account) -> None:
    for number in range(10):
        await world.person(account, somebody(number, ADULT), Relation.PARENT)
    replica = Watch(
        world.database, cast(Registry, world.registry), world.accounts, world.persons, world.outbox, world.clock
    )
    counts = await asyncio.gather(*(each.look(4) for each in (world.watch, replica) * 3))
    assert sum(counts) == 10


async def test_two_looks_at_once_tell_once(world: World, account: Account, anna: Person) -> None:
    visit = await booked_here(world, account, anna, day=25)
    await world.admin.cancel_visit(visit.id)
    visits = await world.registry._real.visits([cast(str, anna.patient_id)])
    by_id = {each.id: each for each in visits}
    now = world.clock.now()
    await asyncio.gather(*(world.watch._compare(account.id, visits, by_id, now) for _ in range(5)))
    assert await told(world, account) == [(NotificationKind.VISIT_CANCELLED_BY_CLINIC, visit.id)]


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


def test_the_keys_of_the_longest_ids_fit(world: World) -> None:
    longest = f"patient:{'a' * 12}:{'v' * 64}:{int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())}"
    assert len(longest) <= 96 == outbox.c.dedupe_key.type.length  # type: ignore[attr-defined]
