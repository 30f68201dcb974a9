"""The service that somebody could not get yet, and the way back to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.keyboards.kit import Row
from bot.views.services import Service, way_back
from services.memory import Memory
from services.texts.i18n import Texts

_WANTED = "wanted service"
_UNTIL_CONFIRMED, _UNTIL_CORRECTED = timedelta(days=30), timedelta(hours=1)
"""Documents are shown at a desk on another day; a number is added at once."""


class WantedService:
    """What a chat could not get yet, for want of a confirmed account or of a number, until it has: then the way leads
    back there. `services`: all that there are, by their names.
    """

    def __init__(self, memory: Memory, services: Mapping[str, Service]) -> None:
        self._memory = memory
        self._services = services

    async def keep(self, telegram_id: int, service: Service, *, confirmed: bool) -> None:
        """`confirmed`: the account is, and only its data may be corrected first."""
        lifetime = _UNTIL_CORRECTED if confirmed else _UNTIL_CONFIRMED
        await self._memory.keep(_WANTED, telegram_id, service.name, lifetime)

    async def got(self, telegram_id: int) -> None:
        """Nothing is to be gone back to."""
        await self._memory.take(_WANTED, telegram_id)

    async def way_back(self, t: Texts, telegram_id: int) -> Row:
        """A row for the screen that says that more is open now; empty where nothing was wanted."""
        name = await self._memory.recall(_WANTED, telegram_id)
        service = self._services.get(name or "")
        return way_back(t, service) if service is not None else []
