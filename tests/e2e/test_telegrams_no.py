"""Telegram says no: a closed door at any call, a chat that has to wait, a cut, updates in another order."""

from __future__ import annotations

import os
from typing import Any

import pytest

from emulator import people
from emulator.driver import Fault, User
from tests.e2e.desk import desk_of
from tests.e2e.people import BOOKED, RU, press_all, to_confirmation, told, with_consent, with_family
from tests.support.bot_process import BotProcess


def is_reachable(bot: BotProcess, user: User) -> bool:
    return bot.rows("SELECT unreachable_at FROM account WHERE telegram_id = ?", user.id) == [(None,)]


@pytest.mark.parametrize("method", ["editMessageText", "answerCallbackQuery"])
async def test_a_closed_door_at_the_ticket(town: BotProcess, method: str) -> None:
    user = await with_family(town)
    await to_confirmation(user)

    # STEP 1. Who has left is known to have left; the visit stands.
    town.emulator.fault(Fault(method, code=403, chat_id=user.id))
    user.tap(RU.confirm)
    await town.comes_true(lambda: not is_reachable(town, user), "the chat known to be closed")
    town.emulator.drop_presses()
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1

    # STEP 2. A press says that they are back: nothing was lost, nothing is there twice.
    await user.press("🏠" if method == "answerCallbackQuery" else RU.confirm)
    assert is_reachable(town, user)
    await user.send("/start")
    await user.press(RU.my_bookings)
    assert "Всего записей: 1" in user.screen().text


async def test_a_ticket_stands_though_its_press_is_never_answered(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)
    town.emulator.fault(Fault("answerCallbackQuery", code=429, retry_after=90, chat_id=user.id))
    user.tap(RU.confirm)
    await user.wait_for(BOOKED)
    await town.comes_true(lambda: any(call.error.startswith("Too Many") for call in town.emulator.calls), "a no")
    town.emulator.drop_presses()
    await town.emulator.wait_quiet()
    assert BOOKED in user.screen().text, "the ticket is not covered by «Что-то пошло не так»"


async def test_a_refusal_nobody_expected_leaves_a_way_on(bot: BotProcess) -> None:
    user = await with_family(bot)
    await user.press("Записаться к врачу")
    bot.emulator.fault(Fault("editMessageText", code=400, description="Bad Request: message is too long"))
    await user.press(RU.me)
    assert "пошло не так" in user.screen().text
    log = bot.log.read_text()
    assert log.count("Traceback") == 1, "whoever looks after the bot hears of it"
    bot.log.write_text("")
    await user.press("🏠")
    assert RU.my_bookings in " ".join(user.screen().labels)


async def test_updates_that_overtake_each_other(town: BotProcess) -> None:
    # STEP 1. The answer arrives before the one that was typed first: no answer gets lost without a word.
    user = await with_consent(town)
    await user.press("Заполнить анкету")
    town.emulator.reorder_updates()
    people.say(town.emulator.world, town.emulator.bot_id, user.id, "/start")
    await user.send("Орлова")
    await town.emulator.wait_quiet()
    assert "познакомимся" in user.screen().text, "/start was overtaken, and is heard all the same"
    await press_all(user, "Заполнить анкету", "Продолжить")
    assert "вопрос 2 из 8" in user.screen().text

    # STEP 2. Home overtakes the confirmation: the visit is made once all the same, or still waits to be confirmed.
    user = await with_family(town)
    await to_confirmation(user)
    town.emulator.reorder_updates()
    user.tap(RU.confirm)
    user.tap("🏠")
    await town.emulator.wait_quiet()
    assert told(user, BOOKED) == 1
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1


# --- a fault at the k-th call of a way ------------------------------------------------------------

KINDS: dict[str, dict[str, Any]] = {
    "429": {"code": 429, "retry_after": 1},
    "502": {"code": 502},
    "lost reply": {"kind": "lose_reply"},
    "lost call": {"kind": "lose_call"},
}
METHODS = ("editMessageText", "answerCallbackQuery")
STEPS = range(5)
SAMPLE = {("502", "editMessageText", 2), ("lost reply", "editMessageText", 4), ("lost call", "answerCallbackQuery", 3)}
WALKS = [
    (kind, method, step)
    for kind in KINDS
    for method in METHODS
    for step in STEPS
    if os.environ.get("ALL_WALKS") or (kind, method, step) in SAMPLE
]


@pytest.mark.parametrize(("kind", "method", "step"), WALKS)
async def test_booking_gets_to_the_end_whichever_call_fails(
    town: BotProcess, kind: str, method: str, step: int
) -> None:
    """`ALL_WALKS=1`: each kind of fault at each step."""
    user = await with_family(town)

    async def go(place: int, label: str) -> None:
        if place == step:
            town.emulator.fault(Fault(method, chat_id=user.id, **KINDS[kind]))
        await user.press(label)

    for place, label in enumerate(("Записаться к врачу", RU.me, "⭐", "Терапевт", "⚡")):
        await go(place, label)
    await user.press(RU.confirm)
    assert BOOKED in user.screen().text
    assert told(user, BOOKED) == 1
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1
