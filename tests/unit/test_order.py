"""One update of a chat at a time, in the order they came; the same update once."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from bot.middlewares import order
from bot.middlewares.order import COMES_AGAIN, BeingHandled, ChatOrder, Duplicates, SeenHere
from tests.support.clock import MONDAY_MORNING
from tests.support.machine import unhurried


def message(chat: int, number: int, update: int = 1) -> Update:
    said = Message(message_id=number, date=MONDAY_MORNING, chat=Chat(id=chat, type="private"), text="x")
    return Update(update_id=update, message=said)


def press(user: int, query: str, update: int = 1) -> Update:
    who = User(id=user, is_bot=False, first_name="Анна")
    return Update(update_id=update, callback_query=CallbackQuery(id=query, from_user=who, chat_instance="c", data="x"))


class Handler:
    """Notes who enters and leaves; stays until told."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.go_on: dict[str, asyncio.Event] = {}

    def at(self, name: str) -> Any:
        self.go_on[name] = asyncio.Event()

        async def handle(_event: TelegramObject, _data: dict[str, Any]) -> str:
            self.trace.append(f"{name} in")
            await self.go_on[name].wait()
            self.trace.append(f"{name} out")
            return name

        return handle


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_updates_of_a_chat_are_handled_in_order_and_chats_do_not_wait_for_each_other() -> None:
    middleware, handler = ChatOrder(unhurried()), Handler()
    tasks = [
        asyncio.create_task(middleware(handler.at("first"), message(1, 1), {})),
        asyncio.create_task(middleware(handler.at("second"), press(1, "q"), {})),
        asyncio.create_task(middleware(handler.at("third"), message(1, 2), {})),
        asyncio.create_task(middleware(handler.at("elsewhere"), message(2, 1), {})),
    ]
    await settle()
    assert handler.trace == ["first in", "elsewhere in"]
    for name in ("third", "second", "first", "elsewhere"):
        handler.go_on[name].set()
    assert await asyncio.gather(*tasks) == ["first", "second", "third", "elsewhere"]
    assert [each for each in handler.trace if "elsewhere" not in each] == [
        *("first in", "first out", "second in", "second out", "third in", "third out"),
    ]


async def test_a_failing_handler_lets_the_next_one_in() -> None:
    middleware, handler = ChatOrder(unhurried()), Handler()

    async def fail(_event: TelegramObject, _data: dict[str, Any]) -> None:
        raise RuntimeError

    failing = asyncio.create_task(middleware(fail, message(1, 1), {}))
    waiting = asyncio.create_task(middleware(handler.at("next"), message(1, 2), {}))
    handler.go_on["next"].set()
    results = await asyncio.gather(failing, waiting, return_exceptions=True)
    assert isinstance(results[0], RuntimeError)
    assert results[1] == "next"


async def test_locks_do_not_pile_up() -> None:
    middleware, handler = ChatOrder(unhurried()), Handler()
    for chat in range(100):
        handle = handler.at("x")
        handler.go_on["x"].set()
        await middleware(handle, message(chat, 1), {})
    gc.collect()
    assert len(middleware._lines) == 0


async def handled(middleware: Duplicates | ChatOrder, *updates: TelegramObject) -> list[bool]:
    async def handle(_event: TelegramObject, _data: dict[str, Any]) -> bool:
        return True

    return [bool(await middleware(handle, update, {})) for update in updates]


async def test_an_update_that_came_twice_is_handled_once() -> None:
    assert await handled(Duplicates(SeenHere()), message(1, 1), message(1, 1, update=2)) == [True, False]
    assert await handled(Duplicates(SeenHere()), press(1, "q"), press(1, "q", update=2)) == [True, False]


async def test_different_updates_are_all_handled() -> None:
    updates = (message(1, 1), message(1, 2), message(2, 1), press(1, "1"), press(1, "2"), Update(update_id=9))
    assert await handled(Duplicates(SeenHere()), *updates, Update(update_id=9)) == [True] * 7


async def test_an_update_whose_handling_broke_may_come_again() -> None:
    middleware = Duplicates(SeenHere())

    async def fail(_event: TelegramObject, _data: dict[str, Any]) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await middleware(fail, press(1, "q"), {})
    assert await handled(middleware, press(1, "q"), press(1, "q")) == [True, False]


async def test_only_the_latest_updates_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "_REMEMBERED", 3)
    seen = SeenHere()
    middleware = Duplicates(seen)
    await handled(middleware, *(message(1, number) for number in range(5)))
    assert len(seen._names) == 3
    assert await handled(middleware, message(1, 4), message(1, 0)) == [False, True]


class SeenElsewhere:
    """Another process has it in its hands, or died with it."""

    @asynccontextmanager
    async def handling(self, _chat: int, _name: str | None) -> AsyncIterator[bool]:
        raise BeingHandled
        yield False


async def test_what_another_process_has_begun_is_left_to_come_again_where_it_can() -> None:
    middleware = Duplicates(SeenElsewhere())

    async def handle(_event: TelegramObject, _data: dict[str, Any]) -> None:
        raise AssertionError("it is in other hands")

    assert await middleware(handle, press(1, "q"), {}) is None
    with pytest.raises(BeingHandled):
        await middleware(handle, press(1, "q"), {COMES_AGAIN: True})


async def test_an_update_whose_handling_was_cut_short_may_come_again() -> None:
    middleware, handler = Duplicates(SeenHere()), Handler()
    begun = asyncio.create_task(middleware(handler.at("x"), press(1, "q"), {}))
    await settle()
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    assert await handled(middleware, press(1, "q"), press(1, "q")) == [True, False]


async def test_one_chat_in_a_hurry_has_its_pace_and_another_does_not_wait() -> None:
    """A flood of presses is begun one after another, at the pace of the chat; nothing of it is refused."""
    loop = asyncio.get_running_loop()
    slept: list[float] = []
    now = loop.time()

    async def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    pace = order.Pace(120, now=lambda: now, sleep=sleep)
    middleware = ChatOrder(pace)
    pressed = [f"q{number}" for number in range(order.AT_ONCE + 20)]
    assert await handled(middleware, *(press(1, each) for each in pressed)) == [True] * len(pressed)
    assert slept == pytest.approx([0.5] * 20)
    assert await handled(middleware, press(2, "another")) == [True]
    assert len(slept) == 20, "another chat begins at once"
    now += 60
    assert await handled(middleware, *(press(1, each) for each in pressed[: order.AT_ONCE])) == [True] * order.AT_ONCE
    assert len(slept) == 20, "whoever has rested begins at once"


async def test_a_line_is_so_long_and_no_longer(caplog: pytest.LogCaptureFixture) -> None:
    middleware, handler = ChatOrder(unhurried()), Handler()
    first = asyncio.create_task(middleware(handler.at("first"), press(1, "first"), {}))
    await settle()
    line = [asyncio.create_task(handled(middleware, press(1, f"q{number}"))) for number in range(order.LINE + 5)]
    await settle()
    assert [each.result() for each in line[order.LINE :]] == [[False]] * 5, "passed over, and not kept in memory"
    assert "a chat sends more than it is answered" in caplog.text
    assert await handled(middleware, press(2, "another")) == [True]
    handler.go_on["first"].set()
    assert await first == "first"
    assert await asyncio.gather(*line[: order.LINE]) == [[True]] * order.LINE
    assert await handled(middleware, press(1, "after")) == [True]


async def test_who_leaves_the_line_leaves_a_place() -> None:
    middleware, handler = ChatOrder(unhurried()), Handler()
    first = asyncio.create_task(middleware(handler.at("first"), press(1, "first"), {}))
    await settle()
    leaving = [asyncio.create_task(handled(middleware, press(1, f"q{number}"))) for number in range(order.LINE)]
    await settle()
    for each in leaving:
        each.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    stays = asyncio.create_task(handled(middleware, press(1, "stays")))
    handler.go_on["first"].set()
    assert await first == "first"
    assert await stays == [True]
