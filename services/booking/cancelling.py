"""Cancelling: intent → call → a settling unit, as booking goes; asked twice, a visit is cancelled once.

While an intent is open its time is not listed (`holds`): it is free in the unit that settles the answer.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from services.accounts import concerns, rights
from services.accounts.model import Account, Action, Area
from services.accounts.rights import VisitScope
from services.booking import intents, sight
from services.booking.booking import CHECKS, FIRST_CHECK
from services.booking.ending import note_cancelled, why_over
from services.booking.model import CancelOutcome, Checking, GivenUp, Kept, VisitEntry
from services.booking.notices import VisitNews, told_before
from services.booking.tables import cancel_intent
from services.booking.telling import Listeners, Telling
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.clock import Clock
from services.errors import Denial, NotAllowed
from services.ids import new_id
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.model import CancelAnswer, Cancelled, CancelRefusal, NotCancelled, Unknown, Visit, VisitStatus
from services.registry.ports.bookings import BookingsPort
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.port import REGISTRY_PATIENCE
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import insert_row
from services.storage.units import Unit
from services.texts.dates import local

log = logging.getLogger(__name__)

_PENDING, _DONE, _REFUSED = intents.PENDING, intents.DONE, intents.REFUSED


class Cancelling:
    """Cancels visits that the account sees and may manage, and settles what was left open."""

    def __init__(
        self,
        database: Database,
        registry: BookingsPort,
        visits: Visits,
        watch: Watch,
        telling: Telling,
        outbox: Outbox,
        clock: Clock,
        patience: timedelta = REGISTRY_PATIENCE,
    ) -> None:
        self._database = database
        self._registry = registry
        self._visits = visits
        self._watch = watch
        self._telling = telling
        self._outbox = outbox
        self._clock = clock
        self._patience = patience

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def cancel(self, account: Account, visit_id: str) -> CancelOutcome:
        """Cancels a visit. `NotFound` where it is not one that the account may see."""
        try:
            entry = await self._visits.get(account, visit_id)
            self._check(entry)
            reason = why_over(entry.visit, self._clock.now())
            if reason is not None:
                return await self._finish(account, entry) or Kept(reason)
            if await self.under_way(account, entry):
                return Checking(visit_id)
            intent_id = await self._reserve(account, entry)
        except RegistryUnavailable:
            return Kept(CancelRefusal.UNAVAILABLE)
        except NotAllowed as denied:
            return Kept(denied.reason)
        except IntegrityError:  # a press before this one is still waiting for the registry, or another account's
            return await self._of_another(account, entry)
        return await self._settle(intent_id, await self._ask(visit_id), entry.visit, screen_follows=True)

    def why_not(self, entry: VisitEntry) -> CancelRefusal | Denial | None:
        """Why this visit can neither be cancelled nor moved by this account now; None if it can."""
        try:
            self._check(entry)
        except NotAllowed as denied:
            return denied.reason
        return why_over(entry.visit, self._clock.now())

    @concerns.area(Area.VISITS, Action.SEE)
    async def under_way(self, account: Account, entry: VisitEntry) -> bool:
        """Whether the registry still owes an answer about cancelling this visit, or about moving it from here.

        Another account's cancelling is nothing to one that sees the visit only as booked from there: it hears the same
        as of another's move (`sight.check_own`).
        """
        sees_all = sight.scope(entry, self._clock.now()) is VisitScope.ALL
        waiting = intents.under_way(account.id, entry.visit.id, of_all=sees_all)
        return (await self._database.fetch(waiting)).first() is not None

    @concerns.area(Area.VISITS, Action.SEE)
    async def is_own_doing(self, account: Account, visit_id: str) -> bool:
        """Whether it was from this account that the visit was cancelled."""
        return (await self._database.fetch(intents.cancelled_by(account.id, visit_id))).first() is not None

    async def recover(self, limit: int = 50) -> int:
        """Settles intents that a crash or a silence left, by asking again; gives how many were looked at."""
        now = self._clock.now()
        claimed = (await self._database.execute(intents.claim_cancels(now, now + timedelta(minutes=1), limit))).all()
        for intent in claimed:
            await self._recover_one(intent, now)
        return len(claimed)

    def _check(self, entry: VisitEntry) -> None:
        now = self._clock.now()
        rights.check_managing(entry.person, local(now, entry.visit.clinic.tz).date(), now)

    async def _reserve(self, account: Account, entry: VisitEntry) -> str:
        now = self._clock.now()
        intent_id = new_id()
        row = {
            "id": intent_id,
            "account_id": account.id,
            "person_id": entry.person.id,
            "visit_id": entry.visit.id,
            "clinic_id": entry.visit.clinic.id,
            "slot_id": entry.visit.slot_id,
            "status": _PENDING,
            "check_at": now + FIRST_CHECK,
            "created_at": now,
        }
        async with self._database.write() as unit:
            if not await sight.may_act(unit, account.id, entry.person.id, now):
                raise NotAllowed(Denial.BASIS_ENDED)
            await unit.execute(insert_row(cancel_intent, row))
            if sight.scope(entry, now) is VisitScope.OWN_BOOKINGS:
                await sight.check_own(unit, account.id, entry.visit.id)
        return intent_id

    async def _of_another(self, account: Account, entry: VisitEntry) -> CancelOutcome:
        """What to say of a visit that somebody else began to cancel in between: they may have done it by now."""
        if await self.under_way(account, entry):
            return Checking(entry.visit.id)
        try:
            entry = await self._visits.get(account, entry.visit.id)
        except RegistryUnavailable:
            return Kept(CancelRefusal.UNAVAILABLE)
        return Kept(why_over(entry.visit, self._clock.now()) or CancelRefusal.UNAVAILABLE)

    async def _finish(self, account: Account, entry: VisitEntry) -> CancelOutcome | None:
        """Settles what a crash has left of this account's own cancelling, where the registry has done it; else None."""
        if entry.visit.status is not VisitStatus.CANCELLED_BY_PATIENT:
            return None
        left = await self._database.fetch(intents.left_of(account.id, entry.visit.id))
        intent_id: str | None = left.scalar_one_or_none()
        if intent_id is None:
            return None
        return await self._settle(intent_id, Cancelled(), entry.visit, screen_follows=True)

    async def _recover_one(self, intent: Row, now: datetime) -> None:
        visit, answer = await self._look_again(intent, now)
        undoing = intent.undoes is not None
        if isinstance(answer, Unknown) or (undoing and answer == NotCancelled(CancelRefusal.UNAVAILABLE)):
            pause = CHECKS[min(intent.attempts, len(CHECKS)) - 1]
            await self._database.execute(intents.cancel_again(intent.id, now + pause))
            return
        await self._settle(intent.id, answer, visit, screen_follows=False)

    async def _look_again(self, intent: Row, now: datetime) -> tuple[Visit | None, CancelAnswer]:
        """The visit as it is and what has become of its cancelling, asked for again while it stands.

        The last time it is only looked at: an answer that is lost then would leave nobody to say what is true. What is
        to be undone is asked for until the registry has answered.
        """
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                visit = await self._registry.visit(intent.visit_id)
        except (TimeoutError, RegistryUnavailable):
            return None, Unknown()
        if visit is None:
            return None, NotCancelled(CancelRefusal.NOT_FOUND)
        answer = _answer_of(visit, now)
        if answer is None and intent.attempts >= len(CHECKS) and intent.undoes is None:
            answer = NotCancelled(CancelRefusal.UNAVAILABLE)
        return visit, answer or await self._ask(intent.visit_id)

    async def _ask(self, visit_id: str) -> CancelAnswer:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._registry.cancel(visit_id)
        except TimeoutError:
            return Unknown()

    async def _settle(
        self, intent_id: str, answer: CancelAnswer, visit: Visit | None, *, screen_follows: bool
    ) -> CancelOutcome:
        if isinstance(answer, Unknown):
            log.warning("the registry is silent about cancelling %s", intent_id)
            return Checking(intent_id)
        done, now = isinstance(answer, Cancelled), self._clock.now()
        listeners = await self._telling.listeners(visit) if done and visit is not None else Listeners()
        async with self._database.write() as unit:
            may = await self._may_act(unit, intent_id, now) if done else True
            refusal = answer.reason.value if isinstance(answer, NotCancelled) else None
            settled = await unit.execute(intents.settle_cancel(intent_id, _DONE if done else _REFUSED, refusal))
            row = settled.one_or_none()
            if row is not None and row.undoes is not None:
                await self._note_undone(unit, row, answer, now)
            elif row is not None and done:
                told = may is True
                await self._confirm(unit, row, visit, listeners, screen_follows=screen_follows, told=told)
            elif row is not None and not screen_follows:
                await self._tell(unit, row, VisitNews.CANCEL_FAILED, screen_follows=False)
        return GivenUp(intent_id) if isinstance(answer, Cancelled) else Kept(answer.reason)

    async def _confirm(
        self,
        unit: Unit,
        intent: Row,
        visit: Visit | None,
        listeners: Listeners,
        *,
        screen_follows: bool,
        told: bool,
    ) -> None:
        """`told`: whoever has asked for it may still; else it is nothing of theirs what came of it."""
        await note_cancelled(unit, self._watch, intent, visit if told else None, self._clock.now())
        if visit is not None:
            await self._telling.cancelled(unit, intent.account_id, listeners, visit)
        if told:
            await self._tell(unit, intent, VisitNews.VISIT_CANCELLED, screen_follows=screen_follows)

    async def _may_act(self, unit: Unit, intent_id: str, now: datetime) -> bool | None:
        """`sight.may_act` for whoever has asked for it: who may no more hears nothing of what came of it."""
        return await sight.may_act_still(unit, cancel_intent, intent_id, now)

    async def _note_undone(self, unit: Unit, intent: Row, answer: CancelAnswer, now: datetime) -> None:
        """A visit that was booked as the right to it ended: whoever had asked hears that it is no more, nobody else."""
        if answer == NotCancelled(CancelRefusal.TIME_PASSED):
            log.error("a visit stands that was to be undone by %s", intent.id)
            return
        await note_cancelled(unit, self._watch, intent, None, now)
        key = keys.undone(intent.undoes)
        await self._outbox.add(unit, Notice(intent.account_id, None, VisitNews.BOOKING_UNDONE, intent.undoes, key))

    async def _tell(self, unit: Unit, intent: Row, kind: VisitNews, *, screen_follows: bool) -> None:
        who, key = (intent.account_id, intent.person_id), keys.cancelled(intent.id)
        earlier = told_before(intent.visit_id) if kind is VisitNews.VISIT_CANCELLED else None
        notice = Notice(*who, kind, intent.visit_id, key, screen_follows=screen_follows, replaces=earlier)
        await self._outbox.add(unit, notice)


def _answer_of(visit: Visit, now: datetime) -> CancelAnswer | None:
    """What has become of an earlier call, read off the visit; None: it still stands."""
    if visit.status is VisitStatus.CANCELLED_BY_PATIENT:
        return Cancelled()
    reason = why_over(visit, now)
    return None if reason is None else NotCancelled(reason)
