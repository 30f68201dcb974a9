"""Insurance: the operator's patients with who insures them, and what their care has cost."""

from __future__ import annotations

from bot.operator import Operator
from bot.topic import ImportSpec, Topic
from services.insurance.columns import FORMAT
from services.insurance.importing import InsuranceImporter, Registries


def importer(operator: Operator) -> InsuranceImporter:
    registries = Registries(operator.registry, operator.schedules, operator.desk, operator.insurance)
    return InsuranceImporter(registries, operator.storage.clock.now())


TOPIC = Topic("insurance", imports=(ImportSpec(FORMAT, importer),))
