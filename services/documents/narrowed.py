"""Papers about somebody of whom less is open to the account now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Table, delete, select

from services.accounts.model import Area
from services.documents.notices import DocumentNews
from services.documents.tables import document, document_letter
from services.notify.outbox import Outbox
from services.personal import Narrowed
from services.storage.statement import statement
from services.storage.units import Unit


@statement
def _drop(account_id: str, person_ids: Collection[str], areas: Collection[str], *, of: Table) -> Delete:
    return delete(of).where(*_shut(of, account_id, person_ids, areas))


@statement
def _letters(account_id: str, person_ids: Collection[str], areas: Collection[str]) -> Select[Any]:
    return select(document_letter.c.id).where(*_shut(document_letter, account_id, person_ids, areas))


def _shut(
    of: Table, account_id: str, person_ids: Collection[str], areas: Collection[str]
) -> tuple[ColumnElement[bool], ...]:
    return of.c.account_id == account_id, of.c.person_id.in_(person_ids), of.c.area.not_in(areas)


class PapersMade:
    """Papers whose area is shut by now, or all, where documents are; with letters that have not gone out yet."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        areas = narrowed.areas if Area.DOCUMENTS.value in narrowed.areas else frozenset[str]()
        whose = narrowed.account_id, narrowed.persons, areas
        letters = list((await unit.execute(_letters(*whose))).scalars())
        await self._outbox.forget(unit, narrowed.account_id, list(DocumentNews), subjects=letters)
        for table in (document, document_letter):
            await unit.execute(_drop(*whose, of=table))
