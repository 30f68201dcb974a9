"""What is asked at one moment is asked once, by whoever works through a batch, and by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

import pytest

from services.together import asking, once


class BrokenError(Exception):
    """A question's answer that never came."""


class Squares:
    """A question that notes what it was asked for; of `broken` ones it has no answer, and of `unknown` ones none."""

    def __init__(self) -> None:
        self.asked: list[set[int]] = []
        self.broken: set[int] = set()
        self.unknown: set[int] = set()
        self.lasts = 0

    async def of(self, numbers: Collection[int]) -> Mapping[int, int]:
        self.asked.append(set(numbers))
        for _ in range(self.lasts):
            await asyncio.sleep(0)
        if self.broken & set(numbers):
            raise BrokenError
        return {each: each * each for each in numbers if each not in self.unknown}


@pytest.fixture
def squares() -> Squares:
    return Squares()


async def test_who_is_in_no_batch_asks_alone_and_at_once(squares: Squares) -> None:
    assert await asyncio.gather(*(once(squares.of, [each]) for each in (2, 3))) == [{2: 4}, {3: 9}]
    assert squares.asked == [{2}, {3}]


async def test_what_a_batch_asks_at_one_moment_is_asked_once_and_each_hears_of_its_own(squares: Squares) -> None:
    squares.unknown = {5}
    async with asking():
        answers = await asyncio.gather(*(once(squares.of, each) for each in ([2, 3], [3], [5], [])))
    assert answers == [{2: 4, 3: 9}, {3: 9}, {}, {}]
    assert squares.asked == [{2, 3, 5}]


async def test_an_answer_is_never_older_than_the_question(squares: Squares) -> None:
    """Whoever asks while the others are being answered is answered anew, and so is who asks again."""
    squares.lasts = 3

    async def later() -> Mapping[int, int]:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert squares.asked == [{2}], "that is under way"
        return await once(squares.of, [2])

    async with asking():
        assert list(await asyncio.gather(once(squares.of, [2]), later())) == [{2: 4}, {2: 4}]
        await once(squares.of, [2])
    assert squares.asked == [{2}, {2}, {2}]


async def test_different_questions_do_not_mix(squares: Squares) -> None:
    other = Squares()
    async with asking():
        assert list(await asyncio.gather(once(squares.of, [2]), once(other.of, [3]))) == [{2: 4}, {3: 9}]
    assert (squares.asked, other.asked) == ([{2}], [{3}])


async def test_what_is_wrong_with_one_stops_no_other(squares: Squares) -> None:
    squares.broken = {3}
    async with asking():
        one, broken, two = await asyncio.gather(
            *(once(squares.of, [each]) for each in (2, 3, 4)), return_exceptions=True
        )
    assert (one, two) == ({2: 4}, {4: 16})
    assert isinstance(broken, BrokenError)


async def test_who_has_asked_alone_is_not_answered_by_a_second_try(squares: Squares) -> None:
    squares.broken = {3}
    async with asking():
        with pytest.raises(BrokenError):
            await once(squares.of, [3])
    assert squares.asked == [{3}]


async def test_who_is_cancelled_takes_nobodys_answer_along(squares: Squares) -> None:
    squares.lasts = 5
    async with asking():
        first, second = (asyncio.create_task(once(squares.of, [each])) for each in (2, 3))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        assert await second == {3: 9}
        assert first.cancelled()


async def test_nothing_is_under_way_when_a_batch_has_ended(squares: Squares) -> None:
    squares.lasts = 1000
    before = asyncio.all_tasks()
    async with asking():
        asked = asyncio.create_task(once(squares.of, [2]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
    assert squares.asked == [{2}]
    await asyncio.gather(asked, return_exceptions=True)
    assert asyncio.all_tasks() == before
