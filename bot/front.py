"""What the house itself shows wherever it is: Home, and the consent that comes before everything.

Topics build them, under the names `home` and `consent`; and what is said first to whoever is in danger takes the phone
of the clinic that `own_clinic` gives.
"""

from __future__ import annotations

from typing import Protocol

from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.model import Account
from services.registry.model import Clinic
from services.texts.i18n import Html


class HomeScreen(Protocol):
    async def screen(self, visitor: Visitor) -> Screen:
        """The active person's Home. What has just happened never stands above it: `views.common.told`."""
        ...


class ConsentFirst(Protocol):
    async def ask(self, visitor: Visitor, note: Html | None = None) -> None:
        """Whatever a guest has pressed or written, consent comes first. `note`: what becomes of it afterwards."""
        ...

    async def ask_anew(self, visitor: Visitor, pressed: str | None) -> None:
        """Who has agreed to an older text is asked about today's. `pressed`: the button that led here, to come back."""
        ...


class OwnClinic(Protocol):
    async def of(self, account: Account) -> Clinic | None:
        """The clinic that the account would call, None: it knows none. Raises `RegistryUnavailable`."""
        ...
