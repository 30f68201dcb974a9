"""What all ports have in common."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from services.registry.model import Capabilities

REGISTRY_PATIENCE = timedelta(seconds=8)
"""How long a press waits for the registry before it says «Проверяем», and a tick before it comes again."""


class Port(Protocol):
    """A topic of the registry. A question that gets no answer raises `RegistryUnavailable`."""

    def capabilities(self) -> Capabilities:
        """What this registry can do beyond the minimum; the same for all its ports, and always."""
        ...
