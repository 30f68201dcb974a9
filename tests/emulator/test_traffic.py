"""What the page's log is told: updates as they are delivered, calls with what came back, files as name and size."""

from __future__ import annotations

import contextlib

import aiohttp

from emulator import people, pictures
from emulator.driver import Emulator, Fault

from .conftest import Api


async def test_updates_calls_and_what_never_arrived(
    emulator: Emulator, api: Api, session: aiohttp.ClientSession, started: int
) -> None:
    people.say(emulator.world, emulator.bot_id, started, "привет")
    updates = await api.result("getUpdates")
    await api.result("getUpdates", offset=updates[-1]["update_id"] + 1)
    assert await api.refusal("sendMessage", chat_id=1, text="кому") == "Bad Request: chat not found"
    form = aiohttp.FormData({"chat_id": str(started)})
    form.add_field("photo", pictures.sample(), filename="map.png")
    url = f"{emulator.url}/bot{emulator.token}"
    async with session.post(f"{url}/sendPhoto", data=form) as answer:
        assert answer.status == 200
    emulator.fault(Fault(kind="lose_reply"))
    with contextlib.suppress(aiohttp.ClientError):
        await session.post(f"{url}/sendMessage", json={"chat_id": started, "text": "потеряно"})

    async with session.get(f"{emulator.url}/control/traffic") as answer:
        entries = (await answer.json())["entries"]
    told = [(each["kind"], each["name"], each["status"]) for each in entries]
    assert told == [
        ("update", "message", 200),
        ("update", "message", 200),
        ("call", "sendMessage", 400),
        ("call", "sendPhoto", 200),
        ("call", "sendMessage", 0),
    ]
    assert entries[1]["sent"]["message"]["text"] == "привет"
    assert entries[2]["answer"]["description"] == "Bad Request: chat not found"
    assert entries[3]["sent"]["photo"] == f"map.png, {len(pictures.sample())} B"
    assert entries[4]["answer"] is None
    assert [each["number"] for each in entries] == sorted(each["number"] for each in entries)
