"""Entering a one-time code, and taking what a consent offers, as a table of steps."""

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
from bot.keyboards.kit import Row
from bot.views import access as view
from bot.views.common import told
from bot.views.services import went_on
from bot.wanted import WantedService
from services.accounts import rights
from services.accounts.access import Access
from services.accounts.accounts import Accounts
from services.accounts.codes import CodeRefused, read_code
from services.accounts.model import CodeProblem, Relation, Shown
from services.accounts.persons import Persons
from services.drafts.drafts import Drafts
from services.errors import NotAllowed
from services.notify import keys
from services.texts.dates import MOSCOW, local

KIND = "access"
LIFETIME = timedelta(minutes=15)


class AccessForm(StatesGroup):
    code = State()
    accept = State()


@dataclass(frozen=True, slots=True)
class AccessSteps:
    """The code, and whether what it opens is taken: nothing is bound before the chat has been shown whom."""

    access: Access
    persons: Persons
    accounts: Accounts
    drafts: Drafts
    wanted: WantedService

    def table(self) -> Sequence[AnyStep]:
        return [
            Step(AccessForm.code, self._load_code, view.enter_code, self._apply_code),
            Step(
                AccessForm.accept,
                self._load_offer,
                view.accept,
                self._apply_offer,
                view.OfferAct,
                visible=lambda answers: bool(answers.get("code")),
            ),
        ]

    async def _load_code(self, context: StepContext) -> Loaded[view.EnterCode]:
        own = await self.persons.own(context.account)
        confirmed = own is not None and rights.is_confirmed(own, context.now)
        return Loaded(view.EnterCode(has_form=own is not None, confirmed=confirmed))

    async def _apply_code(self, context: StepContext, given: Input) -> Outcome:
        if not isinstance(given, Typed):
            return NotTaken()
        t = context.t
        try:
            found = await self.access.redeem(context.account, read_code(given.text))
        except CodeRefused as refused:
            return Stay(view.problem(t, refused.problem))
        except NotAllowed:
            return Stay(view.too_many_tries(t))
        return Answered({"code": found.id})

    async def _load_offer(self, context: StepContext) -> Loaded[Shown] | Jump:
        try:
            return Loaded(await self.access.offer(context.account, context.answers["code"]))
        except CodeRefused as refused:
            return _again(context, refused.problem)

    async def _apply_offer(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.OfferAct.DECLINE):
                await self.drafts.drop(context.draft.id)
                return Left(told(context.t, view.declined(context.t)))
            case Acted(view.OfferAct.NOT_THIS):
                await self.drafts.drop(context.draft.id)
                return Left(told(context.t, view.not_opened(context.t)))
            case Acted(view.OfferAct.OPEN):
                return await self._open(context)
            case Acted(view.OfferAct.TAKE):
                return await self._take(context, None)
            case Acted(relation):
                return await self._take(context, Relation(relation))
        return NotTaken()

    async def _open(self, context: StepContext) -> Outcome:
        try:
            opened = await self.access.open(context.account, context.answers["code"])
        except CodeRefused as refused:
            return _again(context, refused.problem)
        await self.drafts.drop(context.draft.id)
        if context.account.active_person_id is None:
            await self.accounts.set_active_person(context.account, opened.person.id)
        screen = view.opened(context.t, opened, local(context.now, MOSCOW).date())
        return Left(went_on(screen, await self._way_back(context)))

    async def _take(self, context: StepContext, relation: Relation | None) -> Outcome:
        draft = context.draft
        try:
            grant = await self.access.accept(
                context.account, context.answers["code"], relation, told_by=keys.confirmation(draft.id)
            )
        except CodeRefused as refused:
            return _again(context, refused.problem)
        await self.drafts.drop(draft.id)
        return Left(went_on(view.accepted(context.t, grant), await self._way_back(context)))

    async def _way_back(self, context: StepContext) -> Row:
        """To a service that could not be got before."""
        return await self.wanted.way_back(context.t, context.account.telegram_id)


def _again(context: StepContext, problem: CodeProblem) -> Jump:
    return Jump("code", view.problem(context.t, problem), {"code": None})
