"""DEMO: which accounts may have taken a ready family, and when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

from sqlalchemy import select

from services.accounts.tables import account, person_link
from services.storage.engine import Database

_PAGE = 100


async def families(database: Database) -> AsyncIterator[tuple[str, date]]:
    """What `Persons.take_ready_family` has given to whoever makes one, the account's id and the day; or may have.

    Each day on which somebody was added to an account is one. Asked page after page, aside.
    """
    last = ""
    while True:
        page = select(account.c.id).where(account.c.id > last).order_by(account.c.id).limit(_PAGE)
        ids = list((await database.aside.fetch(page)).scalars())
        if not ids:
            return
        links = select(person_link.c.account_id, person_link.c.created_at).where(person_link.c.account_id.in_(ids))
        rows = (await database.aside.fetch(links)).all()
        for each in sorted({(row.account_id, row.created_at.date()) for row in rows}):
            yield each
        last = ids[-1]
