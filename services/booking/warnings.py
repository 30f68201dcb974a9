"""«Вы не прикреплены»: a warning that was read and accepted is not given again for that person and clinic.

It was about where the person was attached then: once that changes, it is given anew.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Delete, Select, delete, select

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.model import Account, Action, Area, Person
from services.booking.tables import accepted_warning
from services.ids import new_id
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import insert_row, statement, update_row
from services.storage.vault import Vault


@statement
def _of(account_id: str, person_id: str) -> Select[Any]:
    mine = accepted_warning.c.account_id == account_id, accepted_warning.c.person_id == person_id
    return select(accepted_warning).where(*mine)


@statement
def drop(account_id: str, person_ids: Collection[str]) -> Delete:
    """Takes away what the account has accepted for these persons."""
    theirs = accepted_warning.c.account_id == account_id, accepted_warning.c.person_id.in_(person_ids)
    return delete(accepted_warning).where(*theirs)


class Warnings:
    """What was accepted, sealed: a row for each person of an account."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def accepted(self, account: Account, who: Person) -> Collection[str]:
        """Clinics, by their ids, for which it was accepted while the person was attached where they are now.

        Where they are attached is the account's to know as far as `who` says it.
        """
        row = (await self._database.fetch(_of(account.id, who.id))).first()
        return self._clinics(row, who)

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def accept(self, account: Account, who: Person, clinic_id: str) -> None:
        async with self._database.write() as unit:
            await lock_account(unit, account.id)
            row = (await unit.execute(_of(account.id, who.id))).first()
            row_id = row.id if row is not None else new_id()
            clinics = sorted({*self._clinics(row, who), clinic_id})
            sealed = self._vault.seal_json(
                accepted_warning.c.data, row_id, {"attached": who.clinic_id, "clinics": clinics}
            )
            if row is None:
                whose = {"id": row_id, "account_id": account.id, "person_id": who.id}
                await unit.execute(insert_row(accepted_warning, {**whose, "data": sealed}))
            else:
                await unit.execute(update_row(accepted_warning, row_id, {"data": sealed}))

    def _clinics(self, row: Row | None, who: Person) -> Collection[str]:
        if row is None:
            return ()
        kept = self._vault.open_json(accepted_warning.c.data, row.id, row.data)
        return kept["clinics"] if kept["attached"] == who.clinic_id else ()
