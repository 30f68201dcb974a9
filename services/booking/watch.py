"""What each account knows of its visits, and what others have changed since.

A registry that tells what it changes is followed; one that does not is asked about everybody's visits every few
minutes. What has changed against what an account was told last is told to it. A registry that is silent, or leaves a
visit out of its answer, changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Insert, Select, Table, Update, delete, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from services import together
from services.accounts import concerns
from services.accounts.accounts import Accounts
from services.accounts.model import Action, Area
from services.accounts.persons import Persons
from services.accounts.rights import VisitScope
from services.accounts.tables import PATIENT, person, person_link
from services.booking import intents, sight
from services.booking.model import VisitEntry
from services.booking.moments import eve_moment, is_daytime, next_morning, soon_moment, visit_day
from services.booking.notices import VisitNews, told_before
from services.booking.tables import (
    INTENT_PATIENT,
    booking_intent,
    calendar_event,
    visit_reply,
    visit_watch,
)
from services.clock import Clock
from services.ids import new_id
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.following import Followed
from services.registry.model import Visit, VisitStatus
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.port import REGISTRY_PATIENCE
from services.registry.ports.visits import VisitChangesPort, VisitFilter, VisitsPort
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import claimed_among, insert_for
from services.storage.statement import insert_row, statement
from services.storage.units import Unit
from services.storage.vault import Vault, VaultError

LOOK_EVERY = timedelta(minutes=5)
LOOK_WHERE_TOLD = timedelta(days=1)
"""Where the registry tells its changes: rights that come with a birthday, and whatever it has failed to tell."""
_AGAIN_AFTER = timedelta(minutes=1)
_SINCE = timedelta(days=1)
"""Visits that began earlier than that are not asked about, so nothing need be known of them."""
_URGENT = timedelta(hours=24)
_AT_ONCE = 100
"""How many accounts are asked about at a time."""
_CANCELLED = {
    VisitStatus.CANCELLED_BY_CLINIC: (VisitNews.VISIT_CANCELLED_BY_CLINIC, keys.cancelled_by_clinic),
    VisitStatus.CANCELLED_BY_PATIENT: (VisitNews.VISIT_CANCELLED, keys.cancelled_by_patient),
}
"""What is told of each, and under which key."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Change:
    """A visit that is not what the account was told.

    `chain`: itself, and what has taken its place since, the latest last.
    """

    entry: VisitEntry
    known_start: datetime
    chain: tuple[Visit, ...]

    @property
    def latest(self) -> Visit:
        return self.chain[-1]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.id for each in self.chain)

    @property
    def visit(self) -> Visit:
        return self.entry.visit

    @property
    def leads_nowhere(self) -> bool:
        """Where to it was moved is not known yet."""
        return self.latest.status is VisitStatus.MOVED

    @property
    def moved(self) -> bool:
        """Whether there is another time to come at."""
        other = self.latest.id != self.visit.id or self.latest.start != self.known_start
        return other and self.latest.status is VisitStatus.BOOKED


@dataclass(frozen=True, slots=True)
class _News:
    """What an account was not told of its visits.

    `new`: those it has never heard of; `changed`: those that are not what it was told, with the start that it knows.
    """

    new: Sequence[VisitEntry] = ()
    changed: Sequence[tuple[VisitEntry, datetime]] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)


@dataclass(frozen=True, slots=True)
class _Patient:
    """A person's row, and who that is in the registry."""

    id: str
    patient_id: str


@statement
def _known_start(account_id: str, visit_id: str) -> Select[Any]:
    one = visit_watch.c.account_id == account_id, visit_watch.c.visit_id == visit_id
    return select(visit_watch.c.starts_at).where(*one)


@statement
def _know(account_id: str, visit_id: str, person_id: str, status: str, starts_at: datetime) -> Update:
    one = visit_watch.c.account_id == account_id, visit_watch.c.visit_id == visit_id
    return update(visit_watch).where(*one).values(person_id=person_id, status=status, starts_at=starts_at)


@statement
def _meet(account_id: str, visit_id: str, person_id: str, status: str, starts_at: datetime, *, dialect: str) -> Insert:
    known = {"person_id": person_id, "status": status, "starts_at": starts_at}
    noted = insert_for(dialect, visit_watch).values(account_id=account_id, visit_id=visit_id, **known)
    return noted.on_conflict_do_nothing(index_elements=["account_id", "visit_id"])


@statement
def _note(account_id: str, visit_id: str, known_start: datetime, status: str, starts_at: datetime) -> Update:
    """What has become of a visit that the account knows as booked for then."""
    return (
        update(visit_watch)
        .where(
            visit_watch.c.account_id == account_id,
            visit_watch.c.visit_id == visit_id,
            visit_watch.c.status == VisitStatus.BOOKED.value,
            visit_watch.c.starts_at == known_start,
        )
        .values(status=status, starts_at=starts_at)
    )


@statement
def _known(account_ids: Collection[str], visit_ids: Collection[str]) -> Select[Any]:
    """What these accounts were told of these visits."""
    return select(visit_watch).where(visit_watch.c.account_id.in_(account_ids), visit_watch.c.visit_id.in_(visit_ids))


@statement
def _persons_of(patient_indexes: Collection[str]) -> Select[Any]:
    return select(person.c.id, person.c.patient).where(PATIENT.index.in_(patient_indexes))


@statement
def _claim(looked_before: datetime, again_at: datetime, limit: int) -> ReturningUpdate[Any, Any]:
    """Persons whom somebody has on a list, and who were last asked about before that or never."""
    linked = select(person_link.c.id).where(person_link.c.person_id == person.c.id, person_link.c.ended_at.is_(None))
    due = (
        select(person.c.id)
        .where(
            person.c.patient.is_not(None),
            or_(person.c.looked_at.is_(None), person.c.looked_at <= looked_before),
            linked.exists(),
        )
        .order_by(person.c.looked_at.nulls_first())
        .limit(limit)
    )
    claimed = update(person).where(claimed_among(person.c.id, due)).values(looked_at=again_at)
    return claimed.returning(person.c.id, person.c.patient)


@statement
def _links_to(person_ids: Collection[str]) -> Select[Any]:
    live = person_link.c.person_id.in_(person_ids), person_link.c.ended_at.is_(None)
    return select(person_link.c.account_id, person_link.c.person_id).where(*live)


@statement
def _linked(account_id: str) -> Select[Any]:
    live = person_link.c.account_id == account_id, person_link.c.ended_at.is_(None)
    return select(person_link.c.person_id).where(*live).with_for_update(read=True)


@statement
def _looked_at(person_ids: Collection[str], at: datetime, claimed_at: datetime) -> Update:
    """But for those whose turn has come at once since they were claimed, for more may be seen of them now."""
    untouched = person.c.id.in_(person_ids), person.c.looked_at == claimed_at
    return update(person).where(*untouched).values(looked_at=at)


@statement
def _look_at_by(person_ids: Collection[str], soon: datetime) -> Update:
    """But for those whose turn comes sooner."""
    later = person.c.id.in_(person_ids), person.c.looked_at > soon
    return update(person).where(*later).values(looked_at=soon)


@statement
def _look_at_all() -> Update:
    return update(person).where(person.c.looked_at.is_not(None)).values(looked_at=None)


@statement
def _drop_before(moment: datetime) -> Delete:
    return delete(visit_watch).where(visit_watch.c.starts_at < moment)


@statement
def forget_visits(account_id: str, visit_ids: Collection[str], *, of: Table) -> Delete:
    """What the account was told of these visits, or has said of them: rows of one of the tables."""
    return delete(of).where(of.c.account_id == account_id, of.c.visit_id.in_(visit_ids))


class Watch:
    """Remembers visits as each account was told of them, and plans their reminders.

    `changes`: the registry's, where it tells them; what is heard of them comes through `followed`.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: VisitsPort,
        accounts: Accounts,
        persons: Persons,
        outbox: Outbox,
        clock: Clock,
        changes: VisitChangesPort | None = None,
        *,
        patience: timedelta = REGISTRY_PATIENCE,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._changes = changes
        self._every = LOOK_EVERY if changes is None else LOOK_WHERE_TOLD
        self._accounts = accounts
        self._persons = persons
        self._outbox = outbox
        self._clock = clock
        self._patience = patience

    @concerns.area(Area.VISITS, Action.SEE)
    async def remember(self, unit: Unit, account_id: str, person_id: str, visit: Visit, *told: Notice) -> None:
        """Within the unit that makes it true: the account knows the visit as it is, and will be reminded of it.

        `told`: what it hears of it besides, written along with the reminders.
        """
        if not await self._met(unit, account_id, person_id, visit):
            before = (await unit.execute(_known_start(account_id, visit.id))).scalar_one_or_none()
            if before not in (visit.start, None):  # None: it has been forgotten since
                await self._outbox.withdraw(unit, keys.soon(account_id, visit.id, before))
            await unit.execute(_know(account_id, visit.id, person_id, visit.status.value, visit.start))
        if visit.status is VisitStatus.BOOKED:
            await self._plan(unit, account_id, person_id, visit, *told)
        else:
            await self._outbox.add(unit, *told)

    @concerns.persons("which visits others still see, within the unit of a caller that has changed one")
    async def hide(self, unit: Unit, visit_id: str, actor_id: str) -> None:
        """Within the unit that settles what an account has changed in a visit: others who have booked it lose sight.

        What they see on a basis of its own they go on seeing.
        """
        await self._lose_sight(
            unit, await unit.execute(intents.hide(visit_id, actor_id, self._clock.now(), from_others=True))
        )

    @concerns.persons("which visits others still see, within the unit of a caller that has changed one")
    async def hide_from(self, unit: Unit, account_id: str, visit_id: str) -> None:
        """Within a unit: that the visit was booked by that account shows it to it no longer."""
        hidden = await unit.execute(intents.hide(visit_id, account_id, self._clock.now(), from_others=False))
        await self._lose_sight(unit, hidden)

    @concerns.persons("which visits others still see, within the unit of a caller that has changed one")
    async def hide_patient_from(self, unit: Unit, account_id: str, patient_id: str) -> None:
        """As `hide_from`, all that was booked for the patient."""
        indexes = INTENT_PATIENT.indexes(self._vault, [patient_id])
        hidden = await unit.execute(intents.hide_of_patient(account_id, indexes, self._clock.now()))
        await self._lose_sight(unit, hidden)

    async def _lose_sight(self, unit: Unit, hidden: Iterable[Row]) -> None:
        for row in hidden:
            await self._withdraw_reminder(unit, row.account_id, row.visit_id)
            if not await self._sees_all(unit, row.account_id, row.person_id):
                await self._forget(unit, row.account_id, row.visit_id)

    async def _sees_all(self, unit: Unit, account_id: str, person_id: str) -> bool:
        """Whether the account sees the person's visits wherever they were booked from, so this one all the same.

        Documents alone do not say so: a teenager's parents have them too.
        """
        listed = await self._persons.listed(unit, account_id, [person_id])
        return any(sight.least_scope(each, self._clock.now()) is VisitScope.ALL for each in listed)

    async def look(self, limit: int = 200) -> int:
        """Asks the registry about those who were not asked about for the longest; gives how many persons.

        Where the registry tells its changes, those are persons who are new, or of whom more may be seen than before.
        """
        now = self._clock.now()
        claimed = await self._claim(limit, now)
        if not claimed:
            return 0
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                visits = await self._registry.visits(
                    {each.patient_id for each in claimed}, VisitFilter(since=now - _SINCE)
                )
        except (RegistryUnavailable, TimeoutError):
            return 0
        unclear = await self._compare_all(claimed, visits, now)
        claimed_at = self._to_look_in(_AGAIN_AFTER, now)
        if clear := {each.id for each in claimed} - unclear:
            await self._database.execute(_looked_at(clear, now, claimed_at))
        if unclear:
            await self._database.execute(_looked_at(unclear, self._to_look_in(LOOK_EVERY, now), claimed_at))
        return len(claimed)

    def followed(self) -> tuple[Followed[Visit], ...]:
        """What is done about the changes that the registry tells; nothing where it does not."""
        if self._changes is None:
            return ()
        return (Followed("visits", self._changes.changed_visits, self.look_at_all, self.take),)

    async def look_at_all(self) -> None:
        """What was changed before is found by asking: everybody's turn to be looked at has come."""
        await self._database.aside.execute(_look_at_all())

    async def take(self, changed: Sequence[Visit]) -> None:
        """Tells of these visits, as they are now, whoever is concerned."""
        now = self._clock.now()
        visits = [visit for visit in changed if visit.start >= now - _SINCE]
        patients = {visit.patient_id for visit in visits}
        of_them = _persons_of(PATIENT.indexes(self._vault, patients))
        persons = self._patients((await self._database.fetch(of_them)).all())
        unclear = await self._compare_all(persons, visits, now)
        if unclear:
            await self._database.execute(_look_at_by(unclear, self._to_look_in(LOOK_EVERY, now)))

    async def purge(self) -> int:
        """Forgets visits that are not asked about any more; gives how many."""
        return (await self._database.aside.execute(_drop_before(self._clock.now() - 2 * _SINCE))).rowcount

    async def _claim(self, limit: int, now: datetime) -> Sequence[_Patient]:
        """Persons to ask about now; another process does not get them meanwhile.

        Without an answer, or with nobody left to do something about it, their turn comes again in a minute.
        """
        claimed = await self._database.execute(_claim(now - self._every, self._to_look_in(_AGAIN_AFTER, now), limit))
        return self._patients(claimed.all())

    def _patients(self, rows: Iterable[Row]) -> Sequence[_Patient]:
        """But for one whose value is damaged: nobody else is to wait for that."""
        found = []
        for row in rows:
            try:
                found.append(_Patient(row.id, PATIENT.open(self._vault, row.id, row.patient)))
            except VaultError:
                log.exception("a person's id in the registry does not open: %s", row.id)
        return found

    def _to_look_in(self, pause: timedelta, now: datetime) -> datetime:
        """Whoever was last asked about then has the next turn after this pause."""
        return now - self._every + pause

    async def _compare_all(self, persons: Sequence[_Patient], visits: Sequence[Visit], now: datetime) -> set[str]:
        """Tells every account of these persons what is new to it; gives the persons to be looked at again soon."""
        unclear = await self._being_booked(persons) if self._changes is not None else set()
        told = {visit.id: visit for visit in visits}
        accounts = await self._accounts_of(persons)
        own = {
            account_id: [visit for visit in visits if visit.patient_id in patients]
            for account_id, patients in accounts.items()
        }
        for account_id in await self._with_news(own, now):
            try:
                unclear |= await self._compare(account_id, own[account_id], told, now)
            except Exception:
                log.exception("an account was not told of its visits")
                unclear |= {each.id for each in persons if each.patient_id in accounts[account_id]}
        return unclear

    async def _with_news(self, visits: Mapping[str, Sequence[Visit]], now: datetime) -> list[str]:
        """Accounts with something new to them, or of which that cannot be said: most know all of it already.

        That is asked together. Whoever is found is asked about by itself right before the unit that tells it.
        """
        found: list[str] = []
        accounts = [account_id for account_id, own in visits.items() if own]
        async with together.asking():
            for first in range(0, len(accounts), _AT_ONCE):
                some = accounts[first : first + _AT_ONCE]
                asked = (self._news(each, visits[each], now) for each in some)
                answers = await asyncio.gather(*asked, return_exceptions=True)
                found += [each for each, news in zip(some, answers, strict=True) if news or isinstance(news, Exception)]
        return found

    async def _being_booked(self, persons: Sequence[_Patient]) -> set[str]:
        """Those who are being booked for this moment: what is changed before that is settled is not known yet."""
        patients = {each.patient_id for each in persons}
        pending = intents.pending_of_patients(INTENT_PATIENT.indexes(self._vault, patients))
        rows = (await self._database.fetch(pending)).all()
        under_way = {INTENT_PATIENT.open(self._vault, row.id, row.patient) for row in rows}
        return {each.id for each in persons if each.patient_id in under_way}

    async def _accounts_of(self, persons: Iterable[_Patient]) -> Mapping[str, set[str]]:
        """Accounts with the patients among these that each is linked to."""
        patients = {each.id: each.patient_id for each in persons}
        links = await self._database.fetch(_links_to(list(patients)))
        found: dict[str, set[str]] = defaultdict(set)
        for link in links:
            found[link.account_id].add(patients[link.person_id])
        return found

    async def _compare(
        self, account_id: str, visits: Sequence[Visit], told: Mapping[str, Visit], now: datetime
    ) -> set[str]:
        """Tells one account what is new to it, in one unit; gives the persons of whom there is more to be told."""
        news = await self._news(account_id, visits, now)
        if not news:
            return set()
        changed = [_Change(entry, start, await self._chain(entry.visit, told)) for entry, start in news.changed]
        unsettled: set[str] = set()
        async with self._database.write() as unit:
            linked = await self._linked(unit, account_id)
            own_doing = await self._own_doing(unit, account_id, [each.visit.id for each in changed])
            passed = {each for change in changed for each in change.ids}
            others = await sight.changed_by_others(unit, account_id, passed)
            for change in changed:
                if change.entry.person.id not in linked:
                    continue
                weak = sight.scope(change.entry, now) is VisitScope.OWN_BOOKINGS
                if change.ids & (others.under_way | others.given_up if weak else others.under_way):
                    unsettled.add(change.entry.person.id)
                elif weak and change.ids & others.done:
                    await self._lose(unit, account_id, change.visit.id)
                else:
                    await self._tell(unit, account_id, change, now, own_doing=change.visit.id in own_doing)
            for entry in news.new:
                if entry.person.id in linked:
                    await self._meet(unit, account_id, entry)
        return unsettled | {change.entry.person.id for change in changed if change.leads_nowhere}

    async def _news(self, account_id: str, visits: Sequence[Visit], now: datetime) -> _News:
        """What of these visits the account may see and was not told, as it stands at this moment."""
        account = await self._accounts.by_id(account_id)
        if account is None or not visits:
            return _News()
        own = (await together.once(self._booked_from, [account_id])).get(account_id, frozenset())
        seen = sight.visible(sight.entries(await self._persons.family(account), visits), own, now)
        watched = await together.once(self._watched, [(account_id, each.visit.id) for each in seen])
        known = [(each, watched.get((account_id, each.visit.id))) for each in seen]
        return _News(
            [each for each, row in known if row is None and _stands(each.visit, now)],
            [(each, row.starts_at) for each, row in known if row is not None and _differs(row, each.visit)],
        )

    async def _booked_from(self, account_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        return sight.by_account(await self._database.fetch(sight.booked_from(account_ids)))

    async def _watched(self, of_whom: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Row]:
        """What accounts were told, by their ids and those of the visits."""
        accounts, visits = {account_id for account_id, _ in of_whom}, {visit_id for _, visit_id in of_whom}
        rows = await self._database.fetch(_known(accounts, visits))
        return {(row.account_id, row.visit_id): row for row in rows}

    async def _lose(self, unit: Unit, account_id: str, visit_id: str) -> None:
        """The patient or another account has changed it: to who sees only what was booked from there, no word."""
        await self.hide_from(unit, account_id, visit_id)
        await self._forget(unit, account_id, visit_id)

    async def _withdraw_reminder(self, unit: Unit, account_id: str, visit_id: str) -> None:
        """Of the visit as it was."""
        before = (await unit.execute(_known_start(account_id, visit_id))).scalar_one_or_none()
        if before is not None:
            await self._outbox.withdraw(unit, keys.soon(account_id, visit_id, before))

    async def _forget(self, unit: Unit, account_id: str, visit_id: str) -> None:
        """All that the account was told, is to be told and remembers of a visit that is out of its sight."""
        for table in (visit_watch, visit_reply, calendar_event):
            await unit.execute(forget_visits(account_id, [visit_id], of=table))
        await self._outbox.forget(unit, account_id, list(VisitNews), subjects=[visit_id])

    async def _linked(self, unit: Unit, account_id: str) -> set[str]:
        """Whom the account has still, locked until the unit ends: since the reading somebody may have been erased."""
        return set((await unit.execute(_linked(account_id))).scalars())

    async def _chain(self, visit: Visit, told: Mapping[str, Visit]) -> tuple[Visit, ...]:
        """A visit and what has come of it in the end; up to the last one known, where the registry does not say."""
        chain, passed = [visit], {visit.id}
        while visit.moved_to is not None and visit.moved_to not in passed:
            passed.add(visit.moved_to)
            try:
                following = told.get(visit.moved_to) or await self._registry.visit(visit.moved_to)
            except RegistryUnavailable:
                break
            if following is None:
                break
            visit = following
            chain.append(visit)
        return tuple(chain)

    async def _own_doing(self, unit: Unit, account_id: str, visit_ids: Collection[str]) -> set[str]:
        """Visits that this account itself cancels or moves, or has: whoever settles that tells of it.

        Read before what is known of them is written: what is settled in between is then known already.
        """
        return set((await unit.execute(intents.own_doing(account_id, visit_ids))).scalars())

    async def _meet(self, unit: Unit, account_id: str, entry: VisitEntry) -> None:
        """A visit that was made elsewhere: nothing is said of it, but it is reminded of."""
        visit, person_id = entry.visit, entry.person.id
        if await self._met(unit, account_id, person_id, visit):
            await self._plan(unit, account_id, person_id, visit)

    async def _met(self, unit: Unit, account_id: str, person_id: str, visit: Visit) -> bool:
        """Notes the visit, if the account did not know it yet."""
        known = (person_id, visit.status.value, visit.start)
        noted = await unit.execute(_meet(account_id, visit.id, *known, dialect=self._database.dialect))
        return bool(noted.rowcount)

    async def _tell(self, unit: Unit, account_id: str, change: _Change, now: datetime, *, own_doing: bool) -> None:
        visit, latest = change.visit, change.latest
        if visit.status is VisitStatus.MOVED and latest.status is VisitStatus.MOVED:
            return  # where to is not known yet
        noted = await unit.execute(_note(account_id, visit.id, change.known_start, visit.status.value, visit.start))
        if not noted.rowcount:
            return  # somebody was quicker
        await self._outbox.withdraw(unit, keys.soon(account_id, visit.id, change.known_start))
        if own_doing and latest.status is not VisitStatus.CANCELLED_BY_CLINIC:
            return
        if change.moved:
            await self._follow(unit, account_id, visit, latest, now)
            await self.remember(unit, account_id, change.entry.person.id, latest)
            kind, key_of = VisitNews.VISIT_MOVED, keys.moved
        elif latest.status in _CANCELLED:
            await unit.execute(intents.end_booking_of(account_id, visit.id, now))
            kind, key_of = _CANCELLED[latest.status]
        else:
            return  # it took place, or nobody came
        key, due_at = key_of(account_id, latest.id, latest.start), _telling_moment(change, now)
        about = account_id, change.entry.person.id, kind, latest.id
        await self._outbox.add(unit, Notice(*about, key, due_at, replaces=told_before(*change.ids)))

    async def _follow(self, unit: Unit, account_id: str, visit: Visit, latest: Visit, now: datetime) -> None:
        """A booking of this account goes on under the new visit: it stays in sight, and counts once."""
        if latest.id == visit.id:
            await unit.execute(intents.change_start(account_id, visit.id, latest.start))
            return
        row = (await unit.execute(intents.booked_visit(account_id, visit.id))).one_or_none()
        followed = await unit.execute(intents.booked_visit(account_id, latest.id))
        if row is None or followed.first() is not None:
            return
        intent_id = new_id()
        successor = {
            "id": intent_id,
            "draft_id": intent_id,
            "clinic_id": latest.clinic.id,
            "slot_id": latest.slot_id,
            "starts_at": latest.start,
            "visit_id": latest.id,
            "moves": visit.id,
            "follows": True,
            "created_at": now,
            "ended_at": None,
            **INTENT_PATIENT.values(self._vault, intent_id, INTENT_PATIENT.open(self._vault, row.id, row.patient)),
        }
        await unit.execute(insert_row(booking_intent, dict(row._mapping) | successor))
        await unit.execute(intents.end_booking_of(account_id, visit.id, now))

    async def _plan(self, unit: Unit, account_id: str, person_id: str, visit: Visit, *told: Notice) -> None:
        """Reminders whose moment is still to come: who books later than that has it in mind.

        Of all visits of a day there is one message on the eve, when the first of their clinics has its evening.
        """
        now = self._clock.now()
        eve, soon, day = eve_moment(visit), soon_moment(visit), visit_day(visit).isoformat()
        planned = list(told)
        if soon is not None and soon > now:
            key = keys.soon(account_id, visit.id, visit.start)
            planned.append(Notice(account_id, person_id, VisitNews.REMINDER_SOON, visit.id, key, soon))
        of_the_day = Notice(account_id, None, VisitNews.REMINDER_EVE, day, keys.eve(account_id, day), eve)
        if eve > now:
            planned.append(of_the_day)
        new = await self._outbox.add(unit, *planned)
        if eve > now and of_the_day.key not in new and not await self._outbox.hasten(unit, of_the_day.key, eve):
            await self._plan_another_eve(unit, of_the_day, day, eve)

    async def _plan_another_eve(self, unit: Unit, gone: Notice, day: str, eve: datetime) -> None:
        """Where the day's message has gone out already, another zone's evening still to come brings one more."""
        another = replace(gone, key=keys.another_eve(gone.account_id, day, eve))
        if not await self._outbox.add(unit, another):
            await self._outbox.hasten(unit, another.key, eve)


def _stands(visit: Visit, now: datetime) -> bool:
    return visit.status is VisitStatus.BOOKED and visit.start > now


def _differs(known: Row, visit: Visit) -> bool:
    """Only what was booked can change; what was told to be over stays so, even in an answer that comes late."""
    return known.status == VisitStatus.BOOKED.value and (
        visit.status is not VisitStatus.BOOKED or visit.start != known.starts_at
    )


def _telling_moment(change: _Change, now: datetime) -> datetime:
    """Nobody is woken by a change, unless there is less than a day left."""
    tz = change.latest.clinic.tz
    urgent = any(now < start <= now + _URGENT for start in (change.known_start, change.latest.start))
    return now if urgent or is_daytime(now, tz) else next_morning(now, tz)
