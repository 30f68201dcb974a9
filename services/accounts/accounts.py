"""Accounts: a chat becomes one by giving consent; before that nothing about it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, select

from services import together
from services.accounts import concerns
from services.accounts.agreement import PUBLISHED, Agreements
from services.accounts.model import Account, Consent
from services.accounts.tables import CHAT
from services.accounts.tables import account as account_table
from services.accounts.tables import consent as consent_table
from services.clock import Clock
from services.ids import new_id
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.statement import insert_row, statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault


@statement
def _of_chat(chat_indexes: Collection[str]) -> Select[Any]:
    """While a key is being replaced, two rows may be one chat's (`tables.CHAT`): the first one is it."""
    return (
        select(account_table)
        .where(CHAT.index.in_(chat_indexes))
        .order_by(account_table.c.created_at, account_table.c.id)
    )


@statement
def _by_ids(account_ids: Collection[str]) -> Select[Any]:
    return select(account_table).where(account_table.c.id.in_(account_ids))


@statement
def _insert_new(
    account_id: str, locale: str, created_at: datetime, chat: Sealed, chat_index: str, *, dialect: str
) -> Insert:
    """Nothing where the chat has an account already."""
    values = {"id": account_id, "locale": locale, "created_at": created_at, "chat": chat, "chat_index": chat_index}
    return insert_for(dialect, account_table).values(**values).on_conflict_do_nothing(index_elements=[CHAT.index])


@statement
def _last_consent(account_id: str) -> Select[Any]:
    return (
        select(consent_table)
        .where(consent_table.c.account_id == account_id)
        .order_by(consent_table.c.given_at.desc(), consent_table.c.id)
        .limit(1)
    )


@statement
def _locked(account_id: str) -> Select[Any]:
    return select(account_table.c.id).where(account_table.c.id == account_id).with_for_update(key_share=True)


class Accounts:
    """Reads and writes accounts; each press reads its own anew. `agreements`: what the consent is given to."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, *, agreements: Agreements = PUBLISHED) -> None:
        self._agreements = agreements
        self._database = database
        self._vault = vault
        self._clock = clock

    async def by_telegram(self, telegram_id: int) -> Account | None:
        """The account of a Telegram chat, None for one that has not given consent."""
        row = (await self._database.fetch(_of_chat(CHAT.indexes(self._vault, [str(telegram_id)])))).first()
        return self._account(row) if row else None

    async def by_id(self, account_id: str) -> Account | None:
        """As it is now; asked together where a batch is worked through."""
        row = (await together.once(self._rows, [account_id])).get(account_id)
        return self._account(row) if row else None

    async def give_consent(self, telegram_id: int, locale: str, text: str) -> Account:
        """Stores the consent as it was read, and the account if it is new."""
        now = self._clock.now()
        async with self._database.write() as unit:
            row = await self._of_chat(unit, telegram_id) or await self._insert(unit, telegram_id, locale, now)
            read = {"version": self._agreements.current, "locale": locale, "text": text, "given_at": now}
            await unit.execute(insert_row(consent_table, {"id": new_id(), "account_id": row.id} | read))
        return self._account(row)

    @concerns.account("the consent that it has given")
    async def consent_of(self, account: Account) -> Consent:
        """The consent that was given last, as it was read."""
        row = (await self._database.fetch(_last_consent(account.id))).one()
        return Consent(row.version, row.text, row.given_at)

    @concerns.account("its language")
    async def set_locale(self, account: Account, locale: str) -> Account:
        return await self._change(replace(account, locale=locale), "locale")

    @concerns.account("who stands in its main menu")
    async def set_active_person(self, account: Account, person_id: str | None) -> Account:
        return await self._change(replace(account, active_person_id=person_id), "active_person_id")

    @concerns.account("the region that it has chosen last")
    async def set_last_region(self, account: Account, region: str) -> Account:
        if account.last_region == region:
            return account
        return await self._change(replace(account, last_region=region), "last_region")

    @concerns.account("how large its screens are")
    async def set_large(self, account: Account, *, large: bool) -> Account:
        if account.large == large:
            return account
        return await self._change(replace(account, large=large), "large")

    @concerns.account("whether it lets the bot in")
    async def set_reachable(self, account: Account, *, reachable: bool) -> Account:
        """Telegram's 403 makes a chat unreachable until it speaks again; its data stay."""
        moment = None if reachable else self._clock.now()
        await self._database.execute(update_row(account_table, account.id, {"unreachable_at": moment}))
        return replace(account, reachable=reachable)

    @concerns.account("where its letters go")
    async def set_email(self, unit: Unit, account: Account, sealed: Sealed | None) -> None:
        """Within a unit, after which the account is to be read anew. `sealed`: an address that has been confirmed."""
        confirmed_at = self._clock.now() if sealed is not None else None
        address = {"email": sealed, "email_refused_at": None, "email_confirmed_at": confirmed_at}
        await unit.execute(update_row(account_table, account.id, address))

    async def _change(self, account: Account, column: str) -> Account:
        """Writes the one column that has changed: another process may have changed another."""
        await self._database.execute(update_row(account_table, account.id, {column: getattr(account, column)}))
        return account

    async def _rows(self, account_ids: Collection[str]) -> Mapping[str, Row]:
        return {row.id: row for row in (await self._database.fetch(_by_ids(list(account_ids)))).all()}

    async def _of_chat(self, unit: Unit, telegram_id: int) -> Row | None:
        found = await unit.execute(_of_chat(CHAT.indexes(self._vault, [str(telegram_id)])))
        row: Row | None = found.first()
        return row

    async def _insert(self, unit: Unit, telegram_id: int, locale: str, now: datetime) -> Row:
        """A new account's row, or the one that another process has inserted at this very moment."""
        account_id = new_id()
        chat = CHAT.values(self._vault, account_id, str(telegram_id))
        await unit.execute(_insert_new(account_id, locale, now, **chat, dialect=self._database.dialect))
        row = await self._of_chat(unit, telegram_id)
        assert row is not None
        return row

    def _account(self, row: Row) -> Account:
        return Account(
            id=row.id,
            telegram_id=int(CHAT.open(self._vault, row.id, row.chat)),
            locale=row.locale,
            active_person_id=row.active_person_id,
            last_region=row.last_region,
            reachable=row.unreachable_at is None,
            mail=row.email is not None,
            mail_confirmed=row.email is not None and row.email_confirmed_at is not None,
            large=row.large,
        )


async def lock_account(unit: Unit, account_id: str) -> None:
    """Whoever counts an account's rows and adds one to them within a unit counts after those who came before.

    Rows that others add meanwhile, which name the account by a foreign key, are not kept waiting.
    """
    await unit.execute(_locked(account_id))
