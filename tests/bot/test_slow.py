"""A press that takes long is told so; stories never wait for that, for a busy machine looks like a slow registry."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery, TelegramObject, User

from bot import chat, progress
from bot.middlewares.slow import Handler, SlowPress
from bot.progress import Progress
from bot.visitor import Visitor
from services.memory import MemoryHere
from services.texts.i18n import texts
from tests.support.clock import MONDAY_MORNING, FakeClock

RU = texts("ru")


class Telegram:
    """Takes answers to presses."""

    def __init__(self) -> None:
        self.answers: list[str | None] = []
        self.answered = asyncio.Event()
        self.takes_them = asyncio.Event()
        self.takes_them.set()
        self.refusal: Exception | None = None
        self.under_way = 0

    async def __call__(self, method: AnswerCallbackQuery, request_timeout: int | None = None) -> bool:
        self.answers.append(method.text)
        self.answered.set()
        self.under_way += 1
        try:
            await self.takes_them.wait()
        finally:
            self.under_way -= 1
        if self.refusal is not None:
            raise self.refusal
        return True

    def press(self) -> CallbackQuery:
        who = User(id=1, is_bot=False, first_name="Анна")
        return CallbackQuery(id="1", from_user=who, chat_instance="c", data="x").as_(cast(Bot, self))


def a_visitor(telegram: Telegram) -> Visitor:
    return Visitor(
        telegram.press(), cast(Bot, telegram), 1, None, RU, MONDAY_MORNING, MemoryHere(FakeClock(MONDAY_MORNING))
    )


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


def pressed(telegram: Telegram, handler: Handler) -> asyncio.Task[Any]:
    """A press that is slow from the very first."""
    visitor = {"visitor": a_visitor(telegram)}
    return asyncio.create_task(SlowPress(patience=0)(handler, telegram.press(), visitor))


async def test_nothing_is_under_way_when_a_slow_press_is_over() -> None:
    telegram = Telegram()
    telegram.takes_them.clear()

    async def slow(_event: TelegramObject, _data: dict[str, Any]) -> str:
        await telegram.answered.wait()
        return "screen"

    press = pressed(telegram, slow)
    await telegram.answered.wait()
    await asyncio.sleep(0)
    assert not press.done(), "the answer is under way"
    telegram.takes_them.set()
    assert await press == "screen"
    assert telegram.under_way == 0
    assert len(telegram.answers) == 1


async def test_what_a_slow_press_fails_by_is_what_is_told() -> None:
    """Telegram's own word for the answer comes second; alone, it is told when the work is done."""
    telegram = Telegram()
    telegram.refusal = TelegramForbiddenError(AnswerCallbackQuery(callback_query_id="1"), "bot was blocked")

    async def fails(_event: TelegramObject, _data: dict[str, Any]) -> None:
        await telegram.answered.wait()
        raise LookupError("the work")

    with pytest.raises(LookupError):
        await pressed(telegram, fails)
    done = asyncio.Event()

    async def works(_event: TelegramObject, _data: dict[str, Any]) -> None:
        while len(telegram.answers) < 2:
            await asyncio.sleep(0)
        done.set()

    with pytest.raises(TelegramForbiddenError):
        await pressed(telegram, works)
    assert done.is_set()


async def test_an_answer_that_was_to_go_along_with_a_request_goes_out_in_the_place_of_the_word() -> None:
    telegram, how_far = Telegram(), Progress(waits=True)
    progress.watch(how_far)

    async def slow(event: TelegramObject, _data: dict[str, Any]) -> None:
        await chat.answer(cast(Bot, telegram), cast(CallbackQuery, event), "Готово")
        await telegram.answered.wait()

    await pressed(telegram, slow)
    assert telegram.answers == ["Готово"]
    assert how_far.hand_over() is None, "the request bears none"


@pytest.mark.parametrize("finished", [False, True], ids=["at work", "work done, answer under way"])
async def test_a_press_that_is_broken_off_leaves_nothing_behind(finished: bool) -> None:
    telegram, running = Telegram(), [0]
    telegram.takes_them.clear()

    async def slow(_event: TelegramObject, _data: dict[str, Any]) -> None:
        running[0] += 1
        try:
            await (telegram.answered.wait() if finished else asyncio.Event().wait())
        finally:
            running[0] -= 1

    press = pressed(telegram, slow)
    await telegram.answered.wait()
    await asyncio.sleep(0)
    assert running == [0 if finished else 1]
    press.cancel()
    with pytest.raises(asyncio.CancelledError):
        await press
    assert (running, telegram.under_way) == ([0], 0), "whoever closes the database now finds nothing under way"


async def test_a_quick_press_leaves_no_timer() -> None:
    telegram = Telegram()

    async def quick(_event: TelegramObject, _data: dict[str, Any]) -> str:
        return "screen"

    await pressed(telegram, quick)
    for _ in range(3):
        await asyncio.sleep(0)
    assert telegram.answers == []
