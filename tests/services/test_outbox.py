"""The outbox: written with what makes it true, claimed once, tried again, given up."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from services.accounts.model import Account
from services.booking.notices import VisitNews, told_before
from services.errors import NotFound
from services.notify.model import Delivery, Notice
from services.notify.outbox import GIVE_UP_AFTER, TELEGRAM, Outbox
from services.notify.tables import notification, outbox
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import World


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: a notification holds ids only."""
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


async def add(world: World, account: Account, key: str, *, screen_follows: bool = False) -> None:
    async with world.database.write() as unit:
        notice = Notice(
            account.id, None, VisitNews.BOOKING_CONFIRMED, f"visit {key}", key, screen_follows=screen_follows
        )
        await world.outbox.add(unit, notice)


async def claim_one(world: World) -> Delivery:
    (delivery,) = await world.outbox.claim(10)
    return delivery


async def statuses(world: World) -> list[str]:
    return list((await world.database.fetch(select(outbox.c.status).order_by(outbox.c.dedupe_key))).scalars())


async def test_a_row_is_claimed_sent_and_done(world: World, account: Account) -> None:
    await add(world, account, "a")
    delivery = await claim_one(world)
    assert (delivery.channel, delivery.attempts) == (TELEGRAM, 1)
    note = delivery.notification
    assert (note.account_id, note.kind, note.subject_id) == (account.id, VisitNews.BOOKING_CONFIRMED, "visit a")
    assert note.created_at == world.clock.now()
    assert await world.outbox.claim(10) == ()
    await world.outbox.sent(delivery)
    world.clock.advance(days=1)
    assert await world.outbox.claim(10) == ()
    assert await statuses(world) == ["sent"]


async def test_the_same_key_again_does_nothing(world: World, account: Account) -> None:
    for _ in range(3):
        await add(world, account, "a")
    assert (await world.database.fetch(select(func.count()).select_from(notification))).scalar_one() == 1
    assert len(await world.outbox.claim(10)) == 1


async def test_the_same_key_from_ten_at_once_does_nothing(world: World, account: Account) -> None:
    await asyncio.gather(*(add(world, account, "a") for _ in range(10)))
    assert (await world.database.fetch(select(func.count()).select_from(notification))).scalar_one() == 1


async def test_several_are_noted_at_once_and_what_is_known_does_nothing(world: World, account: Account) -> None:
    await add(world, account, "a")
    later = world.clock.now() + timedelta(minutes=10)
    notices = [
        Notice(account.id, None, VisitNews.BOOKING_CONFIRMED, "again", "a"),
        Notice(account.id, None, VisitNews.REMINDER_SOON, "b", "b", later),
        Notice(account.id, None, VisitNews.BOOKING_CONFIRMED, "c", "c", screen_follows=True),
        Notice(account.id, None, VisitNews.BOOKING_CONFIRMED, "d", "d"),
    ]
    async with world.database.write() as unit:
        assert await world.outbox.add(unit, *notices) == {"b", "c", "d"}
        assert await world.outbox.add(unit) == frozenset()
    due = [each.notification.subject_id for each in await world.outbox.claim(10)]
    assert sorted(due) == ["d", "visit a"], "one waits for its moment, one for its screen"
    assert (await world.outbox.page(account.id, 0, 8)).total == 3
    assert (await world.database.fetch(select(func.count()).select_from(notification))).scalar_one() == 4


async def test_what_is_rolled_back_is_never_told(world: World, account: Account) -> None:
    async def fail() -> None:
        async with world.database.write() as unit:
            await world.outbox.add(unit, Notice(account.id, None, VisitNews.BOOKING_FAILED, "x", "x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await world.outbox.claim(10) == ()
    assert (await world.outbox.page(account.id, 0, 8)).total == 0


async def test_workers_at_once_share_the_rows_and_none_gets_one_twice(world: World, account: Account) -> None:
    for number in range(30):
        await add(world, account, f"{number:02}")
    replica = Outbox(world.database, world.clock)
    claimed = await asyncio.gather(*(each.claim(10) for each in (world.outbox, replica) * 3))
    ids = [delivery.id for batch in claimed for delivery in batch]
    assert len(ids) == len(set(ids)) == 30
    assert all(len(batch) <= 10 for batch in claimed)


async def test_the_first_in_is_the_first_out(world: World, account: Account) -> None:
    for key in ("c", "a", "b"):
        await add(world, account, key)
        world.clock.advance(seconds=1)
    claimed = [*await world.outbox.claim(2), *await world.outbox.claim(2)]
    assert [each.notification.subject_id for each in claimed] == ["visit c", "visit a", "visit b"]


async def test_a_worker_that_died_loses_its_claim_after_a_minute(world: World, account: Account) -> None:
    await add(world, account, "a")
    await claim_one(world)
    world.clock.advance(seconds=59)
    assert await world.outbox.claim(10) == ()
    world.clock.advance(seconds=1)
    assert (await claim_one(world)).attempts == 2


async def test_a_screen_that_says_it_settles_the_row(world: World, account: Account) -> None:
    await add(world, account, "a", screen_follows=True)
    await add(world, account, "b", screen_follows=True)
    await world.outbox.shown("a")
    await world.outbox.shown("no such key")
    world.clock.advance(seconds=19)
    assert await world.outbox.claim(10) == ()
    world.clock.advance(seconds=1)
    assert (await claim_one(world)).notification.subject_id == "visit b"
    assert await statuses(world) == ["sent", "due"]


async def test_trying_again_waits_longer_and_longer(world: World, account: Account) -> None:
    await add(world, account, "a")
    for pause in (5, 30, 300, 1800, 1800):
        await world.outbox.retry(await claim_one(world))
        world.clock.advance(seconds=pause - 1)
        assert await world.outbox.claim(10) == ()
        world.clock.advance(seconds=1)
    assert (await claim_one(world)).attempts == 6


async def test_the_pause_that_telegram_asks_for_is_kept(world: World, account: Account) -> None:
    await add(world, account, "a")
    await world.outbox.retry(await claim_one(world), timedelta(seconds=77))
    world.clock.advance(seconds=76)
    assert await world.outbox.claim(10) == ()
    world.clock.advance(seconds=1)
    assert len(await world.outbox.claim(10)) == 1


async def test_after_three_days_it_is_given_up_but_stays_in_the_list(world: World, account: Account) -> None:
    await add(world, account, "a")
    world.clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await world.outbox.retry(await claim_one(world))
    assert await statuses(world) == ["due"]
    world.clock.advance(minutes=30)
    await world.outbox.retry(await claim_one(world))
    assert await statuses(world) == ["dropped"]
    world.clock.advance(days=1)
    assert await world.outbox.claim(10) == ()
    assert (await world.outbox.page(account.id, 0, 8)).total == 1


async def test_what_no_longer_applies_is_dropped(world: World, account: Account) -> None:
    await add(world, account, "a")
    await world.outbox.drop(await claim_one(world))
    world.clock.advance(days=1)
    assert await world.outbox.claim(10) == ()


async def test_the_list_is_newest_first_in_pages_and_ones_own(world: World, account: Account) -> None:
    other = await world.account()
    await add(world, other, "theirs")
    for number in range(10):
        world.clock.advance(seconds=1)
        await add(world, account, f"{number}")
    first, second, beyond = [await world.outbox.page(account.id, page, 8) for page in range(3)]
    assert [each.subject_id for each in first.items] == [f"visit {number}" for number in range(9, 1, -1)]
    assert [each.subject_id for each in second.items] == ["visit 1", "visit 0"]
    assert beyond.items == ()
    assert first.total == second.total == beyond.total == 10


# --- told later -----------------------------------------------------------------------------------


async def add_later(world: World, account: Account, key: str, minutes: int) -> bool:
    async with world.database.write() as unit:
        due_at = world.clock.now() + timedelta(minutes=minutes)
        notice = Notice(account.id, None, VisitNews.REMINDER_SOON, f"visit {key}", key, due_at)
        return key in await world.outbox.add(unit, notice)


async def test_what_is_told_later_is_neither_sent_nor_listed_before(world: World, account: Account) -> None:
    assert await add_later(world, account, "a", 10)
    assert not await add_later(world, account, "a", 20)
    world.clock.advance(minutes=9, seconds=59)
    assert await world.outbox.claim(10) == ()
    assert (await world.outbox.page(account.id, 0, 8)).total == await world.outbox.unread(account.id) == 0
    world.clock.advance(seconds=1)
    assert (await claim_one(world)).notification.subject_id == "visit a"
    assert (await world.outbox.page(account.id, 0, 8)).total == await world.outbox.unread(account.id) == 1


async def test_what_waits_may_come_sooner_never_later(world: World, account: Account) -> None:
    await add_later(world, account, "a", 10)
    now = world.clock.now()
    async with world.database.write() as unit:
        assert await world.outbox.hasten(unit, "a", now + timedelta(minutes=15))
        assert await world.outbox.hasten(unit, "a", now + timedelta(minutes=5))
        assert not await world.outbox.hasten(unit, "nothing", now)
    world.clock.advance(minutes=5)
    delivery = await claim_one(world)
    assert delivery.notification.created_at == world.clock.now()
    await world.outbox.sent(delivery)
    async with world.database.write() as unit:
        assert not await world.outbox.hasten(unit, "a", now)


async def test_what_is_put_off_leaves_the_list_until_then(world: World, account: Account) -> None:
    await add_later(world, account, "a", 0)
    until = world.clock.now() + timedelta(hours=9)
    await world.outbox.postpone(await claim_one(world), until)
    assert (await world.outbox.page(account.id, 0, 8)).total == 0
    world.clock.set(until)
    assert (await claim_one(world)).notification.created_at == until


async def test_what_is_taken_back_never_happened(world: World, account: Account) -> None:
    await add_later(world, account, "a", 0)
    await world.outbox.take_back(await claim_one(world))
    assert (await world.outbox.page(account.id, 0, 8)).total == 0
    assert await statuses(world) == []


async def test_what_was_told_along_is_not_sent_by_itself(world: World, account: Account) -> None:
    for key, minutes in (("a", 0), ("b", 20), ("c", 40)):
        await add_later(world, account, key, minutes)
    assert await world.outbox.waiting(account.id, VisitNews.REMINDER_SOON) == {"visit a", "visit b", "visit c"}
    await world.outbox.sent(await claim_one(world), ["b"])
    assert await world.outbox.waiting(account.id, VisitNews.REMINDER_SOON) == {"visit c"}
    assert await statuses(world) == ["sent", "due"]


async def test_what_was_sent_is_not_withdrawn(world: World, account: Account) -> None:
    await add(world, account, "a")
    await world.outbox.sent(await claim_one(world))
    async with world.database.write() as unit:
        await world.outbox.withdraw(unit, "a")
    assert (await world.outbox.page(account.id, 0, 8)).total == 1


# --- read -----------------------------------------------------------------------------------------


async def test_each_is_read_by_itself_by_its_thing_or_all_at_once(world: World, account: Account) -> None:
    other = await world.account()
    for key in ("a", "b", "c", "d"):
        await add(world, account, key)
    await add(world, other, "e")
    assert await world.outbox.unread(account.id) == 4
    notes = (await world.outbox.page(account.id, 0, 8)).items
    assert not any(note.read for note in notes)

    await world.outbox.read(await world.outbox.get(account.id, notes[0].id))
    assert (await world.outbox.get(account.id, notes[0].id)).read
    assert await world.outbox.unread(account.id) == 3
    await world.outbox.read_about(account.id, notes[1].subject_id)
    await world.outbox.read_about(account.id, "visit e")
    assert await world.outbox.unread(account.id) == 2
    await world.outbox.read_all(account.id)
    assert await world.outbox.unread(account.id) == 0
    assert await world.outbox.unread(other.id) == 1


async def test_what_the_screen_has_said_is_read(world: World, account: Account) -> None:
    await add(world, account, "a", screen_follows=True)
    await add(world, account, "b")
    await world.outbox.shown("a")
    assert await world.outbox.unread(account.id) == 1


async def test_nobody_opens_what_is_anothers_or_not_told_yet(world: World, account: Account) -> None:
    other = await world.account()
    await add(world, other, "a")
    await add_later(world, account, "b", 5)
    theirs = (await world.outbox.page(other.id, 0, 8)).items[0]
    later = (await world.database.fetch(select(notification.c.id).where(notification.c.account_id == account.id))).one()
    for each in (theirs.id, later.id, "nothing"):
        with pytest.raises(NotFound):
            await world.outbox.get(account.id, each)


# --- each thing once in the list --------------------------------------------------------------------


async def tell(
    world: World,
    account: Account,
    kind: str,
    visit: str,
    *,
    key: str = "",
    replaces: tuple[str, ...] = (),
    due_at: datetime | None = None,
) -> None:
    earlier = told_before(*replaces) if replaces else None
    notice = Notice(account.id, None, kind, visit, key or f"{kind} {visit}", due_at, replaces=earlier)
    async with world.database.write() as unit:
        await world.outbox.add(unit, notice)


async def listed(world: World, account: Account) -> list[tuple[str, str]]:
    return [(each.kind, each.subject_id) for each in (await world.outbox.page(account.id, 0, 8)).items]


async def test_later_news_of_a_visit_take_the_place_of_the_earlier(world: World, account: Account) -> None:
    other = await world.account(502)
    for whose in (account, other):
        await tell(world, whose, VisitNews.BOOKING_CONFIRMED, "old", key=f"confirm {whose.id}")
    await tell(world, account, VisitNews.BOOKING_CONFIRMED, "another")
    await tell(world, account, VisitNews.REMINDER_SOON, "old")
    assert await world.outbox.unread(account.id) == 3

    world.clock.advance(minutes=1)
    await tell(world, account, VisitNews.VISIT_MOVED, "new", replaces=("old", "new"))
    assert set(await listed(world, account)) == {
        (VisitNews.VISIT_MOVED, "new"),
        (VisitNews.BOOKING_CONFIRMED, "another"),
        (VisitNews.REMINDER_SOON, "old"),
    }
    assert await listed(world, other) == [(VisitNews.BOOKING_CONFIRMED, "old")]
    assert (await world.outbox.page(account.id, 0, 8)).total == await world.outbox.unread(account.id) == 3

    world.clock.advance(minutes=1)
    await tell(world, account, VisitNews.VISIT_CANCELLED, "new", replaces=("new",))
    assert (VisitNews.VISIT_MOVED, "new") not in await listed(world, account)
    assert (await listed(world, account))[0] == (VisitNews.VISIT_CANCELLED, "new")


async def test_what_is_replaced_stands_until_its_successor_is_told(world: World, account: Account) -> None:
    """Nobody is woken by a change: it is told in the morning, and until then the list is as it was."""
    await tell(world, account, VisitNews.BOOKING_CONFIRMED, "old")
    (before,) = (await world.outbox.page(account.id, 0, 8)).items
    morning = world.clock.now() + timedelta(hours=8)
    await tell(world, account, VisitNews.VISIT_CANCELLED_BY_CLINIC, "old", replaces=("old",), due_at=morning)
    assert await listed(world, account) == [(VisitNews.BOOKING_CONFIRMED, "old")]
    world.clock.advance(hours=8)
    assert await listed(world, account) == [(VisitNews.VISIT_CANCELLED_BY_CLINIC, "old")]
    assert (await world.outbox.get(account.id, before.id)).kind == VisitNews.BOOKING_CONFIRMED, "an old button opens it"


async def test_what_is_told_already_replaces_nothing(world: World, account: Account) -> None:
    await tell(world, account, VisitNews.VISIT_MOVED, "new", key="once")
    await tell(world, account, VisitNews.VISIT_MOVED, "new", key="once", replaces=("new",))
    assert await listed(world, account) == [(VisitNews.VISIT_MOVED, "new")]
