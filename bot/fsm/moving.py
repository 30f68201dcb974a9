"""Moving a visit as a table of steps: another time at the same clinic with the same specialist, then confirmation.

The old visit stands until the new one is booked. Where a registry does not allow a second visit to the
specialist, giving the old one up first is asked for, never done unasked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.above import redrawn
from bot.fsm.confirmation import (
    Confirming,
    apply_checking,
    is_checking,
    is_unexplained,
    on_from_unexplained,
    unexplained,
)
from bot.fsm.times import TimeSteps, WhoAndWhere, service_words
from bot.fsm.wizard import (
    OUT,
    Acted,
    AnyStep,
    Begins,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    Step,
    StepContext,
)
from bot.keyboards import origins
from bot.views import moving as view
from bot.views import refusals
from bot.views import times as times_view
from bot.views.screen import Redrawn, Screen
from bot.views.visits import is_ahead, outcome, ticket
from services.booking.booking import Booking
from services.booking.cancelling import Cancelling
from services.booking.model import BookingOutcome, Checking, Declined, Made, OldVisit, VisitEntry
from services.booking.visits import Visits
from services.drafts.drafts import Drafts
from services.drafts.model import Draft, Marks
from services.errors import Denial
from services.notify import keys
from services.notify.outbox import Outbox
from services.registry.model import Refusal, Visit
from services.texts.i18n import Html, Texts

KIND = "moving"
LIFETIME = timedelta(hours=24)
_CARD = "card"
_GIVEN_UP: Marks = {"given_up": True, "moved_from": None}
"""What the draft knows once the old visit has gone and the new one has not come: from then on it is a booking."""


class MovingForm(StatesGroup):
    doctor = State()
    day = State()
    time = State()
    unexplained = State()
    confirm = State()
    giveup = State()
    checking = State()


@dataclass(frozen=True, slots=True)
class MovingSteps:
    """From another day, or another doctor, to the ticket of the new visit."""

    known: WhoAndWhere
    times: TimeSteps
    confirming: Confirming
    booking: Booking
    visits: Visits
    cancelling: Cancelling
    drafts: Drafts
    outbox: Outbox

    def table(self) -> Sequence[AnyStep]:
        return [
            Step(
                MovingForm.doctor,
                self._load_doctor,
                times_view.doctor,
                self.times.apply_doctor,
                times_view.DoctorAct,
                clears=("day", "time", "month", "part", "giveup"),
            ),
            Step(
                MovingForm.day,
                self.times.load_day,
                times_view.day,
                self.times.apply_day,
                times_view.DayAct,
                clears=("time", "part"),
            ),
            Step(
                MovingForm.time,
                self.times.load_time,
                times_view.time,
                self.times.apply_time,
                times_view.TimeAct,
                clears=("unexplained",),
            ),
            Step(
                MovingForm.unexplained,
                self.confirming.load_unexplained,
                times_view.unexplained,
                self._apply_unexplained,
                times_view.UnexplainedAct,
                aside=is_unexplained,
            ),
            Step(
                MovingForm.confirm,
                self._load_confirm,
                view.confirm,
                self._apply_confirm,
                view.MoveAct,
                leave=self.times.let_time_go,
            ),
            Step(
                MovingForm.giveup,
                self._load_give_up,
                view.give_up,
                self._apply_give_up,
                view.MoveAct,
                aside=_asks_to_give_up,
            ),
            Step(
                MovingForm.checking,
                self._load_checking,
                view.checking,
                apply_checking,
                times_view.CheckingAct,
                aside=is_checking,
            ),
        ]

    async def after(self, context: StepContext) -> Screen:
        """A press on a move that is made: the ticket of the new visit again.

        It says again what it was: a press that a crash has cut short comes once more, and nothing else tells of the
        move.
        """
        entry = await self.visits.get(context.account, context.draft.result or "")
        return ticket(context.t, entry, context.now, note=await self._moved(context, entry.visit)).kept()

    async def _load_doctor(self, context: StepContext) -> Loaded[times_view.DoctorChoice] | Jump | Left:
        loaded = await self.times.load_doctor(context)
        if isinstance(loaded, Jump):  # the specialist has no free times at all
            clinic = (await self.known.place(context)).clinic
            note = times_view.no_times(context.t, service_words(context), clinic)
            return await self._left_for_card(context, _kept(context, note))
        return loaded

    async def _load_confirm(self, context: StepContext) -> Loaded[view.MoveConfirmation] | Jump | Left:
        return await self._load_change(context, None if _given_up(context.marks) else await self._old(context))

    async def _load_change(
        self, context: StepContext, old: VisitEntry | None
    ) -> Loaded[view.MoveConfirmation] | Jump | Left:
        """What it was and what it becomes; where the old visit is over meanwhile, its card says how."""
        if old is not None and not is_ahead(old.visit, context.now):
            if await self.booking.outcome(context.draft.id):  # a crash has left it: this very move may be why
                return Jump("checking", marks={"checking": True})
            reason = self.cancelling.why_not(old)
            return await self._left_for_card(context, refusals.kept(context.t, reason) if reason else None)
        held = await self.confirming.held_time(context, old.visit if old else None)
        if isinstance(held, Jump):
            return held
        if isinstance(held, Declined):
            note = refusals.move_refusal(context.t, held.reason, (await self.known.place(context)).clinic)
            step = NEXT_SCREENS[held.reason]
            if step == _CARD:
                return await self._left_for_card(context, note)
            return Jump(step, note, alone=step != "time")
        return Loaded(view.MoveConfirmation(await self.known.place(context), old.visit if old else None, held))

    async def _apply_confirm(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.MoveAct.NO):
                return await self._leave(context)
            case Acted(view.MoveAct.YES):
                old = None if _given_up(context.marks) else (await self._old(context)).visit
                return await self._told(context, await self.confirming.book_held(context, given.act, old), old)
        return NotTaken()

    async def _leave(self, context: StepContext) -> Outcome:
        """«Оставить как было»."""
        if await self.booking.outcome(context.draft.id):  # a crash has left it: how it was is not known yet
            return Jump("checking", marks={"checking": True})
        return await self._left_for_card(context, view.kept(context.t))

    async def _told(self, context: StepContext, outcome: BookingOutcome | Jump, old: Visit | None) -> Outcome:
        match outcome:
            case Made(visit):
                return await self._left_for_ticket(
                    context, visit, view.moved(context.t, old, context.now) if old else None
                )
            case Checking():
                return Jump("checking", marks={"checking": True})
            case Declined(_, OldVisit.IN_THE_WAY):
                return Jump("giveup", marks={"giveup": True})
            case Declined():
                return await self._refused(context, outcome)
            case _:
                return outcome

    async def _refused(self, context: StepContext, declined: Declined) -> Outcome:
        given_up = declined.old is OldVisit.GIVEN_UP
        marks = _GIVEN_UP if given_up else {}
        note = refusals.move_refusal(context.t, declined.reason, (await self.known.place(context)).clinic)
        if declined.reason is not Refusal.OLD_VISIT_OVER:
            note = _kept(context, note, given_up=given_up)
        step = NEXT_SCREENS[declined.reason]
        if given_up:  # this screen says it
            await self.outbox.shown(*keys.of_draft(context.draft.id))
        if step == "confirm":
            return Jump(step, note, marks=marks, again=view.MoveAct.YES)
        await self.times.let_time_go(context)
        if jump := unexplained(declined):
            return replace(jump, marks={**jump.marks, **marks})
        if step == _CARD:
            return await self._left_for_card(context, note)
        return Jump(step, note, marks=marks, alone=step != "time")

    async def _apply_unexplained(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(times_view.UnexplainedAct.TIME):
                return on_from_unexplained("time")
            case Acted(times_view.UnexplainedAct.KEEP):
                return await self._leave(context)
        return NotTaken()

    async def _load_checking(self, context: StepContext) -> Loaded[view.MoveChecking] | Jump | Left:
        outcome = await self.booking.outcome(context.draft.id)
        if isinstance(outcome, Checking):
            return Loaded(view.MoveChecking(await self.known.place(context), _asks_to_give_up(context.marks)))
        if isinstance(outcome, Made):
            return await self._left_for_ticket(context, outcome.visit, await self._moved(context, outcome.visit))
        given_up = "giveup" in context.marks and not is_ahead((await self._old(context)).visit, context.now)
        stands = await self._load_change(context, None if given_up else await self._old(context))
        if not isinstance(stands, Loaded):  # held anew, so that one press asks for it again
            return stands
        note = refusals.move_refusal(context.t, Refusal.UNAVAILABLE, (await self.known.place(context)).clinic)
        marks = _GIVEN_UP if given_up else {}
        return Jump("confirm", _kept(context, note, given_up=given_up), marks=marks, again=view.MoveAct.YES)

    async def _load_give_up(self, context: StepContext) -> Loaded[view.MoveConfirmation] | Jump | Left:
        return await self._load_change(context, await self._old(context))

    async def _apply_give_up(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.MoveAct.NO):
                return await self._leave(context)
            case Acted(view.MoveAct.YES):
                old = (await self._old(context)).visit
                told = await self.confirming.book_held(context, given.act, old, gives_up=True)
                return await self._told(context, told, old)
        return NotTaken()

    async def _old(self, context: StepContext) -> VisitEntry:
        return await self.visits.get(context.account, context.answers["moving"])

    async def _moved(self, context: StepContext, new: Visit) -> Html | None:
        """That it has been moved, and what it was; None where that is no news any more, or was a booking in the end."""
        old_id = await self.booking.moved_from(context.draft.id) if is_ahead(new, context.now) else None
        if old_id is None:
            return None
        old = (await self.visits.some(context.account, [old_id])).get(old_id)
        return view.moved(context.t, old.visit, context.now) if old else None

    async def _left_for_ticket(self, context: StepContext, visit: Visit, note: Html | None) -> Left:
        left = await self.confirming.left_for_ticket(context, visit, note)
        return replace(left, redrawn=await self._redrawn(context, await self._old(context)))

    async def _left_for_card(self, context: StepContext, said: Html | None) -> Left:
        """Gives the move up: its draft and the time that it holds go; what is said leads to the old visit's card."""
        entry = await self._old(context)
        await self.drafts.drop(context.draft.id)
        told = outcome(context.t, entry, context.now, said or view.kept(context.t), origin=_origin(context))
        return Left(told, await self._redrawn(context, entry))

    async def _redrawn(self, context: StepContext, old: VisitEntry) -> Redrawn | None:
        """The message that the move began from, if that stays in the chat and the visit of it no longer stands."""
        if is_ahead(old.visit, context.now):
            return None
        return await redrawn(self.visits, context.account, context.t, context.now, old, _origin(context))


def begins(entry: VisitEntry, origin: str) -> Begins:
    """Everything is known of the visit that is to be moved, but the time. `origin`: where that was pressed."""
    visit = entry.visit
    answers = {
        "moving": visit.id,
        "person": entry.person.id,
        "region": visit.clinic.region,
        "clinic": visit.clinic.id,
        "service": visit.service_id,
        "service_name": visit.service,
        "doctor": visit.doctor_id,
        "doctor_name": visit.doctor,
    }
    out = origins.back_to_visit(visit.id, origin).pack()
    return Begins(KIND, answers, marks={"moved_from": visit.start.isoformat(), "origin": origin, OUT: out})


def stopped(t: Texts, draft: Draft) -> Html | None:
    """What /cancel says of a move, for its person has a booking all the same; None of other drafts."""
    return view.stopped(t, given_up=_given_up(draft.marks)) if draft.kind == KIND else None


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
    Denial.NOT_OPEN: _CARD,
    Denial.TOO_MANY_DECLARED: _CARD,
    Denial.TOO_MANY_A_DAY: _CARD,
    Denial.TOO_MANY_TRIES: _CARD,
    Denial.HIDDEN_CLASH: "time",
    Denial.TOO_MANY_CLASHES: "unexplained",
}
"""Where the person goes on after a refusal: a step, or the card of the visit that was to be moved."""


def _origin(context: StepContext) -> str:
    found: str = context.marks.get("origin", origins.NOWHERE)
    return found


def _asks_to_give_up(marks: Marks) -> bool:
    return "giveup" in marks and not _given_up(marks)


def _given_up(marks: Marks) -> bool:
    return bool(marks.get("given_up"))


def _kept(context: StepContext, note: Html, *, given_up: bool = False) -> Html:
    """The sentence, and whether the old booking still stands."""
    return view.with_state(context.t, note, given_up=given_up or _given_up(context.marks))
