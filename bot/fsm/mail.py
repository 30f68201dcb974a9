"""Giving an e-mail address, as a table of steps: typed, shown back, kept."""

from __future__ import annotations

from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import Acted, Answered, Input, Jump, Left, Loaded, Outcome, Stay, Step, Turn, Typed
from bot.views import mail as view
from bot.views.screen import Screen
from services.notify.addresses import EmailError, parse_email

KIND = "mail"
LIFETIME = timedelta(hours=1)


class MailForm(StatesGroup):
    address = State()
    check = State()


def mail_steps() -> list[Step]:
    """The address, and whether it is right."""
    return [
        Step(MailForm.address, _load_address, view.address, _apply_address),
        Step(MailForm.check, _load_check, view.check, _apply_check, lambda answers: bool(answers.get("address"))),
    ]


async def after_mail(turn: Turn) -> Screen | None:
    """A press on a draft that is over: how things are now."""
    return await mail_screen(turn)


async def mail_screen(turn: Turn) -> Screen:
    """What is kept, if anything."""
    tools = turn.tools
    known = await tools.mail.of(turn.account)
    return view.mail(turn.t, known, on=tools.mail.on) if known else view.none(turn.t, on=tools.mail.on)


async def _load_address(turn: Turn) -> Loaded | Left:
    if not turn.tools.mail.on:  # the operator has switched letters off meanwhile
        return await _left(turn)
    known = await turn.tools.mail.of(turn.account)
    return Loaded(view.MailQuestion(known.text if known else None))


async def _apply_address(turn: Turn, given: Input) -> Outcome:
    if not isinstance(given, Typed):
        return Stay()
    try:
        return Answered({"address": parse_email(given.text)})
    except EmailError as error:
        return Stay(view.problem(turn.t, error.problem))


async def _load_check(turn: Turn) -> Loaded | Left:
    return Loaded(view.MailQuestion(turn.answers["address"])) if turn.tools.mail.on else await _left(turn)


async def _apply_check(turn: Turn, given: Input) -> Outcome:
    t, tools = turn.t, turn.tools
    match given:
        case Acted("fix"):
            return Jump("address", changes={"address": None})
        case Acted("yes"):
            await tools.mail.give(turn.account, turn.answers["address"])
            await tools.drafts.drop(turn.draft.id)
            known = await tools.mail.of(turn.account)
            return Left(view.mail(t, known, on=tools.mail.on, note=view.saved(t)) if known else None)
    return Stay()


async def _left(turn: Turn) -> Left:
    await turn.tools.drafts.drop(turn.draft.id)
    return Left(await mail_screen(turn))
