"""Drafts in SQL: one open draft a kind and account, changed only under the version that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Select, Update, delete, select, update
from sqlalchemy.exc import IntegrityError

from services.clock import Clock
from services.drafts.model import Answers, Draft, Marks
from services.drafts.tables import draft as draft_table
from services.ids import new_id
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import Bound, insert_row, statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault

_OPEN, _DONE = "open", "done"
_ATTEMPTS = 4
_AMONG_ANSWERS = (
    {"region_fixed", "query_region", "link", "followed", "near", "query", "map", "card", "month", "part", "checking"}
    | {"moved_from", "giveup", "given_up"}
    | {"album"}
)
"""Marks that a draft kept among its answers, as long as it had one place for both."""


@statement
def _by_id(draft_id: str) -> Select[Any]:
    return select(draft_table).where(draft_table.c.id == draft_id)


@statement
def _open_of_kind(account_id: str, kind: str) -> Select[Any]:
    mine = draft_table.c.account_id == account_id, draft_table.c.kind == kind, draft_table.c.status == _OPEN
    return select(draft_table).where(*mine)


@statement
def _open_ones(account_id: str) -> Select[Any]:
    """The one that was touched last comes first."""
    mine = draft_table.c.account_id == account_id, draft_table.c.status == _OPEN
    return select(draft_table).where(*mine).order_by(draft_table.c.touched_at.desc())


@statement
def _drop_open_of_kind(account_id: str, kind: str) -> Delete:
    mine = draft_table.c.account_id == account_id, draft_table.c.kind == kind, draft_table.c.status == _OPEN
    return delete(draft_table).where(*mine)


@statement
def _save(
    draft_id: str,
    read_version: int,
    step: str,
    version: int,
    data: Sealed,
    message_id: int | None,
    prompt_id: int | None,
    touched_at: datetime,
) -> Update:
    """Nothing where the draft is closed, or of another version than was read."""
    unchanged = draft_table.c.id == draft_id, draft_table.c.version == read_version, draft_table.c.status == _OPEN
    messages = {"message_id": message_id, "prompt_id": prompt_id}
    written = {"step": step, "version": version, "data": data, "touched_at": touched_at}
    return update(draft_table).where(*unchanged).values(**messages, **written)


@statement
def _finish(draft_id: str, data: Sealed, touched_at: datetime) -> Update:
    done = {"status": _DONE, "data": data, "version": draft_table.c.version + 1, "touched_at": touched_at}
    return update(draft_table).where(draft_table.c.id == draft_id).values(**done)


@statement
def _drop(draft_id: str) -> Delete:
    return delete(draft_table).where(draft_table.c.id == draft_id)


@statement
def _drop_touched_before(kind: str, moment: datetime) -> Delete:
    return delete(draft_table).where(draft_table.c.kind == kind, draft_table.c.touched_at < moment)


class Drafts:
    """Keeps drafts sealed at rest. `lifetimes`: how long an untouched draft of each kind lives."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, lifetimes: Mapping[str, timedelta]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._lifetimes = lifetimes

    async def get(self, draft_id: str) -> Draft | None:
        """A draft, open or done; None once it is dropped or has outlived its time."""
        return await self._first(_by_id(draft_id))

    async def open_of(self, account_id: str, kind: str) -> Draft | None:
        """The account's open draft of a kind."""
        return await self._first(_open_of_kind(account_id, kind))

    async def latest(self, account_id: str) -> Draft | None:
        """The most recently touched open draft that still lives: the one that typed text is meant for."""
        return await self._first(_open_ones(account_id))

    async def start(self, draft: Draft) -> Draft:
        """Opens a draft in place of the account's older one of that kind."""
        fresh = replace(draft, id=new_id(), version=1)
        for attempt in range(_ATTEMPTS):
            try:
                await self._open(fresh)
            except IntegrityError:  # another process has just opened one: the next look finds it
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                break
        return fresh

    async def _open(self, fresh: Draft) -> None:
        async with self._database.write() as unit:
            await unit.execute(_drop_open_of_kind(fresh.account_id, fresh.kind))
            opened = {"id": fresh.id, "account_id": fresh.account_id, "kind": fresh.kind, "status": _OPEN}
            await unit.execute(insert_row(draft_table, opened | self._columns(fresh)))

    async def save(self, draft: Draft) -> Draft | None:
        """Writes the draft under its next version; None if somebody has changed or closed it meanwhile."""
        saved = replace(draft, version=draft.version + 1)
        result = await self._database.execute(_save(draft.id, draft.version, **self._columns(saved)))
        return saved if result.rowcount else None

    async def remember_messages(self, draft: Draft, message_id: int | None, prompt_id: int | None) -> None:
        """Which messages show the draft now; not a change of the draft itself, so the version stays."""
        messages = {"message_id": message_id, "prompt_id": prompt_id}
        await self._database.execute(update_row(draft_table, draft.id, messages))

    async def finish(self, unit: Unit, draft_id: str, result: str) -> None:
        """Closes a draft within a write unit: what was typed goes, what came of it stays for repeated presses."""
        sealed = self._vault.seal_json(draft_table.c.data, draft_id, {"result": result})
        await unit.execute(_finish(draft_id, sealed, self._clock.now()))

    async def drop(self, draft_id: str) -> None:
        """Forgets a draft, and with it the time that it holds."""
        await self._database.execute(_drop(draft_id))

    async def purge(self) -> int:
        """Forgets drafts that have outlived their time; gives how many."""
        now = self._clock.now()
        async with self._database.write() as unit:
            gone = 0
            for kind, lifetime in self._lifetimes.items():
                result = await unit.execute(_drop_touched_before(kind, now - lifetime))
                gone += result.rowcount
        return gone

    async def _first(self, found: Bound) -> Draft | None:
        """The first one that lives; an account has a few, one a kind."""
        rows = await self._database.fetch(found)
        row = next(filter(self._is_alive, rows), None)
        return self._draft(row) if row is not None else None

    def _is_alive(self, row: Row) -> bool:
        """Drafts of different kinds live for different times."""
        lifetime = self._lifetimes.get(row.kind)
        touched_at: datetime = row.touched_at
        return lifetime is not None and touched_at >= self._clock.now() - lifetime

    def _columns(self, draft: Draft) -> dict[str, Any]:
        return {
            "step": draft.step,
            "version": draft.version,
            "data": self._seal(draft),
            "message_id": draft.message_id,
            "prompt_id": draft.prompt_id,
            "touched_at": self._clock.now(),
        }

    def _seal(self, draft: Draft) -> Sealed:
        data = {
            "answers": dict(draft.answers),
            "marks": dict(draft.marks),
            "options": list(draft.options),
            "page": draft.page,
            "heard": list(draft.heard),
        }
        return self._vault.seal_json(draft_table.c.data, draft.id, data)

    def _draft(self, row: Row) -> Draft:
        data = self._vault.open_json(draft_table.c.data, row.id, row.data)
        answers, marks = _answers_and_marks(data)
        return Draft(
            id=row.id,
            account_id=row.account_id,
            kind=row.kind,
            step=row.step,
            version=row.version,
            answers=answers,
            marks=marks,
            options=tuple(data.get("options", ())),
            page=data.get("page", 0),
            result=data.get("result"),
            done=row.status == _DONE,
            message_id=row.message_id,
            prompt_id=row.prompt_id,
            heard=tuple(data.get("heard", ())),
            touched_at=row.touched_at,
        )


def _answers_and_marks(data: Mapping[str, Any]) -> tuple[Answers, Marks]:
    """Told apart too where the draft was written when both stood in one place."""
    answers = data.get("answers", {})
    if "marks" in data:
        return answers, data["marks"]
    marks = {name: value for name, value in answers.items() if name in _AMONG_ANSWERS}
    return {name: value for name, value in answers.items() if name not in marks}, marks
