"""Drafts: one open a kind and account, changed only under the version that was read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.accounts.model import Account
from services.booking.tables import hold
from services.drafts.drafts import Drafts
from services.drafts.model import Draft
from services.drafts.tables import draft as draft_table
from tests.support.world import KIND, LIFETIME, World


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


async def rows(world: World) -> int:
    count: int = (await world.database.fetch(select(func.count()).select_from(draft_table))).scalar_one()
    return count


async def test_a_draft_comes_back_as_it_was_saved(world: World, account: Account) -> None:
    started = await world.drafts.start(Draft("", account.id, KIND, "region", answers={"region": "50"}))
    saved = await world.drafts.save(
        replace(
            started,
            step="clinic",
            answers={"person": "p", "near": [55.7, 37.6], "no_policy": False, "x": None},
            marks={"near": "ask", "map": None},
        )
    )
    assert saved is not None
    full = await world.drafts.save(replace(saved, options=("c1", "c2"), page=3, message_id=2**40, prompt_id=5))
    assert full is not None
    back = await world.drafts.get(started.id)
    assert back == replace(full, touched_at=world.clock.now())
    assert (back.version, back.step, back.options, back.page) == (3, "clinic", ("c1", "c2"), 3)
    assert back.answers == {"person": "p", "near": [55.7, 37.6], "no_policy": False, "x": None}
    assert back.marks == {"near": "ask", "map": None}
    assert await world.drafts.open_of(account.id, KIND) == back


async def test_marks_that_stood_among_the_answers_are_told_from_them(world: World, account: Account) -> None:
    """The literal JSON of a booking and of a move, as they were kept when there was one place for both."""
    booking: dict[str, Any] = {
        "answers": {
            "region": "50",
            "region_fixed": True,
            "query_region": None,
            "link": {"clinic": "c1", "service": None, "service_name": None, "doctor": None, "doctor_name": None},
            "person": "aB3dE6gH9jK2",
            "followed": True,
            "near": [55.91, 37.73],
            "query": None,
            "map": 1,
            "card": "c1",
        },
        "options": ["c1"],
        "page": 1,
        "heard": [7, 9],
    }
    move = {
        "answers": {
            "moving": "v1",
            "moved_from": None,
            "doctor": "any",
            "doctor_name": None,
            "month": "2026-12-01",
            "part": "morning",
            "time": "s1 2026-12-01T06:00:00+00:00",
            "giveup": None,
            "checking": None,
            "given_up": True,
        },
        "options": [],
        "page": 0,
        "heard": [],
    }
    read = await written(world, account, booking)
    assert read.answers == {"region": "50", "person": "aB3dE6gH9jK2"}
    assert read.marks == {name: value for name, value in booking["answers"].items() if name not in read.answers}
    assert len(read.marks) == 8
    assert (read.options, read.page, read.heard) == (("c1",), 1, (7, 9))
    read = await written(world, account, move)
    assert set(read.answers) == {"moving", "doctor", "doctor_name", "time"}
    assert read.marks == {
        "moved_from": None,
        "month": "2026-12-01",
        "part": "morning",
        "giveup": None,
        "checking": None,
        "given_up": True,
    }
    saved = await world.drafts.save(read)
    assert saved is not None
    assert await world.drafts.get(read.id) == replace(saved, touched_at=world.clock.now())


async def written(world: World, account: Account, data: dict[str, Any]) -> Draft:
    """A draft that holds this very JSON."""
    draft = await world.draft(account)
    sealed = world.vault.seal_json(draft_table.c.data, draft.id, data)
    await world.database.execute(update(draft_table).where(draft_table.c.id == draft.id).values(data=sealed))
    read = await world.drafts.get(draft.id)
    assert read is not None
    return read


async def test_opening_another_draft_of_a_kind_drops_the_older_one(world: World, account: Account) -> None:
    first = await world.draft(account, region="50")
    form = await world.drafts.start(Draft("", account.id, "person", "surname"))
    second = await world.draft(account)
    assert await world.drafts.get(first.id) is None
    assert await world.drafts.save(first) is None
    opened = await world.drafts.open_of(account.id, KIND)
    assert opened is not None
    assert opened.id == second.id
    assert await world.drafts.get(form.id) is not None, "another kind stands by itself"


async def test_opened_by_several_at_once_one_stays(world: World, account: Account) -> None:
    await asyncio.gather(*(world.draft(account) for _ in range(4)))
    assert await rows(world) == 1


async def test_one_persons_drafts_are_not_anothers(world: World, account: Account) -> None:
    await world.draft(account)
    other = await world.account()
    assert await world.drafts.open_of(other.id, KIND) is None
    assert await world.drafts.latest(other.id) is None
    await world.draft(other)
    assert await rows(world) == 2


async def test_what_was_read_under_an_older_version_is_not_written(world: World, account: Account) -> None:
    draft = await world.draft(account)
    newer = await world.drafts.save(replace(draft, step="time"))
    assert newer is not None
    assert await world.drafts.save(replace(draft, step="day")) is None
    kept = await world.drafts.get(draft.id)
    assert kept is not None
    assert kept.step == "time"


async def test_of_twenty_concurrent_saves_exactly_one_wins(world: World, account: Account) -> None:
    draft = await world.draft(account)
    saves = await asyncio.gather(*(world.drafts.save(replace(draft, step=f"s{number}")) for number in range(20)))
    won = [each for each in saves if each is not None]
    assert len(won) == 1
    kept = await world.drafts.get(draft.id)
    assert kept is not None
    assert (kept.step, kept.version) == (won[0].step, draft.version + 1)


async def test_a_finished_draft_keeps_its_result_and_nothing_that_was_typed(world: World, account: Account) -> None:
    draft = await world.draft(account, surname="Иванова")
    async with world.database.write() as unit:
        await world.drafts.finish(unit, draft.id, "visit1")
    done = await world.drafts.get(draft.id)
    assert done is not None
    assert (done.done, done.result, dict(done.answers), done.options) == (True, "visit1", {}, ())
    assert done.version == draft.version + 1
    assert await world.drafts.open_of(account.id, KIND) is None
    assert await world.drafts.latest(account.id) is None
    assert await world.drafts.save(draft) is None
    assert await world.drafts.save(done) is None, "a closed draft is closed"


async def test_a_finish_that_is_rolled_back_has_not_been(world: World, account: Account) -> None:
    draft = await world.draft(account, region="50")

    async def finish_and_fail() -> None:
        async with world.database.write() as unit:
            await world.drafts.finish(unit, draft.id, "visit1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await finish_and_fail()
    assert await world.drafts.open_of(account.id, KIND) is not None


async def test_an_untouched_draft_outlives_its_time_and_is_gone(world: World, account: Account) -> None:
    draft = await world.draft(account)
    world.clock.advance(hours=24)
    assert await world.drafts.get(draft.id) is not None
    world.clock.advance(milliseconds=1)
    assert await world.drafts.get(draft.id) is None
    assert await world.drafts.open_of(account.id, KIND) is None
    assert await world.drafts.latest(account.id) is None


async def test_a_touched_draft_lives_on(world: World, account: Account) -> None:
    draft = await world.draft(account)
    world.clock.advance(hours=23)
    touched = await world.drafts.save(draft)
    assert touched is not None
    world.clock.advance(hours=23)
    assert await world.drafts.get(draft.id) is not None


async def test_the_sweep_removes_what_has_outlived_its_time_and_nothing_else(world: World, account: Account) -> None:
    old = await world.draft(account)
    async with world.database.write() as unit:
        await world.drafts.finish(unit, old.id, "visit1")
    await world.draft(account)
    world.clock.advance(hours=12)
    fresh = await world.drafts.start(Draft("", account.id, "person", "surname"))
    world.clock.advance(seconds=(LIFETIME / 2).total_seconds() + 1)
    assert await world.drafts.purge() == 2
    assert await rows(world) == 1
    assert await world.drafts.get(fresh.id) is not None
    assert await world.drafts.purge() == 0


async def test_typed_text_belongs_to_the_draft_touched_last(world: World, account: Account) -> None:
    booking = await world.draft(account)
    world.clock.advance(seconds=1)
    form = await world.drafts.start(Draft("", account.id, "person", "surname"))
    latest = await world.drafts.latest(account.id)
    assert latest is not None
    assert latest.id == form.id
    world.clock.advance(seconds=1)
    assert await world.drafts.save(booking) is not None
    latest = await world.drafts.latest(account.id)
    assert latest is not None
    assert latest.id == booking.id
    await world.drafts.drop(booking.id)
    latest = await world.drafts.latest(account.id)
    assert latest is not None
    assert latest.id == form.id


async def test_a_newer_draft_of_a_shorter_life_does_not_hide_the_one_that_lives(world: World, account: Account) -> None:
    lifetimes = {KIND: LIFETIME, "short": timedelta(minutes=15)}
    drafts = Drafts(world.database, world.vault, world.clock, lifetimes)
    long = await drafts.start(Draft("", account.id, KIND, "region"))
    world.clock.advance(minutes=1)
    short = await drafts.start(Draft("", account.id, "short", "code"))
    latest = await drafts.latest(account.id)
    assert latest is not None
    assert latest.id == short.id
    world.clock.advance(minutes=16)
    latest = await drafts.latest(account.id)
    assert latest is not None
    assert latest.id == long.id


async def test_remembering_messages_is_no_change_of_the_draft(world: World, account: Account) -> None:
    draft = await world.draft(account)
    await world.drafts.remember_messages(draft, 77, 78)
    kept = await world.drafts.get(draft.id)
    assert kept is not None
    assert (kept.message_id, kept.prompt_id, kept.version) == (77, 78, draft.version)
    assert await world.drafts.save(kept) is not None


async def test_a_dropped_draft_lets_its_time_go(world: World, account: Account) -> None:
    draft = await world.draft(account)
    await world.holds.take(await world.slot(), account, draft.id)
    await world.drafts.drop(draft.id)
    assert (await world.database.fetch(select(func.count()).select_from(hold))).scalar_one() == 0
    await world.drafts.drop(draft.id)
