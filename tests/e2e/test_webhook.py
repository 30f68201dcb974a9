"""Updates by webhook: a visit from the first word to the ticket; a power cut at work; back to polling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest_asyncio

from bot.web.updates import SECRET_HEADER
from emulator import people
from tests.e2e.desk import desk_of
from tests.e2e.people import BOOKED, CHECKING, RU, number_on, to_confirmation, told, with_family
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery


@pytest_asyncio.fixture(loop_scope="session")
async def bot(tmp_path: Path, filled: Path, nursery: Nursery) -> AsyncIterator[BotProcess]:
    """A running bot of this story alone that is sent its updates."""
    async with running_bot(tmp_path, filled, nursery, webhook=True) as bot:
        yield bot


def methods(bot: BotProcess) -> list[str]:
    return [call.method for call in bot.emulator.calls]


async def test_booked_by_webhook(bot: BotProcess) -> None:
    # STEP 1. From the first word to the ticket, nothing is polled for.
    user = await with_family(bot)
    await to_confirmation(user)
    await user.press_many(RU.confirm, times=5)
    assert BOOKED in user.screen().text
    async with desk_of(bot) as desk:
        assert [visit.number for visit in await desk.visits(user)] == [number_on(user)]
    assert methods(bot).count("setWebhook") == 1
    assert "deleteWebhook" not in methods(bot)
    assert "answerCallbackQuery" in methods(bot), "which went along with the requests"

    # STEP 2. It is well, and says so; who does not know the secret gets nowhere.
    url = bot.settings["WEBHOOK_URL"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url.replace("/telegram", "/healthz")) as answer:
            assert answer.status == 200
        async with session.post(url, json={"update_id": 1}, headers={SECRET_HEADER: "guessed"}) as answer:
            assert answer.status == 401

    # STEP 3. A restart leaves the webhook as it is; what was pressed meanwhile is answered.
    assert await bot.stop() == 0
    hook = bot.emulator.world.bot(bot.emulator.bot_id).webhook
    assert hook is not None
    assert (hook.url, len(hook.secret_token)) == (url, 64)
    user.tap("🏠")
    await bot.start()
    await bot.emulator.wait_quiet()
    assert RU.my_bookings in " ".join(user.screen().labels)
    assert methods(bot).count("setWebhook") == 1


async def test_killed_at_work_and_sent_the_press_again(bot: BotProcess) -> None:
    # STEP 1. The registry has the visit; the power goes before Telegram was told that the press has been handled.
    user = await with_family(bot)
    await to_confirmation(user)
    bot.fault(book="die-after")
    user.tap(RU.confirm)
    await bot.ended()
    assert bot.emulator.world.store.pending(bot.emulator.bot_id) == 1
    bot.fault()

    # STEP 2. Back again, it is sent the press again, and looks what became of the first one.
    await bot.start()
    await bot.emulator.wait_quiet()
    assert CHECKING in user.screen().text

    # STEP 3. One ticket, one visit.
    bot.shift_clock(timedelta(seconds=24))
    await user.wait_for(BOOKED)
    await bot.emulator.wait_quiet()
    assert told(user, BOOKED) == 1
    async with desk_of(bot) as desk:
        assert [visit.number for visit in await desk.visits(user)] == [number_on(user)]


async def test_what_is_wrong_is_said_in_one_line_and_polling_takes_the_webhook_off(bot: BotProcess) -> None:
    good = dict(bot.settings)
    await bot.stop()

    # STEP 1. An address that cannot be had: exit code 2, one line.
    bot.settings["WEBHOOK_URL"] = "https://bot.example.org/telegram"
    code, said = await bot.command("run")
    assert (code, said.count("\n")) == (2, 1), said
    assert "refuses WEBHOOK_URL" in said
    bot.settings |= good | {"HTTP_PORT": bot.emulator.url.rsplit(":", 1)[1]}
    code, said = await bot.command("run")
    assert (code, said.count("\n")) == (2, 1), said
    assert "HTTP_PORT" in said
    bot.emulator.forgiven = ("setWebhook",)

    # STEP 2. Without one the bot polls, and nothing is lost on the way.
    bot.settings |= {"WEBHOOK_URL": ""}
    user = await bot.emulator.user()
    people.say(bot.emulator.world, bot.emulator.bot_id, user.id, "/start")
    await bot.start()
    await bot.emulator.wait_quiet()
    assert methods(bot).count("deleteWebhook") == 1
    assert user.screen().text
