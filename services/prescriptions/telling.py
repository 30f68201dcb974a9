"""What the registry tells of prescriptions reaches whoever may see them: that there is something new, never what."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from services.accounts import concerns, rights
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.accounts.tables import PATIENT, person, person_link
from services.clock import Clock
from services.errors import NotFound
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.personal import Narrowed
from services.prescriptions.notices import PrescriptionNews, changed
from services.registry.following import Followed
from services.registry.model import Prescription, PrescriptionStatus
from services.registry.ports.prescriptions import PrescriptionChangesPort
from services.storage.engine import Database
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault, VaultError
from services.texts.dates import by_day, local

NEWS_FOR = timedelta(days=30)
"""How long what happened to a prescription that is over is still news: an import brings years of them."""
LONGEST = timedelta(days=366)
"""How long one is taken to be good for that says no last day: none is longer."""

log = logging.getLogger(__name__)


@statement
def _linked(patient_indexes: Collection[str]) -> Select[Any]:
    """Who has one of these patients on a list."""
    linked = select(person_link.c.account_id, person.c.id, person.c.patient).join(
        person_link, person_link.c.person_id == person.c.id
    )
    return linked.where(PATIENT.index.in_(patient_indexes), person_link.c.ended_at.is_(None))


class PrescriptionTelling:
    """Follows the registry. `changes`: None where it does not tell its changes."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        changes: PrescriptionChangesPort | None,
        persons: Persons,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._changes = changes
        self._persons = persons
        self._outbox = outbox
        self._clock = clock

    def followed(self) -> tuple[Followed[Prescription], ...]:
        if self._changes is None:
            return ()
        return (Followed("prescriptions", self._changes.changed_prescriptions, self._begin, self._take),)

    @concerns.persons("whose record there is something new in: the message says no more than that")
    async def to_tell(self, who: Account, person_id: str) -> Person:
        """Whom it is about, where the account may still see the record; else `NotFound`."""
        found = await self._persons.get(who, person_id)
        if not rights.opens(found, Area.RECORDS, Action.SEE, self._clock.now()):
            raise NotFound
        return found

    async def _begin(self) -> None:
        """What had changed before stands in the lists, and is no news."""

    async def _take(self, page: Sequence[Prescription]) -> None:
        now = self._clock.now()
        news: dict[str, list[Prescription]] = defaultdict(list)
        for each in page:
            if is_news(each, local(now, each.tz).date()):
                news[each.patient_id].append(each)
        if not news:
            return
        async with self._database.write() as unit:
            for account_id, persons in (await self._concerned(unit, news)).items():
                for listed in await self._persons.listed(unit, account_id, list(persons)):
                    if rights.opens(listed, Area.RECORDS, Action.SEE, now):
                        await self._tell(unit, account_id, listed.id, news[persons[listed.id]], now)

    async def _concerned(self, unit: Unit, patients: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Accounts with those of their persons that are these patients: the registry's ids by our own."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in (await unit.execute(_linked(PATIENT.indexes(self._vault, patients)))).all():
            try:
                found[row.account_id][row.id] = PATIENT.open(self._vault, row.id, row.patient)
            except VaultError:  # nobody else is to wait for that
                log.exception("a person's id in the registry does not open: %s", row.id)
        return found

    async def _tell(
        self, unit: Unit, account_id: str, person_id: str, news: Sequence[Prescription], now: datetime
    ) -> None:
        """However many there are, it is one message."""
        subject = news[0].id if len(news) == 1 else person_id
        key = changed(self._vault, account_id, news)
        await self._outbox.add(
            unit, Notice(account_id, person_id, PrescriptionNews.CHANGED, subject, key, due_at=by_day(now))
        )


class PrescriptionsTold:
    """News about a record goes along with the right to see it."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        if Area.RECORDS not in narrowed.areas:
            await self._outbox.forget(unit, narrowed.account_id, list(PrescriptionNews), persons=narrowed.persons)


def is_news(prescription: Prescription, today: date) -> bool:
    """Whether anybody is to be told of what it has become: it can be used, or could have been till lately."""
    standing = prescription.standing(today)
    if standing is PrescriptionStatus.ACTIVE:
        return True
    if standing is PrescriptionStatus.EXPIRED:
        return False
    if standing is PrescriptionStatus.DISPENSED:
        over = prescription.dispensed or prescription.valid_until or prescription.issued
    else:
        over = prescription.valid_until or prescription.issued + LONGEST
    return over + NEWS_FOR >= today
