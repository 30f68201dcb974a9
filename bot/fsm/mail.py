"""Giving an e-mail address, as a table of steps: typed, shown back, kept."""

from __future__ import annotations

from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import Acted, Answered, Input, Jump, Left, Loaded, Outcome, Stay, Step, StepContext, Typed
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


async def after_mail(context: StepContext) -> Screen | None:
    """A press on a draft that is over: how things are now."""
    return await mail_screen(context)


async def mail_screen(context: StepContext) -> Screen:
    """What is kept, if anything."""
    tools = context.tools
    known = await tools.mail.of(context.account)
    return view.mail(context.t, known, on=tools.mail.on) if known else view.none(context.t, on=tools.mail.on)


async def _load_address(context: StepContext) -> Loaded | Left:
    if not context.tools.mail.on:  # the operator has switched letters off meanwhile
        return await _left(context)
    known = await context.tools.mail.of(context.account)
    return Loaded(view.MailQuestion(known.text if known else None))


async def _apply_address(context: StepContext, given: Input) -> Outcome:
    if not isinstance(given, Typed):
        return Stay()
    try:
        return Answered({"address": parse_email(given.text)})
    except EmailError as error:
        return Stay(view.problem(context.t, error.problem))


async def _load_check(context: StepContext) -> Loaded | Left:
    return Loaded(view.MailQuestion(context.answers["address"])) if context.tools.mail.on else await _left(context)


async def _apply_check(context: StepContext, given: Input) -> Outcome:
    t, tools = context.t, context.tools
    match given:
        case Acted("fix"):
            return Jump("address", changes={"address": None})
        case Acted("yes"):
            await tools.mail.give(context.account, context.answers["address"])
            await tools.drafts.drop(context.draft.id)
            known = await tools.mail.of(context.account)
            return Left(view.mail(t, known, on=tools.mail.on, note=view.saved(t)) if known else None)
    return Stay()


async def _left(context: StepContext) -> Left:
    await context.tools.drafts.drop(context.draft.id)
    return Left(await mail_screen(context))
