"""`python -m bot` with a registry that can be told to misbehave, through `faults.json` in the working folder.

The file maps a method of the port to what it does instead: `unavailable` (questions), `silent` (`book`: no
answer, nothing done), `lost` (`book`: done, the answer lost), `refuse:REASON` (`book`), `die-before` and
`die-after` (`book`: the process is killed there).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot import jobs
from bot.app import run
from bot.logs import set_up_logging
from bot.settings import load_settings
from services.registry.model import BookingAnswer, Refusal, Refused, Unknown
from services.registry.port import Registry, RegistryUnavailable

FAULTS = Path("faults.json")


class FaultyRegistry:
    """Stands between the services and the real registry."""

    def __init__(self, real: Registry) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name == "capabilities":
            return method

        async def asked(*args: Any, **named: Any) -> Any:
            if _fault(name) == "unavailable":
                raise RegistryUnavailable
            return await method(*args, **named)

        return asked

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        fault = _fault("book")
        if fault == "die-before":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "silent":
            return Unknown()
        if fault.startswith("refuse:"):
            return Refused(Refusal(fault.removeprefix("refuse:")))
        book: Callable[..., Awaitable[BookingAnswer]] = self._real.book
        answer = await book(key, patient_id, slot_id)
        if fault == "die-after":
            os.kill(os.getpid(), signal.SIGKILL)
        return Unknown() if fault == "lost" else answer


def _fault(method: str) -> str:
    try:
        faults: dict[str, str] = json.loads(FAULTS.read_text())
    except FileNotFoundError:
        return ""
    return faults.get(method, "")


def main() -> None:
    jobs._OUTBOX = jobs._RECOVERY = timedelta(seconds=1)  # a story has no time to wait for the real ticks
    settings = load_settings()
    set_up_logging(settings.log_level)
    asyncio.run(run(settings, lambda real: cast(Registry, FaultyRegistry(real))))


if __name__ == "__main__":
    main()
