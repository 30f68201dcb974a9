"""Chats with the product's dispatcher in this process: no bot, no HTTP, and every call is taken as it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from itertools import count
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import GetMe, TelegramMethod
from aiogram.types import CallbackQuery, InputFile, Message, PhotoSize, Update, User
from pydantic import BaseModel

from bot.keyboards.markup import Markup
from bot.middlewares.outgoing import Gate
from services.notify.model import Letter
from tests.support.phone import message


class OpenGate(Gate):
    """Nobody waits."""

    async def pass_to(self, chat_id: int) -> None:
        return


class Told(BaseSession):
    """Takes every call of the bot; `said` holds those to each chat, as plain data, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[int, list[Any]] = {}
        self.buttons: dict[int, list[tuple[int, str]]] = {}
        self._photos: set[tuple[int, int]] = set()
        self._numbers: Counter[int] = Counter()
        self.answering = 0
        self.updates = count(1)

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if isinstance(method, GetMe):
            return User(id=1, is_bot=True, first_name="Nomerok", username="nomerok_bot")
        chat = int(getattr(method, "chat_id", None) or self.answering)
        self.said.setdefault(chat, []).append([type(method).__name__, plain(method)])
        name = type(method).__name__
        if name.startswith("Send"):
            self._numbers[chat] += 1
            number = self._numbers[chat]
            if name == "SendPhoto":
                self._photos.add((chat, number))
        elif name.startswith("Edit"):
            number = int(getattr(method, "message_id", 0) or 0)
        else:
            return True
        markup = getattr(method, "reply_markup", None)
        for row in getattr(markup, "inline_keyboard", None) or ():
            for each in row:
                if each.callback_data is not None:
                    self.buttons.setdefault(chat, []).append((number, each.callback_data))
        return self.message_of(chat, number)

    def message_of(self, chat: int, number: int) -> Message:
        """The message as Telegram would show it with a press."""
        shown = message(User(id=chat, is_bot=False, first_name="x"), number)
        if (chat, number) not in self._photos:
            return shown
        photo = PhotoSize(file_id="p", file_unique_id="p", width=1, height=1)
        return shown.model_copy(update={"photo": [photo]})

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        raise AssertionError("nobody asks for a file")
        yield b""

    async def close(self) -> None:
        return None


class Letters:
    """Takes every letter."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Letter]] = []

    async def post(self, letter: Letter, address: str, *_: Any) -> None:
        self.posted.append((address, letter))


def plain(value: Any) -> Any:
    """What a call says, without the objects that it is made of."""
    if isinstance(value, InputFile):
        return [value.filename, getattr(value, "data", None)]
    if isinstance(value, BaseModel):
        return {name: plain(each) for name, each in value if each is not None}
    if isinstance(value, Markup):
        return value.plain()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


class Chat:
    """One chat with the bot: writes, and presses whatever it is told to."""

    def __init__(self, bot: Bot, telegram: Told, dispatcher: Dispatcher, whose: int) -> None:
        self._bot, self._telegram, self._dispatcher = bot, telegram, dispatcher
        self._owner = User(id=whose, is_bot=False, first_name="x", language_code="ru")

    async def press(self, data: str, number: int = 1) -> None:
        """A button that holds this, of the message of this number."""
        update, shown = next(self._telegram.updates), self._telegram.message_of(self._owner.id, number)
        query = CallbackQuery(id=str(update), from_user=self._owner, chat_instance="c", data=data, message=shown)
        await self._feed(Update(update_id=update, callback_query=query))

    async def write(self, text: str) -> None:
        update = next(self._telegram.updates)
        await self._feed(Update(update_id=update, message=message(self._owner, 100_000 + update, text)))

    async def _feed(self, update: Update) -> None:
        self._telegram.answering = self._owner.id
        await self._dispatcher.feed_update(self._bot, update)
