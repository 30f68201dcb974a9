"""Moving a visit as a table of steps: another time at the same clinic with the same specialist, then confirmation.

The old visit stands until the new one is booked. Where a registry does not allow a second visit to the
specialist, giving the old one up first is asked for, never done unasked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.confirmation import apply_checking, book_held, held_time, left_for_ticket
from bot.fsm.times import (
    apply_day,
    apply_doctor,
    apply_time,
    let_time_go,
    load_day,
    load_doctor,
    load_time,
    place_of,
)
from bot.fsm.wizard import Acted, Input, Jump, Left, Loaded, Outcome, Stay, Step, StepContext
from bot.views import moving as view
from bot.views import refusals
from bot.views import times as times_view
from bot.views.screen import Screen
from bot.views.visits import is_ahead, ticket
from services.accounts.rights import Denial
from services.booking.model import BookingOutcome, Checking, Declined, Made, OldVisit, VisitEntry
from services.drafts.model import Answers, Draft
from services.registry.model import Refusal, Visit
from services.texts.i18n import Html, Texts

KIND = "moving"
LIFETIME = timedelta(hours=24)
_CARD = "card"
_GIVEN_UP: Mapping[str, Any] = {"given_up": True, "moved_from": None}
"""What the draft knows once the old visit has gone and the new one has not come: from then on it is a booking."""


class MovingForm(StatesGroup):
    doctor = State()
    day = State()
    time = State()
    confirm = State()
    giveup = State()
    checking = State()


def moving_steps() -> list[Step]:
    """The table."""
    return [
        Step(
            MovingForm.doctor,
            _load_doctor,
            times_view.doctor,
            apply_doctor,
            clears=("day", "time", "month", "part", "confirm", "giveup"),
        ),
        Step(MovingForm.day, load_day, times_view.day, apply_day, clears=("time", "part")),
        Step(MovingForm.time, load_time, times_view.time, apply_time),
        Step(MovingForm.confirm, _load_confirm, view.confirm, _apply_confirm, leave=let_time_go),
        Step(MovingForm.giveup, _load_give_up, view.give_up, _apply_give_up, _asks_to_give_up),
        Step(MovingForm.checking, _load_checking, view.checking, apply_checking, lambda each: "checking" in each),
    ]


def first_answers(entry: VisitEntry) -> dict[str, Any]:
    """What is known of the visit that is to be moved: everything but the time."""
    visit = entry.visit
    return {
        "moving": visit.id,
        "moved_from": visit.start.isoformat(),
        "person": entry.person.id,
        "region": visit.clinic.region,
        "clinic": visit.clinic.id,
        "service": visit.service_id,
        "service_name": visit.service,
        "doctor": visit.doctor_id,
        "doctor_name": visit.doctor,
    }


async def after_moving(context: StepContext) -> Screen:
    """A press on a move that is made: the ticket of the new visit again.

    It says again what it was: a press that a crash has cut short comes once more, and nothing else tells of the move.
    """
    entry = await context.tools.visits.get(context.account, context.draft.result or "")
    return ticket(context.t, entry, context.now, note=await _moved(context, entry.visit))


def stopped(t: Texts, draft: Draft) -> Html | None:
    """What /cancel says of a move, for its person has a booking all the same; None of other drafts."""
    return view.stopped(t, given_up=_given_up(draft.answers)) if draft.kind == KIND else None


async def _load_doctor(context: StepContext) -> Loaded | Jump | Left:
    loaded = await load_doctor(context)
    if isinstance(loaded, Jump):  # the specialist has no free times at all
        return await _left_for_card(context, _kept(context, loaded.note or Html("")))
    return loaded


# --- confirmation -------------------------------------------------------------------------------------------


async def _load_confirm(context: StepContext) -> Loaded | Jump | Left:
    return await _load_change(context, None if _given_up(context.answers) else await _old(context))


async def _load_change(context: StepContext, old: VisitEntry | None) -> Loaded | Jump | Left:
    """What it was and what it becomes; where the old visit is over meanwhile, its card says how."""
    if old is not None and not is_ahead(old.visit, context.now):
        if await context.tools.booking.outcome(context.draft.id):  # a crash has left it: this very move may be why
            return Jump("checking", changes={"checking": None})
        reason = context.tools.cancelling.why_not(old)
        return await _left_for_card(context, refusals.kept(context.t, reason) if reason else None)
    held = await held_time(context)
    if isinstance(held, Jump):
        return held
    return Loaded(view.MoveConfirmation(await place_of(context), old.visit if old else None, held.slot, held.until))


async def _apply_confirm(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("no"):
            return await _leave(context)
        case Acted("yes"):
            old = None if _given_up(context.answers) else (await _old(context)).visit
            return await _told(context, await book_held(context, old), old)
    return Stay()


async def _leave(context: StepContext) -> Outcome:
    """«Оставить как было»."""
    if await context.tools.booking.outcome(context.draft.id):  # a crash has left it: how it was is not known yet
        return Jump("checking", changes={"checking": None})
    return await _left_for_card(context, view.kept(context.t))


async def _told(context: StepContext, outcome: BookingOutcome | Stay | Jump, old: Visit | None) -> Outcome:
    match outcome:
        case Made(visit):
            return await left_for_ticket(context, visit, view.moved(context.t, old, context.now) if old else None)
        case Checking():
            return Jump("checking", changes={"checking": None})
        case Declined(_, OldVisit.IN_THE_WAY):
            return Jump("giveup", changes={"giveup": None})
        case Declined():
            return await _refused(context, outcome)
        case _:
            return outcome


NEXT_SCREENS: dict[Refusal | Denial, str] = {
    Refusal.TIME_BUSY: "time",
    Refusal.SAME_SPECIALIST: _CARD,
    Refusal.SAME_TIME: "time",
    Refusal.OTHER_AGE: "doctor",
    Refusal.TIME_PASSED: "time",
    Refusal.PATIENT_NOT_FOUND: _CARD,
    Refusal.REFERRAL_EXPIRED: _CARD,
    Refusal.OLD_VISIT_OVER: _CARD,
    Refusal.UNAVAILABLE: "confirm",
    Denial.GROWN_UP: "day",
    Denial.BASIS_ENDED: _CARD,
    Denial.NOT_COVERED: _CARD,
    Denial.TOO_MANY_DECLARED: _CARD,
    Denial.TOO_MANY_TRIES: _CARD,
    Denial.HIDDEN_CLASH: "time",
}
"""Where the person goes on after a refusal: a step, or the card of the visit that was to be moved."""


async def _refused(context: StepContext, declined: Declined) -> Outcome:
    given_up = declined.old is OldVisit.GIVEN_UP
    changes = _GIVEN_UP if given_up else {}
    note = refusals.move_refusal(context.t, declined.reason, (await place_of(context)).clinic)
    if declined.reason is not Refusal.OLD_VISIT_OVER:
        note = _kept(context, note, given_up=given_up)
    step = NEXT_SCREENS[declined.reason]
    if given_up:  # this screen says it
        await context.tools.booking.shown(context.draft.id)
    if step == "confirm":
        return Jump(step, note, changes)
    await let_time_go(context)
    return await _left_for_card(context, note) if step == _CARD else Jump(step, note, changes)


async def _load_checking(context: StepContext) -> Loaded | Jump | Left:
    outcome = await context.tools.booking.outcome(context.draft.id)
    if isinstance(outcome, Checking):
        return Loaded(view.MoveChecking(await place_of(context), _asks_to_give_up(context.answers)))
    if isinstance(outcome, Made):
        return await left_for_ticket(context, outcome.visit, await _moved(context, outcome.visit))
    given_up = "giveup" in context.answers and not is_ahead((await _old(context)).visit, context.now)
    note = refusals.move_refusal(context.t, Refusal.UNAVAILABLE, (await place_of(context)).clinic)
    return Jump("confirm", _kept(context, note, given_up=given_up), _GIVEN_UP if given_up else {})


# --- a registry that does not allow a second visit to the specialist --------------------------------------------


def _asks_to_give_up(answers: Answers) -> bool:
    return "giveup" in answers and not _given_up(answers)


async def _load_give_up(context: StepContext) -> Loaded | Jump | Left:
    return await _load_change(context, await _old(context))


async def _apply_give_up(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("no"):
            return await _leave(context)
        case Acted("yes"):
            old = (await _old(context)).visit
            return await _told(context, await book_held(context, old, gives_up=True), old)
    return Stay()


# --- the visit that is moved --------------------------------------------------------------------------------


async def _old(context: StepContext) -> VisitEntry:
    return await context.tools.visits.get(context.account, context.answers["moving"])


async def _moved(context: StepContext, new: Visit) -> Html | None:
    """That it has been moved, and what it was; None where that is no news any more, or was a booking in the end."""
    old_id = await context.tools.booking.moved_from(context.draft.id) if is_ahead(new, context.now) else None
    if old_id is None:
        return None
    old = (await context.tools.visits.some(context.account, [old_id])).get(old_id)
    return view.moved(context.t, old.visit, context.now) if old else None


def _given_up(answers: Answers) -> bool:
    return bool(answers.get("given_up"))


def _kept(context: StepContext, note: Html, *, given_up: bool = False) -> Html:
    """The sentence, and whether the old booking still stands."""
    return view.with_state(context.t, note, given_up=given_up or _given_up(context.answers))


async def _left_for_card(context: StepContext, note: Html | None) -> Left:
    """Gives the move up: its draft and the time that it holds go, the old visit's card comes."""
    entry = await _old(context)
    await context.tools.drafts.drop(context.draft.id)
    return Left(ticket(context.t, entry, context.now, note=note))
