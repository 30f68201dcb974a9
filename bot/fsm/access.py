"""Entering a one-time code, and taking what a consent offers, as a table of steps."""

from __future__ import annotations

from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import Acted, Answered, Input, Jump, Left, Loaded, Outcome, Stay, Step, StepContext, Typed
from bot.views import access as view
from services.accounts.codes import CodeRefused, read_code
from services.accounts.model import CodeProblem, Offer, Relation
from services.booking.booking import confirmation_key
from services.errors import NotAllowed
from services.texts.dates import MOSCOW, local

KIND = "access"
LIFETIME = timedelta(minutes=15)
_RELATIONS = frozenset({Relation.SPOUSE, Relation.PARENT, Relation.CHILD, Relation.OTHER})


class AccessForm(StatesGroup):
    code = State()
    accept = State()


def access_steps() -> list[Step]:
    """The code, and, where it is a consent's, whether it is taken."""
    return [
        Step(AccessForm.code, _load_code, view.enter_code, _apply_code),
        Step(AccessForm.accept, _load_offer, view.accept, _apply_offer, lambda answers: bool(answers.get("code"))),
    ]


async def after_access(_: StepContext) -> None:
    """A press on a code that is entered leads Home."""


async def _load_code(context: StepContext) -> Loaded:
    own = await context.tools.persons.own(context.account)
    return Loaded(view.EnterCode(has_form=own is not None))


async def _apply_code(context: StepContext, given: Input) -> Outcome:
    if not isinstance(given, Typed):
        return Stay()
    t, tools = context.t, context.tools
    try:
        found = await tools.access.redeem(context.account, read_code(given.text))
    except CodeRefused as refused:
        return Stay(view.problem(t, refused.problem))
    except NotAllowed:
        return Stay(view.too_many_tries(t))
    if isinstance(found, Offer):
        return Answered({"code": found.id})
    await tools.drafts.drop(context.draft.id)
    if context.account.active_person_id is None:
        await tools.accounts.set_active_person(context.account, found.person.id)
    return Left(view.opened(t, found, local(context.now, MOSCOW).date()))


async def _load_offer(context: StepContext) -> Loaded | Jump:
    try:
        return Loaded(await context.tools.access.offer(context.account, context.answers["code"]))
    except CodeRefused as refused:
        return _again(context, refused.problem)


async def _apply_offer(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("decline"):
            await context.tools.drafts.drop(context.draft.id)
            return Left(None, view.declined(context.t))
        case Acted("take"):
            return await _take(context, None)
        case Acted(word) if word in _RELATIONS:
            return await _take(context, Relation(word))
    return Stay()


async def _take(context: StepContext, relation: Relation | None) -> Outcome:
    tools, draft = context.tools, context.draft
    try:
        grant = await tools.access.accept(
            context.account, context.answers["code"], relation, told_by=confirmation_key(draft.id)
        )
    except CodeRefused as refused:
        return _again(context, refused.problem)
    await tools.drafts.drop(draft.id)
    return Left(view.accepted(context.t, grant))


def _again(context: StepContext, problem: CodeProblem) -> Jump:
    return Jump("code", view.problem(context.t, problem), {"code": None})
