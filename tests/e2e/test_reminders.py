"""The evening before and two hours before: a bot whose clock goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from emulator.driver import User
from services.registry.model import Visit
from services.texts.dates import local
from tests.e2e.desk import desk_of, patients_of
from tests.e2e.people import RU, choose, text_of, to_doctors, told, with_family
from tests.support.bot_process import BotProcess
from tests.support.world import at

TOMORROW = 24
THERAPIST, PAEDIATRICIAN = "110", "59"


@dataclass(frozen=True)
class Said:
    """What reminders say in a language."""

    reminder: str
    tomorrow: str
    today: str
    coming: str
    noted: str
    answered: str


WORDS = {
    "ru": Said(
        "Напоминание", "завтра, вт 24 ноября", "сегодня, вт 24 ноября", "✅ Приду", "Записано", "Вы ответили: приду"
    ),
    "en": Said(
        *("Reminder", "tomorrow, Tue, 24 November", "today, Tue, 24 November", "✅ I will come", "Noted"),
        "You have answered: I will come",
    ),
}


PATIENT = {"ru": "Пациент: ", "en": "Patient: "}


async def made_at_the_desk(bot: BotProcess, user: User, *, hour: int = 10, service: str = THERAPIST) -> Visit:
    """The desk books the holder in for tomorrow, not before this hour; the bot has found it."""
    async with desk_of(bot) as desk:
        slot = next(each for each in await desk.free(service) if each.start >= at(hour, 30, TOMORROW))
        visit = await desk.book(patients_of(bot, user)[0], slot.id)
    bot.shift_clock(timedelta(minutes=6))
    await bot.comes_true(lambda: bool(watched(bot, visit)), "the visit found")
    return visit


def watched(bot: BotProcess, visit: Visit) -> list[tuple[str]]:
    return bot.rows("SELECT status FROM visit_watch WHERE visit_id = ?", visit.id)


def waiting(bot: BotProcess, user: User) -> int:
    """Messages that are due by the bot's clock and not sent yet."""
    ((count,),) = bot.rows(
        "SELECT count(*) FROM outbox JOIN account ON account.id = account_id"
        " WHERE chat_index = chat(?) AND status = 'due' AND due_at <= ?",
        *(user.id, int(bot.now.timestamp() * 1000)),
    )
    return int(count)


async def delivered(bot: BotProcess, user: User) -> None:
    """Waits until nothing is due."""
    await bot.comes_true(lambda: not waiting(bot, user), "everything sent")
    await bot.emulator.wait_quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_visit_of_the_desk_from_the_evening_to_the_answer(bot: BotProcess, language: str) -> None:
    said = WORDS[language]
    user = await with_family(bot, language=language)
    visit = await made_at_the_desk(bot, user)
    assert told(user, said.reminder) == 0, "made at the desk: no news by itself"

    # STEP 1. At 17:59 nothing, at 18:00 the reminder with the person, the time, the doctor, the clinic, the room.
    bot.set_clock(at(17, 58, 23))
    await bot.emulator.wait_quiet()
    assert told(user, said.reminder) == 0
    bot.set_clock(at(18, 0, 23))
    await user.wait_for(said.reminder)
    text = user.screen().text
    for part in (said.tomorrow, visit.doctor, visit.clinic.name, visit.room):
        assert part in text
    assert PATIENT[language] in text

    # STEP 2. «Приду»: the reminder bears the mark instead of the button.
    answer = await user.press(said.coming)
    assert answer.text == said.noted
    assert said.answered in user.screen().text
    assert said.coming not in user.screen().labels
    assert len(user.screen().labels) == 3

    # STEP 3. Two hours before: once more, with the answer in it, and no more after that.
    bot.set_clock(visit.start - timedelta(hours=2))
    await user.wait_for(said.today)
    await delivered(bot, user)
    assert told(user, said.reminder) == 2
    assert said.answered in user.screen().text
    bot.set_clock(visit.start - timedelta(minutes=5))
    await delivered(bot, user)
    assert told(user, said.reminder) == 2


async def test_an_old_reminder_of_a_cancelled_visit_says_so(bot: BotProcess) -> None:
    user = await with_family(bot)
    await made_at_the_desk(bot, user)
    bot.set_clock(at(18, 0, 23))
    reminder = (await user.wait_for("Напоминание")).id

    # STEP 1. «Отменить» asks below, «Да, отменить» cancels; the reminder itself bears the status.
    await user.press("✖️ Отменить")
    assert "Вы действительно хотите отменить запись?" in user.screen().text
    await user.press("Да, отменить")
    assert "Запись отменена заявителем" in user.screen().text
    assert text_of(user, reminder).startswith("🎫 Запись отменена заявителем")

    # STEP 2. The button of the reminder, pressed again by a phone that still showed it.
    visit_id = bot.rows("SELECT visit_id FROM cancel_intent")[0][0]
    await user.press_data(reminder, f"vy1:{visit_id}")
    assert "Эта запись уже отменена." in text_of(user, reminder)
    assert "Запись отменена заявителем" in text_of(user, reminder)

    # STEP 3. No reminder two hours before.
    bot.set_clock(at(14, 0, TOMORROW))
    await delivered(bot, user)
    assert told(user, "Напоминание") == 0, "the only reminder has become the card"


async def test_moving_from_the_reminder_moves_the_reminder_too(bot: BotProcess) -> None:
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    bot.set_clock(at(18, 0, 23))
    await user.wait_for("Напоминание")
    async with desk_of(bot) as desk:
        free = [each for each in await desk.free(THERAPIST) if each.doctor_id == visit.doctor_id]
        later = next(each for each in free if each.start >= at(10, 0, 26))
    await user.press("🔁 Перенести")
    await choose(user, later)
    await user.press("Да, перенести")
    assert local(later.start, "Europe/Moscow").strftime("%H:%M") in user.screen().text

    bot.set_clock(visit.start - timedelta(hours=2))
    await delivered(bot, user)
    assert told(user, "Напоминание") == 0
    bot.set_clock(at(18, 0, local(later.start, "Europe/Moscow").day - 1))
    await user.wait_for("Напоминание")
    assert "завтра" in user.screen().text


async def test_mother_and_child_tomorrow_are_one_message_with_numbers(bot: BotProcess) -> None:
    user = await with_family(bot)
    first = await made_at_the_desk(bot, user)
    child = bot.rows(
        "SELECT patient_of(person.id, patient) FROM person JOIN person_link ON person_id = person.id"
        " WHERE relation = 'child' ORDER BY person_link.created_at"
    )[0][0]
    async with desk_of(bot) as desk:
        free = await desk.free(PAEDIATRICIAN, clinic="demo-02", age=6)
        second = await desk.book(child, next(each for each in free if each.start >= at(15, 0, TOMORROW)).id)
    bot.shift_clock(timedelta(minutes=6))
    await bot.comes_true(lambda: bool(watched(bot, second)), "the child's visit found")

    bot.set_clock(at(18, 0, 23))
    await user.wait_for("Напоминание")
    await delivered(bot, user)
    assert told(user, "Напоминание") == 1
    assert user.screen().labels[:6] == [
        *("1 · Приду", "1 · Перенести", "1 · Отменить"),
        *("2 · Придём", "2 · Перенести", "2 · Отменить"),
    ]
    await user.press("2 · Придём")
    assert "Вы ответили: придём" in user.screen().text
    assert user.screen().labels[:5] == [
        *("1 · Приду", "1 · Перенести", "1 · Отменить"),
        *("2 · Перенести", "2 · Отменить"),
    ]
    assert first.clinic.name in user.screen().text


async def test_a_bot_that_was_down_over_the_evening_tells_in_the_morning(bot: BotProcess) -> None:
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    await bot.stop()
    bot.set_clock(at(22, 30, 23))
    await bot.start()
    await bot.emulator.wait_quiet()
    assert told(user, "Напоминание") == 0
    bot.set_clock(at(8, 0, TOMORROW))
    await user.wait_for("Напоминание")
    assert "сегодня, вт 24 ноября" in user.screen().text
    assert visit.doctor in user.screen().text


async def test_booked_here_by_the_holder_is_reminded_of_as_well(bot: BotProcess) -> None:
    user = await with_family(bot)
    async with desk_of(bot) as desk:
        slot = next(each for each in await desk.free(THERAPIST) if each.start >= at(12, 0, TOMORROW))
    await to_doctors(user)
    await user.press(RU.any_doctor)
    await choose(user, slot)
    await user.press(RU.confirm)
    assert RU.booked in user.screen().text
    bot.set_clock(at(18, 0, 23))
    await user.wait_for("Напоминание")
    bot.set_clock(slot.start - timedelta(hours=2))
    await user.wait_for("сегодня, вт 24 ноября")
    assert told(user, "Напоминание") == 2
