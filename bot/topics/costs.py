"""The statement of what care has cost: applying, the job that compiles it, both papers."""

from __future__ import annotations

from collections.abc import Mapping

from bot.fsm import costs as wizard
from bot.fsm.wizard import Table
from bot.handlers import costs
from bot.kernel import Kernel
from bot.keyboards.buttons.requests import RequestCard
from bot.topic import CaseSpec, DocumentSpec, ServiceSpec, Tick, Topic, Wish, WizardSpec
from bot.views import costs as view
from bot.views.export import costs as words
from bot.wanted import WantedService
from services.accounts.model import Area
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.clock import Clock
from services.costs.costs import STEP, Costs
from services.costs.model import KIND
from services.costs.mydata import CostData
from services.costs.narrowed import StatementsKept
from services.drafts.drafts import Drafts
from services.drafts.model import Draft
from services.notify.outbox import Outbox
from services.registry.ports.insurance import CareCasesPort
from services.registry.ports.registry import port_of
from services.texts.i18n import Html, Texts


def build(kernel: Kernel, *, cases: Cases) -> Mapping[str, object]:
    registry = port_of(kernel.registry, CareCasesPort)
    return {
        "costs": Costs(
            *(kernel.database, kernel.vault, registry, kernel.accounts, kernel.persons),
            *(cases, kernel.drafts, kernel.limits, kernel.clock),
        )
    }


def table(*, costs: Costs, cases: Cases, persons: Persons, drafts: Drafts, wanted_service: WantedService) -> Table:
    steps = wizard.CostSteps(costs, cases, persons, drafts, wanted_service)
    return Table(steps.table(), steps.after)


def stopped(t: Texts, _: Draft) -> Html:
    return view.stopped(t)


def personal(*, kernel: Kernel) -> CostData:
    return CostData(kernel.database.aside, kernel.vault)


def rests(_: Outbox, clock: Clock) -> StatementsKept:
    return StatementsKept(clock)


async def advance(*, costs: Costs) -> None:
    await costs.advance()


TOPIC = Topic(
    "costs",
    build=build,
    routes=costs.ROUTES,
    wizards=(WizardSpec(wizard.KIND, wizard.CostForm, wizard.LIFETIME, table, costs.begin, stopped=stopped),),
    offers=(ServiceSpec(view.COSTS, 40, when=costs.is_offered),),
    wishes=(Wish("costs", view.COSTS.short, view.COSTS.opens, when=costs.is_offered),),
    cases=(
        CaseSpec(
            KIND,
            view.CASE_TITLE,
            view.STATUSES,
            view.NEXT,
            lambda case_id: RequestCard(request=case_id),
            view.told,
            view.card,
            view.SHORT,
        ),
    ),
    documents=(
        DocumentSpec(view.REQUEST_DOCUMENT, view.APPLICATION_TITLE, Area.INSURANCE, costs.compose_application),
        DocumentSpec(view.DOCUMENT, view.TITLE, Area.INSURANCE, costs.compose_statement),
    ),
    personal=personal,
    words=(words.WORDS,),
    ticks=(Tick("statements of costs", STEP, advance),),
    rests=rests,
)
