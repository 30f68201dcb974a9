"""What an account has done for others, once it has erased itself: the trail stays, under a keyed pseudonym of its chat.

A patient may ask who has booked in their name; whoever leaves and comes back is the same pseudonym again. Nobody can
tell the chat from it without the key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Delete, and_, case, delete, func, or_, select, update

from services.accounts.model import TRAIL_YEARS, Basis
from services.accounts.tables import person
from services.clock import Clock
from services.personal import Leaving
from services.storage.engine import Database
from services.storage.statement import statement
from services.storage.tables import LEFT_LENGTH, audit
from services.storage.units import Unit
from services.storage.vault import Vault

_KEPT = timedelta(days=365 * TRAIL_YEARS)
_PURPOSE = "left trail"
_OF_LINKS = (
    *(f"basis_{basis.value}" for basis in Basis),
    *("basis_ended", "basis_ended_by_desk", "consent_accepted", "consent_ended"),
)
"""What these were about are codes and consents, which go with the account."""


@statement
def _drop_left_by(moment: datetime) -> Delete:
    left = func.length(audit.c.account_id) == LEFT_LENGTH
    return delete(audit).where(left, audit.c.at <= moment)


class LeftTrail:
    """The rows of `audit` that outlive the account whose acts they are."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def pseudonyms(self, telegram_id: int) -> tuple[str, ...]:
        """What stands in place of this chat's account, under each key at hand, the present one first."""
        return self._vault.indexes(_PURPOSE, str(telegram_id))

    async def leave(self, unit: Unit, leaving: Leaving, own_id: str | None) -> None:
        """Within the unit that erases: what was done for others and still leads to them stays; the rest goes.

        It leads to a patient by their visit (the subject), or by a person whom somebody else still has.
        `own_id`: the account holder, whose own affairs are theirs to erase.
        """
        present, *earlier = self.pseudonyms(leaving.telegram_id)
        mine = audit.c.account_id == leaving.account_id
        stays = audit.c.person_id.in_(select(person.c.id).where(person.c.id.not_in(leaving.persons)))
        tells = and_(audit.c.subject_id.is_not(None), audit.c.action.not_in(_OF_LINKS))
        anothers = and_(audit.c.person_id.is_not(None), audit.c.person_id != (own_id or ""))
        await unit.execute(
            update(audit)
            .where(mine, anothers, or_(stays, tells))
            .values(
                account_id=present,
                person_id=case((stays, audit.c.person_id), else_=None),
                subject_id=case((tells, audit.c.subject_id), else_=None),
            )
        )
        await unit.execute(delete(audit).where(mine))
        if earlier:
            await unit.execute(update(audit).where(audit.c.account_id.in_(earlier)).values(account_id=present))

    async def purge(self) -> int:
        """Forgets what is older than the consent says; gives how many rows."""
        return (await self._database.aside.execute(_drop_left_by(self._clock.now() - _KEPT))).rowcount
