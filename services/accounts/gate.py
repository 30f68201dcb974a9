"""Whom a call may reach: what it has declared (`concerns`) against what the account's basis opens (`rights`).

A look into an area that has come after visits leaves its trace here, before anything of it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select

from services.accounts import concerns, rights
from services.accounts.agreement import Agreements
from services.accounts.concerns import Concern
from services.accounts.model import LOOKS, Account, Action, Area, Person, Relation
from services.accounts.tables import consent
from services.clock import Clock
from services.errors import ConsentNeeded, Denial, NotAllowed
from services.ids import new_id
from services.storage.engine import Database
from services.storage.statement import insert_row, statement
from services.storage.tables import audit


@statement
def _last_version(account_id: str) -> Select[Any]:
    """Of the text that the account has agreed to last."""
    given = select(consent.c.version).where(consent.c.account_id == account_id)
    return given.order_by(consent.c.given_at.desc(), consent.c.id).limit(1)


class Gate:
    """Asked by `Persons` with everybody whom it is about to give away."""

    def __init__(self, database: Database, clock: Clock, agreements: Agreements) -> None:
        self._database = database
        self._clock = clock
        self._agreements = agreements

    @concerns.persons("whom the call that runs may reach")
    async def check(self, who: Account, person: Person) -> None:
        """Raises `NotAllowed` where the call that runs may not reach the person. A look leaves its trace first, in a
        unit of its own: whoever asks is in none.

        `ConsentNeeded`: it may, once the account has agreed to a text that speaks of the area.
        """
        reached = self._reached()
        if reached is None:
            return
        area, action = reached
        rights.check_opens(person, area, action, self._clock.now())
        await self._check_agreed(who, area)
        await self._note(who, area, [person])

    @concerns.persons("whom the call that runs may reach")
    async def open_to(self, who: Account, persons: Sequence[Person]) -> tuple[Person, ...]:
        """Those of them whom the call that runs may reach; `ConsentNeeded` and the trace as in `check`."""
        reached = self._reached()
        if reached is None or reached[0] is Area.VISITS:
            return tuple(persons)
        area, action = reached
        now = self._clock.now()
        found = tuple(each for each in persons if rights.opens(each, area, action, now))
        if found:
            await self._check_agreed(who, area)
        await self._note(who, area, found)
        return found

    def _reached(self) -> tuple[Area, Action] | None:
        """What the call that runs reaches of persons; None: the list as it is. Raises `NotAllowed` where nothing."""
        running: Concern | None = concerns.current()
        if running is None:
            return None
        if running.area is None or running.action is None:
            raise NotAllowed(Denial.NOT_OPEN)
        return running.area, running.action

    async def _check_agreed(self, who: Account, area: Area) -> None:
        if area in self._agreements.always:
            return
        version = (await self._database.fetch(_last_version(who.id))).scalar_one()
        if area not in self._agreements.covered(version):
            raise ConsentNeeded

    async def _note(self, who: Account, area: Area, persons: Collection[Person]) -> None:
        others = [each for each in persons if each.relation is not Relation.OWN]
        if area not in LOOKS or not others:
            return
        look = {"account_id": who.id, "action": LOOKS[area], "at": self._clock.now()}
        async with self._database.write() as unit:
            for each in others:
                await unit.execute(insert_row(audit, {"id": new_id(), "person_id": each.id} | look))
