"""First visit ever: from /start to the ticket, in both languages."""

from __future__ import annotations

import pytest

from tests.e2e.people import WORDS, with_family
from tests.support.bot_process import BotProcess


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_family_takes_eight_presses_to_the_ticket(bot: BotProcess, language: str) -> None:
    words = WORDS[language]
    user = await with_family(bot, language=language)

    # 1. Home → the ticket, nothing typed.
    await user.press(words.book)
    await user.press(words.me)
    await user.press("⭐")
    await user.press(words.therapist)
    await user.press(words.any_doctor)
    await user.press(next(label for label in user.screen().labels if label.isdigit()))
    await user.press(next(label for label in user.screen().labels if label[0].isdigit() and ":" in label))
    await user.press(words.confirm)
    assert words.booked in user.screen().text
    number = user.screen().text.splitlines()[1].split(": ")[1]

    # 2. It stands in «Мои записи», on Home and in «Уведомления»; nothing was sent twice.
    await user.press(words.my_bookings)
    await user.press("1 ·")
    assert number in user.screen().text
    await user.press(words.home)
    await user.press(words.notifications)
    assert words.booked in user.screen().text
    assert sum(words.booked in message.text for message in user.messages()) == 1
