"""A chat with the product's dispatcher in this process: no bot, no HTTP, and every screen is taken."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from itertools import count
from typing import Any, cast

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, SendDocument, SendMessage, TelegramMethod
from aiogram.types import CallbackQuery, Chat, Message, Update, User

from bot.keyboards.markup import Markup
from tests.support.clock import FakeClock


class Telegram(BaseSession):
    """Takes every call; `calls` are those that show something."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[SendMessage | EditMessageText | SendDocument] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if not isinstance(method, SendMessage | EditMessageText | SendDocument):
            return True
        self.calls.append(method)
        return message(User(id=int(method.chat_id or 0), is_bot=False, first_name="x"), len(self.calls))

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        raise AssertionError("nobody asks for a file")
        yield b""

    async def close(self) -> None:
        return None


class Phone:
    """Somebody's: writes, and presses what stands on the last screen."""

    def __init__(self, bot: Bot, telegram: Telegram, dispatcher: Dispatcher, owner: User) -> None:
        self._bot, self._telegram, self._dispatcher, self._owner = bot, telegram, dispatcher, owner
        self._numbers = count(1)

    @property
    def text(self) -> str:
        screen = self._telegram.calls[-1]
        return str(screen.caption if isinstance(screen, SendDocument) else screen.text)

    @property
    def buttons(self) -> dict[str, str]:
        rows = cast(Markup, self._telegram.calls[-1].reply_markup).inline_keyboard
        return {each.text: str(each.callback_data) for row in rows for each in row}

    async def write(self, text: str) -> None:
        number = next(self._numbers)
        await self._feed(Update(update_id=number, message=message(self._owner, 1_000 + number, text)))

    async def press(self, label: str) -> None:
        """The one button whose label begins so."""
        (data,) = [data for text, data in self.buttons.items() if text.startswith(label)]
        await self.press_data(data)

    async def press_data(self, data: str) -> None:
        """A button of the last screen that holds this, or seems to."""
        number, shown = next(self._numbers), message(self._owner, max(1, len(self._telegram.calls)))
        query = CallbackQuery(id=str(number), from_user=self._owner, chat_instance="c", data=data, message=shown)
        await self._feed(Update(update_id=number, callback_query=query))

    async def _feed(self, update: Update) -> None:
        await self._dispatcher.feed_update(self._bot, update)


def message(whose: User, number: int, text: str | None = None) -> Message:
    private = Chat(id=whose.id, type="private")
    return Message(message_id=number, date=FakeClock().now(), chat=private, from_user=whose, text=text)
