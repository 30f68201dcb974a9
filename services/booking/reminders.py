"""What a reminder says when its moment has come: everything is looked at anew, nothing is taken from the plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.accounts import concerns
from services.accounts.model import Account, Action, Area
from services.booking.model import VisitEntry
from services.booking.moments import eve_moment, is_daytime, next_morning, soon_moment, visit_day
from services.booking.notices import VisitNews
from services.booking.visits import Visits
from services.clock import Clock
from services.notify import keys
from services.notify.outbox import Outbox

_TOGETHER = timedelta(hours=1)
_LOOK_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Visits that one message reminds of. `instead_of`: outbox keys of what it makes superfluous."""

    entries: tuple[VisitEntry, ...]
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Not now, but then."""

    until: datetime


class Reminders:
    """Reminders of an account. Every question raises `RegistryUnavailable` where the registry is silent."""

    def __init__(self, visits: Visits, outbox: Outbox, clock: Clock) -> None:
        self._visits = visits
        self._outbox = outbox
        self._clock = clock

    @concerns.area(Area.VISITS, Action.SEE)
    async def eve(self, account: Account, day: date) -> Reminder | Later | None:
        """The message of the eve; in the morning of the day where the evening was missed."""
        now = self._clock.now()
        found = await self.of_day(account, day)
        moments = [each for each in (_eve_from(entry, now) for entry in found) if each is not None]
        if not moments:
            return None
        return Reminder(tuple(found)) if min(moments) <= now else Later(min(moments))

    @concerns.area(Area.VISITS, Action.SEE)
    async def soon(self, account: Account, visit_id: str) -> Reminder | Later | None:
        """The message two hours before a visit; late where the moment was missed, but never at night."""
        now = self._clock.now()
        ahead = await self._visits.ahead(account)
        waiting = await self._outbox.waiting(account.id, VisitNews.REMINDER_SOON)
        group = next((each for each in groups(ahead, waiting) if visit_id in _ids(each)), None)
        if group is None:
            return None
        leader = group[0].visit
        if leader.id != visit_id:
            return Later(now + _LOOK_AGAIN)  # the leader's message tells it along, and takes it back when it has
        moment = soon_moment(leader)
        if moment is None or moment > now or not is_daytime(now, leader.clinic.tz):
            return None
        along = [keys.soon(account.id, each.visit.id, each.visit.start) for each in group[1:]]
        return Reminder(tuple(group), tuple(along))

    @concerns.area(Area.VISITS, Action.SEE)
    async def of_day(self, account: Account, day: date) -> list[VisitEntry]:
        """Visits of one day that are still ahead."""
        return [each for each in await self._visits.ahead(account) if visit_day(each.visit) == day]

    @concerns.area(Area.VISITS, Action.SEE)
    async def of_visit(self, account: Account, visit_id: str) -> list[VisitEntry]:
        """The visit, if it is still ahead."""
        return [each for each in await self._visits.ahead(account) if each.visit.id == visit_id]


def _eve_from(entry: VisitEntry, now: datetime) -> datetime | None:
    """When the visit may be told of from now on, as at its clinic it is neither too early nor night; None: too late."""
    visit = entry.visit
    moment = max(eve_moment(visit), now)
    if not is_daytime(moment, visit.clinic.tz):
        moment = next_morning(moment, visit.clinic.tz)
    return moment if moment < visit.start else None


def groups(ahead: Sequence[VisitEntry], waiting: Collection[str]) -> list[list[VisitEntry]]:
    """Visits that are told of together two hours before the first of them, which leads.

    `waiting`: visits whose own reminder has not gone out; only such a one leads. Along go those that begin within
    an hour of the leader and were booked when it was due.
    """
    found: list[list[VisitEntry]] = []
    for entry in sorted(ahead, key=lambda each: (each.visit.start, each.visit.id)):
        group = next((each for each in found if _goes_along(entry, each[0])), None)
        if group is not None:
            group.append(entry)
        elif entry.visit.id in waiting and soon_moment(entry.visit) is not None:
            found.append([entry])
    return found


def _goes_along(entry: VisitEntry, leader: VisitEntry) -> bool:
    moment = soon_moment(leader.visit)
    close = entry.visit.start - leader.visit.start <= _TOGETHER
    return close and moment is not None and entry.visit.created_at <= moment


def _ids(entries: Sequence[VisitEntry]) -> list[str]:
    return [each.visit.id for each in entries]
