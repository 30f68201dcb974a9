"""The table of refusals: every row has a source, is used, and is provoked over HTTP; nothing is refused beside it."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from emulator import media, people, pictures, refusals, server
from emulator.driver import Emulator
from emulator.refusals import Refusal

from .conftest import Api, start_chat
from .test_media import png
from .test_webhook import served

EMULATOR = Path(refusals.__file__).parent
TABLE = {name: value for name, value in vars(refusals).items() if isinstance(value, Refusal)}
BUTTON = {"text": "a", "callback_data": "b"}
DOCUMENT = {"type": "document", "media": "{paper}"}
PHOTO = {"type": "photo", "media": "{photo}"}
COMMAND = {"command": "start", "description": "Start"}
MESSAGE = {"chat_id": "{chat}", "message_id": "{text message}"}


def sent(**params: Any) -> tuple[str, dict[str, Any]]:
    return "sendMessage", {"chat_id": "{chat}", "text": "a", **params}


def inline(*rows: Any) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def edited(message: str, method: str, **params: Any) -> tuple[str, dict[str, Any]]:
    return method, {"chat_id": "{chat}", "message_id": message, **params}


def commands(*items: Any, **params: Any) -> tuple[str, dict[str, Any]]:
    return "setMyCommands", {"commands": list(items), **params}


# row → the call that it answers; names in braces stand for what the test makes
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "UNSERVED_METHOD": ("sendDice", {"chat_id": "{chat}"}),
    "UNKNOWN_PARAMETER": sent(tekst="b"),
    "WRONG_VALUE": ("sendLocation", {"chat_id": "{chat}", "latitude": "north", "longitude": 2}),
    "MISSING_VALUE": ("sendVenue", {"chat_id": "{chat}", "latitude": 1, "longitude": 2, "title": "", "address": "b"}),
    "PARAMETER_REQUIRED": ("sendContact", {"chat_id": "{chat}", "first_name": "a"}),
    "ALLOWED_UPDATES": ("getUpdates", {"allowed_updates": "message"}),
    "SECRET_TOO_LONG": ("setWebhook", {"url": "http://localhost:1/", "secret_token": "a" * 257}),
    "SECRET_CHARACTERS": ("setWebhook", {"url": "http://localhost:1/", "secret_token": "a b"}),
    "UNSERVED_WEBHOOK": ("setWebhook", {"url": "https://example.org/"}),
    "CHAT_ID_EMPTY": sent(chat_id=""),
    "CHAT_NOT_FOUND": sent(chat_id="{stranger}"),
    "USER_NOT_FOUND": ("setChatMenuButton", {"chat_id": "{stranger}"}),
    "USER_ID": ("getChatMenuButton", {"chat_id": "@anna"}),
    "TEXT_EMPTY": sent(text=""),
    "TEXT_BLANK": sent(text="<b> </b>", parse_mode="HTML"),
    "TEXT_HUGE": sent(text="a" * 32769),
    "TEXT_TOO_LONG": sent(text="😀" * 2049),
    "TEXT_TOO_LONG_EDIT": edited("{text message}", "editMessageText", text="a" * 4097),
    "CAPTION_TOO_LONG": ("sendDocument", {"chat_id": "{chat}", "document": "{paper}", "caption": "a" * 1025}),
    "PARSE_MODE": sent(parse_mode="bbcode"),
    "UNSERVED_PARSE_MODE": sent(parse_mode="MarkdownV2"),
    "ENTITIES": sent(text="<b>a", parse_mode="HTML"),
    "UNSERVED_TAG": sent(text='<tg-emoji emoji-id="1">a</tg-emoji>', parse_mode="HTML"),
    "ENTITY": sent(entities=[{"type": "bold", "offset": 0}]),
    "ENTITIES_JSON": sent(entities="{"),
    "MARKUP_JSON": sent(reply_markup="{"),
    "MARKUP_OBJECT": sent(reply_markup=[]),
    "MARKUP_INLINE_EXPECTED": edited("{text message}", "editMessageReplyMarkup", reply_markup={"keyboard": [["a"]]}),
    "MARKUP_ARRAY": sent(reply_markup={"inline_keyboard": {}}),
    "KEYBOARD_ROWS": sent(reply_markup={"keyboard": ["a"]}),
    "INLINE_ROWS": sent(reply_markup=inline(BUTTON)),
    "INLINE_BUTTON": sent(reply_markup=inline([{"text": "a"}])),
    "KEYBOARD_BUTTON": sent(reply_markup={"keyboard": [[True]]}),
    "BUTTON_DATA": sent(reply_markup=inline([{"text": "a", "callback_data": "я" * 33}])),
    "BUTTON_URL": sent(reply_markup=inline([{"text": "a", "url": "ftp://example.org"}])),
    "BUTTON_IN_GROUP": sent(chat_id="{group}", reply_markup={"keyboard": [[{"text": "a", "request_contact": True}]]}),
    "MARKUP_TOO_LONG": sent(reply_markup=inline(*[[BUTTON]] * 101)),
    "ROW_TOO_LONG": sent(reply_markup=inline([BUTTON] * 9)),
    "KEYBOARD_TOO_LONG": sent(reply_markup={"keyboard": [["a"]] * 301}),
    "BUTTON_TEXT_EMPTY": sent(reply_markup=inline([{"text": " ", "callback_data": "b"}])),
    "BUTTON_ACTIONS": sent(reply_markup=inline([{**BUTTON, "url": "https://example.org"}])),
    "UNSERVED_BUTTON": sent(reply_markup=inline([{"text": "a", "web_app": {"url": "https://example.org"}}])),
    "UNSERVED_MARKUP": sent(reply_markup={"force_reply": True}),
    "NOT_MODIFIED": edited("{text message}", "editMessageText", text="text"),
    "EDIT_NOT_FOUND": edited("99", "editMessageText", text="a"),
    "EDIT_FORBIDDEN": edited("1", "editMessageText", text="a"),
    "EDIT_NO_TEXT": edited("{file message}", "editMessageText", text="a"),
    "EDIT_NO_CAPTION": edited("{text message}", "editMessageCaption", caption="a"),
    "EDIT_NO_MEDIA": edited("{place message}", "editMessageMedia", media=DOCUMENT),
    "ALBUM_KIND": edited("{album message}", "editMessageMedia", media=PHOTO),
    "MESSAGE_ID_MISSING": ("deleteMessage", {"chat_id": "{chat}"}),
    "DELETE_CHAT_MISSING": ("deleteMessage", {"message_id": 1}),
    "DELETE_NOT_FOUND": edited("99", "deleteMessage"),
    "DELETE_IN_GROUP": ("deleteMessage", {"chat_id": "{group}", "message_id": 1}),
    "MESSAGE_IDS_MISSING": ("deleteMessages", {"chat_id": "{chat}", "message_ids": []}),
    "MESSAGE_IDS_JSON": ("deleteMessages", {"chat_id": "{chat}", "message_ids": "["}),
    "MESSAGE_IDS_ARRAY": ("deleteMessages", {"chat_id": "{chat}", "message_ids": {}}),
    "MESSAGE_IDS_NUMBER": ("deleteMessages", {"chat_id": "{chat}", "message_ids": ["one"]}),
    "MESSAGE_IDS_MANY": ("deleteMessages", {"chat_id": "{chat}", "message_ids": list(range(101))}),
    "REPLY_JSON": sent(reply_parameters="{"),
    "REPLY_OBJECT": sent(reply_parameters=[]),
    "REPLY_NOT_FOUND": sent(reply_parameters={"message_id": 99}),
    "QUERY_TOO_OLD": ("answerCallbackQuery", {"callback_query_id": "1"}),
    "ANSWER_TOO_LONG": ("answerCallbackQuery", {"callback_query_id": "{query}", "text": "a" * 201}),
    "ACTION": ("sendChatAction", {"chat_id": "{chat}", "action": "dancing"}),
    "NO_FILE": ("sendPhoto", {"chat_id": "{chat}"}),
    "FILE_ID": ("sendPhoto", {"chat_id": "{chat}", "photo": "unheard-of"}),
    "FILE_KIND": ("sendPhoto", {"chat_id": "{chat}", "photo": "{paper}"}),
    "MEDIA_JSON": edited("{file message}", "editMessageMedia", media="{"),
    "MEDIA": edited("{file message}", "editMessageMedia", media={"type": "document"}),
    "ALBUM_JSON": ("sendMediaGroup", {"chat_id": "{chat}", "media": "["}),
    "ALBUM_ARRAY": ("sendMediaGroup", {"chat_id": "{chat}", "media": {}}),
    "ALBUM_EMPTY": ("sendMediaGroup", {"chat_id": "{chat}", "media": []}),
    "ALBUM_MANY": ("sendMediaGroup", {"chat_id": "{chat}", "media": [PHOTO] * 11}),
    "ALBUM_MIXED": ("sendMediaGroup", {"chat_id": "{chat}", "media": [PHOTO, DOCUMENT]}),
    "FILE_ID_MISSING": ("getFile", {}),
    "FILE_ID_INVALID": ("getFile", {"file_id": "nonsense"}),
    "UNSERVED_URL": ("sendPhoto", {"chat_id": "{chat}", "photo": "https://example.org/a.png"}),
    "UNSERVED_MEDIA": edited("{file message}", "editMessageMedia", media={"type": "video", "media": "a"}),
    "LATITUDE_EMPTY": ("sendLocation", {"chat_id": "{chat}", "longitude": 2}),
    "LONGITUDE_EMPTY": ("sendLocation", {"chat_id": "{chat}", "latitude": 1}),
    "LOCATION": ("sendLocation", {"chat_id": "{chat}", "latitude": 91, "longitude": 2}),
    "VENUE_LOCATION": (
        "sendVenue",
        {"chat_id": "{chat}", "latitude": 1, "longitude": 181, "title": "a", "address": "b"},
    ),
    "COMMANDS_JSON": ("setMyCommands", {"commands": "["}),
    "COMMANDS_ARRAY": ("setMyCommands", {"commands": COMMAND}),
    "COMMAND": commands({"command": "start"}),
    "COMMAND_EMPTY": commands({**COMMAND, "command": "/"}),
    "COMMAND_LONG": commands({**COMMAND, "command": "a" * 33}),
    "COMMAND_INVALID": commands({**COMMAND, "command": "Start"}),
    "COMMAND_DESCRIPTION_EMPTY": commands({**COMMAND, "description": " "}),
    "COMMAND_DESCRIPTION_LONG": commands({**COMMAND, "description": "a" * 257}),
    "COMMANDS_TOO_MANY": commands(*[COMMAND] * 101),
    "SCOPE_JSON": commands(COMMAND, scope="{"),
    "SCOPE": commands(COMMAND, scope={"type": "everybody"}),
    "LANGUAGE": commands(COMMAND, language_code="rus"),
    "MENU_JSON": ("setChatMenuButton", {"menu_button": "{"}),
    "MENU": ("setChatMenuButton", {"menu_button": {"type": "round"}}),
    "UNSERVED_MENU": ("setChatMenuButton", {"menu_button": {"type": "web_app"}}),
    "TEXT_FIELD_TOO_LONG": ("setMyShortDescription", {"short_description": "a" * 121}),
}
# row → the photo that it answers
UPLOADS = {
    "FILE_EMPTY": b"",
    "PHOTO_BROKEN": b"%PDF",
    "PHOTO_DIMENSIONS": png(9000, 1001),
    "UNSERVED_IMAGE": b"GIF89a",
    "PHOTO_TOO_BIG": png(9, 9) + bytes(2000),  # with a limit made small
}
ELSEWHERE = {
    *("TOKEN", "NO_SUCH_PATH", "REQUEST_BODY", "BODY_TOO_LARGE", "TOO_MANY", "POLL_CONFLICT", "POLL_ENDED"),
    *("WEBHOOK_CONFLICT", "UNSERVED_ANSWER", "BLOCKED", "DEACTIVATED", "DELETE_TOO_OLD", "ALBUM_ITEM", "FILE_TOO_BIG"),
}


def says(row: str, description: str) -> bool:
    """Is this the description of the row, whatever stands in its fields?"""
    pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(TABLE[row].description))
    return re.fullmatch(pattern, description, re.DOTALL) is not None


def test_every_row_is_complete_and_is_provoked_somewhere() -> None:
    assert {*CALLS, *UPLOADS, *ELSEWHERE} == set(TABLE)
    assert tuple(TABLE.values()) == refusals.TABLE
    prefixes = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
    prefixes |= {413: "Request Entity Too Large", 429: "Too Many Requests"}
    for name, row in TABLE.items():
        assert row.when, name
        assert row.source, name
        assert row.description.startswith(("emulator: ", prefixes[row.code])), name
    described = [row.description for row in TABLE.values()]
    twice = {TABLE["ANSWER_TOO_LONG"].description}  # Telegram says the same of two things
    assert {each for each in described if described.count(each) > 1} == twice


def test_code_and_table_agree() -> None:
    """What the code refuses stands in the table, and each row is used; faults alone are made up, by who arms them."""
    used, made = set(), []
    for path in sorted(EMULATOR.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "refusals":
                used.add(node.attr)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                made.append(path.name)
    assert used - {"Refusal", "TABLE"} == set(TABLE)
    assert set(made) <= {"refusals.py", "faults.py"}


@pytest.fixture
async def known(api: Api, emulator: Emulator, started: int) -> dict[str, Any]:
    """What stands for the names in braces."""
    world, bot_id = emulator.world, emulator.bot_id
    paper = people.send_document(world, bot_id, started, "a.pdf", b"%PDF").wire["document"]["file_id"]
    text = await api.result("sendMessage", chat_id=started, text="text", reply_markup=inline([BUTTON]))
    album = await api.result("sendMediaGroup", chat_id=started, media=[{"type": "document", "media": paper}] * 2)
    made = {
        "chat": started,
        "stranger": world.add_person("Пётр").id,
        "group": people.add_to_group(world, bot_id, started, "Семья").user_id,
        "paper": paper,
        "photo": people.send_photo(world, bot_id, started).wire["photo"][0]["file_id"],
        "text message": text["message_id"],
        "file message": (await api.result("sendDocument", chat_id=started, document=paper))["message_id"],
        "place message": (await api.result("sendLocation", chat_id=started, latitude=1, longitude=2))["message_id"],
        "album message": album[0]["message_id"],
        "query": people.press(world, bot_id, started, text["message_id"], "b").id,
    }
    await api.result("editMessageReplyMarkup", chat_id=started, message_id=text["message_id"])
    return {f"{{{name}}}": value for name, value in made.items()}


def filled(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: filled(item, known) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    return known.get(value, value) if isinstance(value, str) else value


async def test_calls_are_refused_as_the_table_says(api: Api, known: dict[str, Any]) -> None:
    wrong = {}
    for row, (method, params) in CALLS.items():
        status, answer = await api(method, **filled(params, known))
        if status != TABLE[row].code or not says(row, answer.get("description", "")):
            wrong[row] = answer
    assert wrong == {}


async def test_uploads_are_refused_as_the_table_says(
    api: Api, emulator: Emulator, started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_PHOTO_LIMIT", 2000)
    wrong = {}
    for row, data in UPLOADS.items():
        form = aiohttp.FormData({"chat_id": str(started)})
        form.add_field("photo", data, filename="x")
        async with api.session.post(f"{emulator.url}/bot{emulator.token}/sendPhoto", data=form) as response:
            answer = await response.json()
        if not says(row, answer.get("description", "")):
            wrong[row] = answer
    assert wrong == {}
    form = aiohttp.FormData({"chat_id": str(started)})
    form.add_field("media", '[{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://b"}]')
    form.add_field("a", pictures.sample(), filename="a.png")
    form.add_field("b", b"%PDF", filename="b.png")
    async with api.session.post(f"{emulator.url}/bot{emulator.token}/sendMediaGroup", data=form) as response:
        assert (await response.json())["description"] == (
            'Bad Request: failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"'
        )
    assert len(emulator.world.store.messages(emulator.bot_id, started)) == 1


async def test_requests_are_refused_as_the_table_says(
    api: Api, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked(row: str, path: str, **options: Any) -> None:
        async with api.session.post(emulator.url + path, **options) as response:
            answer = await response.json()
            assert (response.status, says(row, answer["description"])) == (TABLE[row].code, True), answer

    await asked("TOKEN", "/botnonsense/getMe")
    await asked("REQUEST_BODY", f"/bot{emulator.token}/getMe", data=b"{", headers={"Content-Type": "application/json"})
    async with api.session.get(f"{emulator.url}/file/bot{emulator.token}/documents/file_9") as response:
        assert (response.status, (await response.json())["description"]) == (404, TABLE["NO_SUCH_PATH"].description)
    monkeypatch.setattr(media, "DOWNLOAD_LIMIT", 3)
    big = emulator.world.store.add_file(emulator.bot_id, "document", "big", "a/b", (0, 0), b"1234")
    assert says("FILE_TOO_BIG", await api.refusal("getFile", file_id=big.file_id))
    monkeypatch.setattr(server, "_BODY_LIMIT", 1000)
    await emulator.restart()
    await asked("BODY_TOO_LARGE", f"/bot{emulator.token}/sendDocument", data={"text": "a" * 1001})


async def test_who_is_blocked_or_late_is_refused(api: Api, emulator: Emulator, started: int) -> None:
    old = await api.result("sendMessage", chat_id=started, text="a")
    emulator.advance(timedelta(hours=49))
    late = await api.refusal("deleteMessage", chat_id=started, message_id=old["message_id"])
    assert says("DELETE_TOO_OLD", late)
    people.set_blocked(emulator.world, emulator.bot_id, started, blocked=True)
    status, answer = await api("sendMessage", chat_id=started, text="a")
    assert (status, answer["description"]) == (403, TABLE["BLOCKED"].description)
    people.set_blocked(emulator.world, emulator.bot_id, started, blocked=False)
    people.deactivate(emulator.world, started)
    status, answer = await api("sendMessage", chat_id=started, text="a")
    assert (status, answer["description"]) == (403, TABLE["DEACTIVATED"].description)
    with pytest.raises(people.ActError, match="no such account"):
        people.say(emulator.world, emulator.bot_id, started, "a")


@pytest.fixture
async def hook() -> AsyncIterator[str]:
    async def take(_request: web.Request) -> web.Response:
        return web.Response(text='--x; name="method"\r\n', content_type="multipart/form-data")

    async with served(take) as url:
        yield url


async def test_two_who_want_the_updates_are_refused(api: Api, emulator: Emulator, hook: str) -> None:
    async def waiting() -> asyncio.Task[tuple[int, dict[str, Any]]]:
        poll = asyncio.create_task(api("getUpdates", timeout=30))
        while emulator.bot_id not in emulator.world.polls:
            await emulator.journal.activity.changed(5)
        return poll

    first = await waiting()
    await api.result("getUpdates")
    second = await waiting()
    await api.result("setWebhook", url=hook)
    ends = [await first, await second, await api("getUpdates")]
    rows = ("POLL_CONFLICT", "POLL_ENDED", "WEBHOOK_CONFLICT")
    assert [(status, answer["description"]) for status, answer in ends] == [
        (409, TABLE[row].description) for row in rows
    ]
    start_chat(emulator)
    await emulator.wait_quiet()
    assert says("UNSERVED_ANSWER", emulator.calls[-1].error)


@dataclass(frozen=True)
class Sent:
    """What became of a message: 0 for sent, or how many seconds to wait."""

    api: Api

    async def __call__(self, chat: int, method: str = "sendMessage", **params: Any) -> int:
        status, answer = await self.api(method, chat_id=chat, **({"text": "a"} | params))
        if status == 200:
            return 0
        assert status == 429
        assert says("TOO_MANY", answer["description"])
        return int(answer["parameters"]["retry_after"])


async def test_rates_are_limited_when_switched_on(api: Api, emulator: Emulator) -> None:
    sent = Sent(api)
    clock = 1_800_000_000.0
    emulator.world.now = lambda: clock  # type: ignore[method-assign]
    chats = [start_chat(emulator) for _ in range(32)]
    assert [await sent(chats[0]) for _ in range(3)] == [0, 0, 0], "off by default"
    emulator.rate_limits = True
    assert [await sent(chats[0]), await sent(chats[0])] == [0, 1]
    message = emulator.world.store.messages(emulator.bot_id, chats[0])[-1].message_id
    assert await sent(chats[0], "editMessageText", message_id=message, text="b") == 0, "edits are free"
    assert [await sent(chat) for chat in chats[1:30]] == [0] * 29
    assert await sent(chats[30]) == 1, "30 a second overall"
    clock += 0.5
    assert await sent(chats[30]) == 1
    clock += 0.5
    assert [await sent(chats[30]), await sent(chats[0])] == [0, 0]
    async with api.session.get(f"{emulator.url}/bot{emulator.token}/sendMessage?chat_id={chats[0]}&text=a") as answer:
        assert answer.headers["Retry-After"] == "1"
    await emulator.restart()
    assert emulator.rate_limits
    emulator.rate_limits = False
    assert [await sent(chats[0]) for _ in range(3)] == [0, 0, 0]
