"""The own form: how it begins."""

from __future__ import annotations

from bot.front import HomeScreen
from bot.fsm import person
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.person import GO_FORM
from bot.routing import to
from bot.views import booking as booking_view
from bot.visitor import Visitor
from services.accounts.persons import Persons
from services.drafts.drafts import Drafts
from services.registry.model import PolicyKind


async def open_form(visitor: Visitor, *, drafts: Drafts, persons: Persons, wizards: Wizards, home: HomeScreen) -> None:
    """Anew, where it was left, or only the policy number that was missing."""
    draft = await drafts.open_of(visitor.account.id, person.KIND)
    if draft is not None and draft.answers:
        await visitor.show(booking_view.resume(visitor.t, person.KIND))
    else:
        await begin(visitor, persons=persons, wizards=wizards, home=home)


async def begin(visitor: Visitor, *, persons: Persons, wizards: Wizards, home: HomeScreen) -> None:
    """Home where it is complete; where only the policy is missing, the rest is known."""
    own = await persons.own(visitor.account)
    form = own.shown if own is not None else None
    if own is not None and (form is None or form.policy.kind is not PolicyKind.NONE):
        await visitor.show(await home.screen(visitor))
        return
    known = person.answers_of(form) if form else {}
    answers = {field: value for field, value in known.items() if field != "policy"}
    await wizards.start(visitor, person.KIND, answers)


ROUTES = (to(GO_FORM, open_form),)
