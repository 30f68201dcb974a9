"""What an account sends to be answered: photos of a draft, sending, and looking at what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update, delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.model import Account
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.drafts.tables import draft as draft_table
from services.errors import NotFound
from services.ids import new_id
from services.limits.limits import Limits
from services.limits.model import Act, LimitReached
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.requests import pictures
from services.requests.model import (
    FREE_DISK,
    MACHINES,
    PHOTOS_IN_ALL,
    PHOTOS_KEPT,
    PictureProblem,
    PictureRefused,
    Request,
    RequestKind,
    RequestStatus,
    StatusStep,
    TooManyRequests,
    TrackedItem,
    TrackedPage,
    TrackedTopic,
    first_status,
)
from services.requests.notices import RequestNews
from services.requests.tables import request as request_table
from services.requests.tables import request_file, request_step
from services.storage.engine import Database, is_disk_full
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.statement import Bound, insert_row, statement
from services.storage.tables import counter
from services.storage.units import Unit
from services.storage.vault import Vault

FIRST_NUMBER = 1001
"""Four digits from the beginning: a number that is told on the phone should look like one."""
_NUMBERS = "request"
Moment = tuple[str, datetime]
"""A request by its id, and a moment."""
_SETTLED = {status.value for machine in MACHINES.values() for status, following in machine.items() if not following}


_LINE = tuple(request_table.c[name] for name in ("id", "number", "kind", "status", "created_at"))


@statement
def _by_id(account_id: str, request_id: str) -> Select[Any]:
    return select(request_table).where(request_table.c.account_id == account_id, request_table.c.id == request_id)


@statement
def _of_draft(account_id: str, draft_id: str) -> Select[Any]:
    return select(request_table).where(request_table.c.account_id == account_id, request_table.c.draft_id == draft_id)


@statement
def _sent(draft_id: str) -> Select[Any]:
    """What the draft has been sent as, by whomever."""
    return select(request_table.c.id).where(request_table.c.draft_id == draft_id)


@statement
def _number_of(account_id: str) -> Select[Any]:
    return select(func.count()).where(request_table.c.account_id == account_id)


@statement
def _newest(account_id: str, limit: int) -> Select[Any]:
    newest = request_table.c.created_at.desc(), request_table.c.number.desc()
    return select(*_LINE).where(request_table.c.account_id == account_id).order_by(*newest).limit(limit)


@statement
def _among(account_id: str, request_ids: Collection[str]) -> Select[Any]:
    return select(*_LINE).where(request_table.c.account_id == account_id, request_table.c.id.in_(request_ids))


@statement
def _steps_of(request_ids: Collection[str]) -> Select[Any]:
    return select(request_step).where(request_step.c.request_id.in_(request_ids)).order_by(request_step.c.at)


@statement
def _counted(*, dialect: str) -> Insert:
    first = insert_for(dialect, counter).values(name=_NUMBERS, last=FIRST_NUMBER)
    counted = first.on_conflict_do_update(index_elements=["name"], set_={"last": counter.c.last + 1})
    return counted.returning(counter.c.last)


@statement
def _bytes_of(account_id: str) -> Select[Any]:
    drafts = select(draft_table.c.id).where(draft_table.c.account_id == account_id)
    requests = select(request_table.c.id).where(request_table.c.account_id == account_id)
    mine = or_(request_file.c.draft_id.in_(drafts), request_file.c.request_id.in_(requests))
    return select(func.coalesce(func.sum(func.length(request_file.c.content)), 0)).where(mine)


@statement
def _last_place(draft_id: str) -> Select[Any]:
    return select(func.coalesce(func.max(request_file.c.place), 0)).where(request_file.c.draft_id == draft_id)


@statement
def _photos_sent(draft_id: str, file_ids: Collection[str], request_id: str) -> Update:
    chosen = request_file.c.draft_id == draft_id, request_file.c.id.in_(file_ids)
    return update(request_file).where(*chosen).values(request_id=request_id, draft_id=None)


@statement
def _photos_dropped(draft_id: str) -> Delete:
    return delete(request_file).where(request_file.c.draft_id == draft_id)


@statement
def _photos_of(request_id: str) -> Select[Any]:
    return select(request_file.c.id).where(request_file.c.request_id == request_id).order_by(request_file.c.place)


@statement
def _content(file_id: str) -> Select[Any]:
    return select(request_file.c.content).where(request_file.c.id == file_id)


@statement
def _settled_with_photos(by: datetime) -> Select[Any]:
    """Requests that were answered by then, and have photos still."""
    settled = request_table.c.status.in_(_SETTLED), request_table.c.updated_at <= by
    hang = request_file.c.request_id == request_table.c.id
    return select(request_table.c.id).where(*settled, select(request_file.c.id).where(hang).exists())


@statement
def _forget_photos(request_id: str) -> Delete:
    return delete(request_file).where(request_file.c.request_id == request_id)


@statement
def _note_photos_gone(request_id: str, count: int) -> Update:
    one = update(request_table).where(request_table.c.id == request_id)
    return one.values(photos_gone=request_table.c.photos_gone + count)


class Requests:
    """Every question names the account, so nobody sees another's requests."""

    def __init__(
        self, database: Database, vault: Vault, drafts: Drafts, outbox: Outbox, limits: Limits, clock: Clock
    ) -> None:
        self._database = database
        self._vault = vault
        self._drafts = drafts
        self._outbox = outbox
        self._limits = limits
        self._clock = clock
        self._cleaning = asyncio.Lock()

    # --- photos of a draft ------------------------------------------------------------------------

    @concerns.account("what it has sent to be answered")
    async def expect_photo(self, who: Account) -> None:
        """Before a photo is fetched and cleaned: whether one is taken now. It is counted. Raises `PictureRefused`."""
        free = self._database.free_bytes()
        if free is not None and free < FREE_DISK:
            raise PictureRefused(PictureProblem.NO_ROOM)
        try:
            await self._limits.spend(who.telegram_id, Act.PHOTO)
        except LimitReached:
            raise PictureRefused(PictureProblem.TOO_MANY) from None

    @concerns.account("what it has sent to be answered")
    async def keep_photo(self, who: Account, draft_id: str, data: bytes) -> str:
        """Cleans a photo and stores it with its draft; gives its id. Raises `PictureRefused`."""
        async with self._cleaning:  # one at a time: a large one takes much memory while it is decoded
            content = await asyncio.to_thread(pictures.clean, data)
        try:
            return await self._store_photo(who, draft_id, content)
        except LimitReached:
            raise PictureRefused(PictureProblem.TOO_MANY) from None
        except DBAPIError as error:
            if is_disk_full(error):
                raise PictureRefused(PictureProblem.NO_ROOM) from None
            raise

    async def _store_photo(self, who: Account, draft_id: str, content: bytes) -> str:
        file_id = new_id()
        sealed = self._vault.seal_bytes(request_file.c.content, file_id, content)
        async with self._database.write() as unit:
            await lock_account(unit, who.id)
            if await self._bytes_of(unit, who) + len(sealed) > PHOTOS_IN_ALL:
                raise PictureRefused(PictureProblem.NO_MORE)
            await self._limits.spend_within(unit, who.telegram_id, Act.PHOTO_BYTES, len(sealed))
            place = (await unit.execute(_last_place(draft_id))).scalar() or 0
            photo = {"id": file_id, "draft_id": draft_id, "place": place + 1, "mime": pictures.MIME, "content": sealed}
            await unit.execute(insert_row(request_file, photo))
        return file_id

    async def _bytes_of(self, unit: Unit, who: Account) -> int:
        """What all photos of the account take, those of drafts too."""
        return int((await unit.execute(_bytes_of(who.id))).scalar_one())

    async def forget_photos(self, draft_id: str) -> None:
        """The draft goes on without its photos."""
        await self._database.execute(_photos_dropped(draft_id))

    async def forget_old_photos(self) -> int:
        """Removes photos of requests that were answered long ago; gives how many requests that concerned."""
        due = await self._database.fetch(_settled_with_photos(self._clock.now() - PHOTOS_KEPT))
        forgotten = 0
        for request_id in due.scalars().all():
            async with self._database.write() as unit:
                gone = (await unit.execute(_forget_photos(request_id))).rowcount
                await unit.execute(_note_photos_gone(request_id, gone))
            forgotten += bool(gone)
        return forgotten

    # --- sending ----------------------------------------------------------------------------------

    @concerns.account("what it has sent to be answered")
    async def is_full(self, who: Account) -> bool:
        """Whether the chat has sent as many as it may in a day."""
        return await self._limits.is_spent(who.telegram_id, Act.REQUEST)

    @concerns.account("what it has sent to be answered")
    async def send(
        self, who: Account, kind: RequestKind, text: str, photos: Collection[str], *, draft_id: str
    ) -> Request:
        """Stores what the draft holds under a number of its own, and closes the draft: all of it, or nothing.

        `photos`: those of the draft that go along. The same draft again gives the same request. Raises
        `TooManyRequests`.
        """
        await self._send(who, kind, text, photos, draft_id)
        return await self._one(_of_draft(who.id, draft_id))

    async def _send(self, who: Account, kind: RequestKind, text: str, photos: Collection[str], draft_id: str) -> None:
        request_id = new_id()
        async with self._database.write() as unit:
            await lock_account(unit, who.id)  # of two presses on one draft, the second finds what the first has sent
            if (await unit.execute(_sent(draft_id))).first() is not None:
                return
            try:
                await self._limits.spend_within(unit, who.telegram_id, Act.REQUEST)
            except LimitReached:
                raise TooManyRequests from None
            await self._insert(unit, who.id, request_id, kind, text, draft_id=draft_id)
            await unit.execute(_photos_sent(draft_id, list(photos), request_id))
            await unit.execute(_photos_dropped(draft_id))
            await self._drafts.finish(unit, draft_id, request_id)
            news, key = RequestNews.REQUEST_STATUS, keys.confirmation(draft_id)
            await self._outbox.add(unit, Notice(who.id, None, news, request_id, key, screen_follows=True))

    @concerns.account("what it has sent to be answered")
    async def report(self, unit: Unit, who: Account, kind: RequestKind, person_id: str, text: str) -> int:
        """Within a unit: a request that a press has made, with what is to be answered; gives its number.

        No limit counts it, for whoever makes it counts.
        """
        return await self._insert(unit, who.id, new_id(), kind, text, person_id=person_id)

    async def _insert(
        self,
        unit: Unit,
        account_id: str,
        request_id: str,
        kind: RequestKind,
        text: str,
        *,
        draft_id: str | None = None,
        person_id: str | None = None,
    ) -> int:
        now, status, number = self._clock.now(), first_status(kind), await self._next_number(unit)
        row = {
            "id": request_id,
            "account_id": account_id,
            "kind": kind.value,
            "number": number,
            "person_id": person_id,
            "draft_id": draft_id,
            "text": self._vault.seal(request_table.c.text, request_id, text),
            "status": status.value,
            "created_at": now,
            "updated_at": now,
        }
        await unit.execute(insert_row(request_table, row))
        await unit.execute(note_step(request_id, status, now))
        return number

    async def _next_number(self, unit: Unit) -> int:
        """One statement on either engine: whoever comes second waits for the first, and gets the next."""
        number: int = (await unit.execute(_counted(dialect=unit.dialect))).scalar_one()
        return number

    # --- looking ----------------------------------------------------------------------------------

    @concerns.account("what it has sent to be answered")
    async def get(self, who: Account, request_id: str) -> Request:
        """A request with its content; `NotFound` for anybody else's."""
        return await self._one(_by_id(who.id, request_id))

    @concerns.account("what it has sent to be answered")
    async def photo(self, who: Account, request_id: str, place: int) -> bytes:
        """The JPEG at this place of the request's photos, 0 first; `NotFound` for anybody else's."""
        request = await self.get(who, request_id)
        if not 0 <= place < len(request.photos):
            raise NotFound
        async with self._database.read() as connection:
            return await read_photo(connection, self._vault, request.photos[place])

    @concerns.account("what it has sent to be answered")
    async def tracked(self, account: Account, limit: int) -> TrackedPage:
        """The account's requests as lines of «Статусы заявлений» (`tracked.Tracked`)."""
        async with self._database.read() as connection:
            total = (await connection.execute(_number_of(account.id))).scalar_one()
            rows = await connection.execute(_newest(account.id, limit))
            return TrackedPage(tuple(_item(row) for row in rows.all()), total)

    @concerns.account("what it has sent to be answered")
    async def as_they_stood(self, account: Account, moments: Collection[Moment]) -> Mapping[Moment, TrackedItem]:
        """Those of the requests that are this account's, each under the status that it had at its moment."""
        ids = list({request_id for request_id, _ in moments})
        if not ids:
            return {}
        async with self._database.read() as connection:
            items = {row.id: _item(row) for row in (await connection.execute(_among(account.id, ids))).all()}
            passed = (await connection.execute(_steps_of(ids))).all()
        stood = {
            (each.request_id, at): each.status
            for request_id, at in moments
            for each in passed  # the last one that had come by then wins
            if each.request_id == request_id and each.at <= at
        }
        return {key: replace(items[key[0]], status=status) for key, status in stood.items() if key[0] in items}

    async def _one(self, wanted: Bound) -> Request:
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                raise NotFound
            return await read_request(connection, self._vault, row)


def note_step(request_id: str, status: RequestStatus, at: datetime) -> Bound:
    """What writes a row of the history: this status, from this moment on."""
    return insert_row(request_step, {"id": new_id(), "request_id": request_id, "status": status.value, "at": at})


async def read_request(connection: Unit, vault: Vault, row: Row) -> Request:
    """A whole row of `request` with what hangs on it."""
    photos: Sequence[str] = (await connection.execute(_photos_of(row.id))).scalars().all()
    steps = await connection.execute(_steps_of([row.id]))
    return Request(
        id=row.id,
        number=row.number,
        kind=RequestKind(row.kind),
        status=RequestStatus(row.status),
        text=vault.open(request_table.c.text, row.id, row.text),
        comment=vault.open(request_table.c.comment, row.id, row.comment) if row.comment is not None else None,
        sent_at=row.created_at,
        photos=tuple(photos),
        steps=tuple(StatusStep(RequestStatus(each.status), each.at) for each in steps.all()),
        photos_gone=row.photos_gone,
    )


async def read_photo(connection: Unit, vault: Vault, file_id: str) -> bytes:
    """The content of a photo; `NotFound` where it is gone."""
    content = (await connection.execute(_content(file_id))).scalar()
    if content is None:
        raise NotFound
    return vault.open_bytes(request_file.c.content, file_id, content)


def _item(row: Row) -> TrackedItem:
    return TrackedItem(TrackedTopic.REQUEST, row.id, str(row.number), row.kind, row.status, row.created_at)
