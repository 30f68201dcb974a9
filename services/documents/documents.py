"""Papers of accounts: made once for the same words, kept sealed for a while, and sent to an address on a press.

Whoever asks has had the topic's own check of the rights; here the person's documents have to be open, too, for they
have the person's numbers printed in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Insert, Select, delete, select

from services.accounts import concerns, rights
from services.accounts.accounts import lock_account
from services.accounts.model import Account, Action, Area
from services.accounts.persons import Persons
from services.clock import Clock
from services.documents import notices
from services.documents.model import Paper, PaperLetter, Sheet, Subject, payload_of
from services.documents.notices import DocumentNews
from services.documents.sheet import Sheets
from services.documents.tables import CONTENT, document, document_letter
from services.drafts.drafts import Drafts
from services.errors import NotFound
from services.ids import new_id
from services.limits.limits import Limits
from services.limits.model import Act
from services.notify.model import LetterEnd, Notice
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.statement import insert_row, statement, update_row
from services.storage.units import Unit
from services.storage.vault import Vault

KEPT = timedelta(days=30)
"""A paper that was swept is made again from what the registry has, under another id."""

_KEPT_OF_EACH = ("id", "account_id", "person_id", "area", "pdf", "made_at", "content", "content_index")

Link = Callable[[str], Awaitable[str | None]]
"""A link into the bot that brings this payload; None while nobody knows the bot's name."""


@statement
def _with_content(account_id: str, indexes: Collection[str]) -> Select[Any]:
    same = document.c.account_id == account_id, document.c.content_index.in_(indexes)
    return select(document.c.id, document.c.pdf, document.c.made_at).where(*same)


@statement
def _keep(*values: Any, dialect: str) -> Insert:
    """Unless another process has just kept the same. Takes what `_KEPT_OF_EACH` names."""
    kept = insert_for(dialect, document).values(dict(zip(_KEPT_OF_EACH, values, strict=True)))
    return kept.on_conflict_do_nothing(index_elements=["content_index"])


@statement
def _drop_made_before(moment: datetime) -> Delete:
    return delete(document).where(document.c.made_at < moment)


@statement
def _drop_asked_before(moment: datetime) -> Delete:
    return delete(document_letter).where(document_letter.c.asked_at < moment)


@statement
def _letter(account_id: str, letter_id: str) -> Select[Any]:
    return select(document_letter).where(document_letter.c.id == letter_id, document_letter.c.account_id == account_id)


@statement
def _letter_of_draft(draft_id: str) -> Select[Any]:
    return select(document_letter.c.id).where(document_letter.c.id == draft_id)


class Documents:
    """`of`: what the paper is of; `area`: what of the person it tells."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        persons: Persons,
        sheets: Sheets,
        drafts: Drafts,
        limits: Limits,
        outbox: Outbox,
        clock: Clock,
        link: Link,
    ) -> None:
        self._database = database
        self._vault = vault
        self._persons = persons
        self._sheets = sheets
        self._drafts = drafts
        self._limits = limits
        self._outbox = outbox
        self._clock = clock
        self._link = link

    @concerns.area(Area.DOCUMENTS, Action.SEE)
    async def paper(self, who: Account, person_id: str, of: Subject, area: Area, sheet: Sheet) -> Paper:
        """The sheet as PDF: the one that was made already, as long as it says the same. `sheet`: without a link.

        Raises `NotAllowed` where the person's documents are not open, and `DrawingFailed`.
        """
        await self._persons.get(who, person_id)
        content = _content(who, person_id, of, sheet)
        found = await self._find(who, content)
        if found is not None:
            return found
        paper_id = new_id()
        pdf = await self._sheets.compile(replace(sheet, link=await self._link(payload_of(paper_id))))
        pdf_sealed = self._vault.seal_bytes(document.c.pdf, paper_id, pdf)
        found_by = CONTENT.values(self._vault, paper_id, content).values()
        row = paper_id, who.id, person_id, area.value, pdf_sealed, self._clock.now(), *found_by
        async with self._database.write() as unit:
            await lock_account(unit, who.id)  # whoever ends the right has done so, or waits and takes the paper along
            await self._check_still(unit, who, person_id, area)
            await unit.execute(_keep(*row, dialect=self._database.dialect))
        kept = await self._find(who, content)
        if kept is None:  # the right has ended this very moment
            raise NotFound
        return kept

    @concerns.area(Area.DOCUMENTS, Action.SEE)
    async def pdf(self, who: Account, person_id: str, of: Subject, area: Area, sheet: Sheet | bytes) -> bytes:
        """The sheet as PDF, as `paper`; bytes: a PDF that there is already, given as it is and not kept here.

        Raises as `paper` does.
        """
        if isinstance(sheet, Sheet):
            return (await self.paper(who, person_id, of, area, sheet)).pdf
        await self._persons.get(who, person_id)
        return sheet

    # --- by e-mail --------------------------------------------------------------------------------------------------

    @concerns.area(Area.DOCUMENTS, Action.SEE)
    async def mail(
        self, who: Account, person_id: str, of: Subject, area: Area, address: str, *, draft_id: str, confirmed: bool
    ) -> None:
        """Sends the paper to this address (checked), once a draft, and closes the draft. `confirmed`: it is the
        account's own.

        Raises `NotAllowed`, and `LimitReached` where no more may go out today.
        """
        await self._persons.get(who, person_id)
        async with self._database.write() as unit:
            await lock_account(unit, who.id)  # of two presses on one draft, the second finds what the first has sent
            if (await unit.execute(_letter_of_draft(draft_id))).first() is not None:
                return
            await self._check_still(unit, who, person_id, area)
            await self._limits.spend_within(unit, who.telegram_id, Act.DOCUMENT_LETTER)
            if not confirmed:
                await self._limits.spend_within(unit, who.telegram_id, Act.DOCUMENT_LETTER_UNCONFIRMED)
            sealed = {
                "subject": self._vault.seal_json(document_letter.c.subject, draft_id, [of.kind, of.id]),
                "address": self._vault.seal(document_letter.c.address, draft_id, address),
            }
            whose = {"account_id": who.id, "person_id": person_id, "area": area.value, "asked_at": self._clock.now()}
            await unit.execute(insert_row(document_letter, {"id": draft_id} | whose | sealed))
            await self._outbox.add_letter(unit, who.id, DocumentNews.LETTER, draft_id, person_id)
            await self._drafts.finish(unit, draft_id, draft_id)

    @concerns.account("a letter that it has sent")
    async def letter(self, who: Account, letter_id: str) -> PaperLetter | None:
        """A letter with a paper; None where the account has sent none such, or too long ago."""
        row = (await self._database.fetch(_letter(who.id, letter_id))).one_or_none()
        return self._read_letter(row) if row is not None else None

    @concerns.account("a letter that it has sent")
    async def end_letter(self, who: Account, letter_id: str, end: LetterEnd) -> None:
        """What has become of a letter: its address is forgotten, and the chat is told where nothing has arrived."""
        async with self._database.write() as unit:
            await lock_account(unit, who.id)
            row = (await unit.execute(_letter(who.id, letter_id))).one_or_none()
            if row is None or row.address is None:
                return
            await unit.execute(update_row(document_letter, letter_id, {"address": None, "end": end.value}))
            if end is not LetterEnd.SENT:
                news = Notice(who.id, row.person_id, DocumentNews.NOT_SENT, letter_id, notices.not_sent(letter_id))
                await self._outbox.add(unit, news)

    async def purge(self) -> None:
        """Forgets papers and letters of long ago."""
        moment = self._clock.now() - KEPT
        await self._database.aside.execute(_drop_made_before(moment))
        await self._database.aside.execute(_drop_asked_before(moment))

    async def _check_still(self, unit: Unit, who: Account, person_id: str, area: Area) -> None:
        """Within the unit that writes: a right that has ended meanwhile has taken along all but this row."""
        listed = await self._persons.listed(unit, who.id, {person_id})
        if not listed:
            raise NotFound
        for each in (Area.DOCUMENTS, area):
            rights.check_opens(listed[0], each, Action.SEE, self._clock.now())

    async def _find(self, who: Account, content: str) -> Paper | None:
        query = _with_content(who.id, CONTENT.indexes(self._vault, [content]))
        rows = (await self._database.fetch(query)).all()
        if not rows:
            return None
        first = min(rows, key=lambda row: row.made_at)  # two, if a key was replaced at that very moment
        return Paper(first.id, self._vault.open_bytes(document.c.pdf, first.id, first.pdf), first.made_at)

    def _read_letter(self, row: Row) -> PaperLetter:
        kind, subject_id = self._vault.open_json(document_letter.c.subject, row.id, row.subject)
        address = self._vault.open(document_letter.c.address, row.id, row.address) if row.address else None
        end = LetterEnd(row.end) if row.end else None
        return PaperLetter(row.id, Subject(kind, subject_id), row.person_id, address, end)


def _content(who: Account, person_id: str, of: Subject, sheet: Sheet) -> str:
    """By what equal papers are known: whose, of what, and a digest of all that is said."""
    parts = [(type(each).__name__, asdict(each)) for each in sheet.parts]
    said = json.dumps(asdict(replace(sheet, parts=())) | {"parts": parts}, default=str, sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    return json.dumps([who.id, person_id, of.kind, of.id, digest])
