"""Insurance: where one is attached, who insures one, their papers, and the operator's files of both."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers import insurance
from bot.kernel import Kernel
from bot.operator import Operator
from bot.topic import DocumentSpec, ImportSpec, ServiceSpec, Topic, Wish
from bot.views import insurance as view
from bot.views.export import insurance as words
from services.accounts.model import Area
from services.insurance.columns import FORMAT
from services.insurance.importing import InsuranceImporter, Registries
from services.insurance.insurance import Insurance
from services.insurance.mydata import InsuranceData
from services.registry.ports.insurance import CoveragePort
from services.registry.ports.registry import port_of


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"insurance": Insurance(port_of(kernel.registry, CoveragePort), kernel.persons)}


def personal(*, kernel: Kernel, insurance: Insurance) -> InsuranceData:
    return InsuranceData(kernel.accounts, insurance)


def importer(operator: Operator) -> InsuranceImporter:
    registries = Registries(operator.registry, operator.schedules, operator.desk, operator.insurance)
    return InsuranceImporter(registries, operator.storage.clock.now())


TOPIC = Topic(
    "insurance",
    build=build,
    routes=insurance.ROUTES,
    offers=(
        ServiceSpec(view.ATTACHMENT, 30, when=insurance.is_offered),
        ServiceSpec(view.COVERAGE, 50, when=insurance.is_offered),
    ),
    wishes=(
        Wish("attachment", view.ATTACHMENT.short, view.ATTACHMENT.opens, when=insurance.is_offered),
        Wish("policy", view.COVERAGE.short, view.COVERAGE.opens, when=insurance.is_offered),
    ),
    documents=(
        DocumentSpec(view.ATTACHMENT_DOCUMENT, view.ATTACHMENT.title, Area.INSURANCE, insurance.compose_attachment),
        DocumentSpec(view.COVERAGE_DOCUMENT, view.COVERAGE.title, Area.INSURANCE, insurance.compose_coverage),
    ),
    personal=personal,
    words=(words.WORDS,),
    imports=(ImportSpec(FORMAT, importer),),
    areas=(Area.INSURANCE,),
)
