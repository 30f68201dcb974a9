"""Rights that end take along what rested on them, in the unit that ends them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from services.accounts import concerns, rights
from services.accounts.model import Action, Area
from services.accounts.patients import Indexes, indexes_of, same_patient
from services.accounts.persons import Persons
from services.accounts.rights import VisitScope
from services.accounts.tables import person_link
from services.clock import Clock
from services.personal import Narrowed, RestsOnRights
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, local


@statement
def _theirs(account_id: str, person_id: str, indexes: Indexes) -> Select[Any]:
    """Whom the account has, or had, of the rows of this person's patient."""
    return select(person_link.c.person_id).where(
        person_link.c.account_id == account_id, person_link.c.person_id.in_(same_patient(person_id, indexes))
    )


class RightsEnded:
    """Asked whenever a link, or a basis of one, has ended or covers less. `parts`: each topic's, ignorant of rights."""

    def __init__(self, vault: Vault, persons: Persons, clock: Clock, parts: Sequence[RestsOnRights]) -> None:
        self._vault = vault
        self._persons = persons
        self._clock = clock
        self._parts = parts

    @concerns.persons("what an account may still do for somebody")
    async def look(self, unit: Unit, account_id: str, person_id: str) -> None:
        """Within the unit, after the bases are as they will be: what the account may do no more leaves no rows.

        Where it sees and does all as before, on another basis, nothing goes.
        """
        now = self._clock.now()
        today = local(now, MOSCOW).date()
        indexes = await indexes_of(unit, self._vault, person_id)
        persons = {person_id, *(await unit.execute(_theirs(account_id, person_id, indexes))).scalars()}
        listed = await self._persons.listed(unit, account_id, persons)
        scopes = {rights.visit_scope(each, today, now) for each in listed}
        sees_all = VisitScope.ALL in scopes
        manages = sees_all and any(rights.may_manage(each, today, now) for each in listed)
        areas = {each for each in Area if any(rights.allowed(one, each, Action.SEE, today, now) for one in listed)}
        if manages and len(areas) == len(Area):
            return
        sees_own = sees_all or VisitScope.OWN_BOOKINGS in scopes
        open_still = frozenset(each.value for each in areas)
        narrowed = Narrowed(account_id, frozenset(persons), sees_all, sees_own, manages, open_still)
        for part in self._parts:
            await part.drop(unit, narrowed)
