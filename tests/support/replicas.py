"""Several processes of one bot behind a proxy: they share a folder (key, clock, faults), PostgreSQL and Valkey."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, web
from sqlalchemy import text

from emulator.driver import Emulator, User
from services.accounts.tables import CHAT
from services.storage.engine import Database
from tests.support.bot_process import BEGIN, BotProcess
from tests.support.machine import PATIENCE, free_port
from tests.support.nursery import Nursery

_PATH = "/telegram"


@dataclass(frozen=True)
class _Answer:
    """What a replica has answered: with it a method may come, which Telegram is to run."""

    status: int
    content_type: str = "text/plain"
    body: bytes = b""

    def made(self) -> web.Response:
        return web.Response(status=self.status, content_type=self.content_type, body=self.body)


_BROKEN = _Answer(502)


@dataclass
class Proxy:
    """Hands each update to the next replica, or to the one that it is told; where nobody listens, to the one after."""

    ports: Sequence[int]
    only: int | None = None
    """The replica that all updates go to, as long as it listens."""
    doubled: bool = False
    """Each goes to all of them at once, as when Telegram has lost patience with one."""
    taken: Counter[int] = field(default_factory=Counter)
    """How many updates each replica has answered with 200."""
    url: str = ""
    _turns: count[int] = field(default_factory=count)

    async def forward(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), dict(request.headers)
        first = next(self._turns) if self.only is None else self.only
        order = [(first + step) % len(self.ports) for step in range(len(self.ports))]
        async with ClientSession() as session:
            if self.doubled:
                answers = await asyncio.gather(*(self._post(session, each, headers, body) for each in order))
                # The worst of them; of good ones the one that says something.
                return max((each or _BROKEN for each in answers), key=lambda each: (each.status, len(each.body))).made()
            for each in order:
                answer = await self._post(session, each, headers, body)
                if answer is not None:
                    return answer.made()
        return _BROKEN.made()

    async def _post(self, session: ClientSession, replica: int, headers: Any, body: bytes) -> _Answer | None:
        """The answer, 502 where it breaks off; None where nobody listens."""
        try:
            async with session.post(
                f"http://127.0.0.1:{self.ports[replica]}{_PATH}", data=body, headers=headers
            ) as answer:
                if answer.status == 200:
                    self.taken[replica] += 1
                return _Answer(answer.status, answer.content_type, await answer.read())
        except ClientConnectorError:
            return None
        except ClientError:
            return _BROKEN


@dataclass
class Replicas:
    """The replicas, to be started, stopped and killed each by itself, and what they share."""

    members: Sequence[BotProcess]
    proxy: Proxy
    database: Database

    @property
    def bot(self) -> BotProcess:
        """The first one: for whoever asks for the folder, the clock or the emulator, which are everybody's."""
        return self.members[0]

    async def start(self, *members: int) -> None:
        """Starts these, all unless told, at once; until each is well."""
        chosen = members or range(len(self.members))
        await asyncio.gather(*(self.members[each].start() for each in chosen))
        async with ClientSession() as session, asyncio.timeout(PATIENCE):
            for each in chosen:
                while not await _is_well(session, self.proxy.ports[each]):
                    await asyncio.sleep(0.02)

    async def stop(self) -> list[int]:
        """Ends all of them as an operator does; their exit codes."""
        return list(await asyncio.gather(*(each.stop() for each in self.members)))

    def chat(self, user: User) -> str:
        """What the user's account is found by."""
        return self.bot.vault.index(CHAT.purpose, str(user.id))

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        return [tuple(row) for row in await self.database.fetch(text(query), values)]

    async def comes_true(self, query: str, expected: list[tuple[Any, ...]], **values: Any) -> None:
        """Waits until the query gives this."""
        found: list[tuple[Any, ...]] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := await self.rows(query, **values)) != expected:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{query}: {found}\n{self.bot.log.read_text()}") from None


@asynccontextmanager
async def replicas(
    folder: Path, nursery: Nursery, database_url: str, redis_url: str, members: int = 2
) -> AsyncIterator[Replicas]:
    """Replicas that are not started yet, before an emulator of their own, from `BEGIN` on. At the end all must stop."""
    proxy = Proxy([free_port() for _ in range(members)])
    app = web.Application()
    app.router.add_post(_PATH, proxy.forward)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}{_PATH}"
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "WEBHOOK_URL": proxy.url}
    database = Database.from_url(database_url)
    log = folder / "bot.log"
    async with Emulator.start(folder, quiet_ms=15, timeout=PATIENCE, bot_log=log, checked=False) as emulator:
        bots = [BotProcess(folder, emulator, nursery, settings | {"HTTP_PORT": str(port)}) for port in proxy.ports]
        group = Replicas(bots, proxy, database)
        group.bot.set_clock(BEGIN)
        try:
            yield group
        finally:
            codes = await group.stop()
            await runner.cleanup()
            await database.close()
        assert codes == [0] * members, log.read_text()


async def _is_well(session: ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            return answer.status == 200
    except ClientError:
        return False
