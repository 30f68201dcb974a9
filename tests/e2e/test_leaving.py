"""Leaving a wizard half-way and coming back, from every step, in every way there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from emulator.driver import User
from tests.e2e.desk import held_slot
from tests.e2e.journeys import Stop, booking, booking_for_another, own_form
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    CHECKING,
    RU,
    WHO,
    asked_below,
    press_all,
    to_confirmation,
    with_consent,
    with_family,
)
from tests.e2e.test_another_citizen import typed as typed_citizen
from tests.e2e.test_anything import bothered
from tests.support.bot_process import BotProcess


@dataclass(frozen=True)
class Journey:
    """A wizard: who goes, what opens it, its steps. `kept_from`: the first step worth coming back to."""

    begin: Callable[[BotProcess], object]
    opens: str
    stops: Callable[[], Sequence[Stop]]
    kept_from: int
    unfinished: str


JOURNEYS = {
    "form": Journey(with_consent, "Заполнить анкету", own_form, 1, "Вы не закончили анкету"),
    "booking": Journey(with_family, "Записаться к врачу", booking, 1, "Вы не закончили запись"),
    "another": Journey(with_family, "Записаться к врачу", booking_for_another, 3, "Вы не закончили запись"),
}
every_wizard = pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS.keys())


async def begun(bot: BotProcess, journey: Journey) -> User:
    user = await (with_consent(bot) if journey.begin is with_consent else with_family(bot))
    await user.press(journey.opens)
    return user


@every_wizard
async def test_home_and_back_from_every_step(town: BotProcess, journey: Journey) -> None:
    user = await begun(town, journey)
    for number, stop in enumerate(journey.stops()):
        assert stop.is_shown_to(user), f"{stop.name}: {user.screen().text}"

        # STEP 1. «Главное меню»; nothing is asked for any more below the chat, and typing is not an answer.
        await user.press("🏠")
        await asked_below(town, user, None)
        if number == journey.kept_from:
            await user.send("Сидорова")
            assert "Здесь всё делается кнопками" in user.screen().text
            await user.press("🏠")

        # STEP 2. The same button offers to go on; where nothing was chosen yet it simply begins.
        await user.press(journey.opens)
        if number >= journey.kept_from:
            assert journey.unfinished in user.screen().text
            await user.press("Продолжить")
        assert stop.is_shown_to(user) or number < journey.kept_from, f"{stop.name}: {user.screen().text}"
        if number < journey.kept_from and not stop.is_shown_to(user):
            await press_all(user, "Другой регион")
        await asked_below(town, user, "📱 Отправить мой номер" if stop.name == "phone" else None)
        await stop.go(user)


@every_wizard
async def test_help_and_another_language_at_every_step(town: BotProcess, journey: Journey) -> None:
    user = await begun(town, journey)
    for stop in journey.stops():
        assert stop.is_shown_to(user), f"{stop.name}: {user.screen().text}"

        # STEP 1. /help, and on from it.
        await user.send("/help")
        assert "📅 Как записаться к врачу" in user.screen().labels
        await user.press("▶️ Продолжить")
        assert stop.is_shown_to(user), f"{stop.name}: {user.screen().text}"

        # STEP 2. /language: the same step in English, and back.
        await user.send("/language")
        await user.press("English")
        assert stop.says_in_english in user.screen().text
        await user.send("/language")
        await user.press("Русский")
        assert stop.is_shown_to(user), f"{stop.name}: {user.screen().text}"
        await asked_below(town, user, "📱 Отправить мой номер" if stop.name == "phone" else None)
        await stop.go(user)


@pytest.mark.parametrize("journey", [JOURNEYS["form"], JOURNEYS["booking"]], ids=["form", "booking"])
async def test_cancel_at_every_step(town: BotProcess, journey: Journey) -> None:
    user = await begun(town, journey)
    stops = journey.stops()
    for number in range(len(stops)):
        for stop in stops[:number]:
            await stop.go(user)
        assert stops[number].is_shown_to(user)
        left = user.screen().message_id

        # STEP 1. /cancel gives it up: said so by itself, no time held, no button left on the old screen.
        await user.send("/cancel")
        assert user.screen().text.startswith("Начатое отменено.")
        assert held_slot(town, user) is None
        assert next(message for message in user.messages() if message.id == left).labels == []
        await asked_below(town, user, None)

        # STEP 2. The next one begins at the beginning.
        await user.press("🏠")
        await user.press(journey.opens)
        assert stops[0].is_shown_to(user)

    # STEP 3. Nothing begun, nothing to cancel.
    await user.send("/cancel")
    await user.send("/cancel")
    assert "Ничего незаконченного нет" in user.screen().text


async def test_another_language_at_home_stays_at_home(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. The booking was left for Home; a change of the language does not bring it back unasked.
    await press_all(user, "🏠", "Ещё", "Помощь", "Язык", "English")
    assert user.screen().text.startswith("🏠 Main menu")
    await press_all(user, "Book a doctor", "Go on")
    assert "Please check the booking" in user.screen().text


async def test_beginning_anew_lets_the_time_go(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)
    assert held_slot(town, user)

    # STEP 1. «Начать заново»: the first question, and the time is free for others.
    await press_all(user, "🏠", "Записаться к врачу", "Начать заново")
    assert WHO in user.screen().text
    assert held_slot(town, user) is None


async def test_a_booking_left_for_a_day_is_forgotten(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)
    await user.press("🏠")
    town.shift_clock(timedelta(hours=25))
    await press_all(user, "Записаться к врачу")
    assert WHO in user.screen().text


async def test_a_restart_in_the_middle_of_the_form_and_of_the_booking(bot: BotProcess) -> None:
    # STEP 1. One is asked for the phone, another is about to confirm, a third has left that very card for Home.
    filling, confirming, away = await with_consent(bot, "Мария"), await with_family(bot), await with_family(bot, "Пётр")
    await filling.press("Заполнить анкету")
    for stop in own_form()[:5]:
        await stop.go(filling)
    await to_confirmation(confirming)
    await to_confirmation(away, service="Хирург")
    asked, card, left = filling.screen(), confirming.screen(), away.screen().text
    held = held_slot(bot, confirming), held_slot(bot, away)
    await away.press("🏠")

    # STEP 2. The bot restarts; on the screens nothing has changed, and the times are held.
    await bot.restart()
    assert (filling.screen(), confirming.screen()) == (asked, card)
    assert (held_slot(bot, confirming), held_slot(bot, away)) == held

    # STEP 3. The contact is taken as the answer, the rest is asked.
    for stop in own_form()[5:]:
        assert stop.is_shown_to(filling)
        await stop.go(filling)
    await filling.press("Всё верно")
    assert "Орлова Анна" in filling.screen().text

    # STEP 4. The old button books.
    await confirming.press(RU.confirm)
    assert BOOKED in confirming.screen().text

    # STEP 5. «Продолжить» shows the same card with the same time.
    await press_all(away, "Записаться к врачу", "Продолжить")
    assert CHECK_BOOKING in away.screen().text
    assert away.screen().text.splitlines()[:-1] == left.splitlines()[:-1]
    await away.press(RU.confirm)
    assert BOOKED in away.screen().text


async def test_the_two_steps_off_the_way(town: BotProcess) -> None:
    # STEP 1. The advice for somebody without a policy: help, another language, Home, anything typed.
    user = await with_family(town)
    await press_all(user, "Записаться к врачу", "Другой гражданин")
    await typed_citizen(user, None)
    await press_all(user, "Всё верно", "1 ·")
    await left_and_come_back_to(
        town, user, "Без полиса записывают по телефону", "Without a policy the visit is booked by phone"
    )
    await user.send("/cancel")
    assert user.screen().text.startswith("Начатое отменено.")
    await user.press("🏠")

    # STEP 2. The same while it is being checked whether the visit stands.
    await to_confirmation(user)
    town.fault(book="lost")
    await user.press(RU.confirm)
    town.fault()
    await left_and_come_back_to(town, user, CHECKING, "We are checking the booking")

    # STEP 3. /cancel gives up nothing here: whether there is a visit is not known yet, and is not denied.
    await user.send("/cancel")
    assert "Новой записи не сделано" not in user.screen().text
    assert "пока нет" in user.screen().text
    await press_all(user, "🏠", "Записаться к врачу", "Продолжить")
    assert CHECKING in user.screen().text
    town.shift_clock(timedelta(seconds=24))
    await user.wait_for(BOOKED)


async def left_and_come_back_to(bot: BotProcess, user: User, says: str, says_in_english: str) -> None:
    """Every way out of a screen leads back to it, and it takes anything."""
    assert says in user.screen().text
    await user.send("/help")
    await user.press("▶️ Продолжить")
    assert says in user.screen().text
    await user.send("/language")
    await user.press("English")
    assert says_in_english in user.screen().text
    await user.send("/language")
    await user.press("Русский")
    assert says in user.screen().text
    await press_all(user, "🏠", "Записаться к врачу", "Продолжить")
    assert says in user.screen().text
    answers = await bothered(bot, user)
    assert sum(says in message.text for message in answers) == len(answers) - 1  # not /unknown
