"""Cancelling: intent → call → a settling unit, as booking goes; asked twice, a visit is cancelled once.

While an intent is open its time is not listed (`holds`): it is free in the unit that settles the answer.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import rights
from services.accounts.model import Account
from services.accounts.rights import Denial
from services.booking.booking import CHECKS, REGISTRY_PATIENCE
from services.booking.model import CancelOutcome, Checking, GivenUp, Kept, VisitEntry
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.clock import Clock
from services.errors import NotAllowed
from services.ids import new_id
from services.notify.model import NotificationKind
from services.notify.outbox import Outbox
from services.registry.model import CancelAnswer, Cancelled, CancelRefusal, NotCancelled, Unknown, Visit, VisitStatus
from services.registry.port import Registry, RegistryUnavailable
from services.storage.engine import Database
from services.storage.tables import audit, booking_intent, cancel_intent
from services.texts.dates import local

log = logging.getLogger(__name__)

_PENDING, _DONE, _REFUSED = "pending", "done", "refused"


def cancelled_key(intent_id: str) -> str:
    """The outbox key of what a cancelling tells."""
    return f"cancel:{intent_id}"


class Cancelling:
    """Cancels visits that the account sees and may manage, and settles what was left open."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        visits: Visits,
        watch: Watch,
        outbox: Outbox,
        clock: Clock,
        patience: timedelta = REGISTRY_PATIENCE,
    ) -> None:
        self._database = database
        self._registry = registry
        self._visits = visits
        self._watch = watch
        self._outbox = outbox
        self._clock = clock
        self._patience = patience

    async def cancel(self, account: Account, visit_id: str) -> CancelOutcome:
        """Cancels a visit. `NotFound` where it is not one that the account may see."""
        try:
            entry = await self._visits.get(account, visit_id)
            self._check(entry)
            intent_id = await self._reserve(account, entry)
        except RegistryUnavailable:
            return Kept(CancelRefusal.UNAVAILABLE)
        except NotAllowed as denied:
            return Kept(Denial(denied.reason))
        except IntegrityError:  # a press before this one is still waiting for the registry
            return Checking(visit_id)
        reason = _why_over(entry.visit, self._clock.now())
        answer = await self._ask(visit_id) if reason is None else NotCancelled(reason)
        return await self._settle(intent_id, answer, entry.visit, screen_follows=True)

    def why_not(self, entry: VisitEntry) -> CancelRefusal | Denial | None:
        """Why this visit can neither be cancelled nor moved by this account now; None if it can."""
        try:
            self._check(entry)
        except NotAllowed as denied:
            return Denial(denied.reason)
        return _why_over(entry.visit, self._clock.now())

    async def shown(self, intent_id: str) -> None:
        """The screen has told it: no separate message is needed."""
        await self._outbox.settle(cancelled_key(intent_id))

    async def recover(self, limit: int = 50) -> int:
        """Settles intents that a crash or a silence left, by asking again; gives how many were looked at."""
        now = self._clock.now()
        due = (
            select(cancel_intent.c.id)
            .where(cancel_intent.c.status == _PENDING, cancel_intent.c.check_at <= now)
            .order_by(cancel_intent.c.check_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = await self._database.execute(
            update(cancel_intent)
            .where(cancel_intent.c.id.in_(due.scalar_subquery()))
            .values(attempts=cancel_intent.c.attempts + 1, check_at=now + timedelta(minutes=1))
            .returning(cancel_intent)
        )
        intents = claimed.all()
        for intent in intents:
            await self._recover_one(intent, now)
        return len(intents)

    def _check(self, entry: VisitEntry) -> None:
        now = self._clock.now()
        rights.check_managing(entry.person, local(now, entry.visit.clinic.tz).date(), now)

    async def _reserve(self, account: Account, entry: VisitEntry) -> str:
        now = self._clock.now()
        intent_id = new_id()
        await self._database.execute(
            insert(cancel_intent).values(
                id=intent_id,
                account_id=account.id,
                person_id=entry.person.id,
                visit_id=entry.visit.id,
                clinic_id=entry.visit.clinic.id,
                slot_id=entry.visit.slot_id,
                status=_PENDING,
                check_at=now + self._patience + CHECKS[0],
                created_at=now,
            )
        )
        return intent_id

    async def _recover_one(self, intent: Row[Any], now: datetime) -> None:
        visit = await self._look(intent.visit_id)
        answer: CancelAnswer = Unknown()
        if visit is not None:
            answer = _answer_of(visit, now) or await self._ask(intent.visit_id)
        if isinstance(answer, Unknown) and intent.attempts < len(CHECKS):
            pause = CHECKS[intent.attempts - 1]
            await self._database.execute(
                update(cancel_intent)
                .where(cancel_intent.c.id == intent.id, cancel_intent.c.status == _PENDING)
                .values(check_at=now + pause)
            )
            return
        if isinstance(answer, Unknown):
            answer = NotCancelled(CancelRefusal.UNAVAILABLE)
        await self._settle(intent.id, answer, visit, screen_follows=False)

    async def _look(self, visit_id: str) -> Visit | None:
        """The visit as it stands; None where the registry does not say."""
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._registry.visit(visit_id)
        except (TimeoutError, RegistryUnavailable):
            return None

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
        done = isinstance(answer, Cancelled)
        async with self._database.write() as unit:
            settled = await unit.execute(
                update(cancel_intent)
                .where(cancel_intent.c.id == intent_id, cancel_intent.c.status == _PENDING)
                .values(
                    status=_DONE if done else _REFUSED,
                    refusal=answer.reason.value if isinstance(answer, NotCancelled) else None,
                    check_at=None,
                )
                .returning(cancel_intent)
            )
            row = settled.one_or_none()
            if row is not None and done:
                await self._confirm(unit, row, visit, screen_follows=screen_follows)
            elif row is not None and not screen_follows:
                await self._tell(unit, row, NotificationKind.CANCEL_FAILED, screen_follows=False)
        return GivenUp(intent_id) if isinstance(answer, Cancelled) else Kept(answer.reason)

    async def _confirm(
        self, unit: AsyncConnection, intent: Row[Any], visit: Visit | None, *, screen_follows: bool
    ) -> None:
        now = self._clock.now()
        await unit.execute(
            update(booking_intent).where(booking_intent.c.visit_id == intent.visit_id).values(ended_at=now)
        )
        if visit is not None:
            gone = replace(visit, status=VisitStatus.CANCELLED_BY_PATIENT)
            await self._watch.remember(unit, intent.account_id, intent.person_id, gone)
        await self._tell(unit, intent, NotificationKind.VISIT_CANCELLED, screen_follows=screen_follows)
        await unit.execute(
            insert(audit).values(
                id=new_id(),
                account_id=intent.account_id,
                person_id=intent.person_id,
                action="visit_cancelled",
                subject_id=intent.visit_id,
                at=now,
            )
        )

    async def _tell(
        self, unit: AsyncConnection, intent: Row[Any], kind: NotificationKind, *, screen_follows: bool
    ) -> None:
        await self._outbox.add(
            unit,
            account_id=intent.account_id,
            person_id=intent.person_id,
            kind=kind,
            subject_id=intent.visit_id,
            dedupe_key=cancelled_key(intent.id),
            screen_follows=screen_follows,
        )


def _why_over(visit: Visit, now: datetime) -> CancelRefusal | None:
    """Why there is nothing to cancel; None while the visit stands and is ahead."""
    if visit.status in (VisitStatus.CANCELLED_BY_PATIENT, VisitStatus.CANCELLED_BY_CLINIC):
        return CancelRefusal.ALREADY_CANCELLED
    if visit.status is VisitStatus.MOVED:
        return CancelRefusal.MOVED
    if visit.status is not VisitStatus.BOOKED or visit.start <= now:
        return CancelRefusal.TIME_PASSED
    return None


def _answer_of(visit: Visit, now: datetime) -> CancelAnswer | None:
    """What has become of an earlier call, read off the visit; None: it still stands."""
    if visit.status is VisitStatus.CANCELLED_BY_PATIENT:
        return Cancelled()
    reason = _why_over(visit, now)
    return None if reason is None else NotCancelled(reason)
