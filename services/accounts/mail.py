"""The address that an account's letters go to: confirmed by a code, changed, removed, and found to be none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, literal, select

from services.accounts import concerns
from services.accounts.accounts import Accounts
from services.accounts.mail_codes import MailCodes, read_mail_code
from services.accounts.model import Account, AwaitedMail, MailAddress, MailCode, MailCodeProblem, MailCodeState
from services.accounts.notices import AccountNews
from services.accounts.tables import account as account_table
from services.clock import Clock
from services.limits.limits import Limits
from services.notify import keys
from services.notify.model import Notice, Notification
from services.notify.outbox import Outbox
from services.notify.tables import outbox as outbox_table
from services.storage.engine import Database
from services.storage.statement import statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault

_AT_ONCE = 100
"""How many owners are asked at a time: each is a unit of its own."""


@statement
def _address_of(account_id: str) -> Select[Any]:
    columns = account_table.c.email, account_table.c.email_refused_at, account_table.c.email_confirmed_at
    return select(*columns).where(account_table.c.id == account_id)


@statement
def _reached_locked(account_id: str) -> Select[Any]:
    """The account's address, unless its server does not know it."""
    stands = account_table.c.id == account_id, account_table.c.email_refused_at.is_(None)
    return select(account_table.c.email).where(*stands).with_for_update()


@statement
def _unconfirmed() -> Select[Any]:
    """Owners of addresses from before there were codes who were not asked yet, a few at a time."""
    asked = outbox_table.c.dedupe_key == literal(keys.mail_unconfirmed("")) + account_table.c.id
    return (
        select(account_table.c.id)
        .where(
            account_table.c.email.is_not(None),
            account_table.c.email_confirmed_at.is_(None),
            account_table.c.email_refused_at.is_(None),
            ~exists(select(outbox_table.c.id).where(asked)),
        )
        .limit(_AT_ONCE)
    )


class Mail:
    """Keeps addresses sealed; read from the database each time, so that none stays in memory.

    `on`: there is a mail server, so an address may be asked for.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        accounts: Accounts,
        outbox: Outbox,
        limits: Limits,
        clock: Clock,
        *,
        on: bool,
    ) -> None:
        self._database = database
        self._vault = vault
        self._accounts = accounts
        self._outbox = outbox
        self._clock = clock
        self._codes = MailCodes(database, vault, limits, clock)
        self.on = on

    @concerns.account("where its letters go")
    async def of(self, account: Account) -> MailAddress | None:
        """The account's address, None where there is none."""
        row = (await self._database.fetch(_address_of(account.id))).one_or_none()
        if row is None or row.email is None:
            return None
        text = self._vault.open(account_table.c.email, account.id, row.email)
        return MailAddress(text, row.email_refused_at is not None, row.email_confirmed_at is not None)

    def may_offer(self, account: Account) -> bool:
        """Whether there is a point in asking for an address."""
        return self.on and not account.mail_confirmed

    # --- confirming -------------------------------------------------------------------------------

    @concerns.account("where its letters go")
    async def send_code(self, account: Account, address: str) -> None:
        """A letter with a code goes to this address (checked), and no other before it is typed: `MailCodesUsedUp`."""
        async with self._database.write() as unit:
            code_id = await self._codes.issue(unit, account, address)
            await self._outbox.forget_letters(unit, account.id, AccountNews.MAIL_CODE)
            await self._outbox.add_letter(unit, account.id, AccountNews.MAIL_CODE, code_id)

    @concerns.account("where its letters go")
    async def awaited(self, account: Account) -> AwaitedMail | None:
        """The address that a code is awaited for."""
        return await self._codes.awaited(account.id)

    @concerns.account("where its letters go")
    async def confirm(self, account: Account, address: str, typed: str) -> Account | MailCodeProblem:
        """Letters go to this address from now on, and the ones about what was booked just now."""
        digits = read_mail_code(typed)
        if digits is None:
            return MailCodeProblem.NOT_A_CODE
        async with self._database.write() as unit:
            problem = await self._codes.check(unit, account.id, address, digits)
            if problem is not None:
                return problem
            await self._set(unit, account, self._vault.seal(account_table.c.email, account.id, address))
            await self._outbox.add_letters(unit, account.id)
        return await self._accounts.by_id(account.id) or account

    async def code(self, code_id: str) -> MailCode | None:
        """What the letter says; None where it would confirm nothing any more."""
        found = await self._codes.get(code_id)
        return found[0] if found is not None and found[1] is MailCodeState.SENT else None

    async def refused_code(self, code_id: str) -> str | None:
        """The address that a letter with a code has not reached; None where nobody asks for it any more."""
        found = await self._codes.get(code_id)
        return found[0].address if found is not None and found[1] is MailCodeState.REFUSED else None

    async def ask_owners(self) -> None:
        """Addresses from before there were codes: whoever has given one is asked to confirm it, once."""
        if not self.on:
            return
        for account_id in (await self._database.fetch(_unconfirmed())).scalars():
            notice = Notice(
                account_id, None, AccountNews.MAIL_UNCONFIRMED, account_id, keys.mail_unconfirmed(account_id)
            )
            async with self._database.write() as unit:
                await self._outbox.add(unit, notice)

    # --- letters ------------------------------------------------------------------------------------

    @concerns.account("where its letters go")
    async def addressee(self, account: Account, note: Notification) -> MailAddress | None:
        """Where the letter about this goes: a code to the address that it is to confirm."""
        if note.kind != AccountNews.MAIL_CODE:
            return await self.of(account)
        code = await self.code(note.subject_id)
        return MailAddress(code.address, False, code_id=note.subject_id) if code is not None else None

    @concerns.account("where its letters go")
    async def refuse(self, account: Account, address: MailAddress) -> None:
        """Its server does not know the address: nothing goes there any more, and the chat is told once.

        Nothing happens where another address has been given meanwhile.
        """
        if address.code_id is not None:
            await self._refuse_code(account, address.code_id)
            return
        async with self._database.write() as unit:
            sealed = (await unit.execute(_reached_locked(account.id))).scalar()
            # Compared as it reads: a rotation of the key may have sealed the same address anew.
            if sealed is None or self._vault.open(account_table.c.email, account.id, sealed) != address.text:
                return
            await unit.execute(update_row(account_table, account.id, {"email_refused_at": self._clock.now()}))
            key = keys.mail_refused(self._vault.index("refused address", sealed.hex()))
            await self._outbox.add(unit, Notice(account.id, None, AccountNews.MAIL_REFUSED, account.id, key))

    @concerns.account("where its letters go")
    async def remove(self, account: Account) -> Account:
        """No more letters; those that wait find no address."""
        async with self._database.write() as unit:
            await self._set(unit, account, None)
            await self._outbox.drop_waiting(unit, account.id)
        return await self._accounts.by_id(account.id) or account

    async def purge(self) -> None:
        """Forgets codes of more than a day ago."""
        await self._codes.purge()

    async def _refuse_code(self, account: Account, code_id: str) -> None:
        key = keys.mail_code_refused(code_id)
        async with self._database.write() as unit:
            if await self._codes.refuse(unit, code_id):
                await self._outbox.add(unit, Notice(account.id, None, AccountNews.MAIL_CODE_REFUSED, code_id, key))

    async def _set(self, unit: Unit, account: Account, sealed: Sealed | None) -> None:
        """Another address, or none: what a code was sent for before is over."""
        await self._accounts.set_email(unit, account, sealed)
        await self._codes.forget(unit, account.id)
        await self._outbox.forget_letters(unit, account.id, AccountNews.MAIL_CODE)
