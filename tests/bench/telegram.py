"""A stand-in for the Bot API that does as little as it can: it delivers updates, times answers, keeps a chat's screen.

The emulator checks every rule of Telegram and would be the slower side; here only the bot is to be measured. It speaks
HTTP like the real one; updates go out by long polling unless `Telegram.deliver` is told otherwise.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

TOKEN = "1000000003:under-load"
_LONG_POLL = 20.0
_AT_ONCE = 100
_PATIENCE = 180.0
"""Seconds. Two hundred people behind a writer who hardly lets go of the lock wait for a minute."""
_ME = {"id": 1_000_000_003, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}

Update = dict[str, Any]
Deliver = Callable[[Update], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from an update's arrival to the screen, and until the press has been answered, too."""

    screen: float
    all: float


@dataclass(eq=False, slots=True)
class Chat:
    """One private chat as its person sees it: the last screen and what is awaited."""

    telegram: Telegram
    id: int
    message_id: int = 0
    text: str = ""
    buttons: tuple[Button, ...] = ()
    _drawn: float | None = None
    _awaited: asyncio.Future[float] | None = None
    _unanswered: bool = False

    async def say(self, text: str) -> float:
        """Writes, and waits for the first message that comes; seconds."""
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text[:1] == "/" else []
        message = self._message(next(self.telegram.numbers), text) | {"from": self._user(), "entities": entities}
        began = await self._deliver({"message": message}, answers=False)
        await self._until_answered()
        return (self._drawn or began) - began

    async def press(self, button: Button) -> Took:
        """Presses, and waits until there is a screen and the press has been answered, whichever comes first."""
        message = self._message(self.message_id, self.text) | {"from": _ME, "reply_markup": self._markup()}
        query = {"from": self._user(), "message": message, "chat_instance": "1", "data": button.data}
        query |= {"id": f"{self.id}-{next(self.telegram.numbers)}"}
        began = await self._deliver({"callback_query": query}, answers=True)
        answered = await self._until_answered()
        return Took((self._drawn or answered) - began, answered - began)

    def shown(self, message_id: int, text: str, markup: str | Mapping[str, Any] | None) -> None:
        """The bot has sent or edited a message."""
        self._drawn = self._drawn or time.perf_counter()
        self.message_id, self.text = message_id, text
        said = json.loads(markup) if isinstance(markup, str) else markup or {}
        rows = said.get("inline_keyboard", [])
        self.buttons = tuple(
            Button(each["text"], each["callback_data"]) for row in rows for each in row if "callback_data" in each
        )
        self._end_if_all_came()

    def answered(self) -> None:
        """The bot has answered the press."""
        self._unanswered = False
        self._end_if_all_came()

    def _end_if_all_came(self) -> None:
        came = self._drawn is not None and not self._unanswered
        if came and self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(time.perf_counter())

    async def _deliver(self, update: Update, *, answers: bool) -> float:
        self._drawn, self._unanswered = None, answers
        self._awaited = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await self.telegram.deliver({"update_id": next(self.telegram.numbers)} | update)
        return began

    async def _until_answered(self) -> float:
        assert self._awaited is not None
        return await asyncio.wait_for(self._awaited, _PATIENCE)

    def _message(self, message_id: int, text: str) -> dict[str, Any]:
        return {"message_id": message_id, "date": _now(), "chat": self._chat(), "text": text}

    def _chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": "Anna"}

    def _user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"}

    def _markup(self) -> dict[str, Any]:
        return {"inline_keyboard": [[{"text": each.text, "callback_data": each.data}] for each in self.buttons]}


@dataclass(eq=False, slots=True)
class Telegram:
    """The server's side. `calls`: how often each method was called; `deliver`: how updates reach the bot."""

    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    chats: dict[int, Chat] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))
    deliver: Deliver = field(init=False)
    greeted: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: deque[Update] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.deliver = self._enqueue

    def chat(self, number: int) -> Chat:
        return self.chats.setdefault(number, Chat(self, number))

    async def answer(self, request: web.Request) -> web.Response:
        """One call of the Bot API."""
        result = await self._called(request.match_info["method"], await _parameters(request))
        return web.json_response({"ok": True, "result": result})

    async def replied(self, call: Mapping[str, Any]) -> None:
        """A call that the bot has made by answering a request of the webhook."""
        await self._called(call["method"], call)

    async def _called(self, method: str, given: Mapping[str, Any]) -> Any:
        self.calls[method] += 1
        return await self._result(method, given)

    async def _result(self, method: str, given: Mapping[str, Any]) -> Any:
        match method:
            case "getUpdates":
                return await self._updates()
            case "editMessageText":
                return self._show(int(given["message_id"]), given["text"], given)
            case "sendMessage":
                return self._show(next(self.numbers), given["text"], given)
            case "sendPhoto":
                return self._show(next(self.numbers), given.get("caption", ""), given)
            case "answerCallbackQuery":
                self.chat(int(given["callback_query_id"].partition("-")[0])).answered()
                return True
            case "getMe":
                self.greeted.set()
                return _ME
            case "getWebhookInfo":
                return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
            case "getMyCommands":
                return []
            case "getMyName" | "getMyDescription" | "getMyShortDescription":
                return {"name": "", "description": "", "short_description": ""}
            case _:
                return True

    def _show(self, message_id: int, text: str, given: Mapping[str, Any]) -> dict[str, Any]:
        number = int(given["chat_id"])
        self.chat(number).shown(message_id, text, given.get("reply_markup"))
        chat = {"id": number, "type": "private", "first_name": "Anna"}
        return {"message_id": message_id, "date": _now(), "chat": chat, "from": _ME, "text": text}

    async def _enqueue(self, update: Update) -> None:
        self._waiting.append(update)
        self._news.set()

    async def _updates(self) -> Sequence[Update]:
        try:
            await asyncio.wait_for(self._news.wait(), _LONG_POLL)
        except TimeoutError:
            return []
        found = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        if not self._waiting:
            self._news.clear()
        return found


async def _parameters(request: web.Request) -> Mapping[str, Any]:
    """What a bot sends: JSON, or as aiogram a form; with a file in it, parts."""
    if request.content_type == "application/json":
        said: Mapping[str, Any] = json.loads(await request.read())
        return said
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _now() -> int:
    return int(time.time())  # noqa: TID251  (Telegram's own clock)


@asynccontextmanager
async def telegram(port: int = 0) -> AsyncIterator[Telegram]:
    """A server on this machine; 0: on a port that is free."""
    town = Telegram()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/bot{token}/{method}", town.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        town.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield town
    finally:
        await runner.cleanup()


async def _serve(port: int) -> None:
    async with telegram(port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1])))
