"""What an account has sent to be answered: sending it under a number, and looking at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Select, func, select

from services.accounts import concerns
from services.accounts.model import Account
from services.cases.model import Case, CaseItem, CaseKind, CasePage, CaseStep, WrongStep
from services.cases.notices import CaseNews
from services.cases.tables import case as case_table
from services.cases.tables import case_file, case_step
from services.clock import Clock
from services.errors import NotFound
from services.ids import new_id
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.statement import Bound, insert_row, statement, update_row
from services.storage.tables import counter
from services.storage.units import Unit
from services.storage.vault import Vault

FIRST_NUMBER = 1001
"""Four digits from the beginning: a number that is told on the phone should look like one."""
_NUMBERS = "request"
Moment = tuple[str, datetime]
"""A case by its id, and a moment."""

_ITEM = tuple(case_table.c[name] for name in ("id", "number", "kind", "status", "created_at", "person_id"))


@statement
def _by_id(account_id: str, case_id: str) -> Select[Any]:
    return select(case_table).where(case_table.c.account_id == account_id, case_table.c.id == case_id)


@statement
def _locked(case_id: str) -> Select[Any]:
    return select(case_table).where(case_table.c.id == case_id).with_for_update()


@statement
def _of_draft(account_id: str, draft_id: str) -> Select[Any]:
    return select(case_table).where(case_table.c.account_id == account_id, case_table.c.draft_id == draft_id)


@statement
def _sent(draft_id: str) -> Select[Any]:
    """What the draft has been sent as, by whomever."""
    return select(case_table.c.id).where(case_table.c.draft_id == draft_id)


@statement
def _number_of(account_id: str) -> Select[Any]:
    return select(func.count()).where(case_table.c.account_id == account_id)


@statement
def _newest(account_id: str, limit: int, skipped: int) -> Select[Any]:
    newest = case_table.c.created_at.desc(), case_table.c.number.desc()
    return select(*_ITEM).where(case_table.c.account_id == account_id).order_by(*newest).limit(limit).offset(skipped)


@statement
def _among(account_id: str, case_ids: Collection[str]) -> Select[Any]:
    return select(*_ITEM).where(case_table.c.account_id == account_id, case_table.c.id.in_(case_ids))


@statement
def _steps_of(case_ids: Collection[str]) -> Select[Any]:
    return select(case_step).where(case_step.c.request_id.in_(case_ids)).order_by(case_step.c.at)


@statement
def _counted(*, dialect: str) -> Insert:
    first = insert_for(dialect, counter).values(name=_NUMBERS, last=FIRST_NUMBER)
    counted = first.on_conflict_do_update(index_elements=["name"], set_={"last": counter.c.last + 1})
    return counted.returning(counter.c.last)


@statement
def _photos_of(case_id: str) -> Select[Any]:
    return select(case_file.c.id).where(case_file.c.request_id == case_id).order_by(case_file.c.place)


@statement
def _content(file_id: str) -> Select[Any]:
    return select(case_file.c.content).where(case_file.c.id == file_id)


class Cases:
    """Every question names the account, so nobody sees another's cases."""

    def __init__(self, database: Database, vault: Vault, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._outbox = outbox
        self._clock = clock

    # --- sending: within a unit of the topic, which has locked the account ------------------------

    async def is_sent(self, unit: Unit, draft_id: str) -> bool:
        """Whether the draft has been sent already."""
        return (await unit.execute(_sent(draft_id))).first() is not None

    @concerns.account("what it has sent to be answered")
    async def send(
        self,
        unit: Unit,
        who: Account,
        kind: CaseKind,
        content: str,
        *,
        draft_id: str | None = None,
        person_id: str | None = None,
        status: str | None = None,
    ) -> CaseItem:
        """A case under a number of its own; with a draft, its screen says so, or else a message does.

        `status`: the one that it comes to at once, where that is not the first of its kind.
        """
        case_id, now = new_id(), self._clock.now()
        reached = status or kind.first
        item = CaseItem(case_id, await self._next_number(unit), kind.name, reached, now, person_id)
        row = {
            "id": case_id,
            "account_id": who.id,
            "kind": item.kind,
            "number": item.number,
            "person_id": person_id,
            "draft_id": draft_id,
            "text": self._vault.seal(case_table.c.text, case_id, content),
            "status": item.status,
            "created_at": now,
            "updated_at": now,
        }
        await unit.execute(insert_row(case_table, row))
        if reached != kind.first:  # it was there before, however shortly
            await unit.execute(note_step(self._vault, case_id, kind.first, now - timedelta(milliseconds=1)))
        await unit.execute(note_step(self._vault, case_id, reached, now))
        if draft_id is not None:
            news, key = CaseNews.CASE_STATUS, keys.confirmation(draft_id)
            await self._outbox.add(unit, Notice(who.id, person_id, news, case_id, key, screen_follows=True))
        return item

    async def move(
        self, unit: Unit, kind: CaseKind, case_id: str, came_from: str, status: str, comment: str | None = None
    ) -> bool:
        """The bot's own step, and word of it; False where the case is at another status by now, or gone.

        Raises `WrongStep`.
        """
        row = (await unit.execute(_locked(case_id))).one_or_none()
        if row is None or row.status != came_from:
            return False
        await move_on(unit, self._vault, self._outbox, kind, row, status, self._clock.now(), comment)
        return True

    async def _next_number(self, unit: Unit) -> int:
        """One statement on either engine: whoever comes second waits for the first, and gets the next."""
        number: int = (await unit.execute(_counted(dialect=unit.dialect))).scalar_one()
        return number

    # --- looking ----------------------------------------------------------------------------------

    @concerns.account("what it has sent to be answered")
    async def get(self, who: Account, case_id: str) -> Case:
        """A case with its content; `NotFound` for anybody else's."""
        return await self._one(_by_id(who.id, case_id))

    @concerns.account("what it has sent to be answered")
    async def of_draft(self, who: Account, draft_id: str) -> Case:
        """What a draft has become; `NotFound` where nothing."""
        return await self._one(_of_draft(who.id, draft_id))

    @concerns.account("what it has sent to be answered")
    async def photo(self, who: Account, case_id: str, place: int) -> bytes:
        """The JPEG at this place of the case's photos, 0 first; `NotFound` for anybody else's."""
        found = await self.get(who, case_id)
        if not 0 <= place < len(found.photos):
            raise NotFound
        async with self._database.read() as connection:
            return await read_photo(connection, self._vault, found.photos[place])

    @concerns.account("what it has sent to be answered")
    async def page(self, account: Account, page: int, size: int) -> CasePage:
        """«Статусы заявлений»: one page of all kinds, newest first; a page behind the last is the last one."""
        async with self._database.read() as connection:
            total: int = (await connection.execute(_number_of(account.id))).scalar_one()
            start = min(page, max(0, total - 1) // size) * size
            rows = await connection.execute(_newest(account.id, size, start))
            return CasePage(tuple(_item(row) for row in rows.all()), total)

    @concerns.account("what it has sent to be answered")
    async def as_they_stood(self, account: Account, moments: Collection[Moment]) -> Mapping[Moment, CaseItem]:
        """Those of the cases that are this account's, each under the status that it had at its moment."""
        ids = list({case_id for case_id, _ in moments})
        if not ids:
            return {}
        async with self._database.read() as connection:
            items = {row.id: _item(row) for row in (await connection.execute(_among(account.id, ids))).all()}
            passed = (await connection.execute(_steps_of(ids))).all()
        stood = {
            (each.request_id, at): each.status
            for case_id, at in moments
            for each in passed  # the last one that had come by then wins
            if each.request_id == case_id and each.at <= at
        }
        return {key: replace(items[key[0]], status=status) for key, status in stood.items() if key[0] in items}

    async def _one(self, wanted: Bound) -> Case:
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                raise NotFound
            return await read_case(connection, self._vault, row)


async def move_on(
    unit: Unit,
    vault: Vault,
    outbox: Outbox,
    kind: CaseKind,
    row: Row,
    status: str,
    now: datetime,
    comment: str | None = None,
) -> None:
    """The next status of a case, whose `row` is locked, and word of it to whoever has sent it. Raises `WrongStep`.

    What the earlier status has not told yet is told by this one: the card says how it stands now.
    """
    if status not in kind.following(row.status):
        raise WrongStep(row.status, kind.following(row.status))
    had = Counter(each.status for each in (await unit.execute(_steps_of([row.id]))).all())
    await unit.execute(update_row(case_table, row.id, {"status": status, "updated_at": now}))
    await unit.execute(note_step(vault, row.id, status, now, comment))
    untold = keys.case_status(row.id, row.status, had[row.status]), keys.confirmation(row.draft_id or "")
    await outbox.withdraw(unit, *untold)
    news, key = CaseNews.CASE_STATUS, keys.case_status(row.id, status, had[status] + 1)
    await outbox.add(unit, Notice(row.account_id, row.person_id, news, row.id, key))


def note_step(vault: Vault, case_id: str, status: str, at: datetime, comment: str | None = None) -> Bound:
    """What writes a row of the history: this status, from this moment on."""
    step_id = new_id()
    said = vault.seal(case_step.c.comment, step_id, comment) if comment is not None else None
    return insert_row(case_step, {"id": step_id, "request_id": case_id, "status": status, "at": at, "comment": said})


async def read_case(connection: Unit, vault: Vault, row: Row) -> Case:
    """A whole row of `case` with what hangs on it."""
    photos: Sequence[str] = (await connection.execute(_photos_of(row.id))).scalars().all()
    steps = tuple(_step(vault, each) for each in (await connection.execute(_steps_of([row.id]))).all())
    before = vault.open(case_table.c.comment, row.id, row.comment) if row.comment is not None else None
    return Case(
        id=row.id,
        number=row.number,
        kind=row.kind,
        status=row.status,
        content=vault.open(case_table.c.text, row.id, row.text),
        comment=next((each.comment for each in reversed(steps) if each.comment is not None), before),
        sent_at=row.created_at,
        photos=tuple(photos),
        steps=steps,
        photos_gone=row.photos_gone,
        person_id=row.person_id,
    )


async def read_photo(connection: Unit, vault: Vault, file_id: str) -> bytes:
    """The content of a photo; `NotFound` where it is gone."""
    content = (await connection.execute(_content(file_id))).scalar()
    if content is None:
        raise NotFound
    return vault.open_bytes(case_file.c.content, file_id, content)


def _step(vault: Vault, row: Row) -> CaseStep:
    said = vault.open(case_step.c.comment, row.id, row.comment) if row.comment is not None else None
    return CaseStep(row.status, row.at, said)


def _item(row: Row) -> CaseItem:
    return CaseItem(row.id, row.number, row.kind, row.status, row.created_at, row.person_id)
