"""«Это не я»: the patient, or who stands for them by documents, denies what another account has done.

One unit ends that account's sight, sends a request and notes it; then the visit is cancelled as any other is. A crash
in between leaves a visit that the same press cancels, and nothing is reported twice.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from services.accounts import concerns
from services.accounts.consents import Consents
from services.accounts.links import lock_rights, note
from services.accounts.model import Account, Action, Area, Relation
from services.booking import sight
from services.booking.cancelling import Cancelling
from services.booking.deeds import Deeds
from services.booking.model import DeedKind
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.cases.cases import Cases
from services.clock import Clock
from services.disputes.model import DISPUTE, Dispute, Settled
from services.errors import NotFound
from services.storage.engine import Database
from services.storage.statement import statement
from services.storage.tables import audit
from services.storage.units import Unit
from services.storage.vault import Vault

_DISPUTED = "visit_disputed"


@statement
def _disputed(account_id: str, visit_id: str) -> Select[Any]:
    return select(audit.c.id).where(
        audit.c.account_id == account_id, audit.c.action == _DISPUTED, audit.c.subject_id == visit_id
    )


class Disputes:
    """Asks for rights at each call: only who stands for the patient by documents, and sees all of their visits."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        visits: Visits,
        cancelling: Cancelling,
        deeds: Deeds,
        watch: Watch,
        consents: Consents,
        cases: Cases,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._visits = visits
        self._cancelling = cancelling
        self._deeds = deeds
        self._watch = watch
        self._consents = consents
        self._cases = cases
        self._clock = clock

    @concerns.area(Area.VISITS, Action.SEE)
    async def look(self, account: Account, visit_id: str) -> Dispute:
        """What there is to deny. `NotFound` where the account may not; `RegistryUnavailable`."""
        entry = await self._visits.get(account, visit_id)
        if not sight.stands_for(entry, self._clock.now()):
            raise NotFound
        deed = await self._deeds.latest(account, entry.visit)
        booked = deed is None or deed.kind is DeedKind.BOOKED
        return Dispute(entry, deed, cancels=booked and self._cancelling.why_not(entry) is None)

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def deny(self, account: Account, dispute: Dispute, report: str) -> Settled:
        """Ends what the other account sees, sends the report, cancels the visit. `dispute`: as just looked at.

        Raises `NotAllowed` where this account has lost its own say meanwhile.
        """
        number = await self._close(account, dispute, report)
        outcome = await self._cancelling.cancel(account, dispute.entry.visit.id) if dispute.cancels else None
        return Settled(number, outcome)

    async def _close(self, account: Account, dispute: Dispute, report: str) -> int | None:
        """Once for a visit, however often it is pressed; gives the number of the request that this press has sent."""
        visit, person = dispute.entry.visit, dispute.entry.person
        async with self._database.write() as unit:
            # Of two presses at once, the second finds what the first has sent.
            await lock_rights(unit, dispute.deed.actor_id if dispute.deed is not None else account.id, account.id)
            await sight.check_listed(unit, account.id, person.id)
            await self._end_sight(unit, account, dispute)
            if (await unit.execute(_disputed(account.id, visit.id))).first() is not None:
                return None
            sent = await self._cases.send(unit, account, DISPUTE, report, person_id=person.id)
            await note(unit, self._clock.now(), account.id, person.id, _DISPUTED, visit.id)
        return sent.number

    async def _end_sight(self, unit: Unit, account: Account, dispute: Dispute) -> None:
        """Of one who rests on more than a word this visit alone, unless it is the patient who takes a consent back."""
        visit, person, deed = dispute.entry.visit, dispute.entry.person, dispute.deed
        if deed is None:
            return
        if not dispute.closes:
            await self._watch.hide_from(unit, deed.actor_id, visit.id)
            return
        await self._watch.hide_patient_from(unit, deed.actor_id, visit.patient_id)
        if person.relation is Relation.OWN:
            await self._consents.withdraw(unit, account, deed.actor_id, person.id)
