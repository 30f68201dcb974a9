"""A demo that an earlier release has filled: its families have what this one gives them, once the bot has started."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from services.registry.local.demo_prescriptions import GIVEN
from services.registry.local.tables import prescription
from tests.e2e.people import with_family
from tests.support.bot_process import BotProcess

_OF_A_FAMILY = 22


def prescriptions(bot: BotProcess) -> int:
    ((found,),) = bot.rows(f"SELECT count(*) FROM {prescription.name}")
    return int(found)


def as_it_was(bot: BotProcess) -> None:
    with closing(sqlite3.connect(bot.database)) as connection, connection:
        connection.execute(f"DELETE FROM {prescription.name}")
        connection.execute("DELETE FROM setting WHERE name = ?", (GIVEN,))


async def test_prescriptions_come_with_the_family_or_with_the_next_start(bot: BotProcess) -> None:
    # STEP 1. A family of today has them with the press.
    await with_family(bot)
    assert prescriptions(bot) == _OF_A_FAMILY

    # STEP 2. One of an earlier release has none: it gets them when the bot starts again, once.
    for end in (bot.stop, bot.kill):
        await end()
        as_it_was(bot)
        await bot.start()
        await bot.comes_true(lambda: prescriptions(bot) == _OF_A_FAMILY, "its prescriptions")
    await bot.restart()
    await with_family(bot)
    assert prescriptions(bot) == 2 * _OF_A_FAMILY
