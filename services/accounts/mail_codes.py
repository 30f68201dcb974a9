"""Codes that an address for letters is confirmed by: six digits that a letter brings.

Code and address lie sealed in one row an account, for a day; a wrong guess is counted, and the fifth burns the code.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Select, Update, delete, select, update

from services.accounts import concerns
from services.accounts.model import Account, AwaitedMail, MailCode, MailCodeProblem, MailCodeState
from services.accounts.tables import account as account_table
from services.accounts.tables import mail_code
from services.clock import Clock
from services.errors import NomerokError
from services.ids import new_id
from services.limits.limits import EVERYBODY, Limits
from services.limits.model import Act, LimitReached
from services.notify.addresses import wire_email
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import Bound, insert_row, statement, update_row
from services.storage.units import Unit
from services.storage.vault import Vault

LIFETIME = timedelta(minutes=30)
TRIES = 5
KEPT = timedelta(days=1)
_LENGTH = 6
_PROBLEMS = {
    MailCodeState.EXPIRED: MailCodeProblem.EXPIRED,
    MailCodeState.REFUSED: MailCodeProblem.EXPIRED,
    MailCodeState.BURNT: MailCodeProblem.BURNT,
}


@statement
def _account_locked(account_id: str) -> Select[Any]:
    return select(account_table.c.id).where(account_table.c.id == account_id).with_for_update()


@statement
def _of_account(account_id: str) -> Select[Any]:
    return select(mail_code).where(mail_code.c.account_id == account_id)


@statement
def _of_account_locked(account_id: str) -> Select[Any]:
    return select(mail_code).where(mail_code.c.account_id == account_id).with_for_update()


@statement
def _of_account_since(account_id: str, since: datetime) -> Select[Any]:
    return select(mail_code).where(mail_code.c.account_id == account_id, mail_code.c.made_at > since)


@statement
def _by_id_since(code_id: str, since: datetime) -> Select[Any]:
    return select(mail_code).where(mail_code.c.id == code_id, mail_code.c.made_at > since)


@statement
def _renew(account_id: str, made_at: datetime, expires_at: datetime) -> Update:
    times = {"made_at": made_at, "expires_at": expires_at}
    return update(mail_code).where(mail_code.c.account_id == account_id).values(**times)


@statement
def _drop(account_id: str) -> Delete:
    return delete(mail_code).where(mail_code.c.account_id == account_id)


@statement
def _drop_made_by(moment: datetime) -> Delete:
    return delete(mail_code).where(mail_code.c.made_at <= moment)


class MailCodesUsedUp(NomerokError):  # noqa: N818  (it names the answer, not a defect)
    """No more letters with a code today: by this chat, or to this address. Which of the two is not told."""


def read_mail_code(text: str) -> str | None:
    """The six digits of what was typed, «482 913» or «код: 482-913»; None where it is no code."""
    digits = re.sub(r"[^0-9]", "", text)
    return digits if len(digits) == _LENGTH else None


class MailCodes:
    """Makes codes and compares what is typed with them; both are counted."""

    def __init__(self, database: Database, vault: Vault, limits: Limits, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._limits = limits
        self._clock = clock

    @concerns.account("where its letters go")
    async def issue(self, unit: Unit, account: Account, address: str) -> str:
        """A code for this address, in the stead of another address's; gives its id. Raises `MailCodesUsedUp`.

        While a code for the same address is good, it is the same one: any of the letters that have come will do.
        """
        now = self._clock.now()
        # One at a time, so that two presses at once are two.
        await unit.execute(_account_locked(account.id))
        await self._count(unit, account.telegram_id, address)
        row = (await unit.execute(_of_account(account.id))).one_or_none()
        times = {"made_at": now, "expires_at": now + LIFETIME}
        if row is not None and self._state(row) is MailCodeState.SENT and self._open(row)["address"] == address:
            await unit.execute(_renew(account.id, **times))
            return str(row.id)
        await unit.execute(_drop(account.id))
        code_id = new_id()
        said = {"address": address, "digits": f"{secrets.randbelow(10**_LENGTH):0{_LENGTH}}"}
        sealed = self._vault.seal_json(mail_code.c.data, code_id, said)
        row_of_it = {"id": code_id, "account_id": account.id, "data": sealed}
        await unit.execute(insert_row(mail_code, row_of_it | times))
        return code_id

    async def awaited(self, account_id: str) -> AwaitedMail | None:
        """Which address is to be confirmed, and how far that is."""
        row = await self._first(_of_account_since(account_id, self._forgotten_before()))
        return AwaitedMail(self._open(row)["address"], self._state(row)) if row is not None else None

    async def get(self, code_id: str) -> tuple[MailCode, MailCodeState] | None:
        """What the letter says, and whether there is still a point in it."""
        row = await self._first(_by_id_since(code_id, self._forgotten_before()))
        return (MailCode(**self._open(row)), self._state(row)) if row is not None else None

    async def check(self, unit: Unit, account_id: str, address: str, digits: str) -> MailCodeProblem | None:
        """Why these digits do not confirm this address, which counts as a try; None where they do."""
        row = (await unit.execute(_of_account_locked(account_id))).one_or_none()
        if row is None:
            return MailCodeProblem.EXPIRED
        state = self._state(row)
        if state in _PROBLEMS:
            return _PROBLEMS[state]
        code = self._open(row)
        if code["address"] != address:  # another one is shown than the letter was sent to
            return MailCodeProblem.EXPIRED
        if hmac.compare_digest(code["digits"], digits):
            return None
        tries = row.tries + 1
        await unit.execute(update_row(mail_code, row.id, {"tries": tries}))
        return MailCodeProblem.BURNT if tries >= TRIES else MailCodeProblem.WRONG

    async def refuse(self, unit: Unit, code_id: str) -> bool:
        """The mail server knows no such address; False where nobody waits for this code any more."""
        result = await unit.execute(update_row(mail_code, code_id, {"refused_at": self._clock.now()}))
        return bool(result.rowcount)

    async def forget(self, unit: Unit, account_id: str) -> None:
        """The address is confirmed, or no longer wanted."""
        await unit.execute(_drop(account_id))

    async def purge(self) -> None:
        """Forgets codes of more than a day ago."""
        await self._database.aside.execute(_drop_made_by(self._forgotten_before()))

    def _forgotten_before(self) -> datetime:
        return self._clock.now() - KEPT

    async def _count(self, unit: Unit, telegram_id: int, address: str) -> None:
        """Notes in the unit that issues it that one more goes out; `MailCodesUsedUp` where none may."""
        try:
            await self._limits.spend_within(unit, telegram_id, Act.MAIL_CODE)
            await self._limits.spend_within(unit, EVERYBODY, Act.MAIL_CODE_TO, about=wire_email(address).lower())
        except LimitReached:
            raise MailCodesUsedUp from None

    async def _first(self, found: Bound) -> Row | None:
        return (await self._database.fetch(found)).one_or_none()

    def _state(self, row: Row) -> MailCodeState:
        if row.refused_at is not None:
            return MailCodeState.REFUSED
        if row.tries >= TRIES:
            return MailCodeState.BURNT
        return MailCodeState.SENT if row.expires_at > self._clock.now() else MailCodeState.EXPIRED

    def _open(self, row: Row) -> Mapping[str, str]:
        data: Mapping[str, str] = self._vault.open_json(mail_code.c.data, row.id, row.data)
        return data
