"""Booking and moving: two write units around one call.

Reserve an intent → call the registry (no network inside a unit) → settle it, with the notification in the
settling unit. What a crash or a silence leaves, `recover` settles by asking the registry what became of it;
a second attempt with a new key is never made while the first may still stand.

A move is a booking that gives another visit up (`booking.moving`): a crash in between leaves the intent open, and
`recover` goes on until exactly one stands.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Select, and_
from sqlalchemy.exc import IntegrityError

from services import together
from services.accounts import concerns, rights
from services.accounts.accounts import lock_account
from services.accounts.links import note
from services.accounts.model import Account, Action, Area, Person, Relation
from services.accounts.persons import ADDED, DECLARED, Persons
from services.accounts.tables import PATIENT
from services.booking import intents, sight, telling
from services.booking.ending import why_over
from services.booking.holds import Holds, let_go
from services.booking.model import (
    NOT_TOLD,
    BookingOutcome,
    BookingRequest,
    Checking,
    ChosenTime,
    Declined,
    Held,
    Loss,
    Lost,
    Made,
    Needs,
    OldVisit,
    Unheld,
    VisitEntry,
)
from services.booking.moving import Moving
from services.booking.notices import VisitNews, told_before
from services.booking.tables import INTENT_PATIENT, booking_intent, hold
from services.booking.telling import Listeners, Telling
from services.booking.times import overlaps
from services.booking.watch import Watch
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.errors import Denial, NomerokError, NotAllowed, NotFound
from services.ids import new_id
from services.limits.limits import Limits
from services.limits.model import Act, LimitReached
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.model import (
    Booked,
    BookingAnswer,
    Clinic,
    Patient,
    PatientIdentity,
    Refusal,
    Refused,
    Slot,
    Unknown,
    Visit,
    VisitStatus,
)
from services.registry.ports.bookings import BookingsPort
from services.registry.ports.errors import PatientConflict, RegistryUnavailable
from services.registry.ports.port import REGISTRY_PATIENCE
from services.registry.ports.times import TimesPort
from services.registry.ports.visits import VisitFilter
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import insert_row, statement
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import local

log = logging.getLogger(__name__)

_PENDING, _BOOKED, _REFUSED = intents.PENDING, intents.BOOKED, intents.REFUSED
_CLASHES = (Refusal.SAME_SPECIALIST, Refusal.SAME_TIME)
CHECKS = (timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2))
"""When recovery asks again; «there is no such booking» at the last look or later is taken for refused."""
FIRST_CHECK = REGISTRY_PATIENCE + CHECKS[0]
"""After this long from the press: it does not look while the press itself may be waiting."""
LATE_CHECKS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""When it asks once more after that: a registry may carry out what it was asked for long after it was given up."""


@statement
def _still(
    account_id: str, person_id: str, slot_id: str, patient_indexes: Collection[str], now: datetime
) -> Select[Any]:
    """`sight.listed`; in the same question, who holds the time, and whether anybody else stands for the patient."""
    held = and_(hold.c.slot_id == slot_id, hold.c.until > now)
    others = telling.others(patient_indexes, account_id, now)
    return sight.listed(account_id, person_id).add_columns(hold.c.draft_id, others).outerjoin(hold, held)


class NotHeld(NomerokError):  # noqa: N818
    """It does not stand with the time's hold as `BookingRequest.needs` says."""


class HoldableTimes(BookingsPort, TimesPort, Protocol):
    """What booking asks of the registry: whether a time is free, and that it be booked."""


class Booking:
    """Books visits and settles what was left open."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: HoldableTimes,
        persons: Persons,
        drafts: Drafts,
        holds: Holds,
        outbox: Outbox,
        watch: Watch,
        telling: Telling,
        limits: Limits,
        clock: Clock,
        patience: timedelta = REGISTRY_PATIENCE,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._persons = persons
        self._drafts = drafts
        self._holds = holds
        self._outbox = outbox
        self._watch = watch
        self._telling = telling
        self._limits = limits
        self._clock = clock
        self._patience = patience
        self._moving = Moving(database, vault, registry, watch, clock, patience)

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def hold(
        self,
        account: Account,
        draft_id: str,
        chosen: ChosenTime,
        who: Person | PatientIdentity,
        clinic: Clinic,
        moves: Visit | None = None,
    ) -> Held | Unheld | Lost | Made | Checking | Declined:
        """Keeps the chosen time for the draft, while its person reads and confirms; `Declined` where it may not book.

        Where it cannot be had, what the draft has booked already is the answer: it may be this very time, and a crash
        has kept anybody from saying so. `who`, `moves`: as in `BookingRequest`. Raises `RegistryUnavailable`.
        """
        slot = await self._registry.slot(chosen.slot_id)
        if slot is None:
            return await self._lost(account, draft_id, chosen)
        try:
            await self._check_rights(BookingRequest(account, draft_id, who, clinic, slot, moves))
        except NotAllowed as denied:
            earlier = await self._of_draft(draft_id)
            if earlier is not None:
                return earlier
            await self._holds.release(account, draft_id)
            return Declined(denied.reason)
        return await self._keep(account, draft_id, slot)

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def book_held(
        self,
        account: Account,
        draft_id: str,
        chosen: ChosenTime,
        who: Person | PatientIdentity,
        clinic: Clinic,
        moves: Visit | None = None,
        *,
        gives_up: bool = False,
    ) -> Held | Lost | BookingOutcome:
        """`book` where the draft still holds the chosen time; else what `hold` gives, and nothing is booked.

        A time that cannot be kept for it any more is booked all the same, unless somebody else keeps it.
        `who`, `moves`, `gives_up`: as in `BookingRequest`. Raises `RegistryUnavailable`.
        """
        slot = await self._registry.slot(chosen.slot_id)
        if slot is None:
            return await self._lost(account, draft_id, chosen)
        request = BookingRequest(account, draft_id, who, clinic, slot, moves, gives_up, Needs.ITS_HOLD)
        try:
            return await self.book(request)
        except NotHeld:
            kept = await self._keep(account, draft_id, slot)
        if not isinstance(kept, Unheld):
            return kept
        try:
            return await self.book(replace(request, needs=Needs.NO_OTHER))
        except NotHeld:
            return Lost(Loss.HELD)

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def book(self, request: BookingRequest) -> BookingOutcome:
        """Books the request's time once, however often it is asked for the same draft.

        Raises `NotHeld` where its `needs` are not met: the registry is not asked then.
        """
        request = await self._recognise(request)
        begun = await self._begin(request)
        if isinstance(begun, Declined):
            # What the draft has booked already comes first: a press before this one, or one that a crash cut short.
            return await self._of_draft(request.draft_id) or begun
        request, patient = begun.request, begun.patient
        answer = await self._ask(begun.intent_id, patient.id, request)
        moves = request.moves.id if request.moves else None
        outcome = await self._settle(begun.intent_id, moves, answer, screen_follows=True, heard=begun.heard)
        if outcome == Declined(Refusal.TIME_BUSY):
            await self._look_late_for(request.account.id, patient.id)
        if isinstance(outcome, Declined) and outcome.reason in _CLASHES:
            await self._look_late_for(request.account.id, patient.id)
            outcome = await self._explained(outcome, request, begun)
        await self._count_back(request, begun, outcome)
        return outcome

    async def _keep(self, account: Account, draft_id: str, slot: Slot) -> Held | Unheld | Lost:
        return await self._holds.keep(slot, account, draft_id) or Lost(Loss.HELD)

    async def _lost(self, account: Account, draft_id: str, chosen: ChosenTime) -> Lost | Made | Checking:
        earlier = await self._of_draft(draft_id)
        if earlier is not None:
            return earlier
        await self._holds.release(account, draft_id)
        return Lost(Loss.PASSED if chosen.start <= self._clock.now() else Loss.TAKEN)

    async def _begin(self, request: BookingRequest) -> _Begun | Declined:
        """The intent that is reserved and whom the registry is to be asked for, by the rights as they are now.

        Also the request: who was typed may be somebody whom the account knows by name alone.
        """
        try:
            await self._check_rights(request)
            patient = await self._patient(request)
            if patient is None:
                return Declined(Refusal.PATIENT_NOT_FOUND)
            hidden = (
                None if isinstance(request.who, Person) else await self._persons.hidden_as(request.account, patient)
            )
            if hidden is not None:
                return await self._begin(replace(request, who=hidden))
            if self._is_over(request):
                return Declined(Refusal.OLD_VISIT_OVER)
            return await self._reserve(request, patient)
        except NotAllowed as denied:
            return Declined(denied.reason)
        except PatientConflict:
            return Declined(Refusal.PATIENT_NOT_FOUND)
        except (RegistryUnavailable, IntegrityError):  # the draft has an intent that lives, or its account has gone
            return Declined(Refusal.UNAVAILABLE)

    async def outcome(self, draft_id: str) -> Made | Checking | None:
        """What has become of a draft's booking so far; None while nothing was asked or it was refused."""
        return await self._of_draft(draft_id)

    async def moved_from(self, draft_id: str) -> str | None:
        """The visit whose place the one booked by this draft has taken; None where it has taken none."""
        moved: str | None = (await self._database.fetch(intents.booked_moves_of_draft(draft_id))).scalar_one_or_none()
        return moved

    async def recover(self, limit: int = 50) -> int:
        """Settles intents that a crash or a silence left, and looks once more at those given up for a silence.

        Gives how many were looked at.
        """
        now = self._clock.now()
        claimed = (await self._database.execute(intents.claim_due(now, now + timedelta(minutes=1), limit))).all()
        for intent in claimed:
            await self._recover_one(intent, now)
        return len(claimed)

    async def recent_clinics(self, account_id: str, limit: int) -> Sequence[str]:
        """Clinics that this account has booked at, the latest first."""
        return (await self._database.fetch(intents.recent_clinics(account_id, limit))).scalars().all()

    async def own_bookings(self, account_id: str) -> frozenset[str]:
        """Visits that were booked from this account."""
        return (await together.once(self._booked_from, [account_id])).get(account_id, frozenset())

    async def _booked_from(self, account_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        return sight.by_account(await self._database.fetch(sight.booked_from(account_ids)))

    async def _recover_one(self, intent: Row, now: datetime) -> None:
        if intent.status == _REFUSED:
            await self._look_late(intent, now)
            return
        answer = await self._find(intent.id)
        last = intent.attempts >= len(CHECKS)
        if intent.moves is not None:
            answer = await self._moving.go_on(intent, answer, last=last)
        if answer is None and last:
            answer = Refused(Refusal.UNAVAILABLE)
        if answer is None or isinstance(answer, Unknown):
            pause = CHECKS[min(intent.attempts, len(CHECKS)) - 1]
            await self._database.execute(intents.look_again(intent.id, now + pause, status=_PENDING))
            return
        await self._settle(intent.id, intent.moves, answer, screen_follows=False, unsure=last)

    async def _look_late_for(self, account_id: str, patient_id: str) -> None:
        """Whether it is a visit said to have failed that is in the way of another: whoever booked it hears of it."""
        indexes = INTENT_PATIENT.indexes(self._vault, [patient_id])
        for intent in await self._database.fetch(intents.given_up(account_id, indexes)):
            await self._look_late(intent, self._clock.now())

    async def _look_late(self, intent: Row, now: datetime) -> None:
        """Asks what has become of an intent that was given up, and was said to have failed."""
        answer = await self._find(intent.id)
        if isinstance(answer, Booked):
            undone = await self._moving.undo_late(intent, answer.visit)
            if undone is False and answer.visit.status is VisitStatus.BOOKED:
                await self._stands_after_all(intent, answer.visit)
                return
            over = undone is not None
        else:
            over = answer is None and intent.attempts >= len(LATE_CHECKS)
        pause = None if over or intent.starts_at <= now else LATE_CHECKS[min(intent.attempts, len(LATE_CHECKS) - 1)]
        async with self._database.write() as unit:
            check_at = None if pause is None else now + pause
            await unit.execute(intents.look_again(intent.id, check_at, status=_REFUSED))
            if pause is None:
                await self._forget_other(unit, intent.person_id)

    async def _stands_after_all(self, intent: Row, visit: Visit) -> None:
        """Tells of a visit that was said to have failed; once, whoever finds it.

        The draft may have booked something else meanwhile, so the intent is no longer the draft's.
        """
        old = await self._old_visit(intent.moves)
        listeners = await self._telling.listeners(visit)
        followed = intents.of_visit(intent.account_id, visit.id)
        async with self._database.write() as unit:
            may = await self._may_act(unit, intent.id)
            if (await unit.execute(followed)).first() is not None:  # a look at the registry has seen the move, and told
                await unit.execute(intents.look_again(intent.id, None, status=_REFUSED))
                return
            undone = may is False and intent.moves is None
            status = _REFUSED if undone else _BOOKED
            settled = await unit.execute(intents.stands_after_all(intent.id, visit.id, status))
            row = settled.one_or_none()
            if row is not None and undone:
                await self._undo(unit, row, visit)
            elif row is not None:
                await self._confirm(unit, row, visit, old, listeners, screen_follows=False, late=True, told=may is True)

    async def _find(self, intent_id: str) -> BookingAnswer | None:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._registry.find_booking(intent_id)
        except (TimeoutError, RegistryUnavailable):
            return Unknown()

    async def _ask(self, intent_id: str, patient_id: str, request: BookingRequest) -> BookingAnswer:
        if request.moves is not None:
            return await self._moving.ask(intent_id, patient_id, request, request.moves)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._registry.book(intent_id, patient_id, request.slot.id)
        except TimeoutError:
            return Unknown()

    def _is_over(self, request: BookingRequest) -> bool:
        """Whether there is nothing to move any more. A press that a crash has cut short may have given it up."""
        old = request.moves
        if old is None or (request.gives_up and old.status is VisitStatus.CANCELLED_BY_PATIENT):
            return False
        return why_over(old, self._clock.now()) is not None

    async def _recognise(self, request: BookingRequest) -> BookingRequest:
        """Another citizen who is already a person of this account is that person."""
        if isinstance(request.who, Person):
            return request
        known = await self._persons.same_as(request.account, request.who)
        return request if known is None else replace(request, who=known)

    async def _explained(self, declined: Declined, request: BookingRequest, begun: _Begun) -> Declined:
        """Tells of a clash only if the account may see a visit that it is with.

        Where it sees one, hidden ones change nothing of the answer. A registry that does not move in one call refuses a
        move for the old visit's sake too: where that alone is in the way, it may be given up first; where there is
        another one, that would be for nothing.
        """
        now = self._clock.now()
        old = None if request.gives_up or self._registry.capabilities().moves else request.moves
        sees_all, hidden = begun.clashes is None, Declined(Denial.HIDDEN_CLASH, declined.old, begun.is_again)
        if sees_all and old is None:
            return declined
        try:
            standing = await self._registry.visits([begun.patient.id], VisitFilter(statuses=(VisitStatus.BOOKED,)))
        except RegistryUnavailable:
            return Declined(Refusal.UNAVAILABLE, declined.old) if sees_all else hidden
        reason = declined.reason
        if old is not None:
            standing = [each for each in standing if each.id != old.id]
            clash = _clash(standing, request.slot, now)
            if clash is None:
                return Declined(reason, OldVisit.IN_THE_WAY)
            reason = clash
        own = await self.own_bookings(request.account.id)
        seen = standing if sees_all else [each for each in standing if each.id in own]
        # Whichever of two the registry names: at the hour of a visit that is seen nobody can be booked anyway.
        reasons = (reason, Refusal.SAME_TIME)
        told = [each for each in reasons if any(_explains(each, visit, request.slot, now) for visit in seen)]
        return Declined(told[0], declined.old) if told else hidden

    async def _check_rights(self, request: BookingRequest) -> None:
        """Whoever has too many visits ahead already hears of it before the registry is asked for anybody."""
        now = self._clock.now()
        ahead = await self._declared_ahead(request.account) if self._is_counted(request) else 0
        if not isinstance(request.who, Person):
            if ahead >= rights.DECLARED_AHEAD:
                raise NotAllowed(Denial.TOO_MANY_DECLARED)
            return
        if request.moves is not None:
            await self._check_move(request.account, VisitEntry(request.moves, request.who), now)
        visit_day = local(request.slot.start, request.clinic.tz).date()
        rights.check_booking(request.who, visit_day, now, ahead)

    def _is_counted(self, request: BookingRequest) -> bool:
        """Whether nothing but the account's word is behind it. A visit that is moved is one of the five already."""
        if not isinstance(request.who, Person):
            return True
        return request.moves is None and rights.books_as_declared(request.who, self._clock.now())

    async def _count_declared(self, unit: Unit, request: BookingRequest, strong: Collection[str]) -> None:
        """Within the unit that reserves, after `lock_account`: of two at once, the second counts after the first.

        `strong`: as in `_strong`. Raises `NotAllowed`.
        """
        counted = intents.ahead(request.account.id, self._clock.now(), strong)
        ahead: int = (await unit.execute(counted)).scalar_one()
        if ahead >= rights.DECLARED_AHEAD:
            raise NotAllowed(Denial.TOO_MANY_DECLARED)
        try:
            await self._limits.spend_within(unit, request.account.telegram_id, Act.DECLARED_BOOKING)
        except LimitReached:
            raise NotAllowed(Denial.TOO_MANY_A_DAY) from None

    async def _count_clash(self, unit: Unit, account: Account, patient: Patient) -> int:
        """Counts a try before it is known whether it clashes; so of any number at once no more than that many can.

        Raises `NotAllowed`: then nobody hears whether there would have been a clash, and the registry is not asked.
        """
        try:
            return await self._limits.spend_within(unit, account.telegram_id, Act.HIDDEN_CLASH, about=patient.id)
        except LimitReached:
            raise NotAllowed(Denial.TOO_MANY_CLASHES) from None

    async def _count_back(self, request: BookingRequest, begun: _Begun, outcome: BookingOutcome) -> None:
        """What the registry has refused is no booking: whoever meets a busy time, or an outage, may go on trying.

        A clash that is not told has told something all the same: such a try stays counted, for both reasons.
        """
        reason = outcome.reason if isinstance(outcome, Declined) else None
        if reason is Denial.HIDDEN_CLASH:
            return
        chat = request.account.telegram_id
        acts = {Act.DECLARED_BOOKING: ""} if reason is not None and self._is_counted(request) else {}
        if begun.clashes is not None:
            acts[Act.HIDDEN_CLASH] = begun.patient.id
        if acts:
            async with self._database.write() as unit:
                for act, about in acts.items():
                    await self._limits.give_back(unit, chat, act, about=about)

    async def _check_move(self, account: Account, entry: VisitEntry, now: datetime) -> None:
        """`NotFound` where the visit to be moved is not one of this person that the account may see."""
        own = await self.own_bookings(account.id)
        if entry.visit.patient_id != entry.person.patient_id or not sight.visible([entry], own, now):
            raise NotFound
        rights.check_managing(entry.person, local(now, entry.visit.clinic.tz).date(), now)

    async def _declared_ahead(self, account: Account) -> int:
        strong = await self._strong(account)
        ahead = intents.ahead(account.id, self._clock.now(), strong)
        count: int = (await self._database.fetch(ahead)).scalar_one()
        return count

    async def _strong(self, account: Account) -> frozenset[str]:
        """Persons of the account for whom it books on more than its own word."""
        now, family = self._clock.now(), await self._persons.family(account)
        return frozenset(each.id for each in family if not rights.books_as_declared(each, now))

    async def _patient(self, request: BookingRequest) -> Patient | None:
        if not isinstance(request.who, Person):
            return await self._persons.look_up(request.account, request.who)
        if request.who.patient_id is not None:
            return Patient(request.who.patient_id, confirmed=False, clinic_id=request.who.clinic_id)
        whole = await self._persons.for_registry(request.account, request.who.id)
        patient = await self._persons.look_up(request.account, whole)
        if patient is not None:
            await self._persons.set_patient(request.who.id, patient)
        return patient

    async def _reserve(self, request: BookingRequest, patient: Patient) -> _Begun:
        now = self._clock.now()
        intent_id = new_id()
        strong = await self._strong(request.account) if self._is_counted(request) else None
        sees_all, clashes = _sees_all(request, now), None
        async with self._database.write() as unit:
            if strong is not None or not sees_all:  # counts are locked after the account by everybody
                await lock_account(unit, request.account.id)
            if strong is not None:
                await self._count_declared(unit, request, strong)
            if not sees_all:
                clashes = await self._count_clash(unit, request.account, patient)
            person_id = (
                request.who.id
                if isinstance(request.who, Person)
                else await self._persons.insert(
                    unit, request.account.id, Relation.OTHER, request.who, DECLARED, patient
                )
            )
            row = {
                "id": intent_id,
                "account_id": request.account.id,
                "draft_id": request.draft_id,
                "person_id": person_id,
                **INTENT_PATIENT.values(self._vault, intent_id, patient.id),
                "clinic_id": request.clinic.id,
                "slot_id": request.slot.id,
                "starts_at": request.slot.start,
                "moves": request.moves.id if request.moves else None,
                "status": _PENDING,
                "check_at": now + FIRST_CHECK,
                "created_at": now,
            }
            await unit.execute(insert_row(booking_intent, row))
            heard = await self._check_still(unit, request, person_id, patient)
            if request.moves is not None and not _sees_all(request, now):
                await sight.check_own(unit, request.account.id, request.moves.id)
            await self._moving.reserve(unit, intent_id, person_id, request)
        return _Begun(intent_id, patient, request, clashes, heard)

    async def _check_still(self, unit: Unit, request: BookingRequest, person_id: str, patient: Patient) -> bool:
        """`sight.check_listed`, and who holds the time; gives whether anybody else is to hear of the visit."""
        indexes = PATIENT.indexes(self._vault, [patient.id])
        found = _still(request.account.id, person_id, request.slot.id, indexes, self._clock.now())
        row = (await unit.execute(found)).first()
        if row is None:
            raise NotAllowed(Denial.BASIS_ENDED)
        fits = {
            Needs.NOTHING: True,
            Needs.ITS_HOLD: row.draft_id == request.draft_id,
            Needs.NO_OTHER: row.draft_id in (None, request.draft_id),
        }
        if not fits[request.needs]:
            raise NotHeld
        return bool(row.others)

    async def _settle(
        self,
        intent_id: str,
        moves: str | None,
        answer: BookingAnswer,
        *,
        screen_follows: bool,
        heard: bool = True,
        unsure: bool = False,
    ) -> BookingOutcome:
        """`moves`: the intent's. `unsure`: it is given up for a long silence, so it is looked at again.

        `heard`: others may stand for the patient. Who has come to while the registry was asked hears by `watch`.
        """
        if isinstance(answer, Unknown):
            log.warning("the registry is silent about intent %s", intent_id)
            return Checking(intent_id)
        booked = isinstance(answer, Booked)
        late = unsure and answer == Refused(Refusal.UNAVAILABLE)
        check_at = self._clock.now() + LATE_CHECKS[0] if late else None
        in_two_calls = moves is not None and not self._registry.capabilities().moves
        old = await self._old_visit(moves) if booked or in_two_calls else None
        listeners = await self._listeners(answer, old) if heard else Listeners()
        async with self._database.write() as unit:
            may = await self._may_act(unit, intent_id) if booked else True
            undone = may is False and moves is None
            status = _BOOKED if booked and not undone else _REFUSED
            visit_id = answer.visit.id if isinstance(answer, Booked) else None
            refusal = _as_kept(answer.reason) if isinstance(answer, Refused) else None
            settled = await unit.execute(intents.settle(intent_id, status, visit_id, refusal, check_at, anew=late))
            row = settled.one_or_none()
            move = row is None or row.moves is not None
            given_up = move and await self._moving.settle(unit, intent_id, booked=booked)
            if row is not None and isinstance(answer, Booked) and undone:
                await self._undo(unit, row, answer.visit)
            elif row is not None and isinstance(answer, Booked):
                told = may is True
                await self._confirm(unit, row, answer.visit, old, listeners, screen_follows=screen_follows, told=told)
            elif row is not None:
                await self._refuse(unit, row, given_up=given_up, screen_follows=screen_follows)
                if given_up and old is not None:
                    await self._telling.cancelled(unit, row.account_id, listeners, old)
        if undone:
            return Declined(Denial.BASIS_ENDED)
        if isinstance(answer, Booked):
            return Made(answer.visit)
        return Declined(answer.reason, OldVisit.GIVEN_UP if given_up else OldVisit.AS_IT_WAS)

    async def _listeners(self, answer: BookingAnswer, old: Visit | None) -> Listeners:
        """Who is to hear of a visit that stands now, or of one that was given up for nothing."""
        visit = answer.visit if isinstance(answer, Booked) else old
        return await self._telling.listeners(visit) if visit is not None else Listeners()

    async def _may_act(self, unit: Unit, intent_id: str) -> bool | None:
        """`sight.may_act` for whoever has asked for a booking, now that the registry has answered."""
        return await sight.may_act_still(unit, booking_intent, intent_id, self._clock.now())

    async def _undo(self, unit: Unit, intent: Row, visit: Visit) -> None:
        """The right to book ended while the registry was asked: the visit goes again, and nobody was told of it.

        `Cancelling` asks for that, as soon as this unit stands, until the registry has answered.
        """
        whose = new_id(), intent.account_id, intent.person_id
        what = visit.id, visit.clinic.id, visit.slot_id, intent.id
        await unit.execute(intents.undo(*whose, *what, self._clock.now(), dialect=self._database.dialect))
        await unit.execute(let_go(intent.draft_id))

    async def _old_visit(self, moves: str | None) -> Visit | None:
        """The visit that was to be moved, as the registry has it now."""
        if moves is None:
            return None
        try:
            return await self._registry.visit(moves)
        except RegistryUnavailable:
            return None

    async def _confirm(
        self,
        unit: Unit,
        intent: Row,
        visit: Visit,
        old: Visit | None,
        listeners: Listeners,
        *,
        screen_follows: bool,
        late: bool = False,
        told: bool = True,
    ) -> None:
        """`told`: the account sees the visit; else it has moved it, or left its person, and may know no more of it."""
        now = self._clock.now()
        moved = intent.moves is not None
        made = VisitNews.BOOKING_STANDS if late else VisitNews.BOOKING_CONFIRMED
        if moved:
            await self._watch.hide(unit, intent.moves, intent.account_id)
            await unit.execute(intents.end_bookings(intent.moves, now))
        if old is not None and told:
            await self._watch.remember(unit, intent.account_id, intent.person_id, old)
        by_looking = keys.moved(intent.account_id, visit.id, visit.start)  # as `watch` would tell of it
        notice = Notice(
            intent.account_id,
            intent.person_id,
            VisitNews.VISIT_MOVED if moved else made,
            visit.id,
            by_looking if moved and late else keys.confirmation(intent.draft_id),
            screen_follows=screen_follows,
            replaces=told_before(intent.moves, visit.id) if moved else None,
        )
        if told:
            await self._watch.remember(unit, intent.account_id, intent.person_id, visit, notice)
        if moved:
            await self._telling.moved(unit, intent.account_id, listeners, old, visit)
        else:
            await self._telling.booked(unit, intent.account_id, listeners, visit)
        await unit.execute(let_go(intent.draft_id))
        await self._drafts.finish(unit, intent.draft_id, visit.id)
        action = "visit_moved" if moved else "visit_booked"
        await note(unit, now, intent.account_id, intent.person_id, action, visit.id)

    async def _refuse(self, unit: Unit, intent: Row, *, given_up: bool, screen_follows: bool) -> None:
        await self._forget_other(unit, intent.person_id)
        if screen_follows and not given_up:  # the screen says why, and nothing has changed
            return
        notice = Notice(
            intent.account_id,
            intent.person_id,
            VisitNews.BOOKING_FAILED if intent.moves is None else VisitNews.MOVE_FAILED,
            intent.moves or intent.id,
            keys.given_up(intent.draft_id) if given_up else keys.failed(intent.id),
            screen_follows=screen_follows,
        )
        await self._outbox.add(unit, notice)

    async def _forget_other(self, unit: Unit, person_id: str) -> None:
        """Another citizen for whom nothing came about is not kept."""
        await unit.execute(intents.forget_other(person_id, added=ADDED))

    async def _of_draft(self, draft_id: str) -> Made | Checking | None:
        """None also where others have changed it since: what has become of it, `Visits` tells within the rights."""
        row = (await self._database.fetch(intents.of_draft(draft_id))).one_or_none()
        if row is None:
            return None
        if row.status == _PENDING:
            return Checking(row.id)
        visit = await self._registry.visit(row.visit_id)
        return Made(visit) if visit is not None else None


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is reserved. `clashes`: how many hidden ones are counted, this try too; None: all visits are seen.

    `heard`: whether anybody else stands for the patient.
    """

    intent_id: str
    patient: Patient
    request: BookingRequest
    clashes: int | None
    heard: bool

    @property
    def is_again(self) -> bool:
        return self.clashes is not None and self.clashes > 1


def _as_kept(reason: Refusal) -> str:
    return NOT_TOLD if reason in _CLASHES else reason.value


def _sees_all(request: BookingRequest, now: datetime) -> bool:
    if not isinstance(request.who, Person):
        return False
    today = local(now, request.clinic.tz).date()
    return rights.visit_scope(request.who, today, now) is rights.VisitScope.ALL


def _clash(standing: Sequence[Visit], slot: Slot, now: datetime) -> Refusal | None:
    """What a registry would refuse the slot for beside these visits."""
    return next((each for each in _CLASHES if any(_explains(each, visit, slot, now) for visit in standing)), None)


def _explains(reason: Refusal | Denial, visit: Visit, slot: Slot, now: datetime) -> bool:
    """Whether this visit is one that the registry has refused the slot for, by that very reason."""
    if reason is Refusal.SAME_SPECIALIST:
        return visit.service_id == slot.service_id and visit.start > now
    return overlaps(visit, slot)
