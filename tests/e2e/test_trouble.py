"""A Telegram that says no, replies that get lost, updates that come twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator.driver import Fault, User
from tests.e2e.desk import desk_of, intents
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    RU,
    WHICH_SERVICE,
    press_all,
    to_confirmation,
    told,
    with_consent,
    with_family,
)
from tests.support.bot_process import BotProcess

FAILED = "Записаться не получилось"


@pytest.mark.parametrize("method", ["editMessageText", "answerCallbackQuery"])
async def test_the_reply_to_the_ticket_is_lost(town: BotProcess, method: str) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. Telegram shows the ticket, but the bot never hears that it has.
    town.emulator.fault(Fault(method=method, kind="lose_reply", chat_id=user.id if method.startswith("edit") else None))
    await user.press(RU.confirm)

    # STEP 2. The ticket stands on the screen, and it is one visit, told once.
    await user.wait_for(BOOKED)
    await town.emulator.wait_quiet()
    assert told(user, BOOKED) == 1
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1
    await press_all(user, "🏠", "Уведомления")
    assert "Всего уведомлений: 1" in user.screen().text


async def test_the_ticket_could_not_be_shown_and_comes_as_a_message(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. Telegram is down when the ticket is to be shown.
    town.emulator.fault(Fault(method="editMessageText", code=502, times=3, chat_id=user.id))
    await user.press(RU.confirm)  # answered after a second, before the last try
    await user.wait_for("пошло не так")
    assert intents(town, user) == [("booked", 0)]

    # STEP 2. The outbox tells what the screen could not.
    town.shift_clock(timedelta(seconds=25))
    await user.wait_for(BOOKED)
    assert told(user, BOOKED) == 1
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1


async def test_blocked_while_the_confirmation_is_on_its_way(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)
    town.emulator.forgiven = ("bot was blocked by the user",)

    # STEP 1. The answer is lost, the person blocks the bot, the confirmation finds a closed door.
    town.fault(book="lost")
    await user.press(RU.confirm)
    await user.block()
    town.fault()
    town.shift_clock(timedelta(seconds=24))
    await town.comes_true(lambda: outbox(town, user) == ["dropped"], "the delivery given up")
    assert town.rows("SELECT unreachable_at IS NOT NULL FROM account WHERE chat_index = chat(?)", user.id) == [(1,)]

    # STEP 2. /start opens the door again: the visit is there, so is its notification.
    await user.unblock()
    await user.send("/start")
    assert town.rows("SELECT unreachable_at FROM account WHERE chat_index = chat(?)", user.id) == [(None,)]
    assert "Ближайший приём" in user.screen().text
    await user.press("Мои записи")
    assert "Всего записей: 1" in user.screen().text
    await press_all(user, "🏠", "Уведомления")
    assert "Всего уведомлений: 1" in user.screen().text


async def test_telegram_asks_to_wait(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. «Too many requests» at the ticket: waited out, then shown.
    town.emulator.fault(Fault(method="editMessageText", code=429, retry_after=1, chat_id=user.id))
    await user.press(RU.confirm)
    await user.wait_for(BOOKED)
    assert told(user, BOOKED) == 1


def outbox(bot: BotProcess, user: User) -> list[str]:
    """What has become of the user's confirmations."""
    found = bot.rows(
        "SELECT status FROM outbox JOIN account ON account.id = account_id"
        " WHERE chat_index = chat(?) AND dedupe_key LIKE 'confirm:%'",
        user.id,
    )
    return [status for (status,) in found]


async def test_updates_that_come_twice_count_once(town: BotProcess) -> None:
    # STEP 1. Every message of the form comes twice: nothing is taken for the next answer.
    user = await with_consent(town)
    await user.press("Заполнить анкету")
    town.emulator.duplicate_updates(3)
    for place, typed in enumerate(("Орлова", "Анна", "Сергеевна"), 2):
        await user.send(typed)
        await town.emulator.wait_quiet()
        assert f"вопрос {place} из 8" in user.screen().text
    await user.send("/cancel")
    await user.press("🏠")

    # STEP 2. And every press of a booking.
    await user.press("Взять готовую семью")
    await press_all(user, "Записаться к врачу", RU.me)
    town.emulator.duplicate_updates(4)
    await press_all(user, "⭐")
    assert WHICH_SERVICE in user.screen().text
    await press_all(user, "Терапевт", "⚡")
    assert CHECK_BOOKING in user.screen().text
    await user.press(RU.confirm)
    await town.emulator.wait_quiet()
    assert BOOKED in user.screen().text
    assert told(user, BOOKED) == 1
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1
