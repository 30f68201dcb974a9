"""«Уведомления»: what others have changed comes by itself, is counted, opens and is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.e2e.desk import desk_of
from tests.e2e.people import RU, WORDS, press_all, to_confirmation, told, with_family
from tests.e2e.test_reminders import made_at_the_desk, watched
from tests.support.bot_process import BotProcess
from tests.support.world import at

THERAPIST = "110"
COUNTED = {"ru": "🔔 Уведомления (1)", "en": "🔔 Notifications (1)"}
ALL = {"ru": "🔔 Уведомления", "en": "🔔 Notifications"}
CANCELLED = {
    "ru": ("Поликлиника отменила эту запись", "Отменена медучреждением", "Не прочитано: 1"),
    "en": ("The clinic has cancelled this booking", "Cancelled by the clinic", "Not read yet: 1"),
}


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_cancelled_by_the_clinic(bot: BotProcess, language: str) -> None:
    words, (news, status, unread) = WORDS[language], CANCELLED[language]
    user = await with_family(bot, language=language)
    visit = await made_at_the_desk(bot, user)

    # STEP 1. The clinic cancels; within minutes it is told by itself, once.
    async with desk_of(bot) as desk:
        await desk.admin.cancel_visit(visit.id)
    bot.shift_clock(timedelta(minutes=6))
    await user.wait_for(news)
    assert status in user.screen().text
    assert visit.doctor in user.screen().text
    bot.shift_clock(timedelta(minutes=12))
    await bot.emulator.wait_quiet()
    assert told(user, news) == 1

    # STEP 2. Home counts it; the list marks it; it opens as the card, and is read.
    await user.press(words.home)
    assert COUNTED[language] in user.screen().labels
    await user.press(COUNTED[language])
    assert f"● 1. {status}" in user.screen().text
    assert unread in user.screen().text
    await user.press("1 ·")
    assert user.screen().text.startswith(f"🎫 {status}")
    await user.press(words.back)
    assert f"1. {status}" in user.screen().text
    assert "●" not in user.screen().text
    await user.press(words.home)
    assert ALL[language] in user.screen().labels


async def test_moved_by_the_clinic(bot: BotProcess) -> None:
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    async with desk_of(bot) as desk:
        later = next(each for each in await desk.free(THERAPIST) if each.start >= at(10, 0, 26))
        moved = await desk.admin.move_visit(visit.id, later.id)
    bot.shift_clock(timedelta(minutes=6))
    await user.wait_for("Запись перенесена")
    said = user.screen().text
    assert "Было: завтра, вт 24 ноября" in said
    assert moved.number in said
    assert [row for (row,) in watched(bot, moved)] == ["booked"]

    # No reminder of the day that was; the new day has its own.
    bot.set_clock(at(20, 0, 23))
    await bot.emulator.wait_quiet()
    assert told(user, "Напоминание") == 0
    bot.set_clock(moved.start.replace(hour=15, minute=0) - timedelta(days=1))
    await user.wait_for("Напоминание")


async def test_a_silent_registry_is_no_news(bot: BotProcess) -> None:
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    async with desk_of(bot) as desk:
        await desk.admin.cancel_visit(visit.id)
    bot.fault(visits="unavailable")
    bot.shift_clock(timedelta(minutes=6))
    await bot.emulator.wait_quiet()
    assert told(user, "отмен") == 0
    bot.fault()
    bot.shift_clock(timedelta(minutes=2))
    await user.wait_for("Поликлиника отменила эту запись")


async def test_all_are_read_with_one_press_and_the_ticket_on_the_screen_at_once(bot: BotProcess) -> None:
    user = await with_family(bot)

    # STEP 1. What the screen has shown is no news.
    await to_confirmation(user)
    await user.press(RU.confirm)
    await user.press(RU.home)
    assert ALL["ru"] in user.screen().labels

    # STEP 2. Two reminders are; one press reads them.
    ((start,),) = bot.rows("SELECT starts_at FROM booking_intent")
    await made_at_the_desk(bot, user, service="122")
    bot.set_clock(at(18, 0, 23))
    await user.wait_for("Напоминание")
    assert start
    await user.press(RU.home)
    assert any(label.startswith("🔔 Уведомления (") for label in user.screen().labels)
    await press_all(user, "🔔", "Прочитать все")
    assert "●" not in user.screen().text
    assert "Прочитать все" not in " ".join(user.screen().labels)

    # STEP 3. A reminder opens as a reminder, and leads back to the list.
    await user.press("1 ·")
    assert "Напоминание" in user.screen().text
    await user.press(RU.back)
    assert user.screen().text.startswith("Уведомления")


async def test_a_line_of_somebody_else_is_nothing(town: BotProcess) -> None:
    user = await with_family(town)
    other = await with_family(town)
    await to_confirmation(other)
    await other.press(RU.confirm)
    ((theirs,),) = town.rows(
        "SELECT notification.id FROM notification JOIN account ON account.id = account_id"
        " WHERE chat_index = chat(?) AND kind = 'booking_confirmed'",
        other.id,
    )
    await user.press("🔔")
    last = [message for message in user.messages() if message.from_bot][-1]
    await user.press_data(last.id, f"no1:{theirs}")
    assert "Здесь больше ничего нет" in user.screen().text
