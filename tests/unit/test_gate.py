"""What nobody asked for is metered: 30 a second overall, one a second a chat. And 429 is obeyed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import GetMe

from bot.middlewares import outgoing
from bot.middlewares.outgoing import Gate, Patience, unsolicited


class Loop:
    """A loop whose time passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(outgoing, "asyncio", SimpleNamespace(get_running_loop=lambda: loop, sleep=loop.sleep))
    return loop


async def passed(gate: Gate, loop: Loop, *chats: int) -> list[float]:
    moments = []
    for chat in chats:
        await gate.pass_to(chat)
        moments.append(round(loop.now - 1000.0, 6))
    return moments


async def test_a_chat_gets_one_a_second(loop: Loop) -> None:
    assert await passed(Gate(), loop, 1, 1, 1) == [0.0, 1.0, 2.0]


async def test_all_chats_together_get_thirty_a_second(loop: Loop) -> None:
    moments = await passed(Gate(), loop, *range(91))
    assert moments[0] == 0.0
    assert moments[30] == pytest.approx(1.0, abs=1e-4)
    assert moments[90] == pytest.approx(3.0, abs=1e-4)
    for first, last in zip(moments, moments[30:], strict=False):
        assert last - first >= 1.0 - 1e-4, "no second sees more than thirty"


async def test_whoever_comes_late_does_not_wait(loop: Loop) -> None:
    gate = Gate()
    await passed(gate, loop, 1)
    loop.now += 5
    assert await passed(gate, loop, 1, 2) == [5.0, pytest.approx(5.0 + 1 / 30, abs=1e-4)]
    assert all(pause < 0.1 for pause in loop.slept)


async def test_the_gate_forgets_chats_of_long_ago(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_CHATS", 3)
    gate = Gate()
    await passed(gate, loop, 1, 2, 3, 4, 5)
    assert list(gate._chats) == [3, 4, 5]


# --- 429 ------------------------------------------------------------------------------------------


def busy(seconds: int) -> TelegramRetryAfter:
    return TelegramRetryAfter(GetMe(), "Too Many Requests", seconds)


async def asked(answers: list[Any]) -> Any:
    async def make_request(_bot: Bot, _method: Any) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return await Patience()(cast(Any, make_request), cast(Bot, None), GetMe())


async def test_a_short_429_is_waited_out(loop: Loop) -> None:
    assert await asked([busy(3), busy(2), "done"]) == "done"
    assert loop.slept == [3, 2]


async def test_what_nobody_waits_for_is_not_waited_out(loop: Loop) -> None:
    with pytest.raises(TelegramRetryAfter), unsolicited():
        await asked([busy(3), "never"])
    assert loop.slept == []
    assert await asked([busy(3), "done"]) == "done", "only inside"


async def test_a_long_429_and_one_too_many_go_to_the_caller(loop: Loop) -> None:
    with pytest.raises(TelegramRetryAfter):
        await asked([busy(31), "never"])
    assert loop.slept == []
    with pytest.raises(TelegramRetryAfter):
        await asked([busy(1), busy(1), busy(1), "never"])
    assert loop.slept == [1, 1]
