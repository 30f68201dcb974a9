"""The statement of what care has cost: applying, once more after a failure, and both papers."""

from __future__ import annotations

from bot.casebook import Casebook, whom
from bot.fsm import costs as wizard
from bot.fsm.wizard import OUT, Begins
from bot.handlers.services import Offered
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
from bot.keyboards.buttons.costs import GO_COSTS, CostRepeat
from bot.keyboards.buttons.insurance import CoverageFind
from bot.keyboards.buttons.requests import RequestCard
from bot.keyboards.buttons.services import ServiceTerms
from bot.routing import on, to
from bot.topic import Composed, DocumentContext
from bot.views import costs as view
from bot.views import insurance as insurance_view
from bot.views.consent import demo_operator
from bot.views.lists import Whose
from bot.visitor import Visitor
from services.accounts.model import Action, Person
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.costs.costs import Costs
from services.drafts.drafts import Drafts
from services.insurance.model import is_findable
from services.texts.i18n import texts


async def open_costs(visitor: Visitor, *, offered: Offered, drafts: Drafts, wizards: Wizards) -> None:
    """«Получить услугу»: goes on where it was left, or begins."""

    async def drawn(person: Person, shown: Whose) -> None:
        draft = await drafts.open_of(visitor.account.id, wizard.KIND)
        if draft is not None and draft.answers.get("person") == person.id and "period" in draft.answers:
            await visitor.show(view.unfinished(visitor.t, person.listed_name))
        else:
            await _begin(visitor, person, shown, wizards)

    await offered.begin(visitor, view.COSTS, Action.MANAGE, drawn)


async def begin(visitor: Visitor, *, offered: Offered, wizards: Wizards) -> None:
    async def drawn(person: Person, shown: Whose) -> None:
        await _begin(visitor, person, shown, wizards)

    await offered.begin(visitor, view.COSTS, Action.MANAGE, drawn)


async def _begin(visitor: Visitor, person: Person, shown: Whose, wizards: Wizards) -> None:
    """Only what is missing is asked for first."""
    if not is_findable(person):
        asked = insurance_view.Asked(view.COSTS, person, shown, CoverageFind(person=person.id))
        await visitor.show(insurance_view.asked(visitor.t, asked, visitor.now))
        return
    out = {OUT: ServiceTerms(service=view.COSTS.name).pack()}
    await wizards.begin(visitor, Begins(wizard.KIND, wizard.answers_of(person), marks=out))


async def repeat(
    visitor: Visitor, data: CostRepeat, *, costs: Costs, cases: Cases, casebook: Casebook, persons: Persons
) -> None:
    """«Повторить»."""
    await costs.repeat(visitor.account, data.application)
    case = await cases.get(visitor.account, data.application)
    named = await whom(persons, visitor.account, case)
    await visitor.show(casebook.card(visitor.t, case, visitor.now, named))


async def compose_application(context: DocumentContext, *, costs: Costs, kernel: Kernel) -> Composed:
    found = await costs.get(context.account, context.subject_id)
    return Composed(
        sheet=view.application_sheet(texts("ru"), found, _issuer(kernel)),
        person=found.person,
        name="zayavlenie",
        caption=context.t(view.APPLICATION_TITLE),
        back=RequestCard(request=found.case.id),
    )


async def compose_statement(context: DocumentContext, *, costs: Costs, kernel: Kernel) -> Composed:
    found = await costs.issued(context.account, context.subject_id)
    return Composed(
        sheet=view.statement_sheet(texts("ru"), found, _issuer(kernel)),
        person=found.application.person,
        name="spravka-oms",
        caption=view.caption(context.t, found),
        back=RequestCard(request=found.application.case.id),
    )


def _issuer(kernel: Kernel) -> str:
    """Who runs the bot, as papers name them."""
    return kernel.operator or demo_operator(texts("ru"))


async def is_offered(_: Visitor, *, costs: Costs) -> bool:
    return costs.offered


ROUTES = (to(GO_COSTS, open_costs), on(CostRepeat, repeat))
