"""Somebody whose phone has big letters types «крупнее» in the middle of a booking, and books by the list of days."""

from __future__ import annotations

import pytest

from emulator.driver import User
from tests.e2e.people import WORDS, days, find_and_press, number_on, times, with_family
from tests.support.bot_process import BotProcess

LARGER = {"ru": "Крупнее", "en": "larger"}
SMALLER = {"ru": "мельче", "en": "smaller"}
ON = {"ru": "«Крупно» включено", "en": "Large print is on"}
OFF = {"ru": "«Крупно» выключено", "en": "Large print is off"}
DECEMBER = {"ru": "вт 1 декабря · ", "en": "Tue 1 Dec: "}
CHOSEN = {"ru": "вт 1 декабря", "en": "Tue, 1 December"}
AS_A_CALENDAR = {"ru": "📅 Календарём", "en": "📅 As a calendar"}
AS_A_LIST = {"ru": "📋 Списком", "en": "📋 As a list"}
SURGEON = {"ru": "Хирург", "en": "Surgeon"}
MONDAY = {"ru": "Пн", "en": "Mo"}
WEEK = 7


def rows(user: User) -> list[list[str]]:
    return [[each.text for each in row] for row in user.screen().buttons]


def check_halves(user: User) -> None:
    """Two short buttons a row at most, but for a week of the calendar; two described lines of a list, eight times."""
    for row in rows(user):
        assert len(row) in (1, WEEK) or (len(row) == 2 and max(map(len, row)) <= 19), row
    numbered = [label for label in user.screen().labels if " · " in label and label[0].isdigit()]
    assert len(numbered) <= 2, numbered
    assert len(times(user)) <= 8


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_typed_in_a_booking_and_kept(bot: BotProcess, language: str) -> None:
    words = WORDS[language]
    user = await with_family(bot, language=language)

    # STEP 1. In the middle of a booking: the question comes again below, smaller; the old one has no buttons any more.
    await user.press(words.book)
    await user.press(words.me)
    asked = user.screen().message_id
    await user.send(LARGER[language])
    assert ON[language] in user.screen().text
    assert user.screen().message_id != asked
    assert not next(each for each in user.messages() if each.id == asked).buttons
    check_halves(user)

    # STEP 2. Every step is halved; the days stand as a list that goes on over the month's end.
    await user.press("⭐")
    check_halves(user)
    await find_and_press(user, words.therapist)
    check_halves(user)
    await user.press(words.any_doctor)
    check_halves(user)
    assert AS_A_CALENDAR[language] in user.screen().labels
    while not any(label.startswith(DECEMBER[language]) for label in user.screen().labels):
        await user.press(" ▶️")
        check_halves(user)

    # STEP 3. The calendar is one press away, and so is the way back; both are remembered.
    await user.press(AS_A_CALENDAR[language])
    assert rows(user)[0][0] == MONDAY[language]
    await user.press(words.back)
    await user.press(words.any_doctor)
    assert rows(user)[0][0] == MONDAY[language]
    await user.press(AS_A_LIST[language])

    # STEP 4. A day, a time out of two in a row, and the ticket.
    await find_and_press(user, DECEMBER[language])
    assert CHOSEN[language] in user.screen().text
    check_halves(user)
    assert any(len(row) == 2 and ":" in row[0] for row in rows(user)), "times stand two in a row"
    await user.press(times(user)[0])
    await user.press(words.confirm)
    assert words.booked in user.screen().text
    check_halves(user)
    number = number_on(user)

    # STEP 5. A restart later it is still so, in lists and on Home; one word, and all is as it was.
    await bot.stop()
    await bot.start()
    await user.press(words.my_bookings)
    check_halves(user)
    await user.press("1 ·")
    assert number_on(user) == number
    await user.press(words.home)
    check_halves(user)
    await user.send(SMALLER[language])
    assert OFF[language] in user.screen().text
    await user.send("/start")
    await user.press(words.book)
    await user.press(words.me)
    await user.press("⭐")
    await find_and_press(user, SURGEON[language])
    await user.press(words.any_doctor)
    assert rows(user)[0][0] == MONDAY[language], "the calendar comes first again"
    await user.press(days(user)[-1])
    assert any(len(row) > 2 for row in rows(user)), "times stand as before"


async def test_found_under_more_by_who_does_not_type(bot: BotProcess) -> None:
    user = await with_family(bot)
    await user.press("Ещё")
    assert "Крупно: для больших букв" in user.screen().text
    await user.press("🔍 Крупно")
    assert "🔍 Крупно: выключено" in user.screen().text
    assert "ср 25 ноября · утро, день" in user.screen().text, "how it will look"
    await user.press("✅ Включить")
    assert ON["ru"] in user.screen().text
    assert "🔍 Крупно: включено" in user.screen().text
    check_halves(user)
    await user.press("⬅️ Назад")
    check_halves(user)
    await user.send("/large")
    await user.press("Выключить")
    assert OFF["ru"] in user.screen().text
