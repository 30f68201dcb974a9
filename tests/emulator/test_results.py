"""The result of every served method validates against aiogram's type for it."""

from __future__ import annotations

import inspect
from typing import Any

import aiogram.methods
import pytest
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import TypeAdapter

from emulator import people
from emulator.driver import Emulator
from emulator.methods import METHODS

from .conftest import Api

INLINE = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}, {"text": "c", "url": "https://example.org"}]]}
KEYBOARD = {"keyboard": [[{"text": "a", "request_location": True}]], "resize_keyboard": True}
RICH = {"text": "<b>a</b> /start https://example.org", "parse_mode": "HTML"}
CAPTION = {"caption": "<b>a</b> https://example.org", "parse_mode": "HTML"}
COMMANDS = [{"command": "start", "description": "Start"}]
PLACE = {"latitude": 55.7, "longitude": 37.6}

# method → parameters besides chat_id; names in braces stand for ids made in the test
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("getMe", {}),
    ("sendMessage", {**RICH, "reply_markup": INLINE, "reply_parameters": {"message_id": "{message}"}}),
    ("sendMessage", {"text": "a", "reply_markup": KEYBOARD}),
    ("sendVenue", {**PLACE, "title": "a", "address": "b", "reply_markup": INLINE}),
    ("sendLocation", PLACE),
    ("sendContact", {"phone_number": "+1", "first_name": "a", "last_name": "b"}),
    ("editMessageText", {**RICH, "message_id": "{message}", "reply_markup": INLINE}),
    ("sendPhoto", {**CAPTION, "photo": "{photo}", "reply_markup": INLINE}),
    ("sendDocument", {**CAPTION, "document": "{document}", "disable_content_type_detection": True}),
    (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "{photo}", **CAPTION}, {"type": "photo", "media": "{photo}"}]},
    ),
    ("editMessageCaption", {**CAPTION, "message_id": "{file message}", "reply_markup": INLINE}),
    ("editMessageMedia", {"media": {"type": "photo", "media": "{photo}"}, "message_id": "{file message}"}),
    ("getFile", {"file_id": "{document}"}),
    ("editMessageReplyMarkup", {"message_id": "{message}", "reply_markup": INLINE}),
    ("deleteMessage", {"message_id": "{message}"}),
    ("deleteMessages", {"message_ids": [1]}),
    ("answerCallbackQuery", {"callback_query_id": "{query}", "text": "a", "show_alert": True, "cache_time": 0}),
    ("sendChatAction", {"action": "typing"}),
    ("getChat", {}),
    ("setMyCommands", {"commands": COMMANDS, "scope": {"type": "all_private_chats"}, "language_code": "ru"}),
    ("getMyCommands", {"scope": {"type": "all_private_chats"}, "language_code": "ru"}),
    ("deleteMyCommands", {}),
    ("setChatMenuButton", {"menu_button": {"type": "commands"}}),
    ("getChatMenuButton", {}),
    ("setMyName", {"name": "a"}),
    ("getMyName", {}),
    ("setMyDescription", {"description": "a"}),
    ("getMyDescription", {"language_code": "ru"}),
    ("setMyShortDescription", {"short_description": "a"}),
    ("getMyShortDescription", {}),
    ("setWebhook", {"url": "http://127.0.0.1:1/", "secret_token": "a", "allowed_updates": ["message"]}),
    ("deleteWebhook", {}),
    ("getWebhookInfo", {}),
]
CLASSES: dict[str, type[TelegramMethod[Any]]] = {
    item.__api_method__: item
    for _, item in inspect.getmembers(aiogram.methods, inspect.isclass)
    if issubclass(item, TelegramMethod) and hasattr(item, "__api_method__")
}


@pytest.mark.parametrize(("method", "params"), CALLS, ids=[name for name, _ in CALLS])
async def test_results_have_telegrams_types(
    api: Api, emulator: Emulator, started: int, method: str, params: dict[str, Any]
) -> None:
    sent = await api.result("sendMessage", chat_id=started, text="first")
    query = people.press(emulator.world, emulator.bot_id, started, sent["message_id"], "x")
    photo = people.send_photo(emulator.world, emulator.bot_id, started).wire["photo"][0]["file_id"]
    paper = people.send_document(emulator.world, emulator.bot_id, started, "a.pdf", b"%PDF").wire["document"]["file_id"]
    file_message = await api.result("sendDocument", chat_id=started, document=paper)
    known = {
        "{message}": sent["message_id"],
        "{query}": query.id,
        "{photo}": photo,
        "{document}": paper,
        "{file message}": file_message["message_id"],
    }

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: fill(item) for name, item in value.items()}
        if isinstance(value, list):
            return [fill(item) for item in value]
        return known.get(value, value) if isinstance(value, str) else value

    filled = fill(params)
    if "chat_id" in METHODS[method.lower()].parameters:
        filled["chat_id"] = started
    result = await api.result(method, **filled)
    TypeAdapter(CLASSES[method].__returning__).validate_python(result)


def test_every_served_method_is_tried_and_knows_real_parameters() -> None:
    assert {name.lower() for name, _ in CALLS} == set(METHODS)
    for method in METHODS.values():
        assert method.parameters <= set(CLASSES[method.name].model_fields)


async def test_updates_of_all_acts_validate(api: Api, emulator: Emulator, started: int) -> None:
    world, where = emulator.world, (emulator.bot_id, started)
    people.share_contact(world, *where)
    people.share_contact(world, *where, of="+15550100")
    people.send_location(world, *where, 55.7, 37.6)
    people.send_sticker(world, *where)
    people.send_voice(world, *where)
    people.send_photo(world, *where, caption="caption https://example.org")
    people.send_document(world, *where, "a.pdf", b"%PDF")
    people.press(world, *where, 1, "x")
    people.press(world, *where, 1, "x", inaccessible=True)
    people.set_blocked(world, *where, blocked=True)
    people.set_blocked(world, *where, blocked=False)
    people.open_link(world, *where, "family_1")
    updates = [Update.model_validate(update) for update in await api.result("getUpdates")]
    assert len(updates) == 13
    own, foreign = updates[1].message, updates[2].message
    assert own is not None
    assert own.contact is not None
    assert own.contact.user_id == started
    assert foreign is not None
    assert foreign.contact is not None
    assert foreign.contact.user_id is None
    linked = updates[12].message
    assert linked is not None
    assert linked.entities is not None
    assert [(entity.type, entity.offset, entity.length) for entity in linked.entities] == [("bot_command", 0, 6)]


async def test_state_survives_a_restart(api: Api, emulator: Emulator, started: int) -> None:
    markup = {"keyboard": [["a"]]}
    await api.result("setMyCommands", commands=COMMANDS)
    first = await api.result("sendMessage", chat_id=started, text="<b>a</b>", parse_mode="HTML", reply_markup=markup)
    pending = await api.result("getUpdates")
    await emulator.restart()
    assert await api.result("getUpdates") == pending
    assert await api.result("getMyCommands") == COMMANDS
    assert (await api.result("sendMessage", chat_id=started, text="b"))["message_id"] == first["message_id"] + 1
    chat = emulator.world.store.chat(emulator.bot_id, started)
    assert chat.keyboard is not None
    assert emulator.world.store.messages(emulator.bot_id, started)[1].html == "<b>a</b>"
    people.say(emulator.world, emulator.bot_id, started, "more")
    assert [update["update_id"] for update in await api.result("getUpdates")] == [
        pending[0]["update_id"],
        pending[0]["update_id"] + 1,
    ]
