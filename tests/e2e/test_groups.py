"""The bot in a group: it is not alone there, and has nothing to say but where it can be spoken to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator import people
from emulator.driver import Group, User
from emulator.faults import Fault
from tests.e2e.people import RU, WHICH_CLINIC, with_family
from tests.support.bot_process import BotProcess

SENTENCE = "Напишите боту лично"
NOT_MEANT = (
    *("/start", "/help", "/ban", "/start@another_bot", "/bot@another_bot", "/", "/@", "@{name}", "/start @{name}"),
    *("/start@", "/start@{name}_2", "/start@x{name}", "привет", "Запишите меня к врачу", "и /start@{name}"),
)


def said(group: Group) -> list[str]:
    """By the bot."""
    return [each.text for each in group.messages() if each.from_bot and "new_chat_members" not in each.text]


def name_of(bot: BotProcess) -> str:
    return bot.emulator.world.bot(bot.emulator.bot_id).username


async def speaks(bot: BotProcess, group: Group, user: User, text: str) -> list[str]:
    """What the bot says to it."""
    before = len(said(group))
    await group.say(user, text.format(name=name_of(bot)))
    return said(group)[before:]


async def test_only_who_names_the_bot_is_answered(town: BotProcess) -> None:
    user = await with_family(town)
    group = await town.emulator.group("Семья", by=user)
    assert said(group) == []
    for text in NOT_MEANT:
        assert await speaks(town, group, user, text) == [], text
    (answer,) = await speaks(town, group, user, "/start@{name}")
    assert answer.startswith(SENTENCE)
    assert "Главное меню" in user.screen().text
    await user.press(RU.my_bookings)


@pytest.mark.parametrize("text", ["/start@{name} c-demo-01", "/nonsense@{name}", "/help@{name}\nи ещё"])
async def test_whatever_it_is_told_to_do(town: BotProcess, text: str) -> None:
    user = await with_family(town)
    group = await town.emulator.group("Семья", by=user)
    assert len(await speaks(town, group, user, text)) == 1


async def test_by_its_name_in_any_case(town: BotProcess) -> None:
    user = await with_family(town)
    group = await town.emulator.group("Семья", by=user)
    assert len(await speaks(town, group, user, f"/start@{name_of(town).upper()}")) == 1


async def test_once_in_a_while_in_each_group(bot: BotProcess) -> None:
    user, other = await with_family(bot), await bot.emulator.user("Пётр", language_code="en")
    family = await bot.emulator.group("Семья", by=user)
    work = await bot.emulator.group("Работа", by=user)
    assert len(await speaks(bot, family, user, "/start@{name}")) == 1
    for each in (user, other, user):
        assert await speaks(bot, family, each, "/help@{name}") == []
    (answer,) = await speaks(bot, work, other, "/start@{name}")
    assert answer.startswith("Please write to the bot in a private chat")
    bot.shift_clock(timedelta(minutes=10))
    assert len(await speaks(bot, family, user, "/start@{name}")) == 1


async def test_a_group_that_lets_no_bot_write_closes_no_chat(town: BotProcess) -> None:
    user = await with_family(town)
    group = await town.emulator.group("Семья", by=user)
    town.emulator.fault(Fault("sendMessage", code=403, chat_id=group.id))
    assert await speaks(town, group, user, "/start@{name}") == []
    assert town.rows("SELECT unreachable_at FROM account WHERE chat_index = chat(?)", user.id) == [(None,)]


async def test_what_is_told_in_a_group_is_nothing_to_the_bot(town: BotProcess) -> None:
    user = await with_family(town)
    group = await town.emulator.group("Семья", by=user)
    told = {"new_chat_title": f"/start@{name_of(town)}"}
    people.service(town.emulator.world, town.emulator.bot_id, user.id, told, group_id=group.id)
    await town.emulator.wait_quiet()
    assert said(group) == []


async def test_another_bots_command_in_a_private_chat_starts_nothing_and_is_answered(town: BotProcess) -> None:
    """Nobody else is there who could answer."""
    user = await with_family(town)
    await user.press("Записаться к врачу")
    asked = user.screen().message_id or 0
    await user.send("/start@another_bot")
    assert "Здесь всё делается кнопками" in user.screen().text
    await user.press_old(asked, "👤 Мне:")
    assert any(WHICH_CLINIC in each.text for each in user.messages() if each.id >= asked)
    await user.send(f"/start@{name_of(town)}")
    assert "Главное меню" in user.screen().text
