"""What several processes of one bot remember together, in Redis or Valkey (`REDIS_URL`)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.middlewares.order import BeingHandled

log = logging.getLogger(__name__)

_BUSY, _DONE = "working", "done"
_DAY = 24 * 60 * 60
_WORKING = 60
"""Seconds after which an update of a process that died may be handled by another."""


class SeenTogether:
    """Which updates have been handled, for a day: by any process, and by this one before a restart."""

    def __init__(self, redis: Redis, blind: Callable[[str], str]) -> None:
        """`blind`: turns an update's name, which holds a chat's number, into a word that tells nothing."""
        self._redis = redis
        self._blind = blind

    @asynccontextmanager
    async def handling(self, name: str) -> AsyncIterator[bool]:
        key = f"nomerok:seen:{self._blind(name)}"
        first_time = await self._claim(key)
        try:
            yield first_time
        except BaseException:
            if first_time:
                with suppress(RedisError):
                    await self._redis.delete(key)
            raise
        if first_time:
            with suppress(RedisError):
                await self._redis.set(key, _DONE, ex=_DAY)

    async def _claim(self, key: str) -> bool:
        try:
            if await self._redis.set(key, _BUSY, nx=True, ex=_WORKING):
                return True
            handled = await self._redis.get(key) == _DONE.encode()
        except RedisError:
            log.exception("handled updates cannot be looked up")
            return True  # the drafts' versions still guard against acting twice
        if not handled:
            raise BeingHandled
        return False
