"""The wire to Telegram: what is odd in an update or an answer stops nobody, and its failures tell nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any, cast, get_args

import pytest
from aiogram import Bot, Dispatcher, methods
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ContentType
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import (
    BotCommand,
    CallbackQuery,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from aiohttp import web
from pydantic import BaseModel

from bot import calls as made
from bot import chat
from bot.keyboards.markup import Button, Markup
from bot.process import AS_WE_WRITE
from bot.telegram import polling
from bot.telegram.decoding import decoded_update
from bot.telegram.incoming import Incoming
from bot.telegram.polling import GetUpdatesAsTheyAre, Polling
from bot.telegram.session import TelegramSession
from bot.views.screen import Screen
from bot.visitor import Visitor
from bot.web.server import serving
from services.memory import MemoryHere
from services.texts.i18n import Html, texts
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.logs import written
from tests.support.odd_updates import odd_updates

TOKEN = "1234567890:AAH-secret_secret_secret_secret"
SCREEN = Screen(Html("Иванова Анна, полис 5097579792000180"), Markup([]))
PERSON = {"id": 501, "is_bot": False, "first_name": "А"}
PRIVATE = {"id": 501, "type": "private", "first_name": "А"}
SENT = {"message_id": 11, "date": 1764000000, "chat": PRIVATE, "from": PERSON, "text": "слово"}
PRESS = {"id": "77", "from": PERSON, "chat_instance": "1", "data": "x", "message": SENT}
POLL = {"id": "1", "question": "?", "options": [], "total_voter_count": 1, "is_closed": False, "type": "regular"}


def bot_at(url: str) -> Bot:
    return Bot(TOKEN, session=TelegramSession(api=TelegramAPIServer.from_base(url)))


@dataclass
class Script:
    """Answers the Bot API with what stands next, the last for ever; `asked`: the calls that came."""

    answers: list[web.Response | str | dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        said = await request.json() if request.content_type == "application/json" else await request.post()
        values = {name: str(value) for name, value in said.items()}
        self.asked.append((request.match_info["method"], values))
        self.changed.set()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, dict):
            return web.json_response(answer, status=answer.get("error_code", 200))
        if isinstance(answer, str):
            return web.Response(text=answer, content_type="application/json")
        return answer.__class__(status=answer.status, headers=answer.headers, text=answer.text)


@dataclass
class Line:
    script: Script
    bot: Bot
    log: StringIO


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    script = Script()

    async def nothing() -> None:
        pass

    routes = [
        web.route("*", "/bot{token}/{method}", script.take),
        web.route("*", "/file/bot{token}/{method}", script.take),
    ]
    async with serving("127.0.0.1", 0, routes, nothing) as port:
        bot = bot_at(f"http://127.0.0.1:{port}")
        with written() as log:
            yield Line(script, bot, log)
        await bot.session.close()


def holds_nothing(text: str) -> None:
    for secret in (TOKEN, "secret", "Иванова", "5097579792000180", "слово"):
        assert secret not in text


NEVER_READ = (
    "<html>Иванова",
    "",
    "[]",
    "null",
    '{"ok": true, "result": ' + "[" * 100_000,
    '{"ok": true, "result": ' + "9" * 5000 + "}",
    {"ok": True, "result": "Иванова"},
    {"ok": True, "result": {"text": "Иванова"}},
)


@pytest.mark.parametrize("answer", NEVER_READ, ids=lambda answer: str(answer)[:20])
async def test_an_answer_that_cannot_be_read_holds_nothing(line: Line, answer: Any) -> None:
    line.script.answers = [answer]
    with pytest.raises(TelegramNetworkError) as caught:
        await chat.send(line.bot, 501, SCREEN)
    holds_nothing(str(caught.value))
    assert caught.value.__cause__ is None


async def test_a_message_of_which_a_part_cannot_be_read_stands_all_the_same(line: Line) -> None:
    odd = SENT | {"forward_origin": {"type": "newest"}, "entities": [{"type": "bold"}], "new": {}}
    line.script.answers = [{"ok": True, "result": odd}]
    assert await chat.send(line.bot, 501, SCREEN) == 11
    line.script.answers = [{"ok": True, "result": True, "parameters": {"retry_after": "soon"}}]
    await line.bot.delete_message(501, 11)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.Response(status=502, text="<html>Bad Gateway"), TelegramServerError),
        (web.Response(status=413, text="<html>too large"), TelegramNetworkError),
        ({"ok": False, "error_code": 500, "description": 5}, TelegramServerError),
        ({"ok": False, "error_code": 400, "description": "Bad Request: chat not found", "new": 1}, TelegramBadRequest),
        (
            {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 7, "odd": []}},
            TelegramRetryAfter,
        ),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_what_is_no_yes_is_said_by_its_kind(line: Line, answer: Any, kind: type[TelegramAPIError]) -> None:
    line.script.answers = [answer]
    with pytest.raises(kind) as caught:
        await chat.send(line.bot, 501, SCREEN)
    holds_nothing(str(caught.value))


def calls() -> list[TelegramMethod[Any]]:
    """Each that a chat may get, and others of each kind of value."""
    key = Button("Да \ud83d", "g1:home")
    buttons = Markup([[key], [key, key]])
    asks = ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text="Мой номер", request_contact=True)]], resize_keyboard=True
    )
    return [
        made.SendMessage(chat_id=501, text="<b>слово</b>", reply_markup=buttons),
        made.SendMessage(chat_id=501, text="слово", reply_markup=asks),
        made.EditMessageText(chat_id=501, message_id=7, text="слово", reply_markup=buttons),
        made.EditMessageReplyMarkup(chat_id=501, message_id=7),
        made.SendVenue(chat_id=501, latitude=55.75, longitude=37.62, title="П", address="г", reply_markup=buttons),
        methods.AnswerCallbackQuery(callback_query_id="77", text="", show_alert=False),
        methods.AnswerCallbackQuery(callback_query_id="77", text="Готово", show_alert=True),
        methods.DeleteMessage(chat_id=501, message_id=7),
        methods.GetMe(),
        methods.SetMyCommands(commands=[BotCommand(command="start", description="Начать")], language_code="ru"),
        methods.SetWebhook(url="https://x.example/", allowed_updates=["message"], max_connections=40),
        GetUpdatesAsTheyAre(offset=0, limit=1, timeout=0, allowed_updates=["message", "callback_query"]),
    ]


@pytest.mark.parametrize("call", calls(), ids=lambda each: type(each).__name__)
async def test_a_call_says_what_aiogram_would_say(line: Line, call: TelegramMethod[Any]) -> None:
    """In one body of JSON, with the bot's defaults: only how it is put on the wire is ours."""
    line.bot.default = AS_WE_WRITE
    buttons = getattr(call, "reply_markup", None)
    as_theirs = {"reply_markup": buttons.plain()} if isinstance(buttons, Markup) else {}
    form = line.bot.session.build_form_data(line.bot, call.model_copy(update=as_theirs))  # type: ignore[attr-defined]
    by_aiogram = {field[0]["name"]: field[2] for field in form._fields}
    body, headers = cast(TelegramSession, line.bot.session)._body(line.bot, call)
    assert headers == {"Content-Type": "application/json"}
    assert isinstance(body, bytes)
    said = json.loads(body)
    as_text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}
    assert {name: unpacked(value) for name, value in as_text.items()} == {
        name: unpacked(value.replace("\ud83d", "?").replace("\\ud83d", "?")) for name, value in by_aiogram.items()
    }


def unpacked(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def test_our_buttons_are_telegrams() -> None:
    """Plain until they are sent: what is sent is what the library would have made of them."""
    buttons = Markup([[Button("Да", "g1:home")], [Button("Нет", "g1:more"), Button("·", "id1")]])
    theirs = InlineKeyboardMarkup.model_validate(buttons.plain())
    assert theirs.model_dump(exclude_none=True) == buttons.plain()
    assert [[(each.text, each.callback_data) for each in row] for row in theirs.inline_keyboard] == [
        [(each.text, each.callback_data) for each in row] for row in buttons.inline_keyboard
    ]


async def test_files_go_by_a_form_with_all_that_is_said_of_them(line: Line) -> None:
    line.bot.default = AS_WE_WRITE
    line.script.answers = [{"ok": True, "result": SENT}]
    assert await chat.send(line.bot, 501, replace(SCREEN, picture=b"picture")) == 11
    ((method, said),) = line.script.asked
    assert method == "sendPhoto"
    assert said["caption"] == SCREEN.text
    assert said["parse_mode"] == "HTML"
    assert json.loads(said["reply_markup"]) == {"inline_keyboard": []}
    assert said["photo"].startswith("attach://")
    assert "picture.png" in said[said["photo"].removeprefix("attach://")]


async def test_of_an_answer_what_nobody_reads_is_not_parsed(line: Line) -> None:
    """A screen's edit is told by yes or no; a new message by its id."""
    strange = {"message_id": "Иванова", "chat": 5}
    line.script.answers = [{"ok": True, "result": strange}]
    assert await chat.edit(line.bot, 501, 7, SCREEN) == 7
    with pytest.raises(TelegramNetworkError):
        await chat.send(line.bot, 501, SCREEN)
    line.script.answers = [{"ok": True, "result": {"message_id": 12, "chat": 5}}]
    assert await chat.send(line.bot, 501, SCREEN) == 12


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_screen_follows_a_redirect_and_a_ring_of_them_tells_no_token(line: Line, status: int) -> None:
    line.script.answers = [web.Response(status=status, headers={"Location": f"/bot{TOKEN}/sendMessage"})]
    with pytest.raises(TelegramNetworkError) as caught:
        await chat.send(line.bot, 501, SCREEN)
    assert len(line.script.asked) == 1
    holds_nothing(repr(caught.value) + str(caught.value))


async def test_no_failure_of_the_line_tells_the_address() -> None:
    bot = bot_at("http://127.0.0.1:1")
    asked = (bot.send_message(501, "Иванова"), bot.get_me(), bot.download_file("photos/1.jpg"))
    with written() as log:
        for question in asked:
            with pytest.raises(TelegramNetworkError) as caught:
                await question
            holds_nothing(str(caught.value))
    await bot.session.close()
    holds_nothing(log.getvalue())


async def test_a_file_that_is_gone_tells_nothing(line: Line) -> None:
    line.script.answers = [web.Response(status=404)]
    with pytest.raises(TelegramNetworkError) as caught:
        await line.bot.download_file("1.jpg")
    holds_nothing(str(caught.value))


def test_whatever_stands_in_an_update_it_is_read_or_it_is_not() -> None:
    """No exception, and where what we need is there, the update is there: nobody's word is lost for an odd ornament."""
    needed = {"message_id", "date", "chat", "id", "from", "chat_instance", "text", "data", "message"}
    bot = bot_at("http://127.0.0.1:1")
    seen = 0
    for name, raw in odd_updates(SENT, PRESS):
        kind = "message" if "message" in raw else "callback_query"
        what = kind, name, raw[kind].get(name)
        update = decoded_update(json.loads(json.dumps(raw)), bot)
        if name not in needed:
            assert update is not None, what
            assert getattr(update, kind) is not None, what
            assert getattr(update, kind).from_user.id == 501, what
            seen += 1
    assert seen > 1000


def test_of_the_pressed_message_what_we_read_is_there_and_nothing_else() -> None:
    """The rest of it would be three quarters of the decoding of a press."""
    rows = [[{"text": "Да", "callback_data": "vc1:a"}, {"text": "x", "url": "https://x"}], "odd", [None, 5]]
    size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
    message = SENT | {"photo": [size], "reply_markup": {"inline_keyboard": rows}, "entities": "odd"}
    raw = {"update_id": 1, "callback_query": PRESS | {"message": message}}
    update = decoded_update(json.loads(json.dumps(raw)), bot_at("http://127.0.0.1:1"))
    assert update is not None
    assert update.callback_query is not None
    pressed = update.callback_query.message
    assert isinstance(pressed, Message)
    assert (pressed.message_id, pressed.chat.id, pressed.chat.type) == (11, 501, "private")
    assert pressed.photo
    assert (pressed.text, pressed.reply_markup, pressed.entities, pressed.from_user) == (None, None, None, None)
    assert visitor_of(update.callback_query).offered == ["vc1:a"]


@pytest.mark.parametrize(
    "message",
    [None, {"message_id": 11, "date": 0, "chat": PRIVATE}, SENT, SENT | {"reply_markup": 5}, SENT | {"buttons": "x"}],
)
def test_a_message_without_buttons_offers_none(message: Any) -> None:
    raw = {"update_id": 1, "callback_query": PRESS | {"message": message}}
    update = decoded_update(json.loads(json.dumps(raw)), bot_at("http://127.0.0.1:1"))
    assert update is not None
    assert update.callback_query is not None
    assert list(visitor_of(update.callback_query).offered) == []


def visitor_of(press: CallbackQuery) -> Visitor:
    return Visitor(
        press, cast(Bot, None), 501, None, texts("ru"), MONDAY_MORNING, MemoryHere(FakeClock(MONDAY_MORNING))
    )


def test_texts_within_texts_hold_nobody_up() -> None:
    """pydantic would try every kind of text at every level: for minutes, from some hundred bytes."""
    bot = bot_at("http://127.0.0.1:1")
    text: Any = {"type": "to_come", "text": "слово"}
    for kind in ("bold", "italic", "underline", "strikethrough", "spoiler", "marked", "bold", "italic", "underline"):
        text = {"type": kind, "text": text}
    rich = {"rich_message": {"blocks": [{"type": "paragraph", "text": text}]}}
    for raw in (
        SENT | rich,
        SENT | {"reply_to_message": SENT | rich},
        SENT | {"external_reply": {"origin": {}} | rich},
    ):
        update = decoded_update({"update_id": 1, "message": json.loads(json.dumps(raw))}, bot)
        assert update is not None
        assert update.message is not None
        assert update.message.text == "слово"
    rich_alone = {name: value for name, value in SENT.items() if name != "text"} | rich
    update = decoded_update({"update_id": 1, "message": rich_alone}, bot)
    assert update is not None
    assert update.message is not None
    assert update.message.content_type == ContentType.RICH_MESSAGE


def test_nothing_else_that_may_come_has_kinds_within_kinds() -> None:
    """The next such thing of a release: an object that may be of several kinds and hold itself again."""
    found = {f"{each.__name__}.{name}" for each, name in of_many_kinds_and_within_itself(Update)}
    assert {name for name in found if not name.startswith("Rich")} == set()
    assert any(name.startswith("RichText") for name in found), "the search finds what it looks for"


MANY = 4
"""So many kinds are no matter: twenty levels of them cost nothing to speak of."""


def of_many_kinds_and_within_itself(root: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    reached = reachable(root)
    for each in reached:
        for name, field_info in each.model_fields.items():
            kinds = models_in(field_info.annotation)
            if len(kinds) > MANY and each in set().union(*(reachable(kind) for kind in kinds)):
                yield each, name


def reachable(root: type[BaseModel]) -> set[type[BaseModel]]:
    seen, left = set[type[BaseModel]](), [root]
    while left:
        here = left.pop()
        if here not in seen:
            seen.add(here)
            here.model_rebuild()
            left += [kind for each in here.model_fields.values() for kind in models_in(each.annotation)]
    return seen


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if hasattr(annotation, "__value__"):  # an alias that names itself within
        return models_in(annotation.__value__)
    return [kind for each in get_args(annotation) for kind in models_in(each)]


def test_a_hundred_broken_entities_lose_no_word() -> None:
    entities = [{"type": "bold", "offset": "x", "length": 1} for _ in range(100)]
    raw = {"update_id": 1, "message": SENT | {"entities": entities}}
    update = decoded_update(raw, bot_at("http://127.0.0.1:1"))
    assert update is not None
    assert update.message is not None
    assert update.message.text == "слово"


@dataclass
class Taken:
    """What the dispatcher was handed."""

    texts: list[str | None] = field(default_factory=list)
    full: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 1

    async def take(self, message: Message) -> None:
        self.texts.append(message.text)
        if len(self.texts) >= self.wanted:
            self.full.set()


@asynccontextmanager
async def polled(line: Line, wanted: int) -> AsyncIterator[Taken]:
    dispatcher, taken = Dispatcher(disable_fsm=True), Taken(wanted=wanted)
    dispatcher.message.register(taken.take)
    told = asyncio.Event()
    running = asyncio.create_task(Polling(line.bot, Incoming(line.bot, dispatcher), ["message"]).run(told))
    yield taken
    told.set()
    await running


def updates(*each: Any) -> dict[str, Any]:
    return {"ok": True, "result": list(each)}


def said(update: int, text: str = "слово", **more: Any) -> dict[str, Any]:
    return {"update_id": update, "message": SENT | {"message_id": update, "text": text} | more}


async def nothing_more(line: Line, count: int) -> None:
    while len(line.script.asked) < count:
        line.script.changed.clear()
        await line.script.changed.wait()


EMPTY = updates()


async def test_updates_beside_those_that_cannot_be_read(line: Line) -> None:
    line.script.answers = [
        updates(
            said(1),
            {"update_id": 2, "poll": POLL | {"options": "Иванова"}},
            {"update_id": 3, "something_new": {"text": "Иванова"}},
            {"update_id": 4, "message": "Иванова"},
            {"update_id": 5},
            said(6, "второе", forward_origin={"type": "hidden_user", "date": 1}),
        ),
        EMPTY,
    ]
    async with polled(line, 2) as taken:
        await taken.full.wait()
        await nothing_more(line, 2)
    assert taken.texts == ["слово", "второе"]
    last = line.script.asked[-1][1]
    assert (last["offset"], last["timeout"]) == ("7", "0"), "what has been handled is confirmed at the end"
    assert line.script.asked[1][1]["offset"] == "7"
    log = line.log.getvalue()
    for number, kind in ((2, "poll"), (3, "of a new kind"), (4, "message"), (5, "of a new kind")):
        assert f"passed over: {kind}, id {number}" in log
    holds_nothing(log)


async def test_one_that_spoils_the_whole_answer_is_passed_over_by_its_id(line: Line) -> None:
    deep = '{"update_id": 2, "message": ' + "[" * 5000 + "]" * 5000 + "}"

    def raw(*each: str) -> str:
        return '{"ok": true, "result": [' + ", ".join(each) + "]}"

    first, last = json.dumps(said(1)), json.dumps(said(3, '"update_id": 99'))
    line.script.answers = [raw(first, deep, last), raw(first), raw(deep), raw(last), EMPTY]
    async with polled(line, 2) as taken:
        await taken.full.wait()
        await nothing_more(line, 5)
    assert taken.texts == ["слово", '"update_id": 99']
    asked = [(values.get("offset"), values["limit"]) for _, values in line.script.asked[:5]]
    assert asked == [(None, "100"), (None, "1"), ("2", "1"), ("3", "1"), ("4", "100")]
    assert "passed over: id 2" in line.log.getvalue()


@pytest.mark.parametrize(
    "answer",
    [
        "<html>Иванова",
        web.Response(status=502, text="Иванова"),
        {"ok": False, "error_code": 409, "description": "Conflict: Иванова"},
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
        {"ok": True, "result": {"update_id": 1}},
        {"ok": True, "result": [{"message": SENT}, "Иванова", None]},
    ],
    ids=["html", "502", "409", "401", "no list", "no ids"],
)
async def test_a_telegram_that_does_not_answer_is_asked_again(
    line: Line, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_PAUSES_S", (0.001, 0.001))
    line.script.answers = [answer, answer, updates(said(7)), EMPTY]
    async with polled(line, 1) as taken:
        await taken.full.wait()
    assert taken.texts == ["слово"]
    assert any(told in line.log.getvalue() for told in ("no updates from Telegram", "passed over"))
    holds_nothing(line.log.getvalue())
