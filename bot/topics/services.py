"""«Услуги»: the page that the portal's services stand on, and their terms."""

from __future__ import annotations

from collections.abc import Mapping

from bot.catalogue import Catalogue
from bot.front import HomeScreen
from bot.handlers import services
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
from bot.keyboards.buttons.services import GO_SERVICES
from bot.topic import Entry, Place, Topic, Wish
from bot.wanted import WantedService
from services.texts.i18n import N_


def build(kernel: Kernel, *, catalogue: Catalogue) -> Mapping[str, object]:
    return {"wanted_service": WantedService(kernel.memory, catalogue.services)}


def serve(kernel: Kernel, *, wanted_service: WantedService, home: HomeScreen, wizards: Wizards) -> Mapping[str, object]:
    return {"offered": services.Offered(kernel.persons, wanted_service, home, wizards)}


TOPIC = Topic(
    "services",
    build=build,
    serve=serve,
    routes=services.ROUTES,
    entries=(Entry(Place.HOME, N_("🏛 Services"), GO_SERVICES, 60),),
    wishes=(Wish("services", N_("🏛 Services"), GO_SERVICES),),
)
