"""Reminders of many people due at once: through the gate, claimed as fast as can be, and over HTTP without a gate."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, chdir
from pathlib import Path

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import ClientSession
from sqlalchemy import select, update

from bot.build import build_house
from bot.channels.telegram import BATCH, TelegramChannel
from bot.common import by_itself
from bot.middlewares.outgoing import OVERALL_A_SECOND, Gate
from bot.process import build_bot, kernel_of
from bot.registry import patients_registry
from bot.signing import OFF
from bot.storage import Storage
from services.notify.outbox import Outbox
from services.notify.tables import outbox as outbox_table
from services.registry.local.demo import fill_demo
from tests.bench.figures import Figure, at_least, share_of
from tests.bench.opened import opened, settings_of
from tests.bench.population import EVE, FIRST_CHAT, settle_patients
from tests.bench.processes import bot, folder, process
from tests.bench.telegram import TOKEN, telegram
from tests.support.clock import FolderClock
from tests.support.machine import free_port, unhurried

_GATE_AIM = 29.0
_CLAIM_AIM = 2000.0
_SHARE = 0.5
_PATIENCE = 60.0
_TURNS = 4
_WARM = 50


class OpenGate(Gate):
    """Lets everybody pass at once."""

    async def pass_to(self, chat_id: int) -> None:
        return None


def measure(people: int, seconds: float, sends: int) -> list[Figure]:
    """`people`: reminders due at once; `seconds`: of the gate; `sends`: over HTTP, by each side."""
    return asyncio.run(_measure(people, seconds, sends))


async def _measure(people: int, seconds: float, sends: int) -> list[Figure]:
    with folder() as place, chdir(place):
        FolderClock(place).set(EVE)
        async with opened(settings_of()) as storage:
            began = time.perf_counter()
            await fill_demo(storage.database, storage.clock)  # else the bot would be busy with that at its start
            await settle_patients(storage.database, storage.vault, people)
            filled = time.perf_counter() - began
        through = await _through_the_gate(place, people, seconds)
        async with opened(settings_of()) as storage:
            claimed = await _claimed(storage)
            over_http = await _over_http(storage, min(sends, people))
    return [*through, claimed, *over_http, Figure(f"{people:,} people with reminders, as rows: filled", filled, "s")]


async def _through_the_gate(place: Path, people: int, seconds: float) -> list[Figure]:
    """A running bot, from its first reminder on."""
    async with telegram() as town, bot(town, place) as running:
        async with asyncio.timeout(_PATIENCE):
            while not town.calls["sendMessage"]:
                await asyncio.sleep(0.01)
        began, used = time.perf_counter(), running.cpu
        await asyncio.sleep(seconds)
        sent, took, used = town.calls["sendMessage"], time.perf_counter() - began, running.cpu - used
    name = f"{people:,} reminders due at once: the first {seconds:g} s through the gate"
    return [
        Figure(name, sent / took, "/s", OVERALL_A_SECOND, at_least(_GATE_AIM, "/s")),
        Figure("meanwhile: processor", 100 * used / took, "% of a core"),
    ]


async def _claimed(storage: Storage) -> Figure:
    """All that are left, through a channel that only counts: a batch is claimed, then marked by one statement."""
    outbox, counted = Outbox(storage.database, storage.clock), 0
    due = outbox_table.c.status == "due"
    await storage.database.execute(update(outbox_table).where(due).values(claimed_until=None))
    began = time.perf_counter()
    while claimed := await outbox.claim(BATCH):
        counted += len(claimed)
        ids = [delivery.id for delivery in claimed]
        await storage.database.execute(update(outbox_table).where(outbox_table.c.id.in_(ids)).values(status="sent"))
    took = time.perf_counter() - began
    name = f"the other {counted:,} claimed in batches of {BATCH} and only counted"
    return Figure(name, counted / took, "/s", aim=at_least(_CLAIM_AIM, "/s"))


async def _over_http(storage: Storage, sends: int) -> list[Figure]:
    """The channel without its gate beside a loop in which aiogram only sends. The stand-in is a process of its own."""
    ids = (await storage.database.fetch(select(outbox_table.c.id).limit(sends))).scalars().all()
    async with _telegram_elsewhere() as url:
        settings = settings_of(url)
        client, plain = build_bot(settings), Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
        try:
            await _bare_loop(plain, _WARM)
            product, yardstick, used, bare_used = 0.0, 0.0, 0.0, 0.0
            registry = patients_registry(settings, storage)
            house = build_house(kernel_of(settings, storage, by_itself(storage, unhurried()), registry, OFF))
            for turn in range(_TURNS):
                again = update(outbox_table).where(outbox_table.c.id.in_(ids[turn::_TURNS]))
                await storage.database.execute(again.values(status="due", claimed_until=None, attempts=0))
                began, cpu = time.perf_counter(), time.process_time()
                await TelegramChannel(client, house.kernel, house.notices, OpenGate()).deliver_due()
                product, used = product + time.perf_counter() - began, used + time.process_time() - cpu
                began, cpu = time.perf_counter(), time.process_time()
                await _bare_loop(plain, len(ids[turn::_TURNS]))
                yardstick, bare_used = yardstick + time.perf_counter() - began, bare_used + time.process_time() - cpu
        finally:
            for each in (client, plain):
                await each.session.close()
    count, bare = len(ids), len(ids) / yardstick
    return [
        Figure(f"{count:,} reminders over HTTP, no gate", count / product, "/s", bare, share_of(bare, _SHARE)),
        Figure("processor a reminder", 1000 * used / count, "ms", 1000 * bare_used / count),
    ]


async def _bare_loop(client: Bot, sends: int) -> None:
    for number in range(sends):
        await client.send_message(FIRST_CHAT + number, "Hello")


@asynccontextmanager
async def _telegram_elsewhere() -> AsyncIterator[str]:
    """The stand-in in a process of its own; its address."""
    port = free_port()
    with folder() as place, process([sys.executable, "-m", "tests.bench.telegram", str(port)], place):
        async with asyncio.timeout(_PATIENCE), ClientSession() as session:
            url = f"http://127.0.0.1:{port}"
            while not await _answers(session, url):
                await asyncio.sleep(0.05)
        yield url


async def _answers(session: ClientSession, url: str) -> bool:
    try:
        async with session.post(f"{url}/bot{TOKEN}/getMe", data={"": ""}) as response:
            return response.status == 200
    except OSError:
        return False
