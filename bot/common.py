"""What the processes of one bot have in common: by itself, or through Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.middlewares.order import Pace, Seen, SeenHere
from bot.middlewares.outgoing import Gate
from bot.settings import Settings
from bot.storage import Storage
from services.errors import SetupError
from services.memory import Memory, MemoryHere

_NO_REDIS = "REDIS_URL does not answer; correct it in .env, or leave it empty for one process"


@dataclass(frozen=True, slots=True)
class Common:
    """What is shared."""

    pace: Pace
    seen: Seen
    gate: Gate
    memory: Memory


def by_itself(storage: Storage, pace: Pace) -> Common:
    """What there is where this is the only process."""
    return Common(pace, SeenHere(), Gate(), MemoryHere(storage.clock))


@asynccontextmanager
async def open_common(settings: Settings, storage: Storage) -> AsyncIterator[Common]:
    """What is shared by Redis where REDIS_URL is set, else of this process alone."""
    pace = Pace(settings.presses_a_minute)
    if not settings.redis_url:
        yield by_itself(storage, pace)
        return
    # Imported where it is needed: most processes have no Redis, and the start must be quick.
    from bot.shared import Away, GateTogether, MemoryTogether, SeenTogether, Shared

    try:
        shared = Shared.at(settings.redis_url, storage.vault)
        await shared.check()
    except (Away, ValueError):
        raise SetupError(_NO_REDIS) from None
    here = MemoryHere(storage.clock)
    try:
        yield Common(pace, SeenTogether(shared), GateTogether(shared), MemoryTogether(shared, here))
    finally:
        await shared.close()
