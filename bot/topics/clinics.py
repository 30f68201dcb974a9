"""The directory of clinics, and their maps."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cli import import_
from bot.handlers import clinics
from bot.kernel import Kernel
from bot.keyboards.buttons.clinics import RegionList
from bot.topic import CliCommand, Entry, Place, Topic
from services.clinics.directory import Directory
from services.clinics.importing import add_arguments
from services.documents.map import Maps
from services.texts.i18n import N_


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"directory": Directory(kernel.registry, kernel.clock), "maps": Maps()}


TOPIC = Topic(
    "clinics",
    build=build,
    routes=clinics.ROUTES,
    entries=(Entry(Place.HELP, N_("🏥 Clinics"), RegionList(page=0), 10),),
    cli=(CliCommand("import", "load clinics, doctors and schedules from CSV", add_arguments, import_.run),),
)
