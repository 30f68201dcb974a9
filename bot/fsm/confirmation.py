"""The end of choosing a time, for booking and moving: it is held, the registry is asked, the ticket shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.fsm.times import let_time_go, place_of, slot_of, who_for
from bot.fsm.wizard import Acted, Input, Jump, Left, Outcome, Stay, Turn
from bot.views import refusals
from bot.views.visits import ticket
from services.booking.model import BookingOutcome, BookingRequest
from services.registry.model import Refusal, Slot, Visit
from services.texts.i18n import Html


@dataclass(frozen=True, slots=True)
class HeldTime:
    """The chosen time, kept for this draft until a moment."""

    slot: Slot
    until: datetime


async def held_time(turn: Turn) -> HeldTime | Jump:
    """The chosen time, held anew where the hold ran out; or where to go on if it can be had no longer."""
    slot = await slot_of(turn, turn.answers["time"])
    if isinstance(slot, Refusal):
        passed = slot is Refusal.TIME_PASSED
        note = await _note(turn, slot) if passed else refusals.hold_lost(turn.t)
        return await _gone(turn, note)
    until = await turn.tools.holds.until(turn.draft.id, slot.id)
    if until is None:
        until = await turn.tools.holds.take(slot, turn.account.id, turn.draft.id)
    return Jump("time", refusals.hold_lost(turn.t)) if until is None else HeldTime(slot, until)


async def book_held(turn: Turn, moves: Visit | None = None, *, gives_up: bool = False) -> BookingOutcome | Stay | Jump:
    """Asks the registry for the chosen time, if it is still held. `moves`, `gives_up`: as in `BookingRequest`."""
    tools, t = turn.tools, turn.t
    slot = await slot_of(turn, turn.answers["time"])
    if isinstance(slot, Refusal):
        return await _gone(turn, await _note(turn, slot))
    if await tools.holds.until(turn.draft.id, slot.id) is None:
        renewed = await tools.holds.take(slot, turn.account.id, turn.draft.id)
        return Stay(refusals.hold_renewed(t)) if renewed else Jump("time", refusals.hold_lost(t))
    who, clinic = await who_for(turn), (await place_of(turn)).clinic
    return await tools.booking.book(BookingRequest(turn.account, turn.draft.id, who, clinic, slot, moves, gives_up))


async def left_for_ticket(turn: Turn, visit: Visit, note: Html | None = None) -> Left:
    """The wizard ends with the ticket of a visit."""
    entry = await turn.tools.visits.get(turn.account, visit.id)
    offers_mail = turn.tools.mail.may_offer(turn.account)
    return Left(ticket(turn.t, entry, turn.now, note=note, offers_mail=offers_mail))


async def apply_checking(turn: Turn, given: Input) -> Outcome:
    """«Проверить сейчас»: the step is loaded again, and says so if nothing has come."""
    return Stay(refusals.still_checking(turn.t) if isinstance(given, Acted) else None)


async def _gone(turn: Turn, note: Html) -> Jump:
    if await turn.tools.booking.outcome(turn.draft.id):  # a crash has left it: this very booking may have the time
        return Jump("checking", changes={"checking": None})
    await let_time_go(turn)
    return Jump("time", note)


async def _note(turn: Turn, reason: Refusal) -> Html:
    return refusals.refusal(turn.t, reason, (await place_of(turn)).clinic)
