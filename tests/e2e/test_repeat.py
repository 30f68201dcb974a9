"""«Записаться к врачу» begins with the specialist seen before: three presses from Home."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator.driver import User
from tests.e2e.desk import desk_of
from tests.e2e.people import RU, WORDS, Words, find_and_press, to_confirmation, with_family
from tests.support.bot_process import BotProcess


async def seen_a_therapist(bot: BotProcess, words: Words = RU) -> User:
    """Somebody with the ready family whose visit is over by now, at Home."""
    user = await with_family(bot, language=words.language)
    await to_confirmation(user, words)
    await user.press(words.confirm)
    assert words.booked in user.screen().text
    bot.shift_clock(timedelta(days=3))
    async with desk_of(bot) as desk:
        await desk.roll()
    await user.send("/start")
    return user


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_three_presses_from_home(bot: BotProcess, language: str) -> None:
    words = WORDS[language]
    user = await seen_a_therapist(bot, words)
    await user.press(words.book)
    (offered,) = (each for each in user.screen().labels if each.startswith("🔁"))
    assert words.therapist in offered
    await user.press("🔁")
    await user.press(words.confirm)
    assert words.booked in user.screen().text
    time = offered.split(" ")[-1]
    assert time in user.screen().text, "the very time that stood on the button"


async def test_what_was_left_half_way_does_not_hide_it(bot: BotProcess) -> None:
    user = await seen_a_therapist(bot)
    await user.press(RU.book)
    await user.press(RU.me)
    await user.press(RU.home)
    await user.press(RU.book)
    assert "Продолжить" in " ".join(user.screen().labels)
    await user.press("🔁")
    await user.press(RU.confirm)
    assert RU.booked in user.screen().text


async def test_once_more_from_the_card_of_a_visit_opens_the_doctors_calendar(bot: BotProcess) -> None:
    user = await seen_a_therapist(bot)
    await user.press(RU.my_bookings)
    await user.press("Прошедшие")
    await find_and_press(user, "1 ·")
    assert "Случай завершён" in user.screen().text
    await user.press("Записаться ещё раз")
    assert "На какой день?" in user.screen().text
