"""Papers that were made and sent: telling that they were, and erasing them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from services.documents.tables import CONTENT, document, document_letter
from services.personal import Fact, Facts, Leaving, Obligation, Section, Subject, Word
from services.storage.engine import Database
from services.storage.units import Unit
from services.storage.vault import Vault


class DocumentData:
    """What was made, when, and for whom: what it says is the registry's, and the file is opened in the chat."""

    sections = (Section("documents"), Section("documents_by_mail"))

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        return {"documents": await self._papers(whose), "documents_by_mail": await self._letters(whose)}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        for table in (document, document_letter):
            gone = or_(table.c.account_id == leaving.account_id, table.c.person_id.in_(leaving.persons))
            await unit.execute(delete(table).where(gone))

    async def _papers(self, whose: Subject) -> list[Fact]:
        mine = select(document.c.id, document.c.person_id, document.c.content, document.c.made_at).where(
            document.c.account_id == whose.account_id, document.c.person_id.in_(whose.listed)
        )
        rows = (await self._database.fetch(mine.order_by(document.c.made_at))).all()
        return [
            {
                "document": Word("document", json.loads(CONTENT.open(self._vault, row.id, row.content))[2]),
                "person": Word("person", row.person_id),
                "made_at": row.made_at,
            }
            for row in rows
        ]

    async def _letters(self, whose: Subject) -> list[Fact]:
        mine = select(document_letter).where(
            document_letter.c.account_id == whose.account_id, document_letter.c.person_id.in_(whose.listed)
        )
        rows = (await self._database.fetch(mine.order_by(document_letter.c.asked_at))).all()
        column = document_letter.c.address
        return [
            {
                "document": Word("document", self._vault.open_json(document_letter.c.subject, row.id, row.subject)[0]),
                "person": Word("person", row.person_id),
                "asked_at": row.asked_at,
                "address_until_sent": self._vault.open(column, row.id, row.address) if row.address else None,
            }
            for row in rows
        ]
