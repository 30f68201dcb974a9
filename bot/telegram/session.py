"""Requests to the Bot API. Their failures say what kind they are and nothing else.

aiogram's own session puts into its exceptions what a library said, and that may name the address with the token in it
or hold the whole screen; it follows redirects, with the screen, wherever they lead; and an answer that it cannot read
it takes for none, though the message stands in the chat. And it walks through a screen five times: here a call is
one body of JSON, in which the bot's defaults are filled in from what was prepared once; a form is for files alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError, TelegramServerError
from aiogram.methods import GetFile, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import InputFile
from aiohttp import ClientError, ClientTimeout, FormData
from pydantic import BaseModel

from bot.keyboards.markup import Markup
from bot.telegram.decoding import decoded

_AS_THEY_ARE = (str, int, float)
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_JSON = {"Content-Type": "application/json"}
_UNREAD = (Any, bool)
"""Of an answer to such a call nothing is read but that it was taken."""
_DONE: Response[Any] = Response(ok=True, result=True)
_TAKEN = re.compile(r'\s*\{\s*"ok"\s*:\s*true\b')
_UNREADABLE = "an answer that cannot be read"
_UPDATE_ID = re.compile(r'"update_id"\s*:\s*(\d{1,18})')
"""In a text the quotes would stand behind backslashes."""


class UnreadableError(TelegramNetworkError):
    """Telegram has answered, and what it says is not to be made out. `updates`: the ids that stand in it."""

    def __init__(self, method: TelegramMethod[Any], message: str, updates: tuple[int, ...] = ()) -> None:
        super().__init__(method, message)
        self.updates = updates


class TelegramSession(AiohttpSession):
    """One bot's. `TelegramAPIError` is all that it raises; none holds more than Telegram's own word for what is wrong.

    `_defaults`: what the bot says where a call does not, prepared.
    """

    def __init__(self, api: TelegramAPIServer) -> None:
        super().__init__(api=api)
        self._defaults: dict[str, Any] = {}

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: float | None = None
    ) -> TelegramType:
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        body, headers = self._body(bot, method)
        within = ClientTimeout(total=self.timeout if timeout is None else timeout)
        try:
            session = await self.create_session()
            async with session.post(url, data=body, headers=headers, timeout=within, allow_redirects=False) as answer:
                status, content = answer.status, (await answer.read()).decode("utf-8", "replace")
        except (ClientError, OSError, TimeoutError) as error:
            raise TelegramNetworkError(method, type(error).__name__) from None
        return cast(TelegramType, self.check_response(bot, method, status, content).result)

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> tuple[bytes | FormData, dict[str, str]]:
        """What the call says, and the headers for it. What it leaves out is left out."""
        files: dict[str, InputFile] = {}
        given = {name: self._plain(value, bot, files) for name, value in vars(method).items() if value is not None}
        said = {name: value for name, value in given.items() if value is not None and value != ""}
        if not files:
            return as_json(said), _JSON
        form = FormData(quote_fields=False)
        for name, value in said.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, file in files.items():
            form.add_field(name, file.read(bot), filename=file.filename or name)
        return form, {}

    def _plain(self, value: object, bot: Bot, files: dict[str, InputFile]) -> Any:
        """A value as JSON has it. A file goes among `files`, and its place bears a reference to it."""
        if value is None or isinstance(value, _AS_THEY_ARE):
            return value
        if isinstance(value, Default):
            name = value.name
            if name not in self._defaults:
                self._defaults[name] = self._plain(bot.default[name], bot, files)
            return self._defaults[name]
        if isinstance(value, Markup):
            return value.plain()
        if isinstance(value, BaseModel):
            return {name: self._plain(each, bot, files) for name, each in value if each is not None}
        if isinstance(value, list | tuple):
            return [self._plain(each, bot, files) for each in value]
        if isinstance(value, InputFile):
            name = f"file{len(files)}"
            files[name] = value
            return f"attach://{name}"
        raise TypeError(f"{type(value).__name__} is nothing that we send")

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        if status_code == HTTPStatus.OK and method.__returning__ in _UNREAD and _TAKEN.match(content):
            return _DONE
        try:
            return super().check_response(bot, method, status_code, content)
        except (ClientDecodeError, TypeError):  # the latter: an error without a description
            pass
        left = _what_can_be_read(bot, method, content)
        if left is not None:
            return super().check_response(bot, method, status_code, left)
        if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:  # a page of whatever stands before Telegram
            raise TelegramServerError(method, f"{status_code}, {_UNREADABLE}")
        raise UnreadableError(method, f"{status_code}, {_UNREADABLE}", tuple(map(int, _UPDATE_ID.findall(content))))

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """A file, piece by piece. `TelegramNetworkError`: it does not come, or not whole."""
        try:
            async for chunk in super().stream_content(url, headers, timeout, chunk_size, raise_for_status):
                yield chunk
        except (ClientError, OSError, TimeoutError) as error:
            raise TelegramNetworkError(GetFile(file_id=""), type(error).__name__) from None


def as_json(said: Mapping[str, Any]) -> bytes:
    """A call's body. Half of a character, which somebody may have typed, is no reason not to show the rest."""
    return _ENCODER.encode(said).encode("utf-8", "replace")


def _what_can_be_read(bot: Bot, method: TelegramMethod[Any], content: str) -> str | None:
    """The answer without what cannot be read of it, as JSON; None where what was asked for is not in it any more."""
    kind = Response[method.__returning__]  # type: ignore[name-defined]
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    gave_something = isinstance(answer, dict) and answer.get("result") is not None
    if decoded(kind, answer, bot) is None or (gave_something and answer.get("result") is None):
        return None
    return json.dumps({"description": "", **answer})
