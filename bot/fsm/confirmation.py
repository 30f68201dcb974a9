"""The end of choosing a time, for booking and moving: it is held, the registry is asked, the ticket shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.fsm.times import WhoAndWhere, chosen_time
from bot.fsm.wizard import Acted, Input, Jump, Left, Loaded, NotTaken, Outcome, Stay, StepContext
from bot.views import refusals
from bot.views.times import CheckingAct, Unexplained, hold_line
from bot.views.visits import ticket
from services.accounts.mail import Mail
from services.accounts.model import Person
from services.booking.booking import Booking
from services.booking.model import BookingOutcome, Declined, Held, Loss, Lost, Unheld
from services.booking.visits import Visits
from services.drafts.model import Marks
from services.errors import Denial
from services.registry.model import Refusal, Visit
from services.texts.i18n import Html, lines


@dataclass(frozen=True, slots=True)
class Confirming:
    """The chosen time is held, asked for, and comes as a ticket."""

    known: WhoAndWhere
    booking: Booking
    visits: Visits
    mail: Mail

    async def held_time(self, context: StepContext, moves: Visit | None = None) -> Held | Unheld | Declined | Jump:
        """The chosen time, held if it may be; or where to go on if it can be had no longer. `moves`: as below."""
        chosen = chosen_time(context.answers["time"])
        who, clinic = await self.known.who(context), (await self.known.place(context)).clinic
        answer = await self.booking.hold(context.account, context.draft.id, chosen, who, clinic, moves)
        match answer:
            case Held() | Unheld() | Declined():
                return answer
            case Lost(Loss.PASSED):
                return Jump("time", await self._note(context, Refusal.TIME_PASSED))
            case Lost():
                return Jump("time", refusals.hold_lost(context.t))
            case _:
                return Jump("checking", marks={"checking": True})

    async def book_held(
        self, context: StepContext, pressed: StrEnum, moves: Visit | None = None, *, gives_up: bool = False
    ) -> BookingOutcome | Jump:
        """Asks the registry for the chosen time, if it is still held. `moves`, `gives_up`: as in `BookingRequest`.

        `pressed`: what asks for it, to be pressed once more where the time is held anew.
        """
        who, clinic = await self.known.who(context), (await self.known.place(context)).clinic
        chosen = chosen_time(context.answers["time"])
        answer = await self.booking.book_held(
            context.account, context.draft.id, chosen, who, clinic, moves, gives_up=gives_up
        )
        match answer:
            case Held():
                note = lines(refusals.hold_renewed(context.t), hold_line(context.t, answer, clinic.tz))
                return Jump(context.draft.step, note, again=pressed)
            case Lost(Loss.HELD):
                return Jump("time", refusals.hold_lost(context.t))
            case Lost(why):
                gone = Refusal.TIME_PASSED if why is Loss.PASSED else Refusal.TIME_BUSY
                return Jump("time", await self._note(context, gone))
            case _:
                return answer

    async def left_for_ticket(self, context: StepContext, visit: Visit, note: Html | None = None) -> Left:
        """The wizard ends with the ticket of a visit, drawn from what is in hand where the person was known before."""
        who = await self.known.who(context)
        if isinstance(who, Person) and who.patient_id == visit.patient_id:
            entry = self.visits.booked(visit, who)
        else:
            entry = await self.visits.get(context.account, visit.id)
        offers_mail = self.mail.may_offer(context.account)
        return Left(ticket(context.t, entry, context.now, note=note, offers_mail=offers_mail).kept())

    async def load_unexplained(self, context: StepContext) -> Loaded[Unexplained]:
        """What may not be explained, and where more can be heard."""
        who, place = await self.known.who(context), await self.known.place(context)
        reason = Denial(context.marks["unexplained"])
        person = who.id if isinstance(who, Person) else None
        old_stands = place.moved_from is not None if "moving" in context.answers else None
        return Loaded(Unexplained(place, reason, person, old_stands))

    async def _note(self, context: StepContext, reason: Refusal) -> Html:
        return refusals.refusal(context.t, reason, (await self.known.place(context)).clinic)


def unexplained(declined: Declined) -> Jump | None:
    """To the screen of what may not be explained, where a sentence above the next screen is no longer enough."""
    if declined.again or declined.reason is Denial.TOO_MANY_CLASHES:
        return Jump("unexplained", marks={"unexplained": declined.reason.value})
    return None


def is_unexplained(marks: Marks) -> bool:
    return bool(marks.get("unexplained"))


def on_from_unexplained(step: str) -> Jump:
    return Jump(step, marks={"unexplained": None})


def is_checking(marks: Marks) -> bool:
    """Whether the registry has been asked, and has not answered."""
    return "checking" in marks


async def apply_checking(context: StepContext, given: Input) -> Outcome:
    """«Проверить сейчас»: the step is loaded again, and says so if nothing has come."""
    return Stay(refusals.still_checking(context.t)) if given == Acted(CheckingAct.AGAIN) else NotTaken()
