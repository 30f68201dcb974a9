"""A running emulator, raw calls to its Bot API, and a tiny bot that polls it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatAction
from aiogram.filters import CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiogram.utils.backoff import BackoffConfig

from emulator import people, pictures
from emulator.driver import Emulator
from tests.support.clock import MONDAY_MORNING
from tests.support.machine import PATIENCE

BACKOFF = BackoffConfig(min_delay=0.05, max_delay=0.2, factor=1.3, jitter=0.0)


class Api:
    """Raw calls to the Bot API; each gives the HTTP status and the decoded answer."""

    def __init__(self, session: aiohttp.ClientSession, emulator: Emulator) -> None:
        self.session = session
        self.emulator = emulator

    async def __call__(self, method: str, /, **params: Any) -> tuple[int, dict[str, Any]]:
        url = f"{self.emulator.url}/bot{self.emulator.token}/{method}"
        async with self.session.post(url, json=params) as response:
            return response.status, await response.json()

    async def result(self, method: str, /, **params: Any) -> Any:
        """The result of a call that must succeed."""
        status, answer = await self(method, **params)
        assert status == 200, answer
        assert answer["ok"] is True
        return answer["result"]

    async def refusal(self, method: str, /, **params: Any) -> str:
        """The description of a call that must be refused with matching codes."""
        status, answer = await self(method, **params)
        assert answer["ok"] is False, answer
        assert answer["error_code"] == status
        return str(answer["description"])


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    """Its clock stands until a test moves it on."""
    async with Emulator.start(
        tmp_path, quiet_ms=20, timeout=PATIENCE, checked=False, clock=MONDAY_MORNING.timestamp
    ) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def api(session: aiohttp.ClientSession, emulator: Emulator) -> Api:
    return Api(session, emulator)


@pytest.fixture
def started(emulator: Emulator) -> int:
    """The chat of a person who wrote to the bot once."""
    return start_chat(emulator)


def start_chat(emulator: Emulator) -> int:
    person = emulator.world.add_person("Анна", "Тестова")
    people.say(emulator.world, emulator.bot_id, person.id, "/start")
    return person.id


def aiogram_bot(emulator: Emulator) -> Bot:
    server = TelegramAPIServer.from_base(emulator.url)
    return Bot(emulator.token, session=AiohttpSession(api=server))


MENU = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="Записаться", callback_data="book")],
        [
            InlineKeyboardButton(text="Да", callback_data="yes"),
            InlineKeyboardButton(text="Да, подтверждаю", callback_data="sure"),
        ],
        [InlineKeyboardButton(text="Сайт", url="https://example.org/")],
    ]
)


def tiny_router() -> Router:
    """A bot with one menu, a wizard step and a contact request."""
    router = Router()

    @router.message(CommandStart())
    async def start(message: Message) -> None:
        await message.bot.send_chat_action(message.chat.id, ChatAction.TYPING)  # type: ignore[union-attr]
        await message.answer("<b>Привет</b>, чем помочь?", parse_mode="HTML", reply_markup=MENU)

    @router.callback_query(F.data == "book")
    async def book(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("Когда?", reply_markup=MENU)
        await query.answer("Выберите день")

    @router.callback_query(F.data == "sure")
    async def sure(query: CallbackQuery) -> None:
        assert query.message is not None
        await query.answer("Готово", show_alert=True)

    @router.callback_query(F.data == "renew")
    async def renew(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        file = BufferedInputFile(b"BEGIN:VCALENDAR", "visit.ics")
        await query.message.edit_media(InputMediaDocument(media=file, caption="Пропуск 2"))
        await query.answer()

    @router.callback_query()
    async def other(query: CallbackQuery) -> None:
        await query.answer("Экран устарел" if not isinstance(query.message, Message) else "")

    @router.message(F.text == "/phone")
    async def phone(message: Message) -> None:
        keyboard = ReplyKeyboardMarkup(
            keyboard=[
                [KeyboardButton(text="Мой номер", request_contact=True)],
                [KeyboardButton(text="Где я", request_location=True)],
            ],
            one_time_keyboard=True,
        )
        await message.answer("Ваш телефон?", reply_markup=keyboard)

    @router.message(F.contact)
    async def contact(message: Message) -> None:
        assert message.contact is not None
        assert message.from_user is not None
        own = message.contact.user_id == message.from_user.id
        text = f"Номер {message.contact.phone_number}" if own else "Это чужой контакт"
        await message.answer(text, reply_markup=ReplyKeyboardRemove())

    @router.message(F.location)
    async def location(message: Message) -> None:
        assert message.location is not None
        point = (message.location.latitude, message.location.longitude)
        await message.answer_venue(*point, title="Поликлиника", address="ул. Мира, 1")

    @router.message(F.text == "/pass")
    async def send_pass(message: Message) -> None:
        keyboard = InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text="Обновить", callback_data="renew")]]
        )
        photo = BufferedInputFile(pictures.sample(), "pass.png")
        await message.answer_photo(photo, caption="<b>Пропуск</b> 1", parse_mode="HTML", reply_markup=keyboard)

    @router.message(F.document | F.photo)
    async def measure(message: Message) -> None:
        file = message.document or (message.photo or [])[-1]
        assert message.bot is not None
        content = await message.bot.download(file)
        assert content is not None
        await message.answer(f"Получено {len(content.read())} байт: {message.caption or 'без подписи'}")

    @router.message(F.text == "/silent")
    async def silent(message: Message) -> None:
        """Says nothing."""

    @router.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "got " + message.content_type)

    return router


@contextlib.asynccontextmanager
async def polling_bot(emulator: Emulator) -> AsyncIterator[None]:
    """The tiny bot, polling from a task of this loop."""
    bot = aiogram_bot(emulator)
    dispatcher = Dispatcher()
    dispatcher.include_router(tiny_router())
    task = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, polling_timeout=20, backoff_config=BACKOFF)
    )
    try:
        yield
    finally:
        # Cancelling the task would leave aiogram's inner polling task behind.
        await dispatcher.stop_polling()
        await task


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[None]:
    async with polling_bot(emulator):
        yield
