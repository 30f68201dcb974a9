"""A chosen time is held for five minutes: shown, released at once, run out, held again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from emulator.driver import User
from services.texts.dates import clock_time
from tests.e2e.desk import desk_of, held_slot
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    RU,
    WHAT_TIME,
    WHICH_DAY,
    days,
    press_all,
    times,
    to_confirmation,
    to_times,
    with_family,
)
from tests.support.bot_process import BotProcess

DERMATOLOGIST = "24"


async def reloaded_times(user: User) -> list[str]:
    """The times of the day that is on the screen, asked for anew."""
    await user.press("⬅️")
    await user.press(days(user)[0])
    return times(user)


@pytest.mark.parametrize("let_go", ["Отменить", "⬅️", "/cancel"], ids=["cancel", "back", "command"])
async def test_letting_go_shows_the_time_to_others_at_once(town: BotProcess, let_go: str) -> None:
    anna, boris = await with_family(town), await with_family(town, "Борис")
    await to_times(anna, service="Дерматолог")
    await to_times(boris, service="Дерматолог")
    wanted = times(anna)[0]
    assert wanted in times(boris)

    # STEP 1. Anna chooses a time: it is held, and until when is said.
    await anna.press(wanted)
    until = clock_time(town.now + timedelta(minutes=5), "Europe/Moscow")
    assert f"Держим за Вами до {until}" in anna.screen().text

    # STEP 2. Boris does not see it any more.
    assert wanted not in await reloaded_times(boris)

    # STEP 3. Anna lets go: it is there again.
    await (anna.send(let_go) if let_go.startswith("/") else anna.press(let_go))
    assert held_slot(town, anna) is None
    if let_go != "/cancel":
        assert WHAT_TIME in anna.screen().text
        assert wanted in times(anna)
    assert wanted in await reloaded_times(boris)

    # STEP 4. Boris books it.
    await press_all(boris, wanted, RU.confirm)
    assert BOOKED in boris.screen().text


async def test_a_hold_that_ran_out_is_renewed_while_the_time_is_free(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user, service="Дерматолог")
    held = held_slot(town, user)

    # STEP 1. Six minutes later: said by itself, held again, and one press books.
    town.shift_clock(timedelta(minutes=6))
    assert held_slot(town, user) is None
    await user.press(RU.confirm)
    assert "Время больше не удерживалось, но оно ещё свободно." in user.screen().text
    assert clock_time(town.now + timedelta(minutes=5), "Europe/Moscow") in user.screen().text
    assert held_slot(town, user) == held
    await user.press("Попробовать ещё раз")
    assert BOOKED in user.screen().text


async def test_a_hold_that_ran_out_and_was_taken_leads_to_the_nearest_times(bot: BotProcess) -> None:
    anna, boris = await with_family(bot), await with_family(bot, "Борис")
    await to_times(anna, service="Дерматолог")
    wanted = times(anna)[0]
    await anna.press(wanted)

    # STEP 1. Anna's five minutes are over; Boris chooses the time.
    bot.shift_clock(timedelta(minutes=6))
    await to_times(boris, service="Дерматолог")
    await boris.press(wanted)
    assert CHECK_BOOKING in boris.screen().text

    # STEP 2. Anna confirms too late: told, and the other times of that day are there.
    await anna.press(RU.confirm)
    assert "Время больше не удерживается, и его уже заняли" in anna.screen().text
    assert WHAT_TIME in anna.screen().text
    assert wanted not in times(anna)

    # STEP 3. Both get a ticket, for different times.
    await anna.press(times(anna)[0])
    await anna.press(RU.confirm)
    await boris.press(RU.confirm)
    assert BOOKED in anna.screen().text
    assert BOOKED in boris.screen().text
    async with desk_of(bot) as desk:
        assert (await desk.visits(anna))[0].start != (await desk.visits(boris))[0].start


async def test_twenty_people_choose_the_same_time_in_the_same_moment(bot: BotProcess) -> None:
    people = [await with_family(bot, f"Анна {number}") for number in range(20)]
    async with desk_of(bot) as desk:  # one doctor's times only: with any doctor several might be served
        doctor = (await desk.free(DERMATOLOGIST))[0].doctor
    for user in people:
        await press_all(user, "Записаться к врачу", RU.me, "⭐", "Дерматолог", doctor.split()[0])
        await user.press(days(user)[0])
    wanted = times(people[0])[0]

    # STEP 1. All press it at once: one holds it.
    await asyncio.gather(*(user.press(wanted) for user in people))
    (got,) = [user for user in people if CHECK_BOOKING in user.screen().text]
    missed = [user for user in people if user is not got]

    # STEP 2. The others are told and offered what is nearest; that again is for one of them.
    for user in missed:
        assert "Это время уже занято" in user.screen().text
        assert WHAT_TIME in user.screen().text or WHICH_DAY in user.screen().text
        if WHICH_DAY in user.screen().text:
            await user.press(days(user)[0])
        assert wanted not in times(user)
    another = times(missed[0])[0]
    await asyncio.gather(*(user.press(another) for user in missed))
    (second,) = [user for user in missed if CHECK_BOOKING in user.screen().text]

    # STEP 3. Both confirm at once, with a double press each; each has one ticket of their own, and nobody else has any.
    await asyncio.gather(*(user.press_many(RU.confirm, times=5) for user in (got, second)))
    async with desk_of(bot) as desk:
        booked = {user.id: await desk.visits(user) for user in people}
    assert [len(booked[user.id]) for user in people] == [int(user in (got, second)) for user in people]
    assert BOOKED in got.screen().text
    assert BOOKED in second.screen().text
    assert booked[got.id][0].start != booked[second.id][0].start


async def test_five_quick_presses_book_once(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user, service="Дерматолог")

    # STEP 1. A double press on «Да, подтверждаю»: nobody is scolded for it.
    answers = await user.press_many(RU.confirm, times=5)
    assert [answer.text for answer in answers] == [""] * 5

    # STEP 2. One visit, one ticket, one notification.
    assert BOOKED in user.screen().text
    assert len(user.messages()) == 2  # /start and the one screen
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1
    await press_all(user, "🏠", "Уведомления")
    assert "Всего уведомлений: 1" in user.screen().text


async def test_quick_presses_elsewhere_do_not_skip_a_step(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. Five presses of the same person, clinic, day: each step is answered once.
    await user.press("Записаться к врачу")
    await user.press_many(RU.me, times=5)
    assert "В какую поликлинику?" in user.screen().text
    await user.press_many("⭐", times=5)
    assert "К какому специалисту?" in user.screen().text
    await user.press_many("Дерматолог", times=5)
    assert "К какому врачу?" in user.screen().text
    await user.press_many("⚡", times=5)
    assert CHECK_BOOKING in user.screen().text

    # STEP 2. «Назад» five times is one step back.
    await user.press_many("⬅️", times=5)
    assert WHAT_TIME in user.screen().text
