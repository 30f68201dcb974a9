"""Updates of any shape, delivered as they are: polled for, and posted to a webhook."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import pytest
from aiohttp import web

from emulator import people
from emulator.driver import Emulator

from .conftest import Api
from .test_webhook import served, until

Json = dict[str, Any]

POLL: Json = {
    "poll": {
        "id": "1",
        "question": "?",
        "options": [{"text": "a", "voter_count": 1}],
        "total_voter_count": 1,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
    }
}
PERSON: Json = {"id": 501, "is_bot": False, "first_name": "A"}
CHAT: Json = {"id": 501, "type": "private", "first_name": "A"}
MESSAGE: Json = {"message_id": 11, "date": 1764000000, "chat": CHAT, "from": PERSON, "text": "a"}
PRESS: Json = {"id": "77", "from": PERSON, "chat_instance": "", "data": "x"}
REPORTED: list[Json] = [
    POLL,
    {"something_new": {"id": 1}},
    {"message": MESSAGE | {"forward_origin": {"type": "hidden_user", "date": 1422450181}}},
    {"message": MESSAGE | {"forward_origin": {"type": "newest_kind", "date": 1764000000}}},
    {
        "message": MESSAGE
        | {"external_reply": {"origin": {"type": "user", "date": 1, "sender_user": PERSON}, "story": {}}}
    },
    {"message": MESSAGE | {"entities": [{"type": "bold"}]}},
    {"callback_query": PRESS | {"message": {"message_id": 3, "date": 0, "chat": {"id": 501, "type": "private"}}}},
]
ANYTHING: list[Any] = [None, True, 0, -1.5, 2**80, "", "501", "\x00 Ё \U0001f600", [], [{"id": 1}], {}, {"id": 502}]
# Whatever stands where the emulator looks for a chat or a sender.
WRONG: list[Json] = [
    {},
    *({"something_new": each} for each in ANYTHING),
    *({"message": {name: each}} for name in ("chat", "from") for each in ANYTHING),
    *({"message": {name: {"id": each}}} for name in ("chat", "from") for each in ANYTHING),
    {"message": {"chat": None, "from": PERSON}},
    {"message": {}, "callback_query": {}},
    {"chat": {"id": 1}, "from": "2"},
]


@dataclass
class Bot:
    """Takes updates by one of the two ways; `refuses` is what the webhook answers with an error."""

    way: str
    got: list[Json] = field(default_factory=list)
    refuses: list[Json] = field(default_factory=list)
    refused: int = 0

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        fields = {name: value for name, value in update.items() if name != "update_id"}
        if fields in self.refuses:
            self.refused += 1
            return web.Response(status=500)
        self.got.append(update)
        return web.Response()

    async def poll(self, api: Api) -> None:
        while True:
            offset = self.got[-1]["update_id"] + 1 if self.got else 0
            self.got += await api.result("getUpdates", offset=offset, timeout=30)


@contextlib.asynccontextmanager
async def running(bot: Bot, api: Api) -> AsyncIterator[None]:
    async with served(bot.take) as url:
        if bot.way == "webhook":
            await api.result("setWebhook", url=url)
            yield
            return
        polling = asyncio.create_task(bot.poll(api))
        try:
            yield
        finally:
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await polling


@pytest.fixture(params=["polling", "webhook"])
async def taker(request: pytest.FixtureRequest, api: Api) -> AsyncIterator[Bot]:
    bot = Bot(request.param)
    async with running(bot, api):
        yield bot


def in_order(updates: list[Json]) -> list[Json]:
    """By their ids: those that wait for no other may reach a webhook at once."""
    return sorted(updates, key=itemgetter("update_id"))


async def test_updates_of_any_shape_arrive_as_they_are_with_an_id_each(emulator: Emulator, taker: Bot) -> None:
    for update in (*REPORTED, *WRONG):
        await emulator.deliver(update)
    first = taker.got[0]["update_id"]
    assert taker.got == [{"update_id": first + n, **update} for n, update in enumerate((*REPORTED, *WRONG))]
    assert [entry.sent for entry in emulator.world.traffic.entries if entry.kind == "update"] == taker.got
    assert emulator.problems() == []


async def test_what_is_odd_stands_between_what_people_do(emulator: Emulator, taker: Bot, started: int) -> None:
    await emulator.deliver(POLL)
    people.say(emulator.world, emulator.bot_id, started, "after")
    await emulator.wait_quiet()
    got = in_order(taker.got)
    first = got[0]["update_id"]
    assert [set(update) - {"update_id"} for update in got] == [{"message"}, {"poll"}, {"message"}]
    assert [update["update_id"] for update in got] == [first, first + 1, first + 2]


async def test_the_emulator_gives_the_id(emulator: Emulator, taker: Bot) -> None:
    await emulator.deliver({"update_id": 5, **POLL})
    await emulator.deliver(POLL)
    assert [update["poll"] for update in taker.got] == [POLL["poll"]] * 2
    assert taker.got[1]["update_id"] == taker.got[0]["update_id"] + 1
    assert taker.got[0]["update_id"] != 5


async def test_it_comes_though_the_bot_did_not_ask_for_its_kind(emulator: Emulator, api: Api) -> None:
    await api.result("getUpdates", allowed_updates=["message"])
    waiting = asyncio.create_task(emulator.deliver(POLL))
    (update,) = await api.result("getUpdates", timeout=5)
    await api.result("getUpdates", offset=update["update_id"] + 1)
    await waiting
    assert update["poll"] == POLL["poll"]


async def test_it_meets_the_troubles_of_updates(emulator: Emulator, taker: Bot) -> None:
    emulator.duplicate_updates()
    await emulator.deliver(POLL)
    assert [update["poll"]["id"] for update in taker.got] == ["1", "1"]
    assert taker.got[0] == taker.got[1]
    emulator.reorder_updates()
    await emulator.deliver({"something_new": 1})
    await emulator.deliver({"something_new": 2})
    assert [update["something_new"] for update in in_order(taker.got[2:])] == [2, 1]


async def test_one_that_is_not_taken_holds_nobody_up(emulator: Emulator, api: Api, started: int) -> None:
    bot = Bot("webhook", refuses=[POLL])
    async with running(bot, api):
        waiting = asyncio.create_task(emulator.deliver(POLL))
        await until(emulator, lambda: bot.refused > 0)
        people.say(emulator.world, emulator.bot_id, started, "hello")
        emulator.world.queue_any(emulator.bot_id, {"something_new": {}})
        await until(emulator, lambda: len(bot.got) == 3 and emulator.world.store.pending(emulator.bot_id) == 1)
        assert not waiting.done()
        bot.refuses.clear()
        await waiting
        assert bot.got[-1]["poll"] == POLL["poll"]


async def test_one_that_nobody_takes_is_told(emulator: Emulator) -> None:
    with pytest.raises(AssertionError, match=r"1 update\(s\) were not confirmed by the bot"):
        await emulator.deliver(POLL, timeout=0.05)
