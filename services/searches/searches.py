"""What an account looks for in its lists. How a list is searched by it is the list's own affair (`names.found_in`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, Select, delete, select

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.model import Account
from services.clock import Clock
from services.ids import new_id
from services.searches.tables import search as search_table
from services.storage.engine import Database
from services.storage.statement import insert_row, statement
from services.storage.vault import Vault


@statement
def _one(account_id: str, which: str, search_id: str) -> Select[Any]:
    mine = search_table.c.account_id == account_id, search_table.c.list == which
    return select(search_table.c.id, search_table.c.text).where(*mine, search_table.c.id == search_id)


@statement
def _drop_of(account_id: str, which: str) -> Delete:
    return delete(search_table).where(search_table.c.account_id == account_id, search_table.c.list == which)


class Searches:
    """The last search of each list; buttons bear its id. `which`: a list by its short name."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    @concerns.account("what it has looked for")
    async def keep(self, who: Account, which: str, text: str) -> str:
        """In place of what was looked for in this list before; gives the id of the search."""
        search_id = new_id()
        row = {
            "id": search_id,
            "account_id": who.id,
            "list": which,
            "text": self._vault.seal(search_table.c.text, search_id, text),
            "searched_at": self._clock.now(),
        }
        async with self._database.write() as unit:
            await lock_account(unit, who.id)
            await unit.execute(_drop_of(who.id, which))
            await unit.execute(insert_row(search_table, row))
        return search_id

    @concerns.account("what it has looked for")
    async def text(self, who: Account, which: str, search_id: str) -> str | None:
        """What was typed; None where another search has followed it, and where it is somebody else's."""
        row = (await self._database.fetch(_one(who.id, which, search_id))).first()
        return self._vault.open(search_table.c.text, row.id, row.text) if row is not None else None
