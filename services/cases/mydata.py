"""What people have sent to be answered: telling it, and erasing it."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence

from sqlalchemy import and_, delete, not_, or_, select

from services.cases.cases import read_case, read_photo
from services.cases.model import CaseKind, CaseStep
from services.cases.tables import case
from services.personal import Fact, Facts, Leaving, Obligation, ObligationKind, Section, Subject, Word
from services.storage.engine import Database
from services.storage.units import Unit
from services.storage.vault import Vault

_PHOTOS_IN_ALL = 30 * 1024 * 1024
"""Bytes of JPEG in one document: in Base64 they are a third more, and Telegram takes files of up to 50 MB."""


class CaseData:
    """Cases with their photos, statuses and answers; photos not sent yet go with their draft. `kinds`: all of them."""

    sections = (Section("requests"),)

    def __init__(self, database: Database, vault: Vault, kinds: Collection[CaseKind]) -> None:
        self._database = database
        self._vault = vault
        self._settled = [(kind.name, sorted(kind.settled)) for kind in kinds]

    async def export(self, whose: Subject) -> Facts:
        mine = select(case).where(case.c.account_id == whose.account_id).order_by(case.c.number)
        found: list[Fact] = []
        room = _PHOTOS_IN_ALL
        async with self._database.read() as connection:
            for row in (await connection.execute(mine)).all():
                sent = await read_case(connection, self._vault, row)
                photos = [await read_photo(connection, self._vault, each) for each in sent.photos]
                told = [each for each in photos if (room := room - len(each)) >= 0]
                found.append(
                    {
                        "number": str(sent.number),
                        "kind": Word("case", sent.kind),
                        "written": sent.content or None,
                        "sent_at": sent.sent_at,
                        "statuses": [_told(sent.kind, each) for each in sent.steps],
                        "answer": sent.comment,
                        "photos_jpeg_base64": [base64.b64encode(each).decode() for each in told],
                        "photos_only_in_chat": len(photos) - len(told) or None,
                        "photos_removed": sent.photos_gone or None,
                    }
                )
        return {"requests": found}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        """What is not answered yet, and then never will be."""
        settled = or_(*(and_(case.c.kind == kind, case.c.status.in_(statuses)) for kind, statuses in self._settled))
        waiting = select(case.c.number).where(case.c.account_id == whose.account_id, not_(settled))
        return [
            Obligation(ObligationKind.REQUEST, str(row.number))
            for row in (await self._database.fetch(waiting.order_by(case.c.number))).all()
        ]

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        await unit.execute(delete(case).where(case.c.account_id == leaving.account_id))


def _told(kind: str, step: CaseStep) -> Fact:
    return {"status": Word(f"{kind} status", step.status), "since": step.at, "comment": step.comment}
