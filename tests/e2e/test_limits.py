"""Who meets a limit: told what is left to do, past it by no way round, and never kept from what everybody needs."""

from __future__ import annotations

from datetime import timedelta

from emulator.driver import User
from services.limits.model import LIMITS, Act
from tests.e2e.desk import desk_of, held_slot
from tests.e2e.people import BOOKED, CHECK_BOOKING, RU, WHAT_TIME, press_all, times, to_times, with_consent, with_family
from tests.e2e.test_access import to_code
from tests.support.bot_process import BotProcess

TOO_MANY_CODES = "Слишком много неверных кодов"


async def everything_else_works(user: User) -> None:
    """Home, lists, help: whoever has met a limit has them all."""
    for button, said in ((RU.home, RU.home_title), ("📋", "Записи на приём"), ("🏠", RU.home_title)):
        await user.press(button)
        assert said in user.screen().text
    await user.send("/help")
    assert "103" in user.screen().text


async def test_who_guesses_codes_and_erases_oneself_in_between(town: BotProcess) -> None:
    # STEP 1. Five codes that do not fit, then no other is looked at.
    guesser = await with_consent(town)
    await to_code(guesser)
    for number in range(LIMITS[Act.GUESS].most):
        await guesser.send(f"{number:010}")
        assert "Код не подходит" in guesser.screen().text
    await guesser.send("0000000009")
    assert TOO_MANY_CODES in guesser.screen().text

    # STEP 2. Erased, and agreed anew: the same. The question says that this stays, and for how long.
    await guesser.send("/delete_me")
    assert "до суток: сколько было кодов, поисков и фото" in guesser.screen().text
    await guesser.press("🗑 Да, удалить всё")
    await press_all(guesser, "▶️", RU.agree)
    await to_code(guesser)
    await guesser.send("0000000009")
    assert TOO_MANY_CODES in guesser.screen().text

    # STEP 3. Another chat may try, and this one an hour later.
    other = await with_consent(town)
    await to_code(other)
    await other.send("0000000009")
    assert "Код не подходит" in other.screen().text
    town.shift_clock(timedelta(hours=1))
    await to_code(guesser)
    await guesser.send("0000000009")
    assert "Код не подходит" in guesser.screen().text


async def test_the_file_with_all_data_is_made_so_often_a_day(town: BotProcess) -> None:
    user = await with_family(town)
    for _ in range(LIMITS[Act.EXPORT].most):
        await user.send("/export_me")
        assert "В файле выше всё" in user.screen().text
    await user.send("/export_me")
    assert "Файл можно собрать 10 раз за сутки" in user.screen().text
    await user.press("⬅️")
    await user.send("/start")
    await everything_else_works(user)
    town.shift_clock(timedelta(hours=24))
    await user.send("/export_me")
    assert "В файле выше всё" in user.screen().text


async def test_a_time_is_held_for_fifteen_minutes_in_all(bot: BotProcess) -> None:
    anna, boris = await with_family(bot), await with_family(bot, "Борис")
    await to_times(anna, service="Дерматолог")
    wanted = times(anna)[0]

    # STEP 1. Held three times, five minutes each.
    await anna.press(wanted)
    for confirms in (RU.confirm, "Попробовать ещё раз"):
        bot.shift_clock(timedelta(minutes=5))
        await anna.press(confirms)
        assert "Время больше не удерживалось, но оно ещё свободно." in anna.screen().text
    bot.shift_clock(timedelta(minutes=5))

    # STEP 2. Not once more: said so when she chooses it again, also after she has erased all and come back.
    await press_all(anna, "⬅️", "⬅️")
    assert WHAT_TIME in anna.screen().text
    await anna.press(wanted)
    assert CHECK_BOOKING in anna.screen().text
    assert "больше не держим. Записаться на него всё же можно" in anna.screen().text
    assert held_slot(bot, anna) is None
    await press_all(anna, "🏠")
    await anna.send("/delete_me")
    await press_all(anna, "🗑 Да, удалить всё", "▶️", RU.agree, RU.family)
    await to_times(anna, service="Дерматолог")
    await anna.press(wanted)
    assert "больше не держим. Записаться на него всё же можно" in anna.screen().text

    # STEP 3. Others see it meanwhile. She is quicker, and books it with one press.
    await to_times(boris, service="Дерматолог")
    assert wanted in times(boris)
    await anna.press(RU.confirm)
    assert BOOKED in anna.screen().text
    await boris.press(wanted)
    assert "Это время уже занято" in boris.screen().text
    async with desk_of(bot) as desk:
        assert len(await desk.visits(anna)) == 1
