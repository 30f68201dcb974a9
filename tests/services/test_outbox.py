"""The outbox: written with what makes it true, claimed once, tried again, given up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.accounts.model import Account
from services.notify.model import Delivery, NotificationKind
from services.notify.outbox import GIVE_UP_AFTER, TELEGRAM, Outbox
from services.storage.engine import Database
from services.storage.tables import notification, outbox
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
        await world.outbox.add(
            unit,
            account_id=account.id,
            person_id=None,
            kind=NotificationKind.BOOKING_CONFIRMED,
            subject_id=f"visit {key}",
            dedupe_key=key,
            screen_follows=screen_follows,
        )


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
    assert (note.account_id, note.kind, note.subject_id) == (account.id, NotificationKind.BOOKING_CONFIRMED, "visit a")
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


async def test_what_is_rolled_back_is_never_told(world: World, account: Account) -> None:
    async def fail() -> None:
        async with world.database.write() as unit:
            await world.outbox.add(
                unit,
                account_id=account.id,
                person_id=None,
                kind=NotificationKind.BOOKING_FAILED,
                subject_id="x",
                dedupe_key="x",
            )
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
    await world.outbox.settle("a")
    await world.outbox.settle("no such key")
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
