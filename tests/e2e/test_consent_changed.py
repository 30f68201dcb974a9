"""What is agreed to is what was read: a button under an older text shows the current one instead."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.e2e.people import RU
from tests.support.bot_process import BotProcess


async def test_an_older_consent_is_not_taken_for_the_current_one(bot: BotProcess) -> None:
    # 1. Somebody reads a consent and puts the phone away.
    anna = await bot.emulator.user("Анна", language_code="ru")
    await anna.send("/start")

    # 2. Meanwhile another operator takes over.
    bot.settings["OPERATOR_NAME"] = "ООО «Другая клиника»"
    await bot.restart()

    # 3. The old button shows the new text; nothing is stored.
    await anna.press(RU.agree)
    assert "Другая клиника" in anna.screen().text
    assert accounts(bot) == 0

    # 4. Agreeing to that one is consent.
    await anna.press(RU.agree)
    assert "Другая клиника" not in anna.screen().text
    assert accounts(bot) == 1


def accounts(bot: BotProcess) -> int:
    with closing(sqlite3.connect(bot.database)) as database:
        count: int = database.execute("SELECT count(*) FROM account").fetchone()[0]
        return count
