"""«Снова»: the specialists whom the account's persons have seen, each with the nearest free time."""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts import concerns, rights
from services.accounts.model import Account, Action, Area
from services.booking.model import Repeat, VisitEntry
from services.booking.times import Times
from services.booking.visits import Visits
from services.clock import Clock
from services.errors import NotAllowed
from services.registry.model import Slot, Visit, VisitStatus
from services.texts.dates import local

_LOOKED_AT = 6
"""Of how many specialists the nearest time is asked for: a screen must not wait for the whole history."""

_REMEMBERED = 100
"""Of how many visits the specialists are taken: whoever was seen before that is no habit any more."""


class Repeats:
    """What can be booked once more. Raises `RegistryUnavailable` where the registry is silent."""

    def __init__(self, visits: Visits, times: Times, clock: Clock) -> None:
        self._visits = visits
        self._times = times
        self._clock = clock

    @concerns.area(Area.VISITS, Action.SEE)
    async def offers(self, account: Account, limit: int) -> Sequence[Repeat]:
        """Specialists seen before, the active person's first, then the latest; those with a visit ahead left out."""
        found: list[Repeat] = []
        entries = (await self._visits.latest(account, _REMEMBERED))[::-1]
        ahead = [each for each in entries if each.visit.status is VisitStatus.BOOKED]
        for entry in self._seen(account, entries, ahead)[:_LOOKED_AT]:
            slot = await self._nearest(account, entry, [each.visit for each in ahead if _same_person(each, entry)])
            if slot is not None and self._allowed(entry, slot):
                found.append(Repeat(entry, slot))
            if len(found) == limit:
                break
        return found

    @concerns.area(Area.VISITS, Action.SEE)
    async def nearest(self, account: Account, entry: VisitEntry) -> Slot | None:
        """The nearest free time of the same doctor, or of another one of the specialty; None if there is none.

        Not one at which the person has another visit that the account sees: it could not be booked.
        """
        return await self._nearest(account, entry, await self._visits.standing(account, entry.person))

    async def _nearest(self, account: Account, entry: VisitEntry, standing: Sequence[Visit]) -> Slot | None:
        visit = entry.visit
        age = entry.person.age(local(self._clock.now(), visit.clinic.tz).date())
        for doctor_id in (visit.doctor_id, None):
            where = account.id, visit.clinic.id, visit.service_id, age, doctor_id
            slot = await self._times.soonest(*where, beside=standing)
            if slot is not None:
                return slot
        return None

    def _seen(self, account: Account, entries: Sequence[VisitEntry], ahead: Sequence[VisitEntry]) -> list[VisitEntry]:
        """The last visit to each specialist with whom there is none `ahead`. `entries`: the latest last."""
        now, standing = self._clock.now(), {_specialist(each) for each in ahead}
        latest = {
            (*_specialist(each), each.visit.clinic.id): each
            for each in entries
            if each.visit.status is not VisitStatus.MOVED and each.visit.created_at <= now
        }
        seen = [each for each in latest.values() if _specialist(each) not in standing]
        seen.sort(key=lambda each: each.visit.start, reverse=True)
        seen.sort(key=lambda each: each.person.id != account.active_person_id)
        return seen

    def _allowed(self, entry: VisitEntry, slot: Slot) -> bool:
        visit_day = local(slot.start, entry.visit.clinic.tz).date()
        try:
            rights.check_booking(entry.person, visit_day, self._clock.now(), declared_ahead=0)
        except NotAllowed:
            return False
        return True


def _same_person(one: VisitEntry, other: VisitEntry) -> bool:
    return one.person.id == other.person.id


def _specialist(entry: VisitEntry) -> tuple[str, str]:
    return entry.person.id, entry.visit.service_id
