"""Commands and descriptions at Telegram: set where they differ, asked again where there is no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.profile import PAUSES, introduce
from bot.topics import ALL
from bot.views import profile
from emulator.driver import Emulator
from emulator.faults import Fault
from services.texts.i18n import texts

SETTERS = {"setMyCommands": 3, "setMyDescription": 3, "setMyShortDescription": 3}


COMMANDS = [(each.name, each.does) for topic in ALL for each in topic.commands]


class Waits:
    """Sleep that passes at once, at Telegram too."""

    def __init__(self, emulator: Emulator) -> None:
        self.seconds: list[float] = []
        self._emulator = emulator

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._emulator.advance(timedelta(seconds=seconds))


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator.start(tmp_path) as emulator:
        yield emulator


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[Bot]:
    bot = Bot(emulator.token, session=AiohttpSession(api=TelegramAPIServer.from_base(emulator.url)))
    yield bot
    await bot.session.close()


def sets(emulator: Emulator) -> Counter[str]:
    return Counter(call.method for call in emulator.calls if call.method.startswith("set") and call.ok)


async def test_everything_is_set_in_both_languages_and_once(bot: Bot, emulator: Emulator) -> None:
    waits = Waits(emulator)
    await introduce(bot, COMMANDS, waits)
    for code, locale in ((None, "ru"), ("ru", "ru"), ("en", "en")):
        t = texts(locale)
        menu = [(each.command, each.description) for each in await bot.get_my_commands(language_code=code)]
        assert menu == [(name, t.label(does)) for name, does in COMMANDS]
        assert (await bot.get_my_description(language_code=code)).description == profile.description(t)
        short = await bot.get_my_short_description(language_code=code)
        assert short.short_description == profile.short_description(t)
    # What is not set in a language is what everybody is shown, so Russian is set by itself for its commands alone.
    assert sets(emulator) == {"setMyCommands": 3, "setMyDescription": 2, "setMyShortDescription": 2}

    # Another start changes nothing, and a difference is set alone.
    before = sets(emulator)
    await introduce(bot, COMMANDS, waits)
    assert sets(emulator) == before
    await bot.set_my_description("Старое", language_code="en")
    await introduce(bot, COMMANDS, waits)
    assert sets(emulator) - before == {"setMyDescription": 2}, "ours, and the one before it"
    assert waits.seconds == []


async def test_no_answer_is_asked_again_from_there(
    bot: Bot, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    waits = Waits(emulator)
    emulator.fault(Fault("getMyDescription", code=502, times=2))
    emulator.fault(Fault("setMyShortDescription", code=429, retry_after=100))
    await introduce(bot, COMMANDS, waits)
    assert waits.seconds == [PAUSES[0], PAUSES[1], PAUSES[2]], "the third is longer than Telegram's wish"
    assert sets(emulator)["setMyShortDescription"] == 2
    assert Counter(call.method for call in emulator.calls)["getMyCommands"] == 3, "what is settled is not asked again"
    assert "Telegram asks to wait 100 s" in caplog.text


async def test_telegrams_wish_to_wait_is_kept(bot: Bot, emulator: Emulator) -> None:
    waits = Waits(emulator)
    emulator.fault(Fault("getMyCommands", code=429, retry_after=1000))
    await introduce(bot, COMMANDS, waits)
    assert waits.seconds == [1000]


async def test_a_refusal_is_left_and_a_silent_telegram_given_up(
    bot: Bot, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    waits = Waits(emulator)
    emulator.fault(Fault("setMyCommands", code=400, description="Bad Request: BOT_COMMAND_INVALID", times=3))
    await introduce(bot, COMMANDS, waits)
    assert waits.seconds == []
    assert caplog.text.count("TelegramBadRequest") == 3
    assert sets(emulator)["setMyDescription"] == 2, "the rest is set"

    emulator.fault(Fault("getMyCommands", code=500, times=100))
    await introduce(bot, COMMANDS, waits)
    assert waits.seconds == list(PAUSES)
    assert "until the next start" in caplog.text


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_the_texts_fit_telegrams_limits(locale: str) -> None:
    t = texts(locale)
    assert 1 <= len(profile.description(t)) <= 512
    assert 1 <= len(profile.short_description(t)) <= 120
    assert all(1 <= len(t.label(does)) <= 256 for _, does in COMMANDS)
