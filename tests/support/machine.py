"""What processes that tests start get of this machine: its environment without our settings, and a free port."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
_OURS = frozenset(name.upper() for name in Settings.model_fields)


def environment(**settings: str) -> dict[str, str]:
    """The machine's environment without our settings, and these."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {**kept, "PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING", **settings}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
