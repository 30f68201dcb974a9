"""Addresses: the operator's directory of towns, streets and houses."""

from __future__ import annotations

from bot.operator import Operator
from bot.topic import ImportSpec, Topic
from services.addresses.columns import FORMAT
from services.addresses.importing import AddressesImporter


def importer(operator: Operator) -> AddressesImporter:
    return AddressesImporter(operator.addresses)


TOPIC = Topic("addresses", imports=(ImportSpec(FORMAT, importer),))
