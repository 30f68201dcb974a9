"""What several processes of one bot share, in Redis or Valkey (`REDIS_URL`).

Nothing that must not be lost stands here: rows, versions and unique indexes are the last guard. So where the server is
away or slow each process goes on by itself, and looks again after a while.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.middlewares.order import BeingHandled, SeenHere
from bot.middlewares.outgoing import OVERALL_A_SECOND, Gate
from services.memory import MemoryHere
from services.storage.vault import Vault, VaultError

log = logging.getLogger(__name__)

_ANSWER_S = 0.5
"""A server that takes longer is as good as away: somebody is waiting for a screen."""
_LOOK_AGAIN_S = 5.0
_DAY = timedelta(days=1)
LEASE = timedelta(seconds=10)
"""For how long a chat's turn stays with a process that has died at it. One that lives renews it."""
_PATIENCE = timedelta(seconds=15)
"""How long an update waits for its chat's turn: longer than any lease of a process that has died."""
_LOOK_S = 0.02, 0.2
"""How soon, and how late at most, it is looked again whether the turn has become free, in seconds."""

_TAKEN, _BUSY = 1, 0
_TAKE = """
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then return 2 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""
"""KEYS: the chat's turn, the update if it has a name. ARGV: whose turn, the lease in ms. 2: it has been handled."""
_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end"
_END = """
if KEYS[2] then redis.call('SET', KEYS[2], 'done', 'EX', ARGV[2]) end
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
"""KEYS: the chat's turn, the update if it has been handled. ARGV: whose turn it was, how long to remember in s."""
_NEXT_TURN = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local next = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local turn = math.max(next, tonumber(redis.call('GET', KEYS[2]) or '0'))
local function keep(key, moment)
    redis.call('SET', key, string.format('%.0f', moment), 'PX', math.ceil((moment - now) / 1000))
end
keep(KEYS[1], next + ARGV[1])
keep(KEYS[2], turn + 1000000)
return turn - now
"""
"""KEYS: the next turn of all, of the chat. ARGV: how far turns are apart. Gives the time to wait; in microseconds."""


class Away(Exception):  # noqa: N818 (each process goes on by itself)
    """The server does not answer, or has not lately."""


class Shared:
    """A server, and the names of what lies there: nothing can be read from them, nor from what is sealed."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._redis = redis
        self._vault = vault
        self._away_until = 0.0
        self._scripts: dict[str, Any] = {}

    @classmethod
    def at(cls, url: str, vault: Vault) -> Shared:
        """Connects when it is first asked. `ValueError`: no address."""
        # Once more at once: a connection that was open when the server restarted breaks at its next use.
        again = Retry(NoBackoff(), 1)
        redis = Redis.from_url(url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S, retry=again)
        return cls(redis, vault)

    async def check(self) -> None:
        """`Away` where it does not answer."""
        try:
            await self._redis.ping()
        except (RedisError, OSError):
            raise Away from None

    async def run(self, script: str, keys: list[str], *arguments: str | int) -> Any:
        """What a script answers. It may run twice where an answer was lost; after `Away` it may have run."""
        prepared = self._scripts.get(script)
        if prepared is None:
            prepared = self._scripts[script] = self._redis.register_script(script)
        return await self.ask(lambda _redis: prepared(keys, arguments))

    async def ask(self, question: Callable[[Redis], Awaitable[Any]]) -> Any:
        """The answer, or `Away`: at once for a while after the first time, so that not everybody waits for nothing."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            raise Away
        try:
            answer = await question(self._redis)
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.error("REDIS_URL does not answer (%s): this process goes on by itself", type(error).__name__)
            self._away_until = loop.time() + _LOOK_AGAIN_S
            raise Away from None
        if self._away_until:
            log.warning("REDIS_URL answers again")
            self._away_until = 0.0
        return answer

    def key(self, topic: str, what: object) -> str:
        return f"nomerok:{topic}:{self._vault.index(f'shared {topic}', str(what))}"

    def keys(self, topic: str, what: object) -> list[str]:
        """`key` under every encryption key at hand, the present one first."""
        return [f"nomerok:{topic}:{each}" for each in self._vault.indexes(f"shared {topic}", str(what))]

    def seal(self, key: str, word: str) -> bytes:
        return self._vault.seal_word(key, word)

    def open(self, key: str, sealed: bytes) -> str | None:
        """None for what does not open: it was sealed with a key that is gone."""
        with suppress(VaultError):
            return self._vault.open_word(key, sealed)
        return None

    async def close(self) -> None:
        await self._redis.aclose()


class SeenTogether:
    """A chat's turn goes round among the processes, and what any of them has handled is known to all for a day.

    A turn is a lease: it is renewed while the update is handled, and runs out where the process has died.
    """

    def __init__(self, shared: Shared, lease: timedelta | None = None, patience: timedelta = _PATIENCE) -> None:
        self._shared = shared
        self._lease_ms = int((lease or LEASE).total_seconds() * 1000)
        self._patience = patience
        self._here = SeenHere()
        self._numbers = 0
        self._self = os.urandom(8).hex()

    @asynccontextmanager
    async def handling(self, chat: int, name: str | None) -> AsyncIterator[bool]:
        async with self._here.handling(chat, name) as first_time:
            if not first_time:
                yield False
                return
            turn = self._shared.key("turn", chat)
            update = [self._shared.key("seen", name)] if name else []
            self._numbers += 1
            whose = f"{self._self} {self._numbers}"
            try:
                taken = await self._take(turn, update, whose)
            except Away:  # versions and unique indexes still guard against acting twice
                taken = None
            except asyncio.CancelledError:  # whether it was taken is not known: the chat is not to wait for the lease
                with suppress(Away):
                    await self._shared.run(_END, [turn], whose, 0)
                raise
            if taken != _TAKEN:
                yield taken is None
                return
            async with self._ending(turn, update, whose):
                yield True

    async def _take(self, turn: str, update: list[str], whose: str) -> int:
        """Waits for the chat's turn, unless the update has been handled. `BeingHandled`: it does not become free."""
        ends = asyncio.get_running_loop().time() + self._patience.total_seconds()
        pause, longest = _LOOK_S
        while (answer := await self._shared.run(_TAKE, [turn, *update], whose, self._lease_ms)) == _BUSY:
            if asyncio.get_running_loop().time() > ends:
                raise BeingHandled
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)
        return int(answer)

    @asynccontextmanager
    async def _ending(self, turn: str, update: list[str], whose: str) -> AsyncIterator[None]:
        """Keeps the turn while the block runs; an update that broke is not remembered."""
        renewing = asyncio.create_task(self._renew(turn, whose))
        handled: list[str] = []
        try:
            yield
            handled = update
        finally:
            renewing.cancel()
            with suppress(Away):
                await self._shared.run(_END, [turn, *handled], whose, int(_DAY.total_seconds()))

    async def _renew(self, turn: str, whose: str) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            with suppress(Away):
                await self._shared.run(_RENEW, [turn], whose, self._lease_ms)


class GateTogether(Gate):
    """One gate for all processes, for Telegram counts what a bot sends. While the server is away, each has its own."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self._shared = shared

    async def _pause(self, chat_id: int) -> float:
        keys = ["nomerok:gate", self._shared.key("gate", chat_id)]
        try:
            return int(await self._shared.run(_NEXT_TURN, keys, -(-1_000_000 // OVERALL_A_SECOND))) / 1_000_000
        except Away:
            return await super()._pause(chat_id)


class MemoryTogether:
    """Words that any process has kept; sealed, under blind indexes. While the server is away, each has its own."""

    def __init__(self, shared: Shared, here: MemoryHere) -> None:
        self._shared = shared
        self._here = here

    async def keep(self, topic: str, chat: int, word: str, lifetime: timedelta) -> None:
        key = self._shared.key(topic, chat)
        sealed = self._shared.seal(key, word)
        try:
            await self._shared.ask(lambda redis: redis.set(key, sealed, ex=max(1, int(lifetime.total_seconds()))))
        except Away:
            await self._here.keep(topic, chat, word, lifetime)
        else:
            await self._here.take(topic, chat)  # what was kept while the server was away

    async def recall(self, topic: str, chat: int) -> str | None:
        keys = self._shared.keys(topic, chat)
        with suppress(Away):
            for key, sealed in zip(keys, await self._shared.ask(lambda redis: redis.mget(keys)), strict=True):
                if sealed is not None and (word := self._shared.open(key, sealed)) is not None:
                    return word
        return await self._here.recall(topic, chat)

    async def take(self, topic: str, chat: int) -> str | None:
        word = await self.recall(topic, chat)
        await self._here.take(topic, chat)
        with suppress(Away):
            await self._shared.ask(lambda redis: redis.delete(*self._shared.keys(topic, chat)))
        return word
