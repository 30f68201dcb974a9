"""Trouble on demand: 429 that holds, what is answered never or late, a cut, updates in another order."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from emulator import people
from emulator.driver import Emulator, Fault
from tests.emulator.conftest import Api, start_chat


async def test_a_429_holds_until_its_seconds_have_passed(api: Api, emulator: Emulator, started: int) -> None:
    other = start_chat(emulator)
    emulator.fault(Fault(retry_after=7, chat_id=started))
    assert (await api("sendMessage", chat_id=started, text="a"))[1]["parameters"] == {"retry_after": 7}
    emulator.advance(timedelta(seconds=4))
    status, early = await api("sendMessage", chat_id=started, text="a")
    assert (status, early["parameters"]) == (429, {"retry_after": 3}), "who comes too early is refused again"
    assert await api.result("sendMessage", chat_id=other, text="others do not wait")
    emulator.advance(timedelta(seconds=3))
    assert await api.result("sendMessage", chat_id=started, text="a")
    assert emulator.problems() == []


async def test_a_429_overall_concerns_every_chat(api: Api, emulator: Emulator, started: int) -> None:
    emulator.fault(Fault("sendMessage", retry_after=7))
    assert (await api("sendMessage", chat_id=started, text="a"))[0] == 429
    assert (await api("sendMessage", chat_id=start_chat(emulator), text="a"))[0] == 429
    assert await api.result("sendChatAction", chat_id=started, action="typing"), "another method is not concerned"


async def test_the_answer_to_a_press_belongs_to_its_chat(api: Api, emulator: Emulator, started: int) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await api.result("sendMessage", chat_id=started, text="a", reply_markup=markup)
    query = people.press(emulator.world, emulator.bot_id, started, sent["message_id"], "a")
    emulator.fault(Fault("answerCallbackQuery", code=403, chat_id=started))
    assert "blocked" in await api.refusal("answerCallbackQuery", callback_query_id=query.id)
    assert await api.result("answerCallbackQuery", callback_query_id=query.id)


async def test_a_lost_call_does_nothing(api: Api, emulator: Emulator, started: int) -> None:
    emulator.fault(Fault("sendMessage", kind="lose_call"))
    with pytest.raises(aiohttp.ClientError):
        await api("sendMessage", chat_id=started, text="never")
    assert [each.text for each in emulator.world.store.messages(emulator.bot_id, started)] == ["/start"]


async def test_a_slow_answer_comes_after_the_work(api: Api, emulator: Emulator, started: int) -> None:
    emulator.fault(Fault("sendMessage", kind="slow", delay_ms=40))
    began = time.monotonic()
    asking = asyncio.create_task(api.result("sendMessage", chat_id=started, text="slow"))
    while len(emulator.world.store.messages(emulator.bot_id, started)) < 2:
        await emulator.journal.activity.changed(1)
    assert not asking.done()
    await asking
    assert time.monotonic() - began >= 0.04


async def test_getupdates_meets_faults_that_name_it(api: Api, emulator: Emulator, started: int) -> None:
    emulator.fault(Fault("getUpdates", code=502))
    emulator.fault(Fault("getUpdates", kind="lose_reply"))
    assert await api.refusal("getUpdates") == "Bad Gateway"
    with pytest.raises(aiohttp.ClientError):
        await api("getUpdates")
    assert len(await api.result("getUpdates")) == 1, "nothing was lost with the answer"
    assert not [each for each in emulator.problems() if "failed" in each], "it was asked for"


async def test_a_cut_breaks_everything_off(api: Api, emulator: Emulator, started: int) -> None:
    await api.result("getUpdates", offset=-1)
    (last,) = await api.result("getUpdates", offset=-1)
    waiting = asyncio.create_task(api("getUpdates", offset=last["update_id"] + 1, timeout=20))
    while not emulator.world.polls:
        await emulator.journal.activity.changed(1)
    emulator.cut(on=True)
    with pytest.raises(aiohttp.ClientError):
        await waiting
    for method in ("getUpdates", "getMe", "sendMessage"):
        with pytest.raises(aiohttp.ClientError):
            await api(method)
    people.say(emulator.world, emulator.bot_id, started, "meanwhile")
    emulator.cut(on=False)
    assert [each["message"]["text"] for each in await api.result("getUpdates")] == ["meanwhile"]


async def test_a_cut_holds_the_webhook_up(api: Api, emulator: Emulator, started: int) -> None:
    taken: list[str] = []

    async def take(request: web.Request) -> web.Response:
        taken.append((await request.json())["message"]["text"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await api.result("setWebhook", url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
        await emulator.wait_quiet()
        emulator.cut(on=True)
        people.say(emulator.world, emulator.bot_id, started, "meanwhile")
        assert await emulator.journal.activity.changed(0.05) or taken == ["/start"]
        assert taken == ["/start"]
        emulator.cut(on=False)
        await emulator.wait_quiet()
        assert taken == ["/start", "meanwhile"]
    finally:
        await runner.cleanup()


async def test_an_update_is_overtaken(api: Api, emulator: Emulator, started: int) -> None:
    emulator.reorder_updates()
    for text in ("first", "second", "third"):
        people.say(emulator.world, emulator.bot_id, started, text)
    updates = await api.result("getUpdates")
    assert [each["message"]["text"] for each in updates] == ["/start", "second", "first", "third"]
    assert [each["update_id"] - updates[0]["update_id"] for each in updates] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "fields",
    [
        {"code": 400, "description": "Bad Request: never heard of"},
        {"code": 400},
        {"code": 200},
        {"kind": "explode"},
        {"times": 0},
        {"retry_after": 0},
    ],
)
def test_what_telegram_never_answers_is_not_armed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault(**fields)


def test_the_fields_of_a_known_description_are_filled_in() -> None:
    assert Fault(code=400, description='Bad Request: parameter "media" is required')
    assert Fault(code=400, description="Bad Request: can't parse entities: unclosed tag at offset 3")


async def test_the_page_arms_and_ends_them(emulator: Emulator, session: aiohttp.ClientSession, api: Api) -> None:
    async def act(name: str, **body: object) -> tuple[int, Any]:
        async with session.post(f"{emulator.url}/control/{name}", json=body) as answer:
            return answer.status, await answer.json()

    async def state() -> Any:
        async with session.get(f"{emulator.url}/control/state") as answer:
            return (await answer.json())["faults"]

    assert (await act("fault", method="getMe", code=502))[0] == 200
    assert (await act("fault", code=400, description="nonsense"))[0] == 400
    await act("reorder")
    await act("duplicate", count=2)
    await act("cut", on=True)
    armed = await state()
    assert [each["method"] for each in armed["armed"]] == ["getMe"]
    assert (armed["duplicates"], armed["overtaken"], armed["cut"]) == (2, 1, True)
    user = start_chat(emulator)
    await act("end-faults")
    assert await state() == {"armed": [], "floods": [], "duplicates": 0, "overtaken": 0, "cut": False}
    assert await api.result("getMe")
    updates = await api.result("getUpdates")
    assert [each["message"]["from"]["id"] for each in updates] == [user], "what waited to be overtaken comes too"
