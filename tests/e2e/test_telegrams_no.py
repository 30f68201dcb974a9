"""Telegram says no: a closed door at any call, a chat that has to wait, a cut, updates in another order."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from emulator import people
from emulator.driver import Fault, User
from tests.e2e.desk import desk_of
from tests.e2e.people import BOOKED, RU, press_all, to_confirmation, told, with_consent, with_family
from tests.e2e.test_reminders import delivered, made_at_the_desk
from tests.support.bot_process import BotProcess
from tests.support.world import at

CANCELLED = "Поликлиника отменила эту запись"


def is_reachable(bot: BotProcess, user: User) -> bool:
    return bot.rows("SELECT unreachable_at FROM account WHERE chat_index = chat(?)", user.id) == [(None,)]


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


# --- files and pictures ---------------------------------------------------------------------------


async def to_ticket(user: User) -> None:
    await to_confirmation(user, service="Дерматолог")
    await user.press(RU.confirm)


async def to_clinics(user: User) -> None:
    await press_all(user, "Записаться к врачу", RU.me)


FILES = {"calendar": (to_ticket, "sendDocument", "📅"), "map": (to_clinics, "sendPhoto", "🗺")}


@pytest.mark.parametrize("kind", ["lost reply", "502"])
@pytest.mark.parametrize("file", FILES)
async def test_a_file_that_does_not_go_leaves_a_way_on(town: BotProcess, file: str, kind: str) -> None:
    begin, method, label = FILES[file]
    user = await with_family(town)
    await begin(user)
    before = len(user.messages())
    town.emulator.fault(Fault(method, chat_id=user.id, **KINDS[kind]))
    await user.press(label)

    # STEP 1. It came or it did not; it is not sent twice, and Home is one press away. A ticket stays: what is said
    # of the file stands below it.
    assert len(user.messages()) == before + (kind == "lost reply") + (file == "calendar")
    assert told(user, "пошло не так") == 1
    await user.press("🏠 Главное меню")
    assert any(RU.my_bookings in label for each in user.messages() for label in each.labels)


@pytest.mark.parametrize("file", FILES)
async def test_a_closed_door_at_a_file(town: BotProcess, file: str) -> None:
    begin, method, label = FILES[file]
    user = await with_family(town)
    await begin(user)
    town.emulator.fault(Fault(method, code=403, chat_id=user.id))
    user.tap(label)
    await town.comes_true(lambda: not is_reachable(town, user), "the chat known to be closed")
    town.emulator.drop_presses()
    town.shift_clock(timedelta(seconds=3))  # the same button at once would be a double press
    await user.press(label)
    assert is_reachable(town, user)
    assert any(each.photo or each.document for each in user.messages()), "what was asked for comes with the next press"


# --- the outbox -----------------------------------------------------------------------------------


async def test_a_long_wait_outlives_a_restart(bot: BotProcess) -> None:
    user, other = await with_family(bot), await with_family(bot, "Борис")
    visits = [await made_at_the_desk(bot, each) for each in (user, other)]
    bot.emulator.fault(Fault("sendMessage", code=429, retry_after=600, chat_id=user.id))

    # STEP 1. The clinic cancels both: one chat has to wait for ten minutes, the other hears of it.
    async with desk_of(bot) as desk:
        for visit in visits:
            await desk.admin.cancel_visit(visit.id)
    bot.set_clock(at(9, 20, 23))
    await other.wait_for(CANCELLED)
    await bot.comes_true(lambda: any(call.error.startswith("Too Many") for call in bot.emulator.calls), "a no")
    await bot.emulator.wait_quiet()
    assert told(user, CANCELLED) == 0

    # STEP 2. Nothing is tried before its time, a restart in between or not; then it comes, once.
    await bot.restart()
    bot.tick()
    await bot.emulator.wait_quiet()
    assert told(user, CANCELLED) == 0
    bot.emulator.advance(timedelta(minutes=11))
    bot.shift_clock(timedelta(minutes=11))
    await user.wait_for(CANCELLED)
    await delivered(bot, user)
    assert told(user, CANCELLED) == told(other, CANCELLED) == 1
    assert sum(call.error.startswith("Too Many") for call in bot.emulator.calls) == 1
