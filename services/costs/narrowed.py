"""Applications about somebody whose insurance is shut to the account now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Update, update

from services.accounts.model import Area
from services.clock import Clock
from services.costs.tables import cost_application
from services.personal import Narrowed
from services.storage.statement import statement
from services.storage.units import Unit


@statement
def _empty(account_id: str, person_ids: Collection[str]) -> Update:
    return _of(account_id, person_ids).values(applicant=None, statement=None)


@statement
def _hurry(account_id: str, person_ids: Collection[str], now: datetime) -> Update:
    return _of(account_id, person_ids).where(cost_application.c.due_at > now).values(due_at=now)


def _of(account_id: str, person_ids: Collection[str]) -> Update:
    whose = cost_application.c.account_id == account_id, cost_application.c.person_id.in_(person_ids)
    return update(cost_application).where(*whose)


class StatementsKept:
    """What they say goes along with the right; one that is under way is refused by its next step, which is due now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        if Area.INSURANCE not in narrowed.areas:
            await unit.execute(_empty(narrowed.account_id, narrowed.persons))
            await unit.execute(_hurry(narrowed.account_id, narrowed.persons, self._clock.now()))
