"""What an operator's command works with: the settings, the open database, and where it prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from bot.registry import patients_registry, registry_admin
from bot.settings import Settings
from bot.storage import Storage, bot_username
from services.registry.ports.desk import DeskPort
from services.registry.ports.registry import Registry
from services.registry.ports.schedules import SchedulesPort


@dataclass(frozen=True, slots=True)
class Operator:
    """`ask`: asks at the keyboard, None where nobody sits there."""

    settings: Settings
    storage: Storage
    stdout: TextIO
    stderr: TextIO
    ask: Callable[[str], str] | None

    @property
    def registry(self) -> Registry:
        """The half of the registry that patients' acts go through."""
        return patients_registry(self.settings, self.storage)

    @property
    def desk(self) -> DeskPort:
        """What the clinic's desk does in it."""
        return registry_admin(self.storage)

    @property
    def schedules(self) -> SchedulesPort:
        """What an import writes into it."""
        return registry_admin(self.storage)

    async def link(self) -> Callable[[str], str] | None:
        """What makes an address that opens the bot with a payload; None before the bot has run once."""
        username = await bot_username(self.storage)
        begin = f"{self.settings.chat_url}/" if self.settings.local_chat else f"https://t.me/{username}"
        return (lambda payload: f"{begin}?start={payload}") if username else None
