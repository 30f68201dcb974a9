"""Giving an e-mail address, as a table of steps: typed, shown back, kept."""

from __future__ import annotations

from collections.abc import Sequence
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
from bot.views import mail as view
from bot.views.screen import Screen
from services.accounts.mail import Mail
from services.drafts.drafts import Drafts
from services.notify.addresses import EmailError, parse_email

KIND = "mail"
LIFETIME = timedelta(hours=1)


class MailForm(StatesGroup):
    address = State()
    check = State()


@dataclass(frozen=True, slots=True)
class MailSteps:
    """The address, and whether it is right."""

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

    async def _screen(self, context: StepContext) -> Screen:
        """What is kept, if anything."""
        known = await self.mail.of(context.account)
        return view.mail(context.t, known, on=self.mail.on) if known else view.none(context.t, on=self.mail.on)

    async def _load_address(self, context: StepContext) -> Loaded[view.MailQuestion] | Left:
        if not self.mail.on:  # the operator has switched letters off meanwhile
            return await self._left(context)
        known = await self.mail.of(context.account)
        return Loaded(view.MailQuestion(known.text if known else None))

    async def _apply_address(self, context: StepContext, given: Input) -> Outcome:
        if not isinstance(given, Typed):
            return NotTaken()
        try:
            return Answered({"address": parse_email(given.text)})
        except EmailError as error:
            return Stay(view.problem(context.t, error.problem))

    async def _load_check(self, context: StepContext) -> Loaded[view.MailQuestion] | Left:
        return Loaded(view.MailQuestion(context.answers["address"])) if self.mail.on else await self._left(context)

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        t = context.t
        match given:
            case Acted(view.MailAct.FIX):
                return Jump("address", changes={"address": None})
            case Acted(view.MailAct.YES):
                await self.mail.give(context.account, context.answers["address"])
                await self.drafts.drop(context.draft.id)
                known = await self.mail.of(context.account)
                return Left(view.mail(t, known, on=self.mail.on, note=view.saved(t)) if known else None)
        return NotTaken()

    async def _left(self, context: StepContext) -> Left:
        await self.drafts.drop(context.draft.id)
        return Left(await self._screen(context))
