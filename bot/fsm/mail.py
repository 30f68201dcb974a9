"""Giving an e-mail address, as a table of steps: typed, and confirmed by the code that a letter brings there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    OUT,
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
from bot.views import mail as view
from bot.views.screen import Screen
from services.accounts.mail import Mail
from services.accounts.mail_codes import MailCodesUsedUp
from services.accounts.model import AwaitedMail, MailAddress, MailCodeProblem, MailCodeState
from services.drafts.drafts import Drafts
from services.notify.addresses import EmailError, parse_email
from services.texts.i18n import Html

KIND = "mail"
LIFETIME = timedelta(days=1)
"""A letter may be read in the evening."""


class MailForm(StatesGroup):
    address = State()
    check = State()


@dataclass(frozen=True, slots=True)
class MailSteps:
    """The address, and the code that shows whose it is."""

    mail: Mail
    drafts: Drafts

    def table(self) -> Sequence[AnyStep]:
        return [
            Step(MailForm.address, self._load_address, view.address, self._apply_address),
            Step(
                MailForm.check,
                self._load_check,
                view.check,
                self._apply_check,
                view.MailAct,
                visible=lambda answers: bool(answers.get("address")),
            ),
        ]

    async def after(self, context: StepContext) -> Screen | None:
        """A press on a draft that is over: how things are now."""
        return await self._screen(context)

    async def _screen(self, context: StepContext, note: Html | None = None) -> Screen:
        """What is kept, if anything."""
        known, t, back = await self.mail.of(context.account), context.t, context.marks.get(OUT)
        if known is None:
            return view.none(t, on=self.mail.on, note=note, back=back)
        return view.mail(t, known, on=self.mail.on, note=note, back=back)

    async def _load_address(self, context: StepContext) -> Loaded[view.MailQuestion] | Left:
        if not self.mail.on:  # the operator has switched letters off meanwhile
            return await self._left(context)
        known = await self.mail.of(context.account)
        return Loaded(view.MailQuestion(known.text if known and known.confirmed else None))

    async def _apply_address(self, context: StepContext, given: Input) -> Outcome:
        return await self._send(context, given.text) if isinstance(given, Typed) else NotTaken()

    async def _load_check(self, context: StepContext) -> Loaded[AwaitedMail] | Left:
        """How far the draft's address is. A code for another one has not brought it anywhere."""
        address, awaited = context.answers["address"], await self.mail.awaited(context.account)
        if not self.mail.on or await self._is_good(context, address):
            return await self._left(context)
        stands = awaited is not None and awaited.address == address
        return Loaded(awaited if awaited and stands else AwaitedMail(address, MailCodeState.UNSENT))

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Typed(text) if "@" in text:  # the address once more, or another one
                return await self._send(context, text)
            case Typed(text):
                return await self._confirm(context, text)
            case Acted(view.MailAct.YES):
                return await self._send(context, context.answers["address"])
            case Acted(view.MailAct.AGAIN):
                return await self._send(context, context.answers["address"], view.sent_again(context.t))
            case Acted(view.MailAct.FIX):
                return Jump("address", changes={"address": None})
        return NotTaken()

    async def _send(self, context: StepContext, typed: str, note: Html | None = None) -> Outcome:
        """A letter with a code goes to the address at once: nothing else is sent there before it comes back."""
        t = context.t
        try:
            address = parse_email(typed)
            if await self._is_good(context, address):
                return await self._left(context, view.known(t))
            await self.mail.send_code(context.account, address)
        except EmailError as error:
            return Jump("address", view.problem(t, error.problem))
        except MailCodesUsedUp:
            return Stay(view.used_up(t))
        return Answered({"address": address}, note)

    async def _confirm(self, context: StepContext, typed: str) -> Outcome:
        found = await self.mail.confirm(context.account, context.answers["address"], typed)
        if isinstance(found, MailCodeProblem):
            return Stay(view.code_problem(context.t, found))
        return await self._left(context, view.confirmed(context.t))

    async def _is_good(self, context: StepContext, address: str) -> bool:
        """Whether letters go there already."""
        return await self.mail.of(context.account) == MailAddress(address, refused=False, confirmed=True)

    async def _left(self, context: StepContext, note: Html | None = None) -> Left:
        await self.drafts.drop(context.draft.id)
        return Left(await self._screen(context, note))
