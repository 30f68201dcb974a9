"""The registry is silent after «Да, подтверждаю»: the answer comes by itself, and never two visits."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from emulator.driver import User
from tests.e2e.desk import desk_of, held_slot, intents
from tests.e2e.people import (
    BOOKED,
    CHECKING,
    RU,
    number_on,
    press_all,
    to_confirmation,
    told,
    with_family,
)
from tests.support.bot_process import BotProcess

FAILED = "Записаться не получилось"


async def test_the_answer_was_lost_and_the_confirmation_comes_by_itself(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. The registry books, and its answer is lost on the way.
    town.fault(book="lost")
    await user.press(RU.confirm)
    assert CHECKING in user.screen().text
    assert "Не записывайтесь ещё раз" in user.screen().text

    # STEP 2. Asked by hand there is no answer yet; leaving and coming back shows the same.
    await user.press("Проверить сейчас")
    assert "пока нет" in user.screen().text
    assert CHECKING in user.screen().text
    await press_all(user, "🏠", "Записаться к врачу", "Продолжить")
    assert CHECKING in user.screen().text
    checking = user.screen().message_id or 0
    assert intents(town, user) == [("pending", 0)]

    # STEP 3. The registry speaks again, and it is time to look: the ticket comes as a message, once.
    town.fault()
    town.shift_clock(timedelta(seconds=24))
    await user.wait_for(BOOKED)
    await town.emulator.wait_quiet()
    assert told(user, BOOKED) == 1
    number = number_on(user)

    # STEP 4. The screen that was checking has the ticket too when it is asked.
    await user.press_old(checking, "Проверить сейчас")
    assert told(user, number) == 2

    # STEP 5. Exactly one visit, in the registry and in «Мои записи»; the hold is over.
    async with desk_of(town) as desk:
        assert [visit.number for visit in await desk.visits(user)] == [number]
    await user.press("Мои записи")
    assert "Всего записей: 1" in user.screen().text
    assert held_slot(town, user) is None


async def test_silence_for_good_is_told_as_a_failure_and_the_wizard_goes_on(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. Nothing arrived at the registry, and nobody knows.
    town.fault(book="silent")
    await user.press(RU.confirm)
    assert CHECKING in user.screen().text
    town.fault()

    # STEP 2. It is looked into four times before it is given up.
    for attempt in range(1, 5):
        assert told(user, FAILED) == 0
        town.shift_clock(timedelta(minutes=2))
        await town.comes_true(partial(looked_into, town, user, attempt), f"check {attempt}")
    await user.wait_for(FAILED)
    await town.emulator.wait_quiet()
    assert told(user, FAILED) == 1
    assert "записи нет" in user.screen().text
    async with desk_of(town) as desk:
        assert await desk.visits(user) == []

    # STEP 3. What was chosen is kept: on with it, the time is held anew, and the ticket.
    await press_all(user, "Записаться к врачу", "Продолжить", "Попробовать ещё раз")
    assert BOOKED in user.screen().text
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1
    await press_all(user, "🏠", "Уведомления")
    assert "Всего уведомлений: 2" in user.screen().text


def looked_into(bot: BotProcess, user: User, times: int) -> bool:
    """A booking that is given up is looked for again from the beginning, so it counts anew."""
    status, attempts = intents(bot, user)[0]
    return status == "refused" or attempts >= times


async def test_asking_by_hand_while_it_is_checked(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. «Проверяем», and the old card's «Да, подтверждаю» is pressed once more: still one attempt.
    confirm = next(
        button.callback_data or "" for row in user.screen().buttons for button in row if RU.confirm in button.text
    )
    town.fault(book="lost")
    await user.press(RU.confirm)
    await user.press_data(user.screen().message_id or 0, confirm)
    assert CHECKING in user.screen().text
    assert len(intents(town, user)) == 1

    # STEP 2. Given up waiting: a new booking with the same specialist goes no further, for the first one stands.
    town.fault()
    await press_all(user, "🏠", "Записаться к врачу", "Начать заново", RU.me, "⭐", "Терапевт")
    assert "К этому специалисту уже есть запись" in user.screen().text

    # STEP 3. And that one is told about in its time.
    town.shift_clock(timedelta(seconds=24))
    await user.wait_for(BOOKED)
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1
