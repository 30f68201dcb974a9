"""An attacker's tools against a running bot that takes its updates by webhook, while a patient books a visit.

Each tool works until the story ends it. The patient gets the ticket all the same, one and no other; the log stays
clean, and nothing has come of the tool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio

from bot.web.updates import SECRET_HEADER
from emulator import people
from emulator.driver import User
from tests.e2e.desk import desk_of
from tests.e2e.people import BOOKED, RU, number_on, to_confirmation, told, with_family
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery

SECRET = "Тайна-Иванова"
Tool = Callable[[BotProcess, User, User], Coroutine[Any, Any, None]]
"""Takes the bot, the stranger and the victim; works until it is cancelled."""


@pytest_asyncio.fixture(loop_scope="session")
async def bot(tmp_path: Path, filled: Path, nursery: Nursery) -> AsyncIterator[BotProcess]:
    """A running bot of this story alone that is sent its updates, with the pace that people have."""
    paced = {"PRESSES_A_MINUTE": "120"}
    async with running_bot(tmp_path, filled, nursery, webhook=True, checked=False, **paced) as bot:
        yield bot


async def flooding_presses(bot: BotProcess, stranger: User, _victim: User) -> None:
    message = _message(stranger)
    for number in range(300):
        people.press(bot.emulator.world, bot.emulator.bot_id, stranger.id, message, f"g1:{number}")
    await asyncio.Event().wait()


async def flooding_words(bot: BotProcess, stranger: User, _victim: User) -> None:
    for _ in range(300):
        people.say(bot.emulator.world, bot.emulator.bot_id, stranger.id, SECRET)
    await asyncio.Event().wait()


async def guessing_codes(bot: BotProcess, stranger: User, _victim: User) -> None:
    for number in range(300):
        people.start(bot.emulator.world, bot.emulator.bot_id, stranger.id, f"{number:010}")
    await asyncio.Event().wait()


async def slow_heads(bot: BotProcess, _stranger: User, _victim: User) -> None:
    host, port = _address(bot)
    lines = [await asyncio.open_connection(host, port) for _ in range(100)]
    for _, writer in lines:
        writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\n")
    while True:
        for _, writer in lines:
            with suppress(ConnectionError):
                writer.write(b"X")
        await asyncio.sleep(0.1)


async def posting_without_the_secret(bot: BotProcess, stranger: User, victim: User) -> None:
    statuses = set()
    async with aiohttp.ClientSession() as session:
        for guess in (None, "", "guessed", "x" * 1000):
            headers = {} if guess is None else {SECRET_HEADER: guess}
            async with session.post(
                bot.settings["WEBHOOK_URL"], json=_press(victim, "em1:1:x"), headers=headers
            ) as said:
                statuses.add(said.status)
    assert statuses == {401}
    await asyncio.Event().wait()


async def pressing_in_the_victims_name(bot: BotProcess, stranger: User, victim: User) -> None:
    """Whose press it is Telegram says: what stands on the victim's buttons is nothing to another chat."""
    message = _message(stranger)
    seen: set[str] = set()
    while True:
        for row in victim.screen().buttons:
            for button in row:
                data = button.callback_data
                if data and data not in seen:
                    seen.add(data)
                    people.press(bot.emulator.world, bot.emulator.bot_id, stranger.id, message, data)
        await asyncio.sleep(0.01)


async def racing(bot: BotProcess, stranger: User, _victim: User) -> None:
    """One confirmation, pressed from everywhere at once: it is to become several visits."""
    (data,) = [
        button.callback_data for row in stranger.screen().buttons for button in row if button.text.endswith(RU.confirm)
    ]
    assert data is not None
    for _ in range(50):
        people.press(bot.emulator.world, bot.emulator.bot_id, stranger.id, _message(stranger), data)
    await asyncio.Event().wait()


async def replaying(bot: BotProcess, _stranger: User, _victim: User) -> None:
    """Whatever comes comes again and again, in any order."""
    bot.emulator.duplicate_updates(300)
    await asyncio.Event().wait()


def _address(bot: BotProcess) -> tuple[str, int]:
    parts = urlsplit(bot.settings["WEBHOOK_URL"])
    return str(parts.hostname), int(parts.port or 0)


def _message(user: User) -> int:
    message = user.screen().message_id
    assert message is not None
    return message


def _press(whose: User, data: str) -> dict[str, Any]:
    person = {"id": whose.id, "is_bot": False, "first_name": SECRET}
    return {"update_id": 1, "callback_query": {"id": "1", "from": person, "chat_instance": "1", "data": data}}


TOOLS: tuple[Tool, ...] = (
    flooding_presses,
    flooding_words,
    guessing_codes,
    slow_heads,
    posting_without_the_secret,
    pressing_in_the_victims_name,
    racing,
    replaying,
)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
async def test_a_patient_books_while_somebody_attacks(bot: BotProcess, tool: Tool) -> None:
    victim = await with_family(bot)
    stranger = await with_family(bot, "Борис")
    await to_confirmation(stranger)
    await to_confirmation(victim)
    working = asyncio.create_task(tool(bot, stranger, victim))
    await asyncio.sleep(0)
    victim.tap(RU.confirm, times=5)
    await victim.wait_for(BOOKED)
    assert not working.done(), "the tool is at work all the while"
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    assert told(victim, BOOKED) == 1
    async with desk_of(bot) as desk:
        assert [visit.number for visit in await desk.visits(victim)] == [number_on(victim)]
        assert len(await desk.visits(stranger)) <= (1 if tool is racing else 0)
    log = bot.log.read_text()
    assert "Traceback" not in log
    for secret in (SECRET, bot.emulator.token, "Иванов"):
        assert secret not in log
    bot.emulator.world.store.confirm(bot.emulator.bot_id, before=2**62)
