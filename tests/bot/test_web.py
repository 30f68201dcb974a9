"""The bot's web server: who is believed, what is answered when, how it ends, and whether it is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.types import CallbackQuery, Message
from aiohttp import web
from sqlalchemy import select

from bot import chat
from bot.middlewares.order import BeingHandled, ChatOrder, Duplicates, SeenHere
from bot.progress import wait_for_telegram
from bot.telegram import incoming
from bot.telegram.incoming import Incoming
from bot.web import health, server, updates, webhook
from bot.web.health import Health
from bot.web.server import serving
from bot.web.updates import LARGEST_BODY, SECRET_HEADER, Updates
from emulator import people
from emulator.driver import Emulator
from services.errors import SetupError
from services.storage.engine import Database
from services.storage.tables import setting
from services.storage.vault import KEY_BYTES, Vault
from tests.support.logs import written
from tests.support.machine import unhurried
from tests.support.world import PATIENCE

SECRET = "the-right_1"
KINDS = ["message", "callback_query"]


def said(number: int, text: str = "Иванова Анна", chat: int = 5_100_000_001) -> dict[str, Any]:
    """A message as Telegram sends it."""
    who = {"id": chat, "is_bot": False, "first_name": "Анна"}
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "from": who, "text": text}
    return {"update_id": 700_000_000 + number, "message": message}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes of a test is not to depend on the machine's speed."""
    monkeypatch.setattr(incoming, "_LET_FINISH", PATIENCE)
    monkeypatch.setattr(incoming, "_HELD", PATIENCE)
    monkeypatch.setattr(updates, "BODY_WITHIN", PATIENCE)
    monkeypatch.setattr(health, "_PATIENCE", PATIENCE)


def pressed(number: int) -> dict[str, Any]:
    """A press as Telegram sends it."""
    who = {"id": 5_100_000_001, "is_bot": False, "first_name": "Анна"}
    press = {"id": str(number), "from": who, "chat_instance": "1", "data": "g1:home"}
    return {"update_id": 700_000_000 + number, "callback_query": press}


class Answers(BaseSession):
    """Takes calls; each is an answer to a press."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[str, str | None]] = []
        self.came = asyncio.Event()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        assert isinstance(method, AnswerCallbackQuery)
        self.answers.append((method.callback_query_id, method.text))
        self.came.set()
        return True

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        raise AssertionError("nobody asks for a file")
        yield b""

    async def close(self) -> None:
        return None


@dataclass
class Place:
    """A served dispatcher; `fails` are raised first, then everything is handled once `go_on` is set."""

    session: aiohttp.ClientSession
    updates: Updates
    incoming: Incoming
    telegram: Answers
    port: int = 0
    fails: list[Exception] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    handled: list[str] = field(default_factory=list)
    come: int = 0
    waits: bool = False
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        self.come += 1
        await self._tell()
        return await self.updates.take(request)

    async def handle_press(self, query: CallbackQuery, bot: Bot) -> None:
        await chat.answer(bot, query, "Готово")
        assert query.data
        await self._go_through(query.data)

    async def handle(self, message: Message) -> None:
        assert message.text
        await self._go_through(message.text)

    async def _go_through(self, word: str) -> None:
        self.begun.append(word)
        await self._tell()
        if self.fails:
            raise self.fails.pop(0)
        if self.waits:
            wait_for_telegram()
        await self.go_on.wait()
        self.handled.append(word)

    async def post(self, body: object, secret: str | None = SECRET) -> tuple[int, aiohttp.ClientResponse]:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        given: Any = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.session.post(f"http://127.0.0.1:{self.port}/telegram", headers=headers, **given) as answer:
            await answer.read()
            return answer.status, answer

    async def status(self, body: object, secret: str | None = SECRET) -> int:
        return (await self.post(body, secret))[0]

    async def have_come(self, count: int) -> None:
        """So many requests stand at the door."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.come >= count)

    async def has_begun(self, count: int = 1) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.begun) >= count)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def served() -> AsyncIterator[Place]:
    """`Place` behind the middlewares that every update passes."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.update.outer_middleware(ChatOrder(unhurried()))
    dispatcher.update.outer_middleware(Duplicates(SeenHere()))
    telegram = Answers()
    bot = Bot("1:any", session=telegram)
    handed = Incoming(bot, dispatcher)
    taking = Updates(handed, SECRET)
    async with aiohttp.ClientSession() as session:
        place = Place(session, taking, handed, telegram)
        place.go_on.set()
        dispatcher.message.register(place.handle)
        dispatcher.callback_query.register(place.handle_press)
        async with serving("127.0.0.1", 0, [web.post("/telegram", place.take)], handed.stop) as place.port:
            yield place


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with served() as place:
        yield place


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the product writes into its log."""
    with written() as told:
        yield told


async def test_an_update_with_the_secret_is_handled(place: Place) -> None:
    assert await place.status(said(1)) == 200
    assert place.handled == ["Иванова Анна"]


@pytest.mark.parametrize("secret", [None, "", "the-right_", "the-right_1x", "другой", "THE-RIGHT_1"])
async def test_who_does_not_know_the_secret_is_not_believed(place: Place, secret: str | None, log: StringIO) -> None:
    assert await place.status(said(1), secret) == 401
    assert await place.status(b"x" * (LARGEST_BODY + 1), secret) == 401, "it is not even read"
    assert place.begun == []
    assert "Иванова" not in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff\xfe", '"Иванова Анна"'.encode(), "{Иванова".encode(), b"[" * 100_000, b"9" * 5000),
        *([], {}, {"update_id": "Иванова"}, {"message": said(1)["message"]}, {"update_id": 1, "message": "Иванова"}),
        *({"update_id": 1, "something_new": {"a": "Иванова"}}, '{"update_id": 1, "\\ud800": "Иванова"}'.encode()),
        b"x" * (LARGEST_BODY + 1),
    ],
)
async def test_what_cannot_be_read_is_taken_for_it_would_come_for_ever(
    place: Place, body: object, log: StringIO
) -> None:
    assert await place.status(body) == 200
    assert place.begun == []
    assert "passed over" in log.getvalue()
    assert "Иванова" not in log.getvalue()
    assert "Traceback" not in log.getvalue()
    assert await place.status(said(1, "x" * 4096)) == 200, "the next one is taken"
    assert len(place.handled) == 1


async def test_what_is_no_http_leaves_no_trace(place: Place, log: StringIO) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write("POST /telegram HTTP/1.1\r\nContent-Length: Иванова\r\n\r\nИванова".encode())
    assert b" 400 " in await reader.readline()
    writer.close()
    assert "Иванова" not in log.getvalue()
    assert "Ð" not in log.getvalue()
    assert "\\xd0" not in log.getvalue()


async def test_an_update_is_answered_when_it_has_been_handled(place: Place) -> None:
    place.go_on.clear()
    answer = asyncio.create_task(place.status(said(1)))
    await place.has_begun()
    again = asyncio.create_task(place.status(said(1)))
    await place.have_come(2)
    await asyncio.sleep(0)
    assert not answer.done()
    assert not again.done()
    place.go_on.set()
    assert [await answer, await again] == [200, 200]
    assert place.handled == ["Иванова Анна"], "once"


async def test_one_that_hangs_up_does_not_break_the_work_off(place: Place) -> None:
    place.go_on.clear()
    answer = asyncio.create_task(place.status(said(1)))
    await place.has_begun()
    answer.cancel()
    await asyncio.gather(answer, return_exceptions=True)
    again = asyncio.create_task(place.status(said(1)))
    place.go_on.set()
    assert await again == 200
    assert place.handled == ["Иванова Анна"]


async def test_what_fails_may_come_again_but_does_not_block_its_chat_for_good(place: Place) -> None:
    place.fails = [RuntimeError("once")]
    assert [await place.status(said(1)) for _ in range(2)] == [500, 200]
    assert place.handled == ["Иванова Анна"]
    place.fails = [RuntimeError("always") for _ in range(3)]
    assert [await place.status(said(2)) for _ in range(3)] == [500, 500, 200]
    assert not place.incoming._failures


async def test_what_another_process_has_in_hand_comes_later(place: Place) -> None:
    place.fails = [BeingHandled()]
    status, answer = await place.post(said(1))
    assert status == 503
    assert answer.headers["Retry-After"] == "5"


async def test_a_request_is_not_held_while_telegram_makes_a_chat_wait(place: Place) -> None:
    """Telegram opens some forty at once: whoever holds one bars another chat."""
    place.go_on.clear()
    place.waits = True
    chats = range(1, 51)
    answers = [asyncio.create_task(place.status(said(chat, "ждёт", chat))) for chat in chats]
    assert await asyncio.gather(*answers) == [200] * 50
    place.waits = False
    place.go_on.set()
    assert await place.status(said(99, "другая", 99)) == 200
    await place.incoming.stop()
    assert len(place.handled) == 51, "what was let go of is handled all the same"


async def test_a_request_is_held_a_little_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has begun goes on by itself; what stands in line comes again, and is not handled twice."""
    async with served() as place:
        place.go_on.clear()
        first = asyncio.create_task(place.status(said(1)))
        await place.has_begun()
        monkeypatch.setattr(incoming, "_HELD", timedelta(0))
        status, answer = await place.post(said(2, "вторая"))
        assert (status, answer.headers["Retry-After"]) == (503, "5"), "its turn has not come"
        monkeypatch.setattr(incoming, "_HELD", timedelta(seconds=0.02))
        while await place.status(said(3, "из другой", 3)) == 503:  # a busy machine has not begun it by then
            pass
        assert "из другой" in place.begun
        assert "из другой" not in place.handled, "it goes on by itself"
        monkeypatch.setattr(incoming, "_HELD", PATIENCE)
        again = asyncio.create_task(place.status(said(2, "вторая")))
        place.go_on.set()
        assert [await first, await again] == [200, 200]
        assert place.handled.count("Иванова Анна") == 1
        assert place.handled.count("вторая") == 1


async def test_the_answer_to_a_press_goes_along_with_the_request(place: Place) -> None:
    status, answer = await place.post(pressed(1))
    assert status == 200
    assert await answer.json() == {"method": "answerCallbackQuery", "callback_query_id": "1", "text": "Готово"}
    assert place.telegram.answers == [], "no call is made"
    again = await place.post(pressed(1))
    assert (again[0], again[1].content_length) == (200, 0), "it has been handled, and answered"


async def test_what_comes_again_is_answered_when_it_has_been_handled(place: Place) -> None:
    place.fails = [RuntimeError("once")]
    status, answer = await place.post(pressed(1))
    assert (status, answer.content_length) == (500, 0)
    assert (await (await place.post(pressed(1)))[1].json())["method"] == "answerCallbackQuery"
    assert place.telegram.answers == []


async def test_a_request_that_waits_no_longer_bears_no_answer(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was to bear is called at once: the press is answered once, whoever answers it."""
    place.go_on.clear()
    monkeypatch.setattr(incoming, "_HELD", timedelta(seconds=0.02))
    while (answered := await place.post(pressed(1)))[0] == 503:  # a busy machine has not begun it by then
        pass
    assert answered[1].content_length == 0
    await place.telegram.came.wait()
    assert place.handled == [], "it goes on by itself"
    place.go_on.set()
    await place.incoming.stop()
    assert place.handled == ["g1:home"]
    assert place.telegram.answers == [("1", "Готово")]


async def test_while_telegram_makes_a_chat_wait_its_press_is_answered(place: Place) -> None:
    place.go_on.clear()
    place.waits = True
    status, answer = await place.post(pressed(1))
    assert (status, answer.content_length) == (200, 0)
    await place.telegram.came.wait()
    place.go_on.set()
    await place.incoming.stop()
    assert place.telegram.answers == [("1", "Готово")]


async def test_half_a_head_and_half_a_body_hold_nothing_up(monkeypatch: pytest.MonkeyPatch, log: StringIO) -> None:
    monkeypatch.setattr(server, "_REQUEST_WITHIN_S", 0.05)
    monkeypatch.setattr(updates, "BODY_WITHIN", timedelta(seconds=0.05))
    async with served() as place:
        for begun in ("", "POST /telegram HTT", "POST /telegram HTTP/1.1\r\nHost: x\r\nX-Slow: Иванова"):
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
            writer.write(begun.encode())
            assert await reader.read() == b"", "it is closed"
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        head = f"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n{SECRET_HEADER}: {SECRET}\r\n\r\nИванова"
        writer.write(head.encode())
        assert b" 408 " in await reader.readline()
        writer.close()
        assert await place.status(said(1)) == 200
    assert "Иванова" not in log.getvalue()


async def test_the_end_lets_finish_what_is_under_way() -> None:
    async with served() as place:
        place.go_on.clear()
        answer = asyncio.create_task(place.status(said(1)))
        await place.has_begun()
        ending = asyncio.create_task(place.incoming.stop())
        await asyncio.sleep(0)
        assert await place.status(said(2)) == 503, "no new work"
        place.go_on.set()
        await ending
        assert await answer == 200
    with pytest.raises(aiohttp.ClientConnectionError):
        async with aiohttp.ClientSession() as session:
            await session.post(f"http://127.0.0.1:{place.port}/telegram")


async def test_the_end_waits_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "_LET_FINISH", timedelta(seconds=0.05))
    async with served() as place:
        place.go_on.clear()
        answer = asyncio.create_task(place.status(said(1)))
        await place.has_begun()
        await place.incoming.stop()
        assert await answer == 503, "it is sent again"
        assert place.handled == []
        # It is not remembered as handled.
        place.incoming._stopping = False
        place.go_on.set()
        assert await place.status(said(1)) == 200
        assert place.handled == ["Иванова Анна"]


async def test_a_port_that_is_taken_is_told_in_one_line(place: Place) -> None:
    with pytest.raises(SetupError, match="HTTP_PORT") as caught:
        async with serving("127.0.0.1", place.port, [], place.incoming.stop):
            pass
    assert "\n" not in str(caught.value)


async def asked_whether_well(database: Database) -> tuple[int, str]:
    async def nothing() -> None:
        pass

    routes = [web.get(health.PATH, Health(database).answer)]
    async with (
        serving("127.0.0.1", 0, routes, nothing) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{health.PATH}") as answer,
    ):
        return answer.status, await answer.text()


async def test_well_while_the_database_answers(database: Database) -> None:
    assert await asked_whether_well(database) == (200, "well\n")


async def test_not_well_without_the_database(tmp_path: Path) -> None:
    for url in ("postgresql://anna:top-secret@127.0.0.1:1/none", f"sqlite:///{tmp_path}/empty.sqlite"):
        database = Database.from_url(url)
        assert await asked_whether_well(database) == (503, "the database does not answer\n")
        await database.close()


async def test_not_well_when_the_database_keeps_silent(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "_PATIENCE", timedelta(seconds=0.02))
    monkeypatch.setattr(database, "fetch", fetch)
    assert (await asked_whether_well(database))[0] == 503


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator.start(tmp_path, checked=False) as running:  # refusals are what some ask for
        yield running


@pytest.fixture
async def bot(telegram: Emulator) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    yield Bot(telegram.token, session=session)
    await session.close()


async def test_the_webhook_is_set_only_where_it_differs(
    telegram: Emulator, bot: Bot, database: Database, vault: Vault
) -> None:
    url, other = "http://127.0.0.1:1/telegram", "http://127.0.0.1:1/other"
    secret = webhook.secret_of(vault, bot, "")

    async def times(url: str = url, secret: str = secret, kinds: list[str] = KINDS) -> int:
        before = sum(call.method == "setWebhook" for call in telegram.calls)
        await webhook.settle(bot, database, vault, url, secret, kinds)
        return sum(call.method == "setWebhook" for call in telegram.calls) - before

    assert [await times(), await times(), await times(kinds=KINDS[::-1])] == [1, 0, 0]
    hook = telegram.world.bot(bot.id).webhook
    assert hook is not None
    assert (hook.url, hook.secret_token) == (url, secret)
    assert [await times(other), await times(other), await times()] == [1, 0, 1]
    assert [await times(secret="mine"), await times(secret="mine"), await times()] == [1, 0, 1]
    assert [await times(kinds=["message"]), await times(kinds=["message"]), await times()] == [1, 0, 1]
    # Somebody has taken it off, or set another one.
    await bot.delete_webhook()
    assert [await times(), await times()] == [1, 0]
    await bot.set_webhook(url, secret_token=secret, max_connections=1)
    assert [await times(), await times()] == [1, 0]


async def test_a_secret_that_was_set_by_somebody_else_shows_in_the_last_error(
    telegram: Emulator, bot: Bot, database: Database, vault: Vault
) -> None:
    handed = Incoming(bot, Dispatcher())
    taking = Updates(handed, SECRET)
    async with serving("127.0.0.1", 0, [web.post("/telegram", taking.take)], handed.stop) as port:
        url = f"http://127.0.0.1:{port}/telegram"
        await webhook.settle(bot, database, vault, url, SECRET, KINDS)
        await bot.set_webhook(url, secret_token="another", allowed_updates=KINDS, max_connections=40)
        user = await telegram.user()
        people.say(telegram.world, bot.id, user.id, "/start")
        while "401" not in ((await bot.get_webhook_info()).last_error_message or ""):
            await telegram.journal.activity.changed(0.1)
        await webhook.settle(bot, database, vault, url, SECRET, KINDS)
        await telegram.wait_quiet()


async def test_every_process_works_out_the_same_secret(bot: Bot, vault: Vault) -> None:
    secret = webhook.secret_of(vault, bot, "")
    assert secret == webhook.secret_of(Vault(bytes(range(KEY_BYTES))), bot, "")
    assert secret != webhook.secret_of(Vault(bytes(KEY_BYTES)), bot, "")
    assert secret != webhook.secret_of(vault, Bot("2:any"), "")
    assert webhook.secret_of(vault, bot, "mine") == "mine"
    assert secret.isalnum()
    assert len(secret) <= 256


async def test_neither_the_secret_nor_the_address_can_be_read_from_the_database(
    bot: Bot, database: Database, vault: Vault
) -> None:
    await webhook.settle(bot, database, vault, "http://127.0.0.1:1/hidden-path", SECRET, KINDS)
    rows = (await database.fetch(select(setting))).all()
    assert rows
    assert SECRET not in str(rows)
    assert "hidden-path" not in str(rows)


async def test_an_address_that_telegram_does_not_take(bot: Bot, database: Database, vault: Vault) -> None:
    with pytest.raises(TelegramBadRequest):
        await webhook.settle(bot, database, vault, "https://bot.example.org/", SECRET, KINDS)
    assert (await database.fetch(select(setting))).all() == [], "it is not taken for set"
