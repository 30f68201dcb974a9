"""Insurance companies and issue points: the operator's files."""

from __future__ import annotations

from bot.operator import Operator
from bot.topic import ImportSpec, Topic
from services.insurers.columns import FORMAT
from services.insurers.importing import InsurersImporter


def importer(operator: Operator) -> InsurersImporter:
    return InsurersImporter(operator.insurers)


TOPIC = Topic("insurers", imports=(ImportSpec(FORMAT, importer),))
