"""One-time codes: ten digits that the clinic's desk or a person's own chat gives out.

A code is kept as a keyed digest alone; what it opens lies sealed beside it until it is swept away.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Update, delete, select, update
from sqlalchemy.exc import IntegrityError

from services.accounts.model import CodeProblem, IssuedCode
from services.accounts.tables import access_code
from services.clock import Clock
from services.errors import NomerokError
from services.ids import new_id
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import Bound, insert_row, statement, update_row
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.names import plain_hyphens

LIFETIME = timedelta(minutes=10)
HOLDER_TRIES = 3
"""How often a code may be shown by somebody it was not made for, before it is taken for stolen."""
_PURPOSE = "access code"
_LENGTH = 10
_ATTEMPTS = 4
_PAYLOAD = re.compile(rf"c(\d{{{_LENGTH}}})", re.ASCII)


@statement
def _with_digest(digests: Collection[str], now: datetime) -> Select[Any]:
    return select(access_code).where(access_code.c.digest.in_(digests), *_good(now))


@statement
def _by_id(code_id: str, now: datetime) -> Select[Any]:
    return select(access_code).where(access_code.c.id == code_id, *_good(now))


@statement
def _burn(code_id: str, now: datetime) -> Update:
    return update(access_code).where(access_code.c.id == code_id, *_good(now)).values(used_at=now)


def _good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return access_code.c.used_at.is_(None), access_code.c.expires_at > now


@statement
def _locked(code_id: str) -> Select[Any]:
    return select(access_code).where(access_code.c.id == code_id).with_for_update()


@statement
def _drop_unused(account_id: str) -> Delete:
    return delete(access_code).where(access_code.c.account_id == account_id, access_code.c.used_at.is_(None))


@statement
def _drop_over(now: datetime) -> Delete:
    return delete(access_code).where(access_code.c.expires_at <= now)


class CodeKind(StrEnum):
    """Who has made the code: the desk, or a person who lets another act."""

    DESK = "desk"
    CONSENT = "consent"


class CodeRefused(NomerokError):  # noqa: N818
    """The code opens nothing; why, as far as it may be told."""

    def __init__(self, problem: CodeProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Code:
    """A code that is still good. `account_id`: whose chat made it, None for the desk."""

    id: str
    kind: CodeKind
    account_id: str | None
    data: Mapping[str, Any]


def read_code(text: str) -> str | None:
    """The ten digits of what was typed, «407-122-6583» or with spaces; None where it is no code."""
    digits = re.sub(r"[ -]", "", plain_hyphens(text))
    return digits if len(digits) == _LENGTH and digits.isascii() and digits.isdigit() else None


def code_of_link(payload: str | None) -> str | None:
    """The code that a link of the bot carries: «c4071226583»."""
    match = _PAYLOAD.fullmatch(payload or "")
    return match[1] if match else None


class Codes:
    """Makes codes, finds them and burns them; who may try how often is `Access`'s to say."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def issue(self, kind: CodeKind, data: Mapping[str, Any], account_id: str | None = None) -> IssuedCode:
        """A new code, good for ten minutes. An account has one at a time: the older one is no longer good."""
        for attempt in range(_ATTEMPTS):
            issued = IssuedCode(f"{secrets.randbelow(10**_LENGTH):0{_LENGTH}}", self._clock.now() + LIFETIME)
            try:
                await self._insert(issued, kind, data, account_id)
            except IntegrityError:  # ten digits that another code has: drawn again
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                break
        return issued

    async def find(self, digits: str) -> Code | None:
        """The code with these digits, while it is good."""
        return await self._first(_with_digest(self._vault.indexes(_PURPOSE, digits), self._clock.now()))

    async def get(self, code_id: str) -> Code | None:
        """A code that was found before, while it is good."""
        return await self._first(_by_id(code_id, self._clock.now()))

    async def use(self, unit: Unit, code_id: str) -> bool:
        """Burns the code within a write unit; False where another was quicker, or it is too late."""
        return bool((await unit.execute(_burn(code_id, self._clock.now()))).rowcount)

    async def count_wrong_holder(self, code_id: str) -> None:
        """Somebody else than whom it was made for has shown it: the third time burns it."""
        async with self._database.write() as unit:
            row = (await unit.execute(_locked(code_id))).one_or_none()
            if row is None:
                return
            data = self._open(row)
            tries = data.get("tries", 0) + 1
            sealed = self._vault.seal_json(access_code.c.data, code_id, data | {"tries": tries})
            burnt = {"used_at": self._clock.now()} if tries >= HOLDER_TRIES else {}
            await unit.execute(update_row(access_code, code_id, {"data": sealed} | burnt))

    async def purge(self) -> int:
        """Forgets codes whose time is over, with what is sealed in them; gives how many."""
        return (await self._database.aside.execute(_drop_over(self._clock.now()))).rowcount

    async def _insert(
        self, issued: IssuedCode, kind: CodeKind, data: Mapping[str, Any], account_id: str | None
    ) -> None:
        code_id = new_id()
        async with self._database.write() as unit:
            if account_id is not None:
                await unit.execute(_drop_unused(account_id))
            row = {
                "id": code_id,
                "digest": self._vault.index(_PURPOSE, issued.digits),
                "kind": kind.value,
                "account_id": account_id,
                "data": self._vault.seal_json(access_code.c.data, code_id, dict(data)),
                "made_at": self._clock.now(),
                "expires_at": issued.expires_at,
            }
            await unit.execute(insert_row(access_code, row))

    async def _first(self, found: Bound) -> Code | None:
        row = (await self._database.fetch(found)).one_or_none()
        return Code(row.id, CodeKind(row.kind), row.account_id, self._open(row)) if row is not None else None

    def _open(self, row: Row) -> dict[str, Any]:
        data: dict[str, Any] = self._vault.open_json(access_code.c.data, row.id, row.data)
        return data
