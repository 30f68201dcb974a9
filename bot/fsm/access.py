"""Entering a one-time code, and taking what a consent offers, as a table of steps."""

from __future__ import annotations

from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import Acted, Answered, Input, Jump, Left, Loaded, Outcome, Stay, Step, Turn, Typed
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


async def after_access(_: Turn) -> None:
    """A press on a code that is entered leads Home."""


async def _load_code(turn: Turn) -> Loaded:
    own = await turn.tools.persons.own(turn.account)
    return Loaded(view.EnterCode(has_form=own is not None))


async def _apply_code(turn: Turn, given: Input) -> Outcome:
    if not isinstance(given, Typed):
        return Stay()
    t, tools = turn.t, turn.tools
    try:
        found = await tools.access.redeem(turn.account, read_code(given.text))
    except CodeRefused as refused:
        return Stay(view.problem(t, refused.problem))
    except NotAllowed:
        return Stay(view.too_many_tries(t))
    if isinstance(found, Offer):
        return Answered({"code": found.id})
    await tools.drafts.drop(turn.draft.id)
    if turn.account.active_person_id is None:
        await tools.accounts.set_active_person(turn.account, found.person.id)
    return Left(view.opened(t, found, local(turn.now, MOSCOW).date()))


async def _load_offer(turn: Turn) -> Loaded | Jump:
    try:
        return Loaded(await turn.tools.access.offer(turn.account, turn.answers["code"]))
    except CodeRefused as refused:
        return _again(turn, refused.problem)


async def _apply_offer(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted("decline"):
            await turn.tools.drafts.drop(turn.draft.id)
            return Left(None, view.declined(turn.t))
        case Acted("take"):
            return await _take(turn, None)
        case Acted(word) if word in _RELATIONS:
            return await _take(turn, Relation(word))
    return Stay()


async def _take(turn: Turn, relation: Relation | None) -> Outcome:
    tools, draft = turn.tools, turn.draft
    try:
        grant = await tools.access.accept(
            turn.account, turn.answers["code"], relation, told_by=confirmation_key(draft.id)
        )
    except CodeRefused as refused:
        return _again(turn, refused.problem)
    await tools.drafts.drop(draft.id)
    return Left(view.accepted(turn.t, grant))


def _again(turn: Turn, problem: CodeProblem) -> Jump:
    return Jump("code", view.problem(turn.t, problem), {"code": None})
