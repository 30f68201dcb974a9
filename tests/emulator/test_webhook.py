"""Updates by webhook: the secret, the order within a chat, repeats, and what Telegram says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from emulator import people
from emulator.driver import Emulator
from emulator.webhook import SECRET_HEADER
from tests.support.machine import PATIENCE

from .conftest import Api, aiogram_bot, start_chat, tiny_router

SECRET = "a-secret_of-9"


@dataclass
class Listener:
    """Somebody's web server; `answers` are given first, 200 afterwards. While `held`, nothing is answered."""

    url: str = ""
    answers: list[web.Response] = field(default_factory=list)
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    together: int = 0
    most_together: int = 0

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.headers.get(SECRET_HEADER, ""), await request.json()))
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await self.held.wait()
        self.together -= 1
        return self.answers.pop(0) if self.answers else web.Response()

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.got]


@asynccontextmanager
async def served(take: Callable[[web.Request], Any], port: int = 0) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    listener.held.set()
    async with served(listener.take) as listener.url:
        yield listener


async def until(emulator: Emulator, done: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not done():
            await emulator.journal.activity.changed(0.02)


async def test_an_update_is_posted_with_the_secret_and_then_forgotten(
    api: Api, emulator: Emulator, started: int, listener: Listener
) -> None:
    # What has been waiting is delivered too.
    await api.result("setWebhook", url=listener.url, secret_token=SECRET)
    people.say(emulator.world, emulator.bot_id, started, "a")
    await emulator.wait_quiet()
    assert [secret for secret, _ in listener.got] == [SECRET] * 2
    assert listener.texts == ["/start", "a"]
    ids = [update["update_id"] for _, update in listener.got]
    assert ids[1] == ids[0] + 1
    assert (await api.result("getWebhookInfo"))["pending_update_count"] == 0
    await api.result("setWebhook", url=listener.url)
    people.say(emulator.world, emulator.bot_id, started, "b")
    await emulator.wait_quiet()
    assert listener.got[-1][0] == "", "no secret was set"


async def test_a_chats_updates_come_in_order_and_chats_do_not_wait_for_each_other(
    api: Api, emulator: Emulator, started: int, listener: Listener
) -> None:
    other = start_chat(emulator)
    people.say(emulator.world, emulator.bot_id, started, "first")
    query = people.press(emulator.world, emulator.bot_id, started, 1, "x")
    people.say(emulator.world, emulator.bot_id, started, "last")
    people.say(emulator.world, emulator.bot_id, other, "elsewhere")
    listener.held.clear()
    await api.result("setWebhook", url=listener.url)
    await until(emulator, lambda: listener.together == 2)
    assert {update["message"]["chat"]["id"] for _, update in listener.got} == {started, other}
    with pytest.raises(AssertionError, match="a call is under way"):
        await emulator.wait_quiet(0.05)
    listener.held.set()
    await until(emulator, lambda: not emulator.world.store.pending(emulator.bot_id))
    emulator.drop_presses()
    await emulator.wait_quiet()
    events = [event for _, update in listener.got for key, event in update.items() if key != "update_id"]
    mine = [event.get("text") or event["id"] for event in events if event["from"]["id"] == started]
    assert mine == ["/start", "first", query.id, "last"]
    assert listener.most_together == 2


async def test_no_more_connections_than_allowed(api: Api, emulator: Emulator, listener: Listener) -> None:
    for _ in range(5):
        start_chat(emulator)
    listener.held.clear()
    await api.result("setWebhook", url=listener.url, max_connections=2)
    assert (await api.result("getWebhookInfo"))["max_connections"] == 2
    await until(emulator, lambda: listener.together == 2)
    with pytest.raises(AssertionError, match="a call is under way"):
        await emulator.wait_quiet(0.05)
    listener.held.set()
    await emulator.wait_quiet()
    assert len(listener.got) == 5
    assert listener.most_together == 2


async def test_what_is_refused_comes_again_and_the_rest_of_the_chat_waits(
    api: Api, emulator: Emulator, started: int, listener: Listener
) -> None:
    listener.answers = [web.Response(status=500), web.Response(status=302), web.Response(status=401)]
    people.say(emulator.world, emulator.bot_id, started, "next")
    await api.result("setWebhook", url=listener.url)
    await emulator.wait_quiet()
    assert listener.texts == ["/start"] * 4 + ["next"]
    info = await api.result("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 401 Unauthorized"
    assert info["last_error_date"] <= emulator.world.now()


async def test_pauses_between_repeats_grow(
    api: Api, emulator: Emulator, started: int, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = noted_pauses(monkeypatch)
    listener.answers = [web.Response(status=500) for _ in range(4)]
    listener.answers.append(web.Response(status=503, headers={"Retry-After": "7"}))
    listener.answers += [web.Response(status=500) for _ in range(8)]
    emulator.world.webhook_pause = 2
    await api.result("setWebhook", url=listener.url)
    await emulator.wait_quiet()
    assert pauses == [0, 2, 4, 8, 7, 32, 60, 60, 60, 60, 60, 60, 60]


def noted_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the courier would have waited."""
    pauses: list[float] = []
    sleep = asyncio.sleep

    class Asyncio:
        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, pause: float) -> None:
            pauses.append(pause)
            await sleep(0)

    monkeypatch.setattr("emulator.webhook.asyncio", Asyncio())
    return pauses


async def test_nobody_listens_for_a_while(api: Api, emulator: Emulator, started: int) -> None:
    async with served(Listener().take) as url:
        pass  # its port is free again
    await api.result("setWebhook", url=url)
    await until(emulator, lambda: not emulator.world.connected(emulator.bot_id))
    with pytest.raises(AssertionError, match="1 update"):
        await emulator.wait_quiet(0.1)
    info = await api.result("getWebhookInfo")
    assert (info["pending_update_count"], info["last_error_message"]) == (1, "Connection refused")
    late = Listener()
    late.held.set()
    async with served(late.take, int(url.split(":")[2].split("/")[0])):
        await emulator.wait_quiet()
        assert late.texts == ["/start"]
        assert emulator.world.connected(emulator.bot_id)


async def test_a_restart_goes_on_delivering(api: Api, emulator: Emulator, started: int, listener: Listener) -> None:
    listener.held.clear()
    await api.result("setWebhook", url=listener.url, secret_token=SECRET)
    await until(emulator, lambda: listener.together == 1)
    await emulator.stop()
    listener.held.set()
    await emulator.restart()
    await emulator.wait_quiet()
    assert [secret for secret, _ in listener.got] == [SECRET] * 2, "broken off, so it came again"
    assert listener.texts == ["/start"] * 2


async def test_polling_and_a_webhook_exclude_each_other(
    api: Api, emulator: Emulator, started: int, listener: Listener
) -> None:
    (first,) = await api.result("getUpdates")
    poll = asyncio.create_task(api("getUpdates", offset=first["update_id"] + 1, timeout=30))
    await until(emulator, lambda: emulator.bot_id in emulator.world.polls)
    await api.result("setWebhook", url=listener.url)
    status, answer = await poll
    assert (status, answer["description"]) == (409, "Conflict: terminated by setWebhook request")
    assert (await api("getUpdates"))[0] == 409
    assert "can't use getUpdates method while webhook is active" in await api.refusal("getUpdates")
    await api.result("deleteWebhook")
    people.say(emulator.world, emulator.bot_id, started, "polled again")
    (update,) = await api.result("getUpdates")
    assert update["message"]["text"] == "polled again"
    assert listener.got == []
    assert (await api.result("getWebhookInfo"))["url"] == ""


async def test_kinds_of_updates_and_dropping(api: Api, emulator: Emulator, started: int, listener: Listener) -> None:
    hook = {"url": listener.url, "allowed_updates": ["message"], "drop_pending_updates": True}
    await api.result("setWebhook", **hook)
    people.press(emulator.world, emulator.bot_id, started, 1, "x")
    emulator.drop_presses()
    people.say(emulator.world, emulator.bot_id, started, "wanted")
    await emulator.wait_quiet()
    assert listener.texts == ["wanted"]
    assert (await api.result("getWebhookInfo"))["allowed_updates"] == ["message"]
    listener.answers = [web.Response(status=500) for _ in range(1000)]
    people.say(emulator.world, emulator.bot_id, started, "dropped")
    await until(emulator, lambda: "dropped" in listener.texts)
    await api.result("deleteWebhook", drop_pending_updates=True)
    await emulator.wait_quiet()
    assert await api.result("getUpdates") == []


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"secret_token": "a b"}, "Bad Request: secret token contains unallowed characters"),
        ({"secret_token": "a" * 257}, "Bad Request: secret token is too long"),
        ({"url": "http://example.org/hook"}, "emulator: webhooks go to this machine only"),
        ({"url": "https://127.0.0.1/hook"}, "emulator: webhooks go to this machine only"),
        ({"url": "http://[/"}, "emulator: webhooks go to this machine only"),
        ({"allowed_updates": "message"}, "emulator: allowed_updates is no JSON list"),
        ({"certificate": "x"}, "emulator: setWebhook has no parameter certificate here"),
    ],
)
async def test_a_wrong_webhook_is_refused(api: Api, params: dict[str, Any], description: str) -> None:
    assert (await api.refusal("setWebhook", **{"url": "http://localhost:1/", **params})).startswith(description)
    assert (await api.result("getWebhookInfo"))["url"] == ""


async def test_a_method_in_the_answer_is_called_and_nobody_hears_what_came_of_it(
    api: Api, emulator: Emulator, started: int, listener: Listener
) -> None:
    listener.answers = [
        web.json_response({"method": "sendMessage", "chat_id": started, "text": "by the answer"}),
        web.json_response({"method": "sendMessage", "chat_id": started}),
        web.Response(text='--x; name="method"\r\n', content_type="multipart/form-data"),
    ]
    await api.result("setWebhook", url=listener.url)
    await emulator.wait_quiet()
    assert emulator.world.store.messages(emulator.bot_id, started)[-1].text == "by the answer"
    assert emulator.problems() == []
    people.say(emulator.world, emulator.bot_id, started, "b")
    people.say(emulator.world, emulator.bot_id, started, "c")
    await emulator.wait_quiet()
    assert emulator.world.store.pending(emulator.bot_id) == 0, "they have been taken all the same"
    assert any(each.startswith("sendMessage failed: Bad Request") for each in emulator.problems())
    assert any("as JSON only" in each for each in emulator.problems())


async def test_a_dialogue_of_the_driver_and_an_update_that_comes_twice(emulator: Emulator) -> None:
    from aiogram import Dispatcher
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler

    bot, dispatcher = aiogram_bot(emulator), Dispatcher()
    dispatcher.include_router(tiny_router())
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET)
    async with served(handler.handle) as url:
        await bot.set_webhook(url, secret_token=SECRET)
        user = await emulator.user()
        await user.send("/start")
        assert (await user.press("Записаться")).text == "Выберите день"
        assert user.screen().text == "Когда?"
        emulator.duplicate_updates()
        await user.send("twice")
        assert [each.text for each in user.messages() if each.from_bot][-2:] == ["twice", "twice"]
        assert emulator.problems() == []
    await bot.session.close()
