"""«Услуги»."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData


class ServiceTerms(CallbackData, prefix="sv1"):
    """The terms of a service. `service`: its short name, as its topic declares it (`bot.views.services.Service`)."""

    service: str


class ServiceList(CallbackData, prefix="vs1"):
    page: PageNumber


GO_SERVICES = Go(to="services")
