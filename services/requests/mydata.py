"""What people have sent to be answered: telling it, and erasing it."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from sqlalchemy import delete, select

from services.personal import Fact, Facts, Leaving, Obligation, ObligationKind, Section, Subject
from services.requests.model import RequestStatus
from services.requests.requests import read_photo, read_request
from services.requests.tables import request
from services.storage.engine import Database
from services.storage.units import Unit
from services.storage.vault import Vault

_PHOTOS_IN_ALL = 30 * 1024 * 1024
"""Bytes of JPEG in one document: in Base64 they are a third more, and Telegram takes files of up to 50 MB."""


class RequestData:
    """Problems and feedback with their photos, statuses and answers. Photos not sent yet go with their draft."""

    sections = (Section("requests"),)

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        mine = select(request).where(request.c.account_id == whose.account_id).order_by(request.c.number)
        found: list[Fact] = []
        room = _PHOTOS_IN_ALL
        async with self._database.read() as connection:
            for row in (await connection.execute(mine)).all():
                sent = await read_request(connection, self._vault, row)
                photos = [await read_photo(connection, self._vault, each) for each in sent.photos]
                told = [each for each in photos if (room := room - len(each)) >= 0]
                found.append(
                    {
                        "number": str(sent.number),
                        "kind": sent.kind,
                        "written": sent.text or None,
                        "sent_at": sent.sent_at,
                        "statuses": [{"status": each.status, "since": each.at} for each in sent.steps],
                        "answer": sent.comment,
                        "photos_jpeg_base64": [base64.b64encode(each).decode() for each in told],
                        "photos_only_in_chat": len(photos) - len(told) or None,
                        "photos_removed": sent.photos_gone or None,
                    }
                )
        return {"requests": found}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        """What is not answered yet, and then never will be."""
        waiting = select(request.c.number).where(
            request.c.account_id == whose.account_id, request.c.status != RequestStatus.ANSWERED.value
        )
        return [
            Obligation(ObligationKind.REQUEST, str(row.number))
            for row in (await self._database.fetch(waiting.order_by(request.c.number))).all()
        ]

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        await unit.execute(delete(request).where(request.c.account_id == leaving.account_id))
