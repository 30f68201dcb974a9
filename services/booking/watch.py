"""What each account knows of its visits, and what others have changed since.

The registry is asked from time to time about everybody's visits; what has changed against what an account was
told last is told to it. A registry that is silent, or leaves a visit out of its answer, changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts.accounts import Accounts
from services.accounts.persons import Persons
from services.accounts.tables import person, person_link
from services.booking import sight
from services.booking.model import VisitEntry
from services.booking.moments import eve_moment, is_daytime, next_morning, soon_moment, visit_day
from services.booking.tables import booking_intent, cancel_intent, visit_watch
from services.clock import Clock
from services.ids import new_id
from services.notify.model import NotificationKind
from services.notify.outbox import Outbox
from services.registry.model import Visit, VisitStatus
from services.registry.port import Registry, RegistryUnavailable
from services.storage.engine import Database
from services.storage.sql import claimed_among, insert_for

LOOK_EVERY = timedelta(minutes=5)
_AGAIN_AFTER = timedelta(minutes=1)
_SINCE = timedelta(days=1)
"""Visits that began earlier than that are not asked about, so nothing need be known of them."""
_URGENT = timedelta(hours=24)
_PATIENCE = timedelta(seconds=8)
_CANCELLED = {
    VisitStatus.CANCELLED_BY_CLINIC: (NotificationKind.VISIT_CANCELLED_BY_CLINIC, "clinic"),
    VisitStatus.CANCELLED_BY_PATIENT: (NotificationKind.VISIT_CANCELLED, "patient"),
}
"""What is told of each, and the word of its outbox key: a registry's id may be 64 characters of the 96."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A visit that is not what the account was told. `latest`: itself, or the one that has taken its place."""

    entry: VisitEntry
    known_start: datetime
    latest: Visit

    @property
    def visit(self) -> Visit:
        return self.entry.visit

    @property
    def moved(self) -> bool:
        """Whether there is another time to come at."""
        other = self.latest.id != self.visit.id or self.latest.start != self.known_start
        return other and self.latest.status is VisitStatus.BOOKED


def soon_key(account_id: str, visit_id: str, start: datetime) -> str:
    """The outbox key of the reminder two hours before a visit at this time."""
    return f"soon:{visit_id}:{_seconds(start)}:{account_id}"


def moved_key(account_id: str, visit: Visit) -> str:
    """The outbox key of a visit that came about by a move, as a look at the registry would tell of it."""
    return _change_key("moved", account_id, visit)


def _change_key(word: str, account_id: str, visit: Visit) -> str:
    return f"{word}:{account_id}:{visit.id}:{_seconds(visit.start)}"


class Watch:
    """Remembers visits as each account was told of them, and plans their reminders."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        accounts: Accounts,
        persons: Persons,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._registry = registry
        self._accounts = accounts
        self._persons = persons
        self._outbox = outbox
        self._clock = clock

    async def remember(self, unit: AsyncConnection, account_id: str, person_id: str, visit: Visit) -> None:
        """Within the unit that makes it true: the account knows the visit as it is, and will be reminded of it."""
        key = {"account_id": account_id, "visit_id": visit.id}
        known = {"person_id": person_id, "status": visit.status.value, "starts_at": visit.start}
        mine = visit_watch.c.account_id == account_id, visit_watch.c.visit_id == visit.id
        before = (await unit.execute(select(visit_watch.c.starts_at).where(*mine))).scalar_one_or_none()
        if before is not None and before != visit.start:
            await self._outbox.withdraw(unit, soon_key(account_id, visit.id, before))
        await unit.execute(
            insert_for(self._database.dialect, visit_watch)
            .values(**key, **known)
            .on_conflict_do_update(index_elements=list(key), set_=known)
        )
        if visit.status is VisitStatus.BOOKED:
            await self._plan(unit, account_id, person_id, visit)

    async def look(self, limit: int = 200) -> int:
        """Asks the registry about those who were not asked about for the longest; gives how many persons."""
        now = self._clock.now()
        claimed = await self._claim(limit, now)
        if not claimed:
            return 0
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                visits = await self._registry.visits({row.patient_id for row in claimed}, since=now - _SINCE)
        except (RegistryUnavailable, TimeoutError):
            await self._ask_again([row.id for row in claimed], now)
            return 0
        told = {visit.id: visit for visit in visits}
        for account_id, patients in (await self._accounts_of(claimed)).items():
            await self._compare(account_id, [visit for visit in visits if visit.patient_id in patients], told, now)
        return len(claimed)

    async def purge(self) -> int:
        """Forgets visits that are not asked about any more; gives how many."""
        old = visit_watch.c.starts_at < self._clock.now() - 2 * _SINCE
        return (await self._database.execute(delete(visit_watch).where(old))).rowcount

    async def _claim(self, limit: int, now: datetime) -> Sequence[Row[Any]]:
        """Persons to ask about now; another process does not get them meanwhile."""
        linked = select(person_link.c.id).where(
            person_link.c.person_id == person.c.id, person_link.c.ended_at.is_(None)
        )
        due = (
            select(person.c.id)
            .where(
                person.c.patient_id.is_not(None),
                or_(person.c.looked_at.is_(None), person.c.looked_at <= now - LOOK_EVERY),
                linked.exists(),
            )
            .order_by(person.c.looked_at.nulls_first())
            .limit(limit)
        )
        claimed = await self._database.execute(
            update(person)
            .where(claimed_among(person.c.id, due))
            .values(looked_at=now)
            .returning(person.c.id, person.c.patient_id)
        )
        return claimed.all()

    async def _ask_again(self, person_ids: Collection[str], now: datetime) -> None:
        looked_at = now - LOOK_EVERY + _AGAIN_AFTER
        await self._database.execute(update(person).where(person.c.id.in_(person_ids)).values(looked_at=looked_at))

    async def _accounts_of(self, persons: Iterable[Row[Any]]) -> Mapping[str, set[str]]:
        """Accounts with the patients among these that each is linked to."""
        patients = {row.id: row.patient_id for row in persons}
        links = await self._database.fetch(
            select(person_link.c.account_id, person_link.c.person_id).where(
                person_link.c.person_id.in_(patients), person_link.c.ended_at.is_(None)
            )
        )
        found: dict[str, set[str]] = defaultdict(set)
        for link in links:
            found[link.account_id].add(patients[link.person_id])
        return found

    async def _compare(
        self, account_id: str, visits: Sequence[Visit], told: Mapping[str, Visit], now: datetime
    ) -> None:
        """Tells one account what is new to it, in one unit."""
        account = await self._accounts.by_id(account_id)
        if account is None or not visits:
            return
        own = frozenset((await self._database.fetch(sight.own_bookings(account_id))).scalars())
        seen = sight.visible(sight.entries(await self._persons.family(account), visits), own, now)
        rows = await self._database.fetch(
            select(visit_watch).where(
                visit_watch.c.account_id == account_id, visit_watch.c.visit_id.in_([each.visit.id for each in seen])
            )
        )
        known = {row.visit_id: row for row in rows}
        new = [each for each in seen if each.visit.id not in known and _stands(each.visit, now)]
        changed = [
            _Change(each, known[each.visit.id].starts_at, await self._latest(each.visit, told))
            for each in seen
            if each.visit.id in known and _differs(known[each.visit.id], each.visit)
        ]
        if not new and not changed:
            return
        async with self._database.write() as unit:
            linked = await self._linked(unit, account_id)
            own_doing = await self._own_doing(unit, account_id, [each.visit.id for each in changed])
            for change in changed:
                if change.entry.person.id in linked:
                    await self._tell(unit, account_id, change, now, own_doing=change.visit.id in own_doing)
            for entry in new:
                if entry.person.id in linked:
                    await self._meet(unit, account_id, entry)

    async def _linked(self, unit: AsyncConnection, account_id: str) -> set[str]:
        """Whom the account has still, locked until the unit ends: since the reading somebody may have been erased."""
        links = select(person_link.c.person_id).where(
            person_link.c.account_id == account_id, person_link.c.ended_at.is_(None)
        )
        return set((await unit.execute(links.with_for_update(read=True))).scalars())

    async def _latest(self, visit: Visit, told: Mapping[str, Visit]) -> Visit:
        """What has come of a visit in the end; the last one that is known, where the registry does not say."""
        passed = {visit.id}
        while visit.moved_to is not None and visit.moved_to not in passed:
            passed.add(visit.moved_to)
            try:
                following = told.get(visit.moved_to) or await self._registry.visit(visit.moved_to)
            except RegistryUnavailable:
                return visit
            if following is None:
                return visit
            visit = following
        return visit

    async def _own_doing(self, unit: AsyncConnection, account_id: str, visit_ids: Collection[str]) -> set[str]:
        """Visits that this account itself cancels or moves, or has: whoever settles that tells of it.

        Read before what is known of them is written: what is settled in between is then known already.
        """
        cancels = select(cancel_intent.c.visit_id).where(
            cancel_intent.c.account_id == account_id,
            cancel_intent.c.visit_id.in_(visit_ids),
            cancel_intent.c.status != "refused",
        )
        moves = select(booking_intent.c.moves).where(
            booking_intent.c.account_id == account_id,
            booking_intent.c.moves.in_(visit_ids),
            booking_intent.c.status != "refused",
        )
        return set((await unit.execute(cancels.union(moves))).scalars())

    async def _meet(self, unit: AsyncConnection, account_id: str, entry: VisitEntry) -> None:
        """A visit that was made elsewhere: nothing is said of it, but it is reminded of."""
        visit = entry.visit
        added = await unit.execute(
            insert_for(self._database.dialect, visit_watch)
            .values(
                account_id=account_id,
                visit_id=visit.id,
                person_id=entry.person.id,
                status=visit.status.value,
                starts_at=visit.start,
            )
            .on_conflict_do_nothing(index_elements=["account_id", "visit_id"])
        )
        if added.rowcount:
            await self._plan(unit, account_id, entry.person.id, visit)

    async def _tell(
        self, unit: AsyncConnection, account_id: str, change: _Change, now: datetime, *, own_doing: bool
    ) -> None:
        visit, latest = change.visit, change.latest
        if visit.status is VisitStatus.MOVED and latest.status is VisitStatus.MOVED:
            return  # where to is not known yet
        noted = await unit.execute(
            update(visit_watch)
            .where(
                visit_watch.c.account_id == account_id,
                visit_watch.c.visit_id == visit.id,
                visit_watch.c.status == VisitStatus.BOOKED.value,
                visit_watch.c.starts_at == change.known_start,
            )
            .values(status=visit.status.value, starts_at=visit.start)
        )
        if not noted.rowcount:
            return  # somebody was quicker
        await self._outbox.withdraw(unit, soon_key(account_id, visit.id, change.known_start))
        if own_doing and latest.status is not VisitStatus.CANCELLED_BY_CLINIC:
            return
        if change.moved:
            await self._follow(unit, account_id, visit, latest, now)
            await self.remember(unit, account_id, change.entry.person.id, latest)
            kind, word = NotificationKind.VISIT_MOVED, "moved"
        elif latest.status in _CANCELLED:
            await self._end_booking(unit, account_id, visit.id, now)
            kind, word = _CANCELLED[latest.status]
        else:
            return  # it took place, or nobody came
        await self._outbox.add(
            unit,
            account_id=account_id,
            person_id=change.entry.person.id,
            kind=kind,
            subject_id=latest.id,
            dedupe_key=_change_key(word, account_id, latest),
            due_at=_telling_moment(change, now),
        )

    async def _follow(self, unit: AsyncConnection, account_id: str, visit: Visit, latest: Visit, now: datetime) -> None:
        """A booking of this account goes on under the new visit: it stays in sight, and counts once."""
        mine = booking_intent.c.account_id == account_id, booking_intent.c.status == "booked"
        of_visit = *mine, booking_intent.c.visit_id == visit.id
        if latest.id == visit.id:
            await unit.execute(update(booking_intent).where(*of_visit).values(starts_at=latest.start))
            return
        row = (await unit.execute(select(booking_intent).where(*of_visit).limit(1))).one_or_none()
        followed = await unit.execute(select(booking_intent.c.id).where(*mine, booking_intent.c.visit_id == latest.id))
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
            "created_at": now,
            "ended_at": None,
        }
        await unit.execute(insert(booking_intent).values(dict(row._mapping) | successor))
        await self._end_booking(unit, account_id, visit.id, now)

    async def _end_booking(self, unit: AsyncConnection, account_id: str, visit_id: str, now: datetime) -> None:
        await unit.execute(
            update(booking_intent)
            .where(
                booking_intent.c.account_id == account_id,
                booking_intent.c.visit_id == visit_id,
                booking_intent.c.ended_at.is_(None),
            )
            .values(ended_at=now)
        )

    async def _plan(self, unit: AsyncConnection, account_id: str, person_id: str, visit: Visit) -> None:
        """Reminders whose moment is still to come: who books later than that has it in mind."""
        now = self._clock.now()
        eve, soon, day = eve_moment(visit), soon_moment(visit), visit_day(visit).isoformat()
        if eve > now:
            await self._plan_eve(unit, account_id, day, eve)
        if soon is not None and soon > now:
            await self._outbox.add(
                unit,
                account_id=account_id,
                person_id=person_id,
                kind=NotificationKind.REMINDER_SOON,
                subject_id=visit.id,
                dedupe_key=soon_key(account_id, visit.id, visit.start),
                due_at=soon,
            )

    async def _plan_eve(self, unit: AsyncConnection, account_id: str, day: str, due_at: datetime) -> None:
        """One message for all visits of a day, when the first of their clinics has its evening.

        Where that has gone out already, another zone's evening still to come brings one more.
        """
        key = f"eve:{account_id}:{day}"
        for each in (key, f"{key}:{_seconds(due_at)}"):
            planned = await self._outbox.add(
                unit,
                account_id=account_id,
                person_id=None,
                kind=NotificationKind.REMINDER_EVE,
                subject_id=day,
                dedupe_key=each,
                due_at=due_at,
            )
            if planned or await self._outbox.hasten(unit, each, due_at):
                return


def _stands(visit: Visit, now: datetime) -> bool:
    return visit.status is VisitStatus.BOOKED and visit.start > now


def _differs(known: Row[Any], visit: Visit) -> bool:
    """Only what was booked can change; what was told to be over stays so, even in an answer that comes late."""
    return known.status == VisitStatus.BOOKED.value and (
        visit.status is not VisitStatus.BOOKED or visit.start != known.starts_at
    )


def _telling_moment(change: _Change, now: datetime) -> datetime:
    """Nobody is woken by a change, unless there is less than a day left."""
    tz = change.latest.clinic.tz
    urgent = any(now < start <= now + _URGENT for start in (change.known_start, change.latest.start))
    return now if urgent or is_daytime(now, tz) else next_morning(now, tz)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
