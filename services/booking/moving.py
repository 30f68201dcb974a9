"""Moving a visit, also where the registry does not do it in one call: in the end exactly one of two visits stands.

The new visit is booked first, then the old one is cancelled; where that cannot be done, the new one is cancelled
again. Where the registry takes no second visit beside the old one, and the person has agreed, the old one goes
first: a `cancel_intent` stands beside the booking's own, so after a crash `go_on` finds both and books.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from services.accounts import concerns
from services.accounts.model import Action, Area
from services.booking import intents
from services.booking.ending import note_cancelled
from services.booking.model import BookingRequest
from services.booking.tables import INTENT_PATIENT, cancel_intent
from services.booking.watch import Watch
from services.clock import Clock
from services.ids import new_id
from services.registry.model import (
    Booked,
    BookingAnswer,
    CancelAnswer,
    Cancelled,
    CancelRefusal,
    NotCancelled,
    Refusal,
    Refused,
    Unknown,
    Visit,
    VisitStatus,
)
from services.registry.ports.bookings import BookingsPort
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import insert_row
from services.storage.units import Unit
from services.storage.vault import Vault

_PENDING, _DONE, _REFUSED = intents.PENDING, intents.DONE, intents.REFUSED
_GONE = (CancelRefusal.ALREADY_CANCELLED, CancelRefusal.NOT_FOUND)
Answer = TypeVar("Answer")


class Moving:
    """What moving asks of the registry, for `Booking`, which keeps the intent."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: BookingsPort,
        watch: Watch,
        clock: Clock,
        patience: timedelta,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._watch = watch
        self._clock = clock
        self._patience = patience

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def reserve(self, unit: Unit, intent_id: str, person_id: str, request: BookingRequest) -> None:
        """Notes beside a booking's intent that the old visit goes first. `IntegrityError`: it is going already."""
        old = request.moves
        if old is None or not request.gives_up:
            return
        row = {
            "id": new_id(),
            "account_id": request.account.id,
            "person_id": person_id,
            "visit_id": old.id,
            "clinic_id": old.clinic.id,
            "slot_id": old.slot_id,
            "status": _PENDING,
            "for_move": intent_id,
            "created_at": self._clock.now(),
        }
        await unit.execute(insert_row(cancel_intent, row))

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def ask(self, intent_id: str, patient_id: str, request: BookingRequest, old: Visit) -> BookingAnswer:
        """Asks for the new time instead of the old one, within a press."""
        if self._registry.capabilities().moves:
            return await self._patiently(self._registry.move(intent_id, old.id, request.slot.id))
        if request.gives_up:
            return await self._old_first(intent_id, patient_id, request.slot.id, old.id)
        answer = await self._patiently(self._registry.book(intent_id, patient_id, request.slot.id))
        return await self._then_old(answer, old.id, last=False) if isinstance(answer, Booked) else answer

    async def go_on(self, intent: Row, found: BookingAnswer | None, *, last: bool) -> BookingAnswer | None:
        """What a crash or a silence has left of a move. `found`: what became of its key; `last`: long enough."""
        if self._registry.capabilities().moves or isinstance(found, Unknown):
            return found
        status = (await self._database.fetch(intents.status_for_move(intent.id))).scalar_one_or_none()
        if status is None:
            return await self._then_old(found, intent.moves, last=last) if isinstance(found, Booked) else found
        if found is not None:
            return found
        # Nothing has arrived under this key. The person has agreed, so it is asked for again, under the same one.
        given_up = status == _DONE
        patient_id = INTENT_PATIENT.open(self._vault, intent.id, intent.patient)
        answer = await self._old_first(intent.id, patient_id, intent.slot_id, None if given_up else intent.moves)
        return await self._give_in(intent, given_up) if last and isinstance(answer, Unknown) else answer

    async def settle(self, unit: Unit, intent_id: str, *, booked: bool) -> bool:
        """Settles what stood beside the intent; gives whether the old visit has gone before the new one."""
        await unit.execute(intents.settle_for_move(intent_id, _DONE if booked else _REFUSED))
        return (await unit.execute(intents.gone_for_move(intent_id))).first() is not None

    async def undo_late(self, intent: Row, late: Visit) -> bool | None:
        """Cancels a new visit that came after the move was said to have failed, if the old one stands as was said.

        False: the old one does not stand, or it was no move; None: the registry does not say, so ask again.
        """
        if intent.moves is None or late.status is not VisitStatus.BOOKED:
            return False
        old = await self._look(intent.moves)
        if old is None:
            return None
        if old.status is not VisitStatus.BOOKED:
            return False
        return True if _is_gone(await self._cancel(late.id)) else None

    async def _then_old(self, made: Booked, old_id: str, *, last: bool) -> BookingAnswer:
        """The new visit stands: the old one goes, or else the new one. `Unknown`: to be gone on with."""
        if made.visit.status is not VisitStatus.BOOKED:  # undone already, before a crash: the old one stands
            return Refused(Refusal.UNAVAILABLE)
        answer = await self._cancel(old_id)
        if _is_gone(answer):
            return made
        silent = _is_silent(answer)
        if silent:
            # What was not answered may have been done all the same; then the new one is all there is.
            old = await self._look(old_id) if last else None
            if old is None:
                return Unknown()
            if old.status is VisitStatus.CANCELLED_BY_PATIENT:
                return made
        undone = await self._cancel(made.visit.id)
        if _is_gone(undone):
            return Refused(Refusal.UNAVAILABLE if silent else Refusal.OLD_VISIT_OVER)
        return Unknown() if _is_silent(undone) else made

    async def _old_first(self, intent_id: str, patient_id: str, slot_id: str, old_id: str | None) -> BookingAnswer:
        """The old visit goes, then the new one is booked. `old_id` None: it has gone."""
        if old_id is not None:
            answer = await self._cancel(old_id)
            if isinstance(answer, Unknown):
                return answer
            if isinstance(answer, NotCancelled) and not _is_gone(answer):
                return Refused(Refusal.UNAVAILABLE if _is_silent(answer) else Refusal.OLD_VISIT_OVER)
            await self._note_given_up(intent_id, old_id)
        return await self._patiently(self._registry.book(intent_id, patient_id, slot_id))

    async def _give_in(self, intent: Row, given_up: bool) -> BookingAnswer:
        """The registry has been silent for long enough: what does not stand by now is not waited for."""
        try:
            found = await self._patiently(self._registry.find_booking(intent.id))
        except RegistryUnavailable:
            return Unknown()
        if found is not None:
            return found
        if not given_up:
            old = await self._look(intent.moves)
            if old is None:
                return Unknown()
            if old.status is VisitStatus.CANCELLED_BY_PATIENT:
                await self._note_given_up(intent.id, old.id)
        return Refused(Refusal.UNAVAILABLE)

    async def _note_given_up(self, intent_id: str, old_id: str) -> None:
        old = await self._look(old_id)
        async with self._database.write() as unit:
            row = (await unit.execute(intents.settle_for_move(intent_id, _DONE))).one_or_none()
            if row is not None:
                await note_cancelled(unit, self._watch, row, old, self._clock.now())

    async def _cancel(self, visit_id: str) -> CancelAnswer:
        return await self._patiently(self._registry.cancel(visit_id))

    async def _look(self, visit_id: str) -> Visit | None:
        """The visit as it stands; None where the registry does not say."""
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._registry.visit(visit_id)
        except (TimeoutError, RegistryUnavailable):
            return None

    async def _patiently(self, call: Awaitable[Answer]) -> Answer | Unknown:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await call
        except TimeoutError:
            return Unknown()


def _is_gone(answer: CancelAnswer) -> bool:
    return isinstance(answer, Cancelled) or (isinstance(answer, NotCancelled) and answer.reason in _GONE)


def _is_silent(answer: CancelAnswer) -> bool:
    return isinstance(answer, Unknown) or answer == NotCancelled(CancelRefusal.UNAVAILABLE)
