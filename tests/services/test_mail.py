"""Rows of letters: made with the chat's in one unit, claimed by themselves, for addresses only that letters reach."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.notices.notices import mailed
from bot.topics import ALL
from services.accounts.model import Account
from services.accounts.notices import AccountNews
from services.accounts.tables import account as account_table
from services.booking.notices import VisitNews
from services.notify.model import Notice
from services.notify.outbox import EMAIL, GIVE_UP_AFTER, TELEGRAM, Outbox
from services.notify.tables import notification, outbox
from services.requests.notices import RequestNews
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import World

Rows = list[tuple[str, str, str]]
MAILED = mailed([spec for topic in ALL for spec in topic.notices])
ADDRESS = "anna@example.org"


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: a notification holds ids only."""
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.mail.give(await world.account(), ADDRESS)


async def add(
    world: World,
    account: Account,
    key: str = "a",
    kind: str = VisitNews.BOOKING_CONFIRMED,
    outbox: Outbox | None = None,
    *,
    fail: bool = False,
) -> None:
    async with world.database.write() as unit:
        notice = Notice(account.id, None, kind, f"visit {key}", key, screen_follows=True)
        await (outbox or world.outbox).add(unit, notice)
        if fail:
            raise RuntimeError


async def rows(world: World) -> Rows:
    found = await world.database.fetch(
        select(outbox.c.channel, outbox.c.status, notification.c.kind)
        .join(notification, notification.c.id == outbox.c.notification_id)
        .order_by(outbox.c.channel)
    )
    return [(row.channel, row.status, row.kind) for row in found]


@pytest.mark.parametrize("kind", [*VisitNews, *AccountNews, *RequestNews])
async def test_only_news_of_visits_is_written_about(kind: str, world: World, account: Account) -> None:
    await add(world, account, kind=kind)
    channels = [channel for channel, _, _ in await rows(world)]
    assert channels == ([EMAIL, TELEGRAM] if kind in MAILED else [TELEGRAM])


async def test_each_channel_claims_its_own_and_the_screen_settles_the_chats(world: World, account: Account) -> None:
    await add(world, account)
    (letter,) = await world.outbox.claim(10, EMAIL)
    assert (letter.channel, letter.attempts) == (EMAIL, 1)
    assert await world.outbox.claim(10) == (), "the screen has the first word"
    await world.outbox.shown("a")
    assert [(channel, status) for channel, status, _ in await rows(world)] == [(EMAIL, "due"), (TELEGRAM, "sent")]
    await world.outbox.retry(letter)
    world.clock.advance(minutes=1)
    assert await world.outbox.claim(10) == ()
    (again,) = await world.outbox.claim(10, EMAIL)
    assert (again.id, again.attempts) == (letter.id, 2)
    await world.outbox.sent(again)
    world.clock.advance(days=1)
    assert await world.outbox.claim(10, EMAIL) == ()


async def test_the_same_key_again_makes_no_second_letter(world: World, account: Account) -> None:
    await asyncio.gather(*(add(world, account) for _ in range(10)))
    assert len(await rows(world)) == 2


async def test_of_several_at_once_those_that_are_mailed_and_new_are_written(world: World, account: Account) -> None:
    await add(world, account, "known")
    notices = [
        Notice(account.id, None, VisitNews.BOOKING_CONFIRMED, "known", "known"),
        Notice(account.id, None, VisitNews.VISIT_CANCELLED, "new", "new"),
        Notice(account.id, None, VisitNews.REMINDER_SOON, "soon", "soon"),
    ]
    async with world.database.write() as unit:
        assert await world.outbox.add(unit, *notices) == {"new", "soon"}
    subjects = [each.notification.subject_id for each in await world.outbox.claim(10, EMAIL)]
    assert sorted(subjects) == ["new", "visit known"]


async def test_what_is_rolled_back_is_not_written(world: World, account: Account) -> None:
    with pytest.raises(RuntimeError):
        await add(world, account, fail=True)
    assert await rows(world) == []


async def test_no_letter_without_an_address_or_a_server(world: World, account: Account) -> None:
    await add(world, account, "no server", outbox=Outbox(world.database, world.clock))
    await add(world, await world.account(), "no address")
    refused = await world.mail.give(await world.account(), ADDRESS)
    address = await world.mail.of(refused)
    assert address is not None
    await world.mail.refuse(refused, address)
    await add(world, refused, "refused")
    assert EMAIL not in [channel for channel, _, _ in await rows(world)]


async def test_an_address_that_is_given_brings_recent_news_once(world: World) -> None:
    account = await world.account()
    await add(world, account, "old")
    world.clock.advance(seconds=GIVE_UP_AFTER.total_seconds() + 1)
    await add(world, account, "booked")
    await add(world, account, "cancelled", VisitNews.VISIT_CANCELLED)
    account = await world.mail.give(account, ADDRESS)
    (letter,) = await world.outbox.claim(10, EMAIL)
    assert letter.notification.subject_id == "visit booked"
    await world.outbox.sent(letter)
    await world.mail.give(account, "other@example.org")
    assert await world.outbox.claim(10, EMAIL) == ()


async def test_who_has_blocked_the_bot_is_written_to_and_who_is_erased_is_not(world: World, account: Account) -> None:
    await add(world, account)
    await world.accounts.set_reachable(account, reachable=False)
    assert len(await world.outbox.claim(10, EMAIL)) == 1
    await world.database.execute(account_table.delete().where(account_table.c.id == account.id))
    world.clock.advance(minutes=2)
    assert await world.outbox.claim(10, EMAIL) == ()
