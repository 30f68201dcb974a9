"""The other side of requests: whoever answers lists them, reads them and moves them on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from services.clock import Clock
from services.errors import NotFound
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.requests.model import (
    LONGEST_COMMENT,
    NEED_COMMENT,
    CommentMissing,
    CommentTooLong,
    Request,
    RequestKind,
    RequestLine,
    RequestStatus,
    WrongStep,
    following,
)
from services.requests.notices import RequestNews
from services.requests.requests import note_step, read_photo, read_request
from services.requests.tables import request as request_table
from services.requests.tables import request_file
from services.storage.engine import Database
from services.storage.vault import Vault


class RequestDesk:
    """Knows requests by their numbers; knows nothing of who has sent them but where to tell the answer."""

    def __init__(self, database: Database, vault: Vault, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._outbox = outbox
        self._clock = clock

    async def lines(self) -> Sequence[RequestLine]:
        """All requests without their content, newest first."""
        photos = select(func.count()).where(request_file.c.request_id == request_table.c.id).scalar_subquery()
        named = (request_table.c[name] for name in ("number", "kind", "status", "created_at"))
        query = select(*named, photos.label("photos")).order_by(request_table.c.number.desc())
        rows = (await self._database.fetch(query)).all()
        return [
            RequestLine(row.number, RequestKind(row.kind), RequestStatus(row.status), row.created_at, row.photos)
            for row in rows
        ]

    async def read(self, number: int) -> Request:
        """A request with its content; `NotFound` where there is none of this number."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(request_table).where(request_table.c.number == number))).first()
            if row is None:
                raise NotFound
            return await read_request(connection, self._vault, row)

    async def photos(self, number: int) -> Sequence[bytes]:
        """All photos of a request, JPEGs; `NotFound` where there is no request of this number."""
        request = await self.read(number)
        async with self._database.read() as connection:
            return [await read_photo(connection, self._vault, each) for each in request.photos]

    async def move(self, number: int, status: RequestStatus, comment: str | None = None) -> None:
        """The next status, and word of it to whoever has sent the request.

        Raises `NotFound`, `WrongStep`, `CommentMissing`, `CommentTooLong`.
        """
        comment = (comment or "").strip() or None
        if len(comment or "") > LONGEST_COMMENT:
            raise CommentTooLong
        async with self._database.write() as unit:
            one = select(request_table).where(request_table.c.number == number).with_for_update()
            row = (await unit.execute(one)).one_or_none()
            if row is None:
                raise NotFound
            kind, stands, now = RequestKind(row.kind), RequestStatus(row.status), self._clock.now()
            if status not in following(kind, stands):
                raise WrongStep(kind, stands)
            if comment is None and status in NEED_COMMENT:
                raise CommentMissing
            said = self._vault.seal(request_table.c.comment, row.id, comment) if comment is not None else row.comment
            await unit.execute(
                update(request_table)
                .where(request_table.c.id == row.id)
                .values(status=status.value, comment=said, updated_at=now)
            )
            await unit.execute(note_step(row.id, status, now))
            # What the earlier status has not told yet is told by this one: the card says how it stands now.
            untold = keys.request_status(row.id, stands), keys.confirmation(row.draft_id or "")
            await self._outbox.withdraw(unit, *untold)
            news, key = RequestNews.REQUEST_STATUS, keys.request_status(row.id, status)
            await self._outbox.add(unit, Notice(row.account_id, row.person_id, news, row.id, key))
