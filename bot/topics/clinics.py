"""The directory of clinics, and their maps."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers import clinics
from bot.kernel import Kernel
from bot.keyboards.buttons.clinics import RegionList
from bot.operator import Operator
from bot.topic import Entry, ImportSpec, Place, Topic, Wish
from services.clinics.columns import FORMAT
from services.clinics.directory import Directory
from services.clinics.importing import ClinicsImporter
from services.documents.map import Maps
from services.texts.i18n import N_


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"directory": Directory(kernel.registry, kernel.clock), "maps": Maps()}


def _importer(operator: Operator) -> ClinicsImporter:
    return ClinicsImporter(operator.schedules, operator.storage.clock.now())


TOPIC = Topic(
    "clinics",
    build=build,
    routes=clinics.ROUTES,
    entries=(Entry(Place.HELP, N_("🏥 Clinics"), RegionList(page=0), 10),),
    wishes=(
        Wish(
            "directory",
            N_("🏥 Clinics"),
            RegionList(page=0),
            said=N_("The list of clinics has their addresses, phones and hours."),
        ),
    ),
    imports=(ImportSpec(FORMAT, _importer),),
)
