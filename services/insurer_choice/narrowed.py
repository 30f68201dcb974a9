"""Applications about somebody whose insurance is shut to the account now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Delete, Update, delete, update

from services.accounts.model import Area
from services.clock import Clock
from services.insurer_choice.tables import insurer_application, insurer_form
from services.personal import Narrowed
from services.storage.statement import statement
from services.storage.units import Unit


@statement
def _drop(account_id: str, person_ids: Collection[str]) -> Delete:
    return delete(insurer_form).where(insurer_form.c.account_id == account_id, insurer_form.c.person_id.in_(person_ids))


@statement
def _empty(account_id: str, person_ids: Collection[str]) -> Update:
    return _of(account_id, person_ids).values(form=None, pdf=None, signature=None, signer=None)


@statement
def _hurry(account_id: str, person_ids: Collection[str], now: datetime) -> Update:
    return _of(account_id, person_ids).where(insurer_application.c.due_at > now).values(due_at=now)


def _of(account_id: str, person_ids: Collection[str]) -> Update:
    whose = insurer_application.c.account_id == account_id, insurer_application.c.person_id.in_(person_ids)
    return update(insurer_application).where(*whose)


class ApplicationsKept:
    """What they say goes along with the right; one that has not gone to the insurer yet is refused by its next step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        if Area.INSURANCE not in narrowed.areas:
            await unit.execute(_drop(narrowed.account_id, narrowed.persons))
            await unit.execute(_empty(narrowed.account_id, narrowed.persons))
            await unit.execute(_hurry(narrowed.account_id, narrowed.persons, self._clock.now()))
