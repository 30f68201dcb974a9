"""A press that takes long is told so; stories never wait for that, for a busy machine looks like a slow registry."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery, TelegramObject, User

from bot.middlewares.slow import SlowPress
from bot.visitor import Visitor
from services.texts.i18n import texts
from tests.support.clock import MONDAY_MORNING

RU = texts("ru")


class Telegram:
    """Takes answers to presses."""

    def __init__(self) -> None:
        self.answers: list[str | None] = []
        self.answered = asyncio.Event()

    async def __call__(self, method: AnswerCallbackQuery, request_timeout: int | None = None) -> bool:
        self.answers.append(method.text)
        self.answered.set()
        return True

    def press(self) -> CallbackQuery:
        who = User(id=1, is_bot=False, first_name="Анна")
        return CallbackQuery(id="1", from_user=who, chat_instance="c", data="x").as_(cast(Bot, self))


def a_visitor(telegram: Telegram) -> Visitor:
    return Visitor(telegram.press(), cast(Bot, telegram), 1, None, RU, MONDAY_MORNING)


async def test_a_slow_press_is_told_so_and_its_screen_follows() -> None:
    telegram = Telegram()

    async def slow(_event: TelegramObject, _data: dict[str, Any]) -> str:
        await telegram.answered.wait()
        return "screen"

    assert await SlowPress(patience=0)(slow, telegram.press(), {"visitor": a_visitor(telegram)}) == "screen"
    assert telegram.answers == [RU.label("One moment, waiting for the registry…")]


async def test_a_quick_press_hears_nothing_of_it() -> None:
    telegram = Telegram()

    async def quick(_event: TelegramObject, _data: dict[str, Any]) -> str:
        return "screen"

    assert await SlowPress()(quick, telegram.press(), {"visitor": a_visitor(telegram)}) == "screen"
    assert telegram.answers == []
