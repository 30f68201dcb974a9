"""What processes that tests start get of this machine: its environment without our settings, and a free port."""

from __future__ import annotations

import os
import random
import socket
from contextlib import suppress
from pathlib import Path

from bot.middlewares.order import Pace
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that anything may take while the machine is busy with more than this; a wait ends with what it waits for."""
AS_QUICK_AS_IT_GOES = 1_000_000
"""Presses a minute of somebody in a story, who reads nothing."""
_ANY = random.SystemRandom()
_OURS = frozenset(name.upper() for name in Settings.model_fields)


def environment(**settings: str) -> dict[str, str]:
    """The machine's environment without our settings, and these. Nobody answers but who is told to by the test."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "WARNING",
        "PRESSES_A_MINUTE": str(AS_QUICK_AS_IT_GOES),
        "DEMO_STAFF": "0",
        **settings,
    }


def free_port() -> int:
    """One that nothing else takes before it is used: below those that are given to whoever asks for any port."""
    with socket.socket() as probe:
        while True:
            port = _ANY.randrange(10_000, 30_000)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def unhurried() -> Pace:
    """Lets presses begin as quickly as they come."""
    return Pace(AS_QUICK_AS_IT_GOES)
