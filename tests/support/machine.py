"""What processes that tests start get of this machine: its environment without our settings, and a free port."""

from __future__ import annotations

import os
import random
import socket
from contextlib import suppress
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that anything may take while the machine is busy with more than this; a wait ends with what it waits for."""
_ANY = random.SystemRandom()
_OURS = frozenset(name.upper() for name in Settings.model_fields)


def environment(**settings: str) -> dict[str, str]:
    """The machine's environment without our settings, and these."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {**kept, "PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING", **settings}


def free_port() -> int:
    """One that nothing else takes before it is used: below those that are given to whoever asks for any port."""
    with socket.socket() as probe:
        while True:
            port = _ANY.randrange(10_000, 30_000)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
