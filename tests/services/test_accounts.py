"""Accounts: nothing before consent, the consent as it was read, the cache."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from services.accounts.accounts import Accounts
from services.accounts.agreement import PUBLISHED
from services.accounts.tables import account as account_table
from services.accounts.tables import consent
from services.storage.engine import Database
from services.storage.vault import Vault
from services.tables import metadata
from tests.support.clock import FakeClock

CHAT = 5_000_000_001


@pytest.fixture
def accounts(database: Database, vault: Vault, clock: FakeClock) -> Accounts:
    return Accounts(database, vault, clock)


async def rows_of_everything(database: Database) -> dict[str, int]:
    counts = {}
    for table in metadata.sorted_tables:
        counts[table.name] = (await database.fetch(select(func.count()).select_from(table))).scalar_one()
    return {name: number for name, number in counts.items() if number}


async def test_before_consent_nothing_is_kept(accounts: Accounts, database: Database) -> None:
    assert await accounts.by_telegram(CHAT) is None
    assert await accounts.by_id("nobody") is None
    assert await rows_of_everything(database) == {}


async def test_consent_is_stored_with_its_text_version_language_and_time(
    accounts: Accounts, database: Database, clock: FakeClock
) -> None:
    given = await accounts.give_consent(CHAT, "en", "<b>The text</b> as it was read")
    row = (await database.fetch(select(consent))).one()
    assert (row.account_id, row.text, row.version, row.locale) == (
        *(given.id, "<b>The text</b> as it was read", PUBLISHED.current, "en"),
    )
    assert row.given_at == clock.now()
    assert (given.telegram_id, given.locale, given.active_person_id, given.last_region) == (CHAT, "en", None, None)
    assert await rows_of_everything(database) == {"account": 1, "consent": 1}


async def test_consent_given_twice_is_one_account_and_both_consents(
    accounts: Accounts, database: Database, vault: Vault, clock: FakeClock
) -> None:
    first = await accounts.give_consent(CHAT, "ru", "один")
    clock.advance(days=1)
    again = await Accounts(database, vault, clock).give_consent(CHAT, "en", "two")
    assert again.id == first.id
    assert await rows_of_everything(database) == {"account": 1, "consent": 2}


async def test_ten_presses_of_i_agree_at_once_make_one_account(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    replicas = [Accounts(database, vault, clock) for _ in range(10)]
    given = await asyncio.gather(*(each.give_consent(CHAT, "ru", "текст") for each in replicas))
    assert len({each.id for each in given}) == 1
    assert (await rows_of_everything(database))["account"] == 1


async def test_changes_are_kept_and_seen_at_once(
    accounts: Accounts, database: Database, vault: Vault, clock: FakeClock
) -> None:
    given = await accounts.give_consent(CHAT, "ru", "текст")
    given = await accounts.set_locale(given, "en")
    given = await accounts.set_active_person(given, "person123456")
    given = await accounts.set_last_region(given, "50")
    given = await accounts.set_large(given, large=True)
    assert await accounts.by_telegram(CHAT) == given
    assert await Accounts(database, vault, clock).by_telegram(CHAT) == given
    assert await accounts.by_id(given.id) == given
    assert (given.locale, given.active_person_id, given.last_region) == ("en", "person123456", "50")
    assert given.large
    assert not (await accounts.set_large(given, large=False)).large


async def test_what_was_read_before_a_change_brings_nothing_back(accounts: Accounts) -> None:
    """A handler, or a batch, goes on with the account that it was given, while the chat leaves and comes back."""
    given = await accounts.give_consent(CHAT, "ru", "текст")
    await accounts.set_reachable(given, reachable=False)
    await accounts.set_last_region(given, "50")
    known = await accounts.by_telegram(CHAT)
    assert known is not None
    assert not known.reachable
    assert known.last_region == "50"


async def test_what_is_so_already_is_not_written(
    accounts: Accounts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await accounts.set_last_region(await accounts.give_consent(CHAT, "ru", "текст"), "50")

    async def execute(*_: object) -> None:
        raise AssertionError("the database was written to")

    monkeypatch.setattr(database, "execute", execute)
    assert await accounts.set_last_region(given, "50") == given
    assert await accounts.set_large(given, large=False) == given


async def test_a_chat_that_cannot_be_reached_is_marked_until_it_speaks(
    accounts: Accounts, database: Database, clock: FakeClock
) -> None:
    given = await accounts.give_consent(CHAT, "ru", "текст")

    async def unreachable_at() -> object:
        return (await database.fetch(select(account_table.c.unreachable_at))).scalar_one()

    await accounts.set_reachable(given, reachable=False)
    assert await unreachable_at() == clock.now()
    await accounts.set_reachable(given, reachable=True)
    assert await unreachable_at() is None
