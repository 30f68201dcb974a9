"""The whole corpus of odd updates comes by polling and by webhook, beside a patient who goes on pressing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.methods import GetUpdates, TelegramMethod
from aiohttp import web

from bot.build import build_dispatcher
from bot.common import by_itself
from bot.keyboards.buttons.common import GO_HOME
from bot.storage import Storage
from bot.telegram import incoming
from bot.telegram.incoming import Incoming, Outcome
from bot.telegram.polling import Polling
from bot.web.server import serving
from bot.web.updates import SECRET_HEADER, Updates
from tests.support.logs import written
from tests.support.machine import unhurried
from tests.support.odd_updates import OF_ITS_OWN, odd_updates
from tests.support.phone import Telegram
from tests.support.world import ADULT, PATIENCE, World, somebody

ANNA, STRANGER, SECRET, HOOK = 5_000_000_001, 5_000_000_002, "Тайна-Иванова", "right_1"
EVERY = 20
"""After so many odd updates she presses."""


def person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": SECRET, "language_code": "ru"}


def said(number: int) -> dict[str, Any]:
    chat = {"id": number, "type": "private", "first_name": SECRET}
    return {"message_id": 11, "date": 1764000000, "chat": chat, "from": person(number), "text": SECRET}


def pressed(number: int, name: str, data: str) -> dict[str, Any]:
    return {"id": name, "from": person(number), "chat_instance": "1", "data": data, "message": said(number)}


def corpus() -> list[dict[str, Any]]:
    """Each with an id of its own, and Anna's presses between them."""
    things: tuple[Any, ...] = None, 2**70, "x", [], {}, {"type": "newest"}
    strange = [raw for _, raw in odd_updates(said(STRANGER), pressed(STRANGER, "s", SECRET), things)]
    strange += [dict(each) for each in OF_ITS_OWN]
    mixed: list[dict[str, Any]] = []
    for number, each in enumerate(strange):
        mixed.append(each)
        if number % EVERY == 0:
            mixed.append({"callback_query": pressed(ANNA, f"home {number}", GO_HOME.pack())})
    return [each | {"update_id": number} for number, each in enumerate(mixed, 1)]


class Polled(Telegram):
    """Hands out updates, some at once, the next when those have been handled; `done`: there are no more."""

    def __init__(self, updates: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self._updates = updates
        self.under_way: set[asyncio.Task[Outcome]] = set()
        self.done = asyncio.Event()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if not isinstance(method, GetUpdates):
            return await super().make_request(bot, method, timeout)
        offset = method.offset or 1
        found = [each for each in self._updates if offset <= each["update_id"] < offset + EVERY]
        if not found and method.timeout:
            self.done.set()
            await asyncio.Event().wait()
        await asyncio.gather(*self.under_way)
        return json.loads(json.dumps(found))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_she_is_answered_each_time(world: World, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "_HELD", PATIENCE)
    monkeypatch.setattr(incoming, "_LET_FINISH", PATIENCE)
    updates = corpus()
    presses = sum("home " in str(each.get("callback_query", {}).get("id")) for each in updates)
    assert len(updates) > 500
    telegram, ready = Polled(updates), asyncio.Event()
    ready.set()
    bot = Bot("1:odd", session=telegram)
    account = await world.account(ANNA)
    await world.person(account, somebody(1, ADULT))
    common = by_itself(Storage(world.database, world.vault, world.clock), unhurried())
    handed = Incoming(bot, build_dispatcher(world.house, ready, common))
    telegram.under_way = handed._running
    with written() as log:
        if way == "polling":
            told = asyncio.Event()
            running = asyncio.create_task(Polling(bot, handed, ["message"]).run(told))
            await telegram.done.wait()
            told.set()
            await running
        else:
            await post_all(handed, updates)
    screens = [each for each in telegram.calls if each.chat_id == ANNA]
    assert len(screens) == presses
    assert "an update that cannot be read was passed over" in log.getvalue()
    for never in (SECRET, "Traceback", "failed", "a chat sends more"):
        assert never not in log.getvalue()


async def post_all(handed: Incoming, updates: Sequence[dict[str, Any]]) -> None:
    """As Telegram does, one after another: each is taken."""
    taking = Updates(handed, HOOK)
    async with (
        serving("127.0.0.1", 0, [web.post("/telegram", taking.take)], handed.stop) as port,
        aiohttp.ClientSession(headers={SECRET_HEADER: HOOK}) as session,
    ):
        for each in updates:
            async with session.post(f"http://127.0.0.1:{port}/telegram", json=each) as answer:
                assert answer.status == 200, each
