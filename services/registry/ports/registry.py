"""All that a patient's act needs of the registry: the health system of record, remote even when it is local.

A service asks for the port of its topic; whoever builds services, or stands between them and the registry, holds
them all. A port that not every registry has is named by its capabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from services.registry.ports.bookings import BookingsPort
from services.registry.ports.clinics import ClinicsPort
from services.registry.ports.patients import PatientsPort
from services.registry.ports.port import Port
from services.registry.ports.times import TimesPort

OnePort = TypeVar("OnePort", bound=Port)


class Registry(ClinicsPort, PatientsPort, TimesPort, BookingsPort, Protocol):
    """The ports that every registry has."""


def port_of(registry: Port, port: Callable[..., OnePort]) -> OnePort | None:
    """The registry as `port`, the class of a protocol; None where it does not have that one."""
    return cast(OnePort, registry) if port in registry.capabilities().ports else None
