"""The choice of an insurer: the application, its signature, and the way to a policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.fsm import insurer_choice as wizard
from bot.fsm.wizard import Table
from bot.handlers import insurer_choice as handlers
from bot.kernel import Kernel
from bot.keyboards.buttons.requests import RequestCard
from bot.signing import Signing
from bot.topic import CaseSpec, DocumentSpec, ServiceSpec, Tick, Topic, Wish, WizardSpec
from bot.views import insurer_choice as view
from bot.views.export import insurer_choice as words
from bot.wanted import WantedService
from services.accounts.model import Area
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.cases.model import StaffStep
from services.clock import Clock
from services.documents.map import Maps
from services.documents.sheet import Sheets
from services.drafts.drafts import Drafts
from services.drafts.model import Draft
from services.insurer_choice.choice import STEP, InsurerChoice
from services.insurer_choice.model import KINDS, ChoiceStatus, Guide, Procedure
from services.insurer_choice.mydata import ChoiceData
from services.insurer_choice.narrowed import ApplicationsKept
from services.insurer_choice.signing import load_guide
from services.notify.outbox import Outbox
from services.registry.ports.addresses import AddressesPort
from services.registry.ports.insurance import CoveragePort
from services.registry.ports.insurers import InsurersPort
from services.registry.ports.registry import port_of
from services.texts.i18n import LOCALES, N_, Html, Texts


def build(kernel: Kernel, *, cases: Cases) -> Mapping[str, object]:
    registry, signing = kernel.registry, kernel.signing
    addresses, insurers = port_of(registry, AddressesPort), port_of(registry, InsurersPort)
    coverage = port_of(registry, CoveragePort)
    there = None not in (addresses, insurers, coverage)
    return {
        "insurer_choice": InsurerChoice(
            *(kernel.database, kernel.vault, coverage, kernel.accounts, kernel.persons, cases, kernel.drafts),
            *(kernel.limits, Sheets(), kernel.clock),
            procedure=signing.procedure if there else None,
            signatures=signing.signatures,
        ),
        "insurers": insurers,
        "addresses": addresses,
        "signing_guides": {locale: load_guide(signing.guide, locale) for locale in LOCALES},
    }


def table(
    *,
    insurer_choice: InsurerChoice,
    insurers: InsurersPort,
    addresses: AddressesPort,
    cases: Cases,
    persons: Persons,
    drafts: Drafts,
    maps: Maps,
    wanted_service: WantedService,
    signing: Signing,
    signing_guides: Mapping[str, Guide],
) -> Table:
    """Without one of the directories the service is off, so nothing leads here."""
    steps = wizard.ChoiceSteps(
        *(insurer_choice, insurers, addresses, cases, persons, drafts, maps, wanted_service, signing, signing_guides)
    )
    return Table(steps.table(), steps.after)


def stopped(t: Texts, _: Draft) -> Html:
    return view.stopped(t)


def personal(*, kernel: Kernel) -> ChoiceData:
    return ChoiceData(kernel.database.aside, kernel.vault)


def rests(_: Outbox, clock: Clock) -> ApplicationsKept:
    return ApplicationsKept(clock)


async def advance(*, insurer_choice: InsurerChoice) -> None:
    await insurer_choice.advance()


STAFF: Mapping[Procedure, tuple[StaffStep, ...]] = {
    Procedure.FORMS: (
        StaffStep(ChoiceStatus.SENT, ChoiceStatus.RECEIVED, timedelta(seconds=10)),
        StaffStep(ChoiceStatus.RECEIVED, ChoiceStatus.TEMPORARY, timedelta(seconds=40)),
        StaffStep(
            *(ChoiceStatus.TEMPORARY, ChoiceStatus.READY, timedelta(minutes=2)),
            (N_("This is a demonstration: the policy is ready early, without the 30 days of waiting."),),
        ),
    ),
    Procedure.DIGITAL: (
        StaffStep(ChoiceStatus.SENT, ChoiceStatus.RECEIVED, timedelta(seconds=10)),
        StaffStep(ChoiceStatus.RECEIVED, ChoiceStatus.DONE, timedelta(seconds=40)),
    ),
}
"""The insurer's clerk of the demo."""


def case(procedure: Procedure) -> CaseSpec:
    return CaseSpec(
        KINDS[procedure],
        view.CASE_TITLE,
        view.words_of(procedure, view.STATUSES),
        view.next_words(procedure),
        lambda case_id: RequestCard(request=case_id),
        view.told,
        view.card,
        view.words_of(procedure, view.SHORT),
        STAFF[procedure],
        handlers.files_of,
    )


TOPIC = Topic(
    "insurer_choice",
    build=build,
    routes=handlers.ROUTES,
    wizards=(WizardSpec(wizard.KIND, wizard.ChoiceForm, wizard.LIFETIME, table, handlers.begin, stopped=stopped),),
    offers=(ServiceSpec(view.CHOICE, 60, when=handlers.is_offered, beside=handlers.beside),),
    wishes=(Wish("insurer", view.CHOICE.short, view.CHOICE.opens),),
    cases=tuple(case(procedure) for procedure in Procedure),
    documents=(
        DocumentSpec(view.UNSIGNED, view.TITLE, Area.INSURANCE, handlers.compose_unsigned),
        DocumentSpec(view.SIGNED, view.TITLE, Area.INSURANCE, handlers.compose_signed),
    ),
    personal=personal,
    words=(words.WORDS,),
    ticks=(Tick("choices of insurers", STEP, advance),),
    rests=rests,
)
