"""Nothing passes between the bot and Telegram for a while: what is pressed and falls due is done once, afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.e2e.desk import desk_of, intents
from tests.e2e.people import BOOKED, RU, to_confirmation, told, with_family
from tests.e2e.test_reminders import made_at_the_desk
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery
from tests.support.world import at


async def through_a_cut(bot: BotProcess) -> None:
    """Somebody presses and something falls due while nothing passes."""
    waiting, booking = await with_family(bot), await with_family(bot, name="Мария")
    await made_at_the_desk(bot, waiting)  # in the morning: nobody is reminded of what they booked just now
    bot.set_clock(at(17, 58, 23))
    await to_confirmation(booking, service="Хирург")
    before = len(bot.log.read_text())

    # STEP 1. The cut. Telegram keeps what is pressed, the outbox what is due.
    bot.emulator.cut(on=True)
    for _ in range(2):
        booking.tap(RU.confirm)
    bot.set_clock(at(18, 0, 23))
    # Not one that is still under way: it would fail after the clock has gone on, and wait for a later moment.
    due = "SELECT count(*) FROM outbox JOIN account ON account.id = account_id WHERE chat_index = chat(?)"
    due += " AND attempts > 0 AND claimed_until IS NULL"
    await bot.comes_true(lambda: bot.rows(due, waiting.id)[0][0] > 0, "a delivery tried")

    # STEP 2. All is back: one visit, told once; one reminder.
    bot.emulator.cut(on=False)
    bot.shift_clock(timedelta(minutes=1))
    await booking.wait_for(BOOKED)
    await waiting.wait_for("Напоминание")
    await bot.emulator.wait_quiet(15)
    assert told(booking, BOOKED) == 1
    assert told(waiting, "Напоминание") == 1
    async with desk_of(bot) as desk:
        assert len(await desk.visits(booking)) == 1
    assert intents(bot, booking) == [("booked", 0)]

    # STEP 3. The log says so in few words.
    log = bot.log.read_text()[before:]
    assert "Traceback" not in log
    assert len(log.splitlines()) < 25, log


async def test_a_cut_while_polling(bot: BotProcess) -> None:
    await through_a_cut(bot)


async def test_a_cut_of_the_webhook(tmp_path: Path, filled: Path, nursery: Nursery) -> None:
    async with running_bot(tmp_path, filled, nursery, webhook=True) as bot:
        await through_a_cut(bot)
