"""What an operator's command works with: the settings, the open database, and where it prints.

Whoever runs one leaves a trace, whatever the command: it is given its `Operator` by `at_work` alone.
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO, TypeVar

from bot.registry import patients_registry, registry_admin
from bot.settings import Settings
from bot.storage import Storage, bot_username
from services.operators.trail import Doing, Hand, Trail
from services.registry.ports.addresses import AddressesAdminPort
from services.registry.ports.desk import DeskPort
from services.registry.ports.insurance import InsuranceAdminPort
from services.registry.ports.insurers import InsurersAdminPort
from services.registry.ports.prescriptions import PrescriptionsAdminPort
from services.registry.ports.registry import Registry
from services.registry.ports.schedules import SchedulesPort

Kind = TypeVar("Kind")


class Service(Protocol):
    """Gives a service of the house by its class."""

    def __call__(self, kind: type[Kind], /) -> Kind: ...


@dataclass(frozen=True, slots=True)
class Operator:
    """`ask`: asks at the keyboard, None where nobody sits there. `doing`: what the trail will know of the command.

    `service`: one of the bot's own services by its class, built as the running bot has it.
    """

    settings: Settings
    storage: Storage
    stdout: TextIO
    stderr: TextIO
    ask: Callable[[str], str] | None
    doing: Doing
    service: Service

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

    @property
    def prescriptions(self) -> PrescriptionsAdminPort:
        """What an import of prescriptions writes into it."""
        return registry_admin(self.storage)

    @property
    def insurance(self) -> InsuranceAdminPort:
        """What an import of patients and of their care writes into it."""
        return registry_admin(self.storage)

    @property
    def addresses(self) -> AddressesAdminPort:
        """What an import of addresses writes into it."""
        return registry_admin(self.storage)

    @property
    def insurers(self) -> InsurersAdminPort:
        """Who insures, and where policies are given out."""
        return registry_admin(self.storage)

    @property
    def trail(self) -> Trail:
        """Who has run which command."""
        return trail_of(self.storage)

    async def link(self) -> Callable[[str], str] | None:
        """What makes an address that opens the bot with a payload; None before the bot has run once."""
        username = await bot_username(self.storage.database)
        begin = f"{self.settings.chat_url}/" if self.settings.local_chat else f"https://t.me/{username}"
        return (lambda payload: f"{begin}?start={payload}") if username else None


@asynccontextmanager
async def at_work(storage: Storage, command: str) -> AsyncIterator[Doing]:
    """A command of the operator's: who runs it is noted before it does anything, its exit code (`Doing`) at its end."""
    async with trail_of(storage).act(command, whose_hand(os.environ, os.getuid())) as doing:
        yield doing


def trail_of(storage: Storage) -> Trail:
    return Trail(storage.database, storage.vault, storage.clock)


def whose_hand(environ: Mapping[str, str], uid: int) -> Hand:
    """Who runs this process, as the machine knows it: LOGNAME and USER say what anybody likes."""
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run as a number that has no name
        user = f"uid {uid}"
    return Hand(user, environ.get("SUDO_USER", ""), socket.gethostname())
