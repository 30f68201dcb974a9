"""What an account writes to be answered: photos of a draft, and sending."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Select, Update, delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.model import Account
from services.cases.cases import Cases
from services.cases.model import Case
from services.cases.tables import case as case_table
from services.cases.tables import case_file
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.drafts.tables import draft as draft_table
from services.ids import new_id
from services.limits.limits import Limits
from services.limits.model import Act, LimitReached
from services.requests import pictures
from services.requests.model import (
    FREE_DISK,
    KINDS,
    PHOTOS_IN_ALL,
    PHOTOS_KEPT,
    PictureProblem,
    PictureRefused,
    RequestKind,
    TooManyRequests,
)
from services.storage.engine import Database, is_disk_full
from services.storage.statement import insert_row, statement
from services.storage.units import Unit
from services.storage.vault import Vault

_KINDS = [kind.name for kind in KINDS.values()]
_SETTLED = {status for kind in KINDS.values() for status in kind.settled}


@statement
def _bytes_of(account_id: str) -> Select[Any]:
    drafts = select(draft_table.c.id).where(draft_table.c.account_id == account_id)
    requests = select(case_table.c.id).where(case_table.c.account_id == account_id)
    mine = or_(case_file.c.draft_id.in_(drafts), case_file.c.request_id.in_(requests))
    return select(func.coalesce(func.sum(func.length(case_file.c.content)), 0)).where(mine)


@statement
def _last_place(draft_id: str) -> Select[Any]:
    return select(func.coalesce(func.max(case_file.c.place), 0)).where(case_file.c.draft_id == draft_id)


@statement
def _photos_sent(draft_id: str, file_ids: Collection[str], request_id: str) -> Update:
    chosen = case_file.c.draft_id == draft_id, case_file.c.id.in_(file_ids)
    return update(case_file).where(*chosen).values(request_id=request_id, draft_id=None)


@statement
def _photos_dropped(draft_id: str) -> Delete:
    return delete(case_file).where(case_file.c.draft_id == draft_id)


@statement
def _settled_with_photos(by: datetime) -> Select[Any]:
    """Requests that were answered by then, and have photos still."""
    settled = case_table.c.kind.in_(_KINDS), case_table.c.status.in_(_SETTLED), case_table.c.updated_at <= by
    hang = case_file.c.request_id == case_table.c.id
    return select(case_table.c.id).where(*settled, select(case_file.c.id).where(hang).exists())


@statement
def _forget_photos(request_id: str) -> Delete:
    return delete(case_file).where(case_file.c.request_id == request_id)


@statement
def _note_photos_gone(request_id: str, count: int) -> Update:
    one = update(case_table).where(case_table.c.id == request_id)
    return one.values(photos_gone=case_table.c.photos_gone + count)


class Requests:
    """Problems and feedback; what becomes of them is a case (`cases.cases`)."""

    def __init__(
        self, database: Database, vault: Vault, cases: Cases, drafts: Drafts, limits: Limits, clock: Clock
    ) -> None:
        self._database = database
        self._vault = vault
        self._cases = cases
        self._drafts = drafts
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
        sealed = self._vault.seal_bytes(case_file.c.content, file_id, content)
        async with self._database.write() as unit:
            await lock_account(unit, who.id)
            if await self._bytes_of(unit, who) + len(sealed) > PHOTOS_IN_ALL:
                raise PictureRefused(PictureProblem.NO_MORE)
            await self._limits.spend_within(unit, who.telegram_id, Act.PHOTO_BYTES, len(sealed))
            place = (await unit.execute(_last_place(draft_id))).scalar() or 0
            photo = {"id": file_id, "draft_id": draft_id, "place": place + 1, "mime": pictures.MIME, "content": sealed}
            await unit.execute(insert_row(case_file, photo))
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
    async def send(self, who: Account, kind: RequestKind, text: str, photos: Collection[str], *, draft_id: str) -> Case:
        """Stores what the draft holds under a number of its own, and closes the draft: all of it, or nothing.

        `photos`: those of the draft that go along. The same draft again gives the same request. Raises
        `TooManyRequests`.
        """
        await self._send(who, kind, text, photos, draft_id)
        return await self._cases.of_draft(who, draft_id)

    async def _send(self, who: Account, kind: RequestKind, text: str, photos: Collection[str], draft_id: str) -> None:
        async with self._database.write() as unit:
            await lock_account(unit, who.id)  # of two presses on one draft, the second finds what the first has sent
            if await self._cases.is_sent(unit, draft_id):
                return
            try:
                await self._limits.spend_within(unit, who.telegram_id, Act.REQUEST)
            except LimitReached:
                raise TooManyRequests from None
            sent = await self._cases.send(unit, who, KINDS[kind], text, draft_id=draft_id)
            await unit.execute(_photos_sent(draft_id, list(photos), sent.id))
            await unit.execute(_photos_dropped(draft_id))
            await self._drafts.finish(unit, draft_id, sent.id)
