"""A supergroup: the bot is added, people speak and press there."""

from __future__ import annotations

import pytest
from aiogram.types import Update

from emulator import people
from emulator.driver import Answer, Emulator

from .conftest import Api


@pytest.mark.usefixtures("bot")
async def test_people_speak_and_press_in_a_group(emulator: Emulator) -> None:
    anna, peter = await emulator.user("Анна"), await emulator.user("Пётр")
    group = await emulator.group("Семья", by=anna)
    await group.wait_for("got new_chat_members")
    assert [message.text for message in group.messages() if message.from_bot] == ["got new_chat_members"]
    await group.say(peter, "/start")
    await group.wait_for("Привет, чем помочь?")
    assert await group.press(anna, "Записаться") == Answer("Выберите день", show_alert=False)
    await group.wait_for("Когда?")
    assert group.messages()[-1].text == "Когда?"
    assert anna.messages() == peter.messages() == []
    await anna.send("/start")
    assert anna.screen().text == "Привет, чем помочь?"
    assert emulator.problems() == []
    transcript = emulator.transcript()
    assert f"--- Семья {group.id} ---" in transcript
    assert f"--- Анна  {anna.id} ---" in transcript


@pytest.mark.usefixtures("bot")
async def test_a_silent_bot_is_quiet(emulator: Emulator) -> None:
    user = await emulator.user()
    group = await emulator.group("Семья")
    await group.wait_for("got new_chat_members")  # what the bot says of it may come late where the machine is slow
    count = len(group.messages())
    await group.say(user, "/silent")
    assert [message.text for message in group.messages()[count:]] == ["/silent"]


async def test_updates_of_a_group(api: Api, emulator: Emulator) -> None:
    world, bot_id = emulator.world, emulator.bot_id
    person = world.add_person("Анна")
    group_id = people.add_to_group(world, bot_id, person.id, "Семья").user_id
    assert group_id < -1_000_000_000_000
    people.say(world, bot_id, person.id, "/start", group_id=group_id)
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    sent = await api.result("sendMessage", chat_id=group_id, text="a", reply_markup=markup)
    people.press(world, bot_id, person.id, sent["message_id"], "b", group_id=group_id)
    people.press(world, bot_id, person.id, sent["message_id"], "b", group_id=group_id, inaccessible=True)
    joined, service, said, *presses = [Update.model_validate(update) for update in await api.result("getUpdates")]
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.old_chat_member.status == "left"
    assert joined.my_chat_member.new_chat_member.status == "member"
    assert joined.my_chat_member.from_user.id == person.id
    assert service.message is not None
    assert service.message.new_chat_members is not None
    assert [member.id for member in service.message.new_chat_members] == [bot_id]
    assert said.message is not None
    assert said.message.from_user is not None
    assert (said.message.text, said.message.from_user.id) == ("/start", person.id)
    chats = [joined.my_chat_member.chat, service.message.chat, said.message.chat]
    for press in presses:
        assert press.callback_query is not None
        assert press.callback_query.from_user.id == person.id
        assert press.callback_query.message is not None
        chats.append(press.callback_query.message.chat)
    assert [(chat.id, chat.type, chat.title) for chat in chats] == [(group_id, "supergroup", "Семья")] * 5


async def test_what_a_bot_may_do_in_a_group(api: Api, emulator: Emulator) -> None:
    person = emulator.world.add_person("Анна")
    group_id = people.add_to_group(emulator.world, emulator.bot_id, person.id, "Семья").user_id
    assert people.add_to_group(emulator.world, emulator.bot_id, person.id, "Работа").user_id == group_id - 1
    assert (await api.result("getChat", chat_id=group_id))["title"] == "Семья"
    sent = await api.result("sendMessage", chat_id=group_id, text="a")
    assert sent["chat"]["type"] == "supergroup"
    foreign = {"chat_id": group_id, "message_id": 1}
    assert await api.refusal("deleteMessage", **foreign) == "Bad Request: message can't be deleted"
    both = [1, sent["message_id"]]
    assert (
        await api.refusal("deleteMessages", chat_id=group_id, message_ids=both)
        == "Bad Request: message can't be deleted"
    )
    assert await api.result("deleteMessages", chat_id=group_id, message_ids=both[1:]) is True
    left = emulator.world.store.messages(emulator.bot_id, group_id)
    assert [message.message_id for message in left] == [1]
    assert await api.refusal("sendMessage", chat_id=-5, text="a") == "Bad Request: chat not found"
    assert await api.refusal("sendMessage", chat_id=person.id, text="a") == "Bad Request: chat not found"
    with pytest.raises(people.ActError, match="no group -5"):
        people.say(emulator.world, emulator.bot_id, person.id, "a", group_id=-5)
