"""The patient hears what another account does with their visits, in the unit that makes it true.

Who hears: chats of the patient that are confirmed by documents; where there is none, confirmed representatives who
may see all of the patient's visits. A representative who may not is told nothing: it would tell of a hidden visit.
What `watch` would tell of the same change goes by the same keys, so whoever comes first tells it, once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select

from services.accounts import rights
from services.accounts.accounts import Accounts
from services.accounts.links import by_documents
from services.accounts.model import Relation
from services.accounts.persons import Persons
from services.accounts.tables import PATIENT, person_link
from services.booking.notices import VisitNews, told_before
from services.booking.watch import Watch
from services.clock import Clock
from services.notify import keys
from services.notify.model import Earlier, Notice
from services.notify.outbox import Outbox
from services.registry.model import Visit, VisitStatus
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import local

_STANDS_FOR = (Relation.OWN.value, Relation.CHILD.value, Relation.WARD.value)


@dataclass(frozen=True, slots=True)
class Listener:
    """An account that stands for a patient, and the person that it has them as."""

    account_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who stands for a patient. `own`: the patient's own chats; `representatives`: those who see all of the visits."""

    own: tuple[Listener, ...] = ()
    representatives: tuple[Listener, ...] = ()

    def but(self, actor_id: str) -> tuple[Listener, ...]:
        """Who is to hear of what this account does. The patient who acts needs nobody to hear it instead."""
        return tuple(each for each in self.own or self.representatives if each.account_id != actor_id)


@statement
def _standing(patient_indexes: Collection[str], now: datetime) -> Select[Any]:
    return by_documents(now, PATIENT.index.in_(patient_indexes), person_link.c.relation.in_(_STANDS_FOR))


def others(patient_indexes: Collection[str], account_id: str, now: datetime) -> ColumnElement[bool]:
    """Whether anybody but this account stands for the patient: a column of another question."""
    standing = by_documents(now, PATIENT.index.in_(patient_indexes), person_link.c.relation.in_(_STANDS_FOR))
    return standing.where(person_link.c.account_id != account_id).correlate(None).exists().label("others")


@statement
def _still_standing(person_ids: Collection[str], now: datetime) -> Select[Any]:
    """Of those who stand for these rows of persons, locked."""
    these = by_documents(now, person_link.c.person_id.in_(person_ids), person_link.c.relation.in_(_STANDS_FOR))
    return these.with_for_update(read=True, of=person_link)


class Telling:
    """Tells of bookings, moves and cancellings whoever stands for the patient, but the account that does it."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        accounts: Accounts,
        persons: Persons,
        outbox: Outbox,
        watch: Watch,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._accounts = accounts
        self._persons = persons
        self._outbox = outbox
        self._watch = watch
        self._clock = clock

    async def listeners(self, visit: Visit) -> Listeners:
        """Who stands for the visit's patient; to be asked before the unit, which looks again whether they still do."""
        indexes = PATIENT.indexes(self._vault, [visit.patient_id])
        rows = (await self._database.fetch(_standing(indexes, self._clock.now()))).all()
        own = {_listener(row): None for row in rows if row.relation == Relation.OWN.value}
        if own:
            return Listeners(own=tuple(own))
        representatives = dict.fromkeys(_listener(row) for row in rows)
        return Listeners(representatives=await self._who_see_all(representatives, visit))

    async def booked(self, unit: Unit, actor_id: str, listeners: Listeners, visit: Visit) -> None:
        """Within the unit that settles the booking."""
        for each in await self._still(unit, listeners, actor_id):
            key = keys.booked_elsewhere(each.account_id, visit.id)
            await self._tell(unit, each, visit, VisitNews.VISIT_BOOKED_ELSEWHERE, key)

    async def moved(self, unit: Unit, actor_id: str, listeners: Listeners, old: Visit | None, visit: Visit) -> None:
        """Within the unit that settles the move. `old`: the visit that was moved, None: the registry does not say."""
        for each in await self._still(unit, listeners, actor_id):
            if old is not None and old.id != visit.id:
                await self._over(unit, each, old)
            key, earlier = keys.moved(each.account_id, visit.id, visit.start), {visit.id}
            if old is not None:
                earlier.add(old.id)
            await self._tell(unit, each, visit, VisitNews.VISIT_MOVED, key, told_before(*earlier))

    async def cancelled(self, unit: Unit, actor_id: str, listeners: Listeners, visit: Visit) -> None:
        """Within the unit that settles the cancelling."""
        gone = replace(visit, status=VisitStatus.CANCELLED_BY_PATIENT)
        for each in await self._still(unit, listeners, actor_id):
            await self._over(unit, each, gone)
            key = keys.cancelled_by_patient(each.account_id, visit.id, visit.start)
            await self._tell(unit, each, gone, VisitNews.VISIT_CANCELLED, key, told_before(visit.id))

    async def _tell(
        self, unit: Unit, whom: Listener, visit: Visit, kind: VisitNews, key: str, replaces: Earlier | None = None
    ) -> None:
        """At once, whatever the hour: somebody else has acted in their name."""
        notice = Notice(whom.account_id, whom.person_id, kind, visit.id, key, replaces=replaces)
        await self._watch.remember(unit, whom.account_id, whom.person_id, visit, notice)
        await self._outbox.hasten(unit, key, self._clock.now())

    async def _over(self, unit: Unit, whom: Listener, visit: Visit) -> None:
        await self._watch.remember(unit, whom.account_id, whom.person_id, visit)
        await self._outbox.withdraw(unit, keys.soon(whom.account_id, visit.id, visit.start))

    async def _still(self, unit: Unit, listeners: Listeners, actor_id: str) -> Sequence[Listener]:
        """Those of them who have their say still, which stays so until the unit ends."""
        asked = listeners.but(actor_id)
        if not asked:
            return ()
        these = _still_standing([each.person_id for each in asked], self._clock.now())
        there = {_listener(row) for row in await unit.execute(these)}
        return [each for each in asked if each in there]

    async def _who_see_all(self, representatives: Iterable[Listener], visit: Visit) -> tuple[Listener, ...]:
        now = self._clock.now()
        today = local(now, visit.clinic.tz).date()
        found = []
        for each in representatives:
            account = await self._accounts.by_id(each.account_id)
            known = await self._persons.family(account) if account is not None else ()
            whom = next((one for one in known if one.id == each.person_id), None)
            if whom is not None and rights.visit_scope(whom, today, now) is rights.VisitScope.ALL:
                found.append(each)
        return tuple(found)


def _listener(row: Row) -> Listener:
    return Listener(row.account_id, row.person_id)
