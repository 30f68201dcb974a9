"""The address that an account's letters go to: given, changed, removed, and found to be none."""

from __future__ import annotations

from sqlalchemy import select, update

from services.accounts.accounts import Accounts
from services.accounts.model import Account, MailAddress
from services.accounts.notices import AccountNews
from services.accounts.tables import account as account_table
from services.clock import Clock
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.types import Sealed
from services.storage.vault import Vault


class Mail:
    """Keeps addresses sealed; read from the database each time, so that none stays in memory.

    `on`: there is a mail server, so an address may be asked for.
    """

    def __init__(
        self, database: Database, vault: Vault, accounts: Accounts, outbox: Outbox, clock: Clock, *, on: bool
    ) -> None:
        self._database = database
        self._vault = vault
        self._accounts = accounts
        self._outbox = outbox
        self._clock = clock
        self.on = on

    async def of(self, account: Account) -> MailAddress | None:
        """The account's address, None where there is none."""
        row = (
            await self._database.fetch(
                select(account_table.c.email, account_table.c.email_refused_at).where(account_table.c.id == account.id)
            )
        ).one_or_none()
        if row is None or row.email is None:
            return None
        text = self._vault.open(account_table.c.email, account.id, row.email)
        return MailAddress(text, row.email_refused_at is not None)

    def may_offer(self, account: Account) -> bool:
        """Whether there is a point in asking for an address."""
        return self.on and not account.mail

    async def give(self, account: Account, address: str) -> Account:
        """Letters go to this address from now on, and the ones about what was booked just now. `address`: checked."""
        return await self._set(account, self._vault.seal(account_table.c.email, account.id, address))

    async def remove(self, account: Account) -> Account:
        """No more letters; those that wait find no address."""
        return await self._set(account, None)

    async def refuse(self, account: Account, address: MailAddress) -> None:
        """Its server does not know the address: nothing goes there any more, and the chat is told once.

        Nothing happens where another address has been given meanwhile.
        """
        mine = account_table.c.id == account.id
        stands = select(account_table.c.email).where(mine, account_table.c.email_refused_at.is_(None))
        async with self._database.write() as unit:
            sealed = (await unit.execute(stands.with_for_update())).scalar()
            # Compared as it reads: a rotation of the key may have sealed the same address anew.
            if sealed is None or self._vault.open(account_table.c.email, account.id, sealed) != address.text:
                return
            await unit.execute(update(account_table).where(mine).values(email_refused_at=self._clock.now()))
            key = keys.mail_refused(self._vault.index("refused address", sealed.hex()))
            await self._outbox.add(unit, Notice(account.id, None, AccountNews.MAIL_REFUSED, account.id, key))

    async def _set(self, account: Account, sealed: Sealed | None) -> Account:
        async with self._database.write() as unit:
            await self._accounts.set_email(unit, account, sealed)
            await self._outbox.add_letters(unit, account.id)
        return await self._accounts.by_id(account.id) or account
