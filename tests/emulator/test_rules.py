"""What Telegram refuses, the emulator refuses in the same words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from emulator import people
from emulator.driver import Emulator

from .conftest import Api

BUTTON = {"text": "a", "callback_data": "b"}


def inline(*buttons: object) -> dict[str, object]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "Bad Request: message text is empty"),
        ({"text": " \n"}, "Bad Request: text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "Bad Request: text must be non-empty"),
        ({"text": "я" * 16385}, "Bad Request: text is too long"),
        ({"text": "a" * 4097}, "Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "Bad Request: message is too long"),
        (
            {"text": "<b>a", "parse_mode": "html"},
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "a", "parse_mode": "bbcode"}, "Bad Request: unsupported parse_mode"),
        (
            {"text": "a", "parse_mode": "MarkdownV2"},
            "emulator: parse_mode MarkdownV2 is not served, use HTML or entities",
        ),
        ({"text": "a", "chat_id": 5}, "Bad Request: chat not found"),
        ({"text": "a", "chat_id": "@channel"}, "Bad Request: chat not found"),
        ({"text": "a", "chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"text": "a", "reply_markup": "{"}, "Bad Request: can't parse reply keyboard markup JSON object"),
        ({"text": "a", "reply_markup": "[]"}, "Bad Request: object expected as reply markup"),
        (
            {"text": "a", "reply_markup": inline({"text": "a", "callback_data": "я" * 33})},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            {"text": "a", "reply_markup": inline({"text": "a", "callback_data": ""})},
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "a", "reply_markup": inline({"text": "a"})},
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "a", "reply_markup": inline({"callback_data": "a"})},
            "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"text": "a", "reply_markup": inline({**BUTTON, "url": "https://example.org"})},
            'emulator: button "a" has several actions (url, callback_data), the documentation allows exactly one',
        ),
        (
            {"text": "a", "reply_markup": inline({"text": "a", "url": "ftp://example.org"})},
            "Bad Request: inline keyboard button URL 'ftp://example.org' is invalid: Unsupported URL protocol",
        ),
        ({"text": "a", "reply_parameters": {"message_id": 99}}, "Bad Request: message to be replied not found"),
    ],
)
async def test_refused_messages(api: Api, started: int, params: dict[str, Any], description: str) -> None:
    assert await api.refusal("sendMessage", **{"chat_id": started, **params}) == description


async def test_limits_that_still_fit(api: Api, started: int) -> None:
    for text, mode in (("a" * 4096, None), ("😀" * 2048, None), (f"<b>{'a' * 4096}</b>", "HTML")):
        await api.result("sendMessage", chat_id=started, text=text, parse_mode=mode)
    await api.result(
        "sendMessage", chat_id=started, text="a", reply_markup=inline({"text": "a", "callback_data": "я" * 32})
    )


async def test_nobody_is_written_to_before_start(api: Api, emulator: Emulator) -> None:
    person = emulator.world.add_person("Пётр")
    assert await api.refusal("sendMessage", chat_id=person.id, text="a") == "Bad Request: chat not found"
    people.say(emulator.world, emulator.bot_id, person.id, "/start")
    await api.result("sendMessage", chat_id=person.id, text="a")


async def test_edits(api: Api, started: int) -> None:
    sent = await api.result("sendMessage", chat_id=started, text="one", reply_markup=inline(BUTTON))
    where = {"chat_id": started, "message_id": sent["message_id"]}
    same = {**where, "text": "one", "reply_markup": inline(BUTTON)}
    assert (await api.refusal("editMessageText", **same)).startswith("Bad Request: message is not modified: spec")
    edited = await api.result("editMessageText", **where, text="one")
    assert "reply_markup" not in edited
    assert edited["edit_date"] >= edited["date"]
    assert (await api.refusal("editMessageReplyMarkup", **where)).startswith("Bad Request: message is not mod")
    marked = await api.result("editMessageReplyMarkup", **where, reply_markup=inline(BUTTON))
    assert marked["reply_markup"] == inline(BUTTON)
    missing = {"chat_id": started, "text": "a", "message_id": 99}
    assert await api.refusal("editMessageText", **missing) == "Bad Request: message to edit not found"
    foreign = {"chat_id": started, "text": "a", "message_id": 1}
    assert await api.refusal("editMessageText", **foreign) == "Bad Request: message can't be edited"
    reply = {"keyboard": [["a"]]}
    fixed = await api.result("sendMessage", chat_id=started, text="a", reply_markup=reply)
    assert "reply_markup" not in fixed
    stuck = {"chat_id": started, "text": "b", "message_id": fixed["message_id"]}
    assert await api.refusal("editMessageText", **stuck) == "Bad Request: message can't be edited"
    point = await api.result("sendLocation", chat_id=started, latitude=1, longitude=2)
    media = {"chat_id": started, "text": "b", "message_id": point["message_id"]}
    assert await api.refusal("editMessageText", **media) == "Bad Request: there is no text in the message to edit"


async def test_deletes(api: Api, emulator: Emulator, started: int) -> None:
    sent = await api.result("sendMessage", chat_id=started, text="one")
    where = {"chat_id": started, "message_id": sent["message_id"]}
    assert await api.result("deleteMessage", **where) is True
    assert await api.refusal("deleteMessage", **where) == "Bad Request: message to delete not found"
    assert await api.refusal("editMessageText", **where, text="b") == "Bad Request: message to edit not found"
    assert await api.result("deleteMessage", chat_id=started, message_id=1) is True
    old = await api.result("sendMessage", chat_id=started, text="old")
    emulator.advance(timedelta(hours=49))
    stale = {"chat_id": started, "message_id": old["message_id"]}
    assert await api.refusal("deleteMessage", **stale) == "Bad Request: message can't be deleted for everyone"
    assert await api.result("editMessageText", **stale, text="edits know no age")
    new = await api.result("sendMessage", chat_id=started, text="new")
    both = {"chat_id": started, "message_ids": [old["message_id"], new["message_id"], 99]}
    assert await api.refusal("deleteMessages", **both) == "Bad Request: message can't be deleted for everyone"
    assert await api.result("deleteMessages", chat_id=started, message_ids=[new["message_id"], 99]) is True
    left = emulator.world.store.messages(emulator.bot_id, started)
    assert [item.message_id for item in left] == [old["message_id"]]


async def test_answers_to_presses(api: Api, emulator: Emulator, started: int) -> None:
    sent = await api.result("sendMessage", chat_id=started, text="one", reply_markup=inline(BUTTON))

    def press() -> str:
        return people.press(emulator.world, emulator.bot_id, started, sent["message_id"], "b").id

    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await api.refusal("answerCallbackQuery", callback_query_id="1") == too_old
    query = press()
    long = {"callback_query_id": query, "text": "a" * 201}
    assert await api.refusal("answerCallbackQuery", **long) == "Bad Request: MESSAGE_TOO_LONG"
    assert await api.result("answerCallbackQuery", callback_query_id=query, text="a" * 200) is True
    query = press()
    emulator.advance(timedelta(minutes=5))
    assert await api.refusal("answerCallbackQuery", callback_query_id=query) == too_old
    assert len(emulator.problems()) == 4


async def test_a_blocked_bot(api: Api, emulator: Emulator, started: int) -> None:
    where = (emulator.bot_id, started)
    people.set_blocked(emulator.world, *where, blocked=True)
    for method, params in (("sendMessage", {"text": "a"}), ("sendChatAction", {"action": "typing"})):
        status, answer = await api(method, chat_id=started, **params)
        assert (status, answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    with pytest.raises(people.ActError, match="blocked"):
        people.say(emulator.world, *where, "a")
    people.start(emulator.world, *where)
    await api.result("sendMessage", chat_id=started, text="a")
    *_, kicked, member, began = await api.result("getUpdates")
    changes = [update["my_chat_member"] for update in (kicked, member)]
    statuses = [(change["old_chat_member"]["status"], change["new_chat_member"]["status"]) for change in changes]
    assert statuses == [("member", "kicked"), ("kicked", "member")]
    assert changes[0]["chat"]["type"] == "private"
    assert changes[0]["from"]["id"] == started
    assert changes[0]["new_chat_member"]["user"]["id"] == emulator.bot_id
    assert began["message"]["text"] == "/start"


async def test_reply_keyboards_come_and_go(api: Api, emulator: Emulator, started: int) -> None:
    def keyboard() -> Any:
        return emulator.world.store.chat(emulator.bot_id, started).keyboard

    markup = {"keyboard": [["a", {"text": "b", "request_contact": True}]], "one_time_keyboard": True}
    sent = await api.result("sendMessage", chat_id=started, text="x", reply_markup=markup)
    assert keyboard()["markup"]["keyboard"] == [[{"text": "a"}, {"text": "b", "request_contact": True}]]
    people.say(emulator.world, emulator.bot_id, started, "something else")
    assert keyboard()["hidden"] is False
    people.say(emulator.world, emulator.bot_id, started, "a")
    assert keyboard()["hidden"] is True
    await api.result("deleteMessage", chat_id=started, message_id=sent["message_id"])
    assert keyboard() is None
    await api.result("sendMessage", chat_id=started, text="x", reply_markup=markup)
    await api.result("sendMessage", chat_id=started, text="x", reply_markup={"remove_keyboard": True})
    assert keyboard() is None
