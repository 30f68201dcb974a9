"""What is told of changes is heard in order, through restarts, by one process at a time, and nothing is skipped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry import following
from services.registry.following import LEASE, Followed, Following
from services.registry.model import Changes
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.storage.tables import feed
from tests.support.clock import FakeClock


class Letters:
    """A port that tells of letters, and a topic that takes them down; either fails when it is told to."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.taken: list[str] = []
        self.asked: list[str | None] = []
        self.begun = 0
        self.failing: BaseException | None = None
        self.silent = False
        self.at_work, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()

    async def changes(self, since: str | None, limit: int) -> Changes[str]:
        self.asked.append(since)
        if self.silent:
            raise RegistryUnavailable
        if since is None:
            return Changes((), str(len(self.told)))
        items = self.told[int(since) : int(since) + limit]
        reached = int(since) + len(items)
        return Changes(items, str(reached), more=reached < len(self.told))

    async def begin(self) -> None:
        if self.failing is not None:
            raise self.failing
        self.begun += 1

    async def take(self, items: Sequence[str]) -> None:
        self.at_work.set()
        await self.go_on.wait()
        if self.failing is not None:
            raise self.failing
        self.taken += items


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAGE", 2)


def followed(letters: Letters, name: str = "letters") -> Followed[str]:
    return Followed(name, letters.changes, letters.begin, letters.take)


def process(database: Database, clock: FakeClock, *topics: Letters) -> Following:
    """One of the bot's processes, just started."""
    return Following(database, clock, [followed(each, f"letters {place}") for place, each in enumerate(topics)])


async def cursor(database: Database) -> str | None:
    (row,) = (await database.fetch(select(feed))).all()
    assert row.claimed_until is None, "it was given back"
    reached: str | None = row.cursor
    return reached


async def test_what_was_told_before_is_not_told_and_what_comes_after_is(
    database: Database, clock: FakeClock, letters: Letters
) -> None:
    letters.told = ["a", "b"]
    this = process(database, clock, letters)
    await this.run()
    assert (letters.begun, letters.taken) == (1, [])
    letters.told += ["c", "d", "e", "f", "g"]
    await this.run()
    assert (letters.begun, letters.taken) == (1, ["c", "d", "e", "f", "g"])
    assert letters.asked == [None, "2", "4", "6"], "no further than the last page"
    await this.run()
    assert letters.taken == ["c", "d", "e", "f", "g"]


async def test_a_restart_goes_on_where_it_was(database: Database, clock: FakeClock, letters: Letters) -> None:
    await process(database, clock, letters).run()
    letters.told = ["a", "b", "c"]
    await process(database, clock, letters).run()
    letters.told += ["d"]
    await process(database, clock, letters).run()
    assert (letters.begun, letters.taken) == (1, ["a", "b", "c", "d"])


async def test_a_beginning_that_failed_begins_again(database: Database, clock: FakeClock, letters: Letters) -> None:
    letters.failing = RuntimeError("told to fail")
    this = process(database, clock, letters)
    await this.run()
    assert await cursor(database) is None
    letters.failing, letters.told = None, ["a"]
    await this.run()
    assert (letters.begun, await cursor(database)) == (1, "1"), "from the later moment: all before it is asked about"


async def test_a_page_that_could_not_be_taken_comes_again_and_other_topics_go_on(
    database: Database, clock: FakeClock, letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    other = Letters()
    this = process(database, clock, letters, other)
    await this.run()
    letters.told, other.told = ["a", "b", "c"], ["x"]
    letters.failing = RuntimeError("told to fail")
    await this.run()
    assert (letters.taken, other.taken) == ([], ["x"])
    assert "changes of letters 0 were not taken in" in caplog.text
    letters.failing = None
    await this.run()
    assert (letters.taken, other.taken) == (["a", "b", "c"], ["x"])


async def test_a_silent_registry_tells_it_later(database: Database, clock: FakeClock, letters: Letters) -> None:
    this = process(database, clock, letters)
    await this.run()
    letters.told, letters.silent = ["a"], True
    await this.run()
    assert await cursor(database) == "0"
    letters.silent = False
    await this.run()
    assert letters.taken == ["a"]


async def test_a_registry_that_never_answers_is_not_waited_for(
    database: Database, clock: FakeClock, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> Changes[str]:
        await asyncio.Event().wait()
        raise AssertionError

    this = process(database, clock, letters)
    await this.run()
    letters.told = ["a"]
    monkeypatch.setattr(following, "REGISTRY_PATIENCE", timedelta(0))
    await Following(database, clock, [Followed("letters 0", never, letters.begin, letters.take)]).run()
    monkeypatch.undo()
    await this.run()
    assert letters.taken == ["a"]


async def test_one_process_at_a_time_is_at_a_page(database: Database, clock: FakeClock, letters: Letters) -> None:
    this, others = process(database, clock, letters), [process(database, clock, letters) for _ in range(5)]
    await this.run()
    letters.told, letters.go_on = ["a", "b", "c"], asyncio.Event()
    letters.asked.clear()
    working = asyncio.create_task(this.run())
    await letters.at_work.wait()
    await asyncio.gather(*(each.run() for each in others))
    assert letters.asked == ["0"], "the others left it alone"
    letters.go_on.set()
    await working
    assert letters.taken == ["a", "b", "c"]


async def test_many_at_once_take_each_letter_once(database: Database, clock: FakeClock, letters: Letters) -> None:
    processes = [process(database, clock, letters) for _ in range(6)]
    await asyncio.gather(*(each.run() for each in processes))
    assert letters.begun == 1
    letters.told = [str(number) for number in range(21)]
    while len(letters.taken) < len(letters.told):
        await asyncio.gather(*(each.run() for each in processes))
    assert letters.taken == letters.told


async def test_what_a_killed_process_had_is_taken_over_and_who_comes_late_moves_nothing_back(
    database: Database, clock: FakeClock, letters: Letters
) -> None:
    late, other = process(database, clock, letters), process(database, clock, letters)
    await late.run()
    letters.told, letters.go_on = ["a", "b"], asyncio.Event()
    working = asyncio.create_task(late.run())
    await letters.at_work.wait()
    clock.advance(seconds=LEASE.total_seconds() - 1)
    await other.run()
    assert letters.asked == [None, "0"], "not yet"
    clock.advance(seconds=1)
    letters.at_work.clear()
    taking_over = asyncio.create_task(other.run())
    await letters.at_work.wait()
    letters.go_on.set()
    await asyncio.gather(working, taking_over)
    assert letters.taken == ["a", "b"] * 2, "at least once"
    letters.told += ["c"]
    await other.run()
    assert letters.taken == ["a", "b", "a", "b", "c"]
    assert await cursor(database) == "3"


async def test_a_process_that_ends_in_between_gives_the_page_back(
    database: Database, clock: FakeClock, letters: Letters
) -> None:
    this = process(database, clock, letters)
    await this.run()
    letters.told, letters.go_on = ["a"], asyncio.Event()
    working = asyncio.create_task(this.run())
    await letters.at_work.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    letters.go_on.set()
    await process(database, clock, letters).run()
    assert letters.taken == ["a"], "at once: there is no lease to wait for"
