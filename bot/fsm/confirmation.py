"""The end of choosing a time, for booking and moving: it is held, the registry is asked, the ticket shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.fsm.times import let_time_go, place_of, slot_of, who_for
from bot.fsm.wizard import Acted, Input, Jump, Left, Outcome, Stay, StepContext
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


async def held_time(context: StepContext) -> HeldTime | Jump:
    """The chosen time, held anew where the hold ran out; or where to go on if it can be had no longer."""
    slot = await slot_of(context, context.answers["time"])
    if isinstance(slot, Refusal):
        passed = slot is Refusal.TIME_PASSED
        note = await _note(context, slot) if passed else refusals.hold_lost(context.t)
        return await _gone(context, note)
    until = await context.tools.holds.until(context.draft.id, slot.id)
    if until is None:
        until = await context.tools.holds.take(slot, context.account.id, context.draft.id)
    return Jump("time", refusals.hold_lost(context.t)) if until is None else HeldTime(slot, until)


async def book_held(
    context: StepContext, moves: Visit | None = None, *, gives_up: bool = False
) -> BookingOutcome | Stay | Jump:
    """Asks the registry for the chosen time, if it is still held. `moves`, `gives_up`: as in `BookingRequest`."""
    tools, t = context.tools, context.t
    slot = await slot_of(context, context.answers["time"])
    if isinstance(slot, Refusal):
        return await _gone(context, await _note(context, slot))
    if await tools.holds.until(context.draft.id, slot.id) is None:
        renewed = await tools.holds.take(slot, context.account.id, context.draft.id)
        return Stay(refusals.hold_renewed(t)) if renewed else Jump("time", refusals.hold_lost(t))
    who, clinic = await who_for(context), (await place_of(context)).clinic
    return await tools.booking.book(
        BookingRequest(context.account, context.draft.id, who, clinic, slot, moves, gives_up)
    )


async def left_for_ticket(context: StepContext, visit: Visit, note: Html | None = None) -> Left:
    """The wizard ends with the ticket of a visit."""
    entry = await context.tools.visits.get(context.account, visit.id)
    offers_mail = context.tools.mail.may_offer(context.account)
    return Left(ticket(context.t, entry, context.now, note=note, offers_mail=offers_mail))


async def apply_checking(context: StepContext, given: Input) -> Outcome:
    """«Проверить сейчас»: the step is loaded again, and says so if nothing has come."""
    return Stay(refusals.still_checking(context.t) if isinstance(given, Acted) else None)


async def _gone(context: StepContext, note: Html) -> Jump:
    if await context.tools.booking.outcome(
        context.draft.id
    ):  # a crash has left it: this very booking may have the time
        return Jump("checking", changes={"checking": None})
    await let_time_go(context)
    return Jump("time", note)


async def _note(context: StepContext, reason: Refusal) -> Html:
    return refusals.refusal(context.t, reason, (await place_of(context)).clinic)
