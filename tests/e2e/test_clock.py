"""A story's clock stands until the story moves it, for everybody who reads a time there."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.ids import LENGTH
from tests.e2e.desk import desk_of
from tests.e2e.people import with_consent
from tests.e2e.test_requests import SEND, accepted_number, to_problem
from tests.support.bot_process import BEGIN, BotProcess


def moments(bot: BotProcess) -> list[int]:
    """What it was by the bot's clock, in milliseconds, whenever somebody agreed or a request was sent or answered."""
    return [at for (at,) in bot.rows("SELECT given_at FROM consent UNION SELECT at FROM request_step ORDER BY 1")]


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


async def test_a_storys_clock_stands_until_the_story_moves_it(bot: BotProcess) -> None:
    # STEP 1. However long this takes, it is one moment: to the bot, to the operator's command, to the desk and here.
    user = await with_consent(bot)
    await user.press("Взять готовую семью")
    await to_problem(user)
    await user.send("Не открывается запись")
    await user.press(SEND)
    code, printed = await bot.command("request", accepted_number(user), "Ответ дан", "--comment", "Исправили")
    assert code == 0, printed
    await with_consent(bot, "Борис")
    assert moments(bot) == [milliseconds(BEGIN)]
    async with desk_of(bot) as desk:
        assert desk.clock.now() == bot.now == BEGIN

    # STEP 2. It is moved by what the story says, to the millisecond, and stands there; a start changes nothing.
    bot.shift_clock(timedelta(days=1, milliseconds=1))
    await bot.restart()
    await with_consent(bot, "Вера")
    later = BEGIN + timedelta(days=1, milliseconds=1)
    assert moments(bot) == [milliseconds(BEGIN), milliseconds(later)]
    assert bot.now == later


async def test_what_a_story_makes_in_one_moment_has_an_order(bot: BotProcess) -> None:
    """Always the same, and never that of making: else a story might pass by the luck of a draw."""
    for name in ("Анна", "Борис", "Вера"):
        await with_consent(bot, name)
        await bot.restart()
    made = bot.rows("SELECT id FROM account ORDER BY rowid")
    assert made == sorted(made, reverse=True)
    assert [len(each) for (each,) in made] == [LENGTH] * 3
