"""Sending a document to an address, as a table of steps. What may be sent is looked at anew at each of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.keyboards.data import CallbackData
from bot.views import documents as view
from bot.views import mail as mail_view
from bot.views.screen import Screen
from services.accounts.mail import Mail
from services.accounts.model import Account, Area, MailAddress, Person
from services.documents.documents import Documents
from services.documents.model import Subject
from services.drafts.model import Answers
from services.limits.model import Act, LimitReached
from services.notify.addresses import EmailError, parse_email
from services.texts.i18n import Html, Texts

KIND = "document"
LIFETIME = timedelta(hours=1)


class SendForm(StatesGroup):
    known = State()
    address = State()
    check = State()
    sure = State()


@dataclass(frozen=True, slots=True)
class Sent:
    """What there is to be sent: of whom, which area of theirs, what it is called, and the card that it comes from."""

    person: Person
    area: Area
    what: Html
    back: CallbackData


Compose = Callable[[Account, Texts, Subject], Awaitable[Sent]]
"""As things are now; raises where the account may not have it."""


def answers_of(of: Subject, person_id: str, *, offered: bool) -> Answers:
    """What the wizard begins with. `offered`: the account's own address is confirmed."""
    return {"document": f"{of.kind}:{of.id}", "person": person_id, "offered": offered}


@dataclass(frozen=True, slots=True)
class SendSteps:
    """The account's own address, or one that is typed, shown back, and asked about again if nobody has confirmed it."""

    compose: Compose
    documents: Documents
    mail: Mail

    def table(self) -> Sequence[AnyStep]:
        return [
            Step(
                SendForm.known,
                self._load_known,
                view.known,
                self._apply_known,
                view.SendAct,
                visible=lambda answers: bool(answers.get("offered")),
            ),
            Step(SendForm.address, self._load, view.address, self._apply_address, clears=("check", "sure")),
            Step(SendForm.check, self._load, view.check, self._apply_check, view.SendAct),
            Step(SendForm.sure, self._load, view.sure, self._apply_sure, view.SendAct),
        ]

    async def after(self, context: StepContext) -> Screen | None:
        """A press on a draft that is over: it has been sent. One that went along with a right has not."""
        return view.sent(context.t, None) if context.draft.done else None

    async def _load(self, context: StepContext) -> Loaded[view.Sending]:
        return await self._drawn(context, context.answers.get("address") or "")

    async def _load_known(self, context: StepContext) -> Loaded[view.Sending] | Jump:
        own = await self._own(context)
        if own is None:  # it was removed meanwhile
            return Jump("address", changes={"offered": False})
        return await self._drawn(context, own.text)

    async def _drawn(self, context: StepContext, address: str) -> Loaded[view.Sending]:
        found = await self._composed(context)
        return Loaded(view.Sending(found.what, found.person.full_name, address))

    async def _apply_known(self, context: StepContext, given: Input) -> Outcome:
        own = await self._own(context)
        match given:
            case Acted(view.SendAct.YES) if own is not None:
                return await self._send(context, own.text, confirmed=True)
            case Acted(view.SendAct.YES | view.SendAct.OTHER):
                return Answered({"known": "other"})
            case Typed(text) if "@" in text:
                return self._taken(context, text)
        return NotTaken()

    async def _apply_address(self, context: StepContext, given: Input) -> Outcome:
        return self._taken(context, given.text) if isinstance(given, Typed) else NotTaken()

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        own, address = await self._own(context), context.answers["address"]
        match given:
            case Acted(view.SendAct.YES) if own is not None and own.text == address:
                return await self._send(context, address, confirmed=True)
            case Acted(view.SendAct.YES):
                return Answered({"check": True})
        return self._corrected(context, given)

    async def _apply_sure(self, context: StepContext, given: Input) -> Outcome:
        if given == Acted(view.SendAct.YES):
            return await self._send(context, context.answers["address"], confirmed=False)
        return self._corrected(context, given)

    def _corrected(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.SendAct.FIX):
                return Jump("address", changes={"address": None, "check": None})
            case Typed(text) if "@" in text:
                return self._taken(context, text)
        return NotTaken()

    def _taken(self, context: StepContext, typed: str) -> Outcome:
        try:
            return Jump("check", changes={"known": "other", "address": parse_email(typed), "check": None})
        except EmailError as error:
            return Jump("address", mail_view.problem(context.t, error.problem))

    async def _send(self, context: StepContext, address: str, *, confirmed: bool) -> Outcome:
        found = await self._composed(context)
        try:
            await self.documents.mail(
                *(context.account, found.person.id, _of(context), found.area, address),
                draft_id=context.draft.id,
                confirmed=confirmed,
            )
        except LimitReached as reached:
            unconfirmed = reached.act is Act.DOCUMENT_LETTER_UNCONFIRMED
            return Stay(view.used_up_unconfirmed(context.t) if unconfirmed else view.used_up(context.t))
        return Left(view.sent(context.t, found.back))

    async def _composed(self, context: StepContext) -> Sent:
        return await context.once("document", lambda: self.compose(context.account, context.t, _of(context)))

    async def _own(self, context: StepContext) -> MailAddress | None:
        """The account's address, if letters reach it."""
        own = await context.once("own address", lambda: self.mail.of(context.account))
        return own if own is not None and own.confirmed and not own.refused else None


def _of(context: StepContext) -> Subject:
    kind, _, subject = context.answers.get("document", "").partition(":")
    return Subject(kind, subject)
