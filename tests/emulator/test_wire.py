"""The Bot API over HTTP: ways to send parameters, long polling, faults, who may connect."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest

from emulator import people
from emulator.driver import Emulator, Fault

from .conftest import Api


async def test_four_ways_to_send_parameters(
    api: Api, emulator: Emulator, session: aiohttp.ClientSession, started: int
) -> None:
    url = f"{emulator.url}/bot{emulator.token}/SENDMESSAGE"
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    texts = {"chat_id": str(started), "text": "hi", "disable_notification": "true", "reply_markup": json.dumps(markup)}
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in texts.items():
        multipart.add_field(name, value)
    answers = [
        await session.get(url, params=texts),
        await session.post(url, data=texts),
        await session.post(url, data=multipart),
        await session.post(url, json={"chat_id": started, "text": "hi", "reply_markup": markup}),
    ]
    results = [(await answer.json())["result"] for answer in answers]
    assert [result["message_id"] for result in results] == [2, 3, 4, 5]
    assert all(result["reply_markup"] == markup for result in results)


async def test_unknown_methods_parameters_and_tokens(
    api: Api, emulator: Emulator, session: aiohttp.ClientSession, started: int
) -> None:
    status, answer = await api("sendDice", chat_id=started)
    assert (status, answer["ok"], answer["error_code"]) == (404, False, 404)
    assert answer["description"].startswith("emulator: sendDice is not served")
    described = await api.refusal("sendMessage", chat_id=started, text="a", tekst="b")
    assert described == "emulator: sendMessage has no parameter tekst here"
    assert (await session.get(f"{emulator.url}/botnonsense/getMe")).status == 401
    async with session.post(f"{emulator.url}/bot{emulator.token}/getMe", data=b"{", headers=JSON) as broken:
        assert (await broken.json())["description"].startswith("emulator: the request's body")


JSON = {"Content-Type": "application/json"}


async def test_bots_live_side_by_side(
    api: Api, emulator: Emulator, session: aiohttp.ClientSession, started: int
) -> None:
    async with session.get(f"{emulator.url}/bot42:other/getMe") as answer:
        assert (await answer.json())["result"]["id"] == 42
    async with session.get(f"{emulator.url}/bot42:other/getUpdates") as answer:
        assert (await answer.json())["result"] == []
    async with session.get(f"{emulator.url}/bot42:other/getChat?chat_id={started}") as answer:
        assert answer.status == 400
    assert len(await api.result("getUpdates")) == 1


async def test_offsets_confirm_and_limits_hold(api: Api, emulator: Emulator, started: int) -> None:
    for text in ("a", "b"):
        people.say(emulator.world, emulator.bot_id, started, text)
    first, second, third = await api.result("getUpdates")
    assert second["update_id"] == first["update_id"] + 1
    assert await api.result("getUpdates", limit=1) == [first]
    assert await api.result("getUpdates", offset=second["update_id"]) == [second, third]
    assert await api.result("getUpdates") == [second, third]
    assert await api.result("getUpdates", offset=-1) == [third]
    assert await api.result("getUpdates", offset=third["update_id"] + 1) == []
    assert (await api.result("getWebhookInfo"))["pending_update_count"] == 0


async def test_a_long_poll_ends_with_the_update(api: Api, emulator: Emulator, started: int) -> None:
    (first,) = await api.result("getUpdates")
    poll = asyncio.create_task(api.result("getUpdates", offset=first["update_id"] + 1, timeout=30))
    while emulator.bot_id not in emulator.world.polls:
        await emulator.journal.activity.changed(5)
    people.say(emulator.world, emulator.bot_id, started, "now")
    (update,) = await poll
    assert update["message"]["text"] == "now"


async def test_the_second_poller_ends_the_first(api: Api, emulator: Emulator) -> None:
    first = asyncio.create_task(api("getUpdates", timeout=30))
    while emulator.bot_id not in emulator.world.polls:
        await emulator.journal.activity.changed(5)
    assert await api.result("getUpdates") == []
    status, answer = await first
    assert status == answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")


async def test_allowed_updates_stay_until_changed(api: Api, emulator: Emulator, started: int) -> None:
    await api.result("getUpdates", offset=-1, allowed_updates=["callback_query"])
    await api.result("deleteWebhook", drop_pending_updates=True)
    people.say(emulator.world, emulator.bot_id, started, "unheard")
    assert await api.result("getUpdates") == []
    await api.result("getUpdates", allowed_updates=[])
    people.say(emulator.world, emulator.bot_id, started, "heard")
    assert len(await api.result("getUpdates")) == 1


async def test_faults_on_demand(api: Api, emulator: Emulator, started: int) -> None:
    emulator.fault(Fault("sendMessage", retry_after=7, times=2, chat_id=started))
    flood = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    for _ in range(2):
        assert await api("sendMessage", chat_id=started, text="a") == (429, flood)
        emulator.advance(timedelta(seconds=7))
    assert (await api.result("sendMessage", chat_id=started, text="a"))["message_id"] == 2
    emulator.fault(Fault(code=403))
    assert "blocked" in await api.refusal("getMe")
    emulator.fault(Fault("sendMessage", kind="lose_reply"))
    with pytest.raises(aiohttp.ClientError):
        await api("sendMessage", chat_id=started, text="done all the same")
    assert emulator.world.store.messages(emulator.bot_id, started)[-1].text == "done all the same"
    assert emulator.problems() == []


@pytest.mark.parametrize(
    "headers",
    [{"Host": "rebound.example:80"}, {"Origin": "https://example.org"}, {"Origin": "null"}],
)
async def test_strangers_stay_out(emulator: Emulator, session: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    async with session.post(f"{emulator.url}/control/create-person", json={}, headers=headers) as answer:
        assert answer.status == 403


async def test_control_acts(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    async def act(name: str, **body: object) -> dict[str, object]:
        async with session.post(f"{emulator.url}/control/{name}", json=body) as answer:
            value: dict[str, object] = await answer.json()
            return value

    async with session.get(f"{emulator.url}/control/events") as events:
        created = await act("create-person", first_name="Анна", language_code="en")
        assert created["ok"] is True
        await events.content.readuntil(b"\n\n")
        heard = (await events.content.readuntil(b"\n\n")).decode()
        assert json.loads(heard.removeprefix("data: "))["person"] == created["person"]
    person = emulator.world.store.people()[0]
    where = {"bot_id": emulator.bot_id, "user_id": person.id}
    assert await act("say", **where, text="/start") == {"ok": True, "message_ids": [1]}
    assert (await act("say", **where))["ok"] is False
    assert (await act("press", **where, message_id=9, data="a"))["error"] == "no message 9"
    async with session.get(f"{emulator.url}/control/state") as answer:
        state = await answer.json()
    assert state["chats"][0]["messages"][0]["text"] == "/start"
    assert state["bots"][0]["connected"] is False
