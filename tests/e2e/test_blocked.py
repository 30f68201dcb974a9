"""Whoever stops the bot is left alone and loses nothing; a group hears one sentence."""

from __future__ import annotations

import pytest

from emulator.driver import Fault, User
from tests.e2e.people import told, with_family
from tests.e2e.test_reminders import made_at_the_desk, waiting
from tests.support.bot_process import BotProcess
from tests.support.world import at

STOPPED = {"ru": "Бот был остановлен", "en": "While the bot was stopped"}
AHEAD = {"ru": "Впереди:", "en": "Still ahead:"}
HOME = {"ru": "🏠 Главное меню", "en": "🏠 Main menu"}


def calls_to(bot: BotProcess, user: User) -> int:
    return sum(call.params.get("chat_id") in (user.id, str(user.id)) for call in bot.emulator.calls)


def is_reachable(bot: BotProcess, user: User) -> bool:
    return bot.rows("SELECT unreachable_at FROM account WHERE chat_index = chat(?)", user.id) == [(None,)]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_stopped_over_the_evening_and_started_again(bot: BotProcess, language: str) -> None:
    user = await with_family(bot, language=language)
    visit = await made_at_the_desk(bot, user)

    # STEP 1. The person stops the bot: it knows at once, and writes nothing to them.
    await user.block()
    await bot.comes_true(lambda: not is_reachable(bot, user), "the chat known to be closed")
    before = calls_to(bot, user)
    bot.set_clock(at(18, 0, 23))
    await bot.comes_true(lambda: not waiting(bot, user), "the reminder given up")
    await bot.emulator.wait_quiet()
    assert calls_to(bot, user) == before

    # STEP 2. Started again: what is still ahead, once, and Home below it.
    await user.restart()
    assert is_reachable(bot, user)
    assert told(user, STOPPED[language]) == 1
    said = next(each.text for each in user.messages() if STOPPED[language] in each.text)
    assert AHEAD[language] in said
    assert visit.doctor in said
    assert user.screen().text.startswith(HOME[language])

    # STEP 3. From then on as always.
    bot.set_clock(visit.start.replace(minute=visit.start.minute) - (at(10) - at(8)))
    await user.wait_for({"ru": "Напоминание", "en": "Reminder"}[language])


async def test_nothing_is_said_where_nothing_is_ahead(bot: BotProcess) -> None:
    user = await with_family(bot)
    await user.block()
    await user.restart()
    assert told(user, STOPPED["ru"]) == 0
    assert user.screen().text.startswith(HOME["ru"])


async def test_let_in_without_a_word(bot: BotProcess) -> None:
    """Taken off the list of the blocked in Telegram's settings: told at once, once."""
    user = await with_family(bot)
    await made_at_the_desk(bot, user)
    await user.block()
    await user.unblock()
    await user.wait_for(STOPPED["ru"])
    await user.send("/start")
    assert told(user, STOPPED["ru"]) == 1


async def test_a_no_to_what_is_ahead_is_no_fault_of_the_bot(bot: BotProcess) -> None:
    user = await with_family(bot)
    await made_at_the_desk(bot, user)

    # STEP 1. Telegram does not take what is still ahead: the person is reachable all the same.
    await user.block()
    bot.emulator.fault(Fault("sendMessage", code=502, chat_id=user.id))
    await user.unblock()
    assert is_reachable(bot, user)

    # STEP 2. Blocked again before it came: known as well.
    await user.block()
    bot.emulator.fault(Fault("sendMessage", code=403, chat_id=user.id))
    await user.unblock()
    assert not is_reachable(bot, user)
    assert "Traceback" not in bot.log.read_text()
