"""The demo's staff: each step in its time, once and told once, whoever else is at work."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from services.accounts.accounts import Accounts
from services.accounts.model import Account
from services.cases import staff
from services.cases.cases import Cases
from services.cases.model import Case, CaseKind, StaffStep
from services.cases.notices import CaseNews
from services.cases.staff import AT_ONCE, DemoStaff
from services.disputes.model import DISPUTE
from services.drafts.model import Draft
from services.notify.tables import notification, outbox
from services.requests.model import RequestKind, RequestStatus
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.databases import SqliteTemplate
from tests.support.world import World

ACCEPTED, IN_PROGRESS, ANSWERED = RequestStatus
FIRST, SECOND, MOMENT = timedelta(seconds=10), timedelta(seconds=20), timedelta(milliseconds=1)
DEMO = {"ru": "Это пробная версия", "en": "This is a demonstration"}


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: what is written needs none."""
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


async def send(world: World, account: Account, kind: RequestKind = RequestKind.FEEDBACK) -> Case:
    draft = await world.drafts.start(Draft("", account.id, kind.value, "message"))
    return await world.requests.send(account, kind, "Крупнее бы буквы", [], draft_id=draft.id)


async def later(world: World, by: timedelta) -> int:
    """What the tick does by then."""
    world.clock.advance(seconds=by.total_seconds())
    return await world.house.service(DemoStaff).act()


async def statuses(world: World, account: Account, case: Case) -> list[str]:
    return [each.status for each in (await world.cases.get(account, case.id)).steps]


async def told(world: World) -> list[str]:
    """Keys of what has reached the chat, in its order."""
    query = (
        select(outbox.c.dedupe_key)
        .join(notification, notification.c.id == outbox.c.notification_id)
        .where(notification.c.kind == CaseNews.CASE_STATUS, outbox.c.status == "sent")
        .order_by(outbox.c.due_at)
    )
    return [row.dedupe_key for row in (await world.database.fetch(query)).all()]


async def hear(world: World) -> None:
    """All that is due reaches the chat."""
    for each in await world.outbox.claim(50):
        await world.outbox.sent(each)


# --- its time -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RequestKind)
async def test_each_step_in_its_time_once_and_told_once(world: World, account: Account, kind: RequestKind) -> None:
    case = await send(world, account, kind)
    for wait, status in ((FIRST, IN_PROGRESS), (SECOND, ANSWERED)):
        assert await later(world, wait - MOMENT) == 0, "not before its time"
        assert await later(world, MOMENT) == 1
        assert await later(world, timedelta()) == 0, "one step at a time"
        assert (await world.cases.get(account, case.id)).status == status
        await hear(world)
    assert await statuses(world, account, case) == list(RequestStatus)
    assert await later(world, timedelta(days=1)) == 0, "it is over"
    assert await told(world) == [f"request:{case.id}:in_progress", f"request:{case.id}:answered"]


async def test_each_case_has_a_time_of_its_own(world: World, account: Account) -> None:
    first = await send(world, account)
    world.clock.advance(seconds=4)
    second = await send(world, account)
    assert await later(world, FIRST - timedelta(seconds=4)) == 1
    assert await statuses(world, account, first) == [ACCEPTED, IN_PROGRESS]
    assert await statuses(world, account, second) == [ACCEPTED]


@pytest.mark.parametrize("locale", ["ru", "en"])
@pytest.mark.parametrize("kind", RequestKind)
async def test_the_answer_is_in_the_senders_language_and_says_that_it_is_a_demo(
    world: World, account: Account, kind: RequestKind, locale: str
) -> None:
    await world.accounts.set_locale(account, locale)
    cases = [await send(world, account, kind) for _ in range(3)]
    await later(world, FIRST)
    await later(world, SECOND)
    first, other, third = [(await world.cases.get(account, each.id)).comment or "" for each in cases]
    assert DEMO[locale] in first
    assert DEMO[locale] in other
    assert first == third != other, "two numbers in a row are answered otherwise, and each always so"


# --- once, whoever else is there ----------------------------------------------------------------------------------


async def test_two_processes_take_a_step_once(world: World, account: Account) -> None:
    case = await send(world, account)
    worlds = world, World(world.database, world.vault, world.clock)
    one, other = (each.house.service(DemoStaff) for each in worlds)
    for place, wait in enumerate((FIRST, SECOND), start=2):
        world.clock.advance(seconds=wait.total_seconds())
        assert sum(await asyncio.gather(*(each.act() for each in (one, other, one, other)))) == 1
        assert await statuses(world, account, case) == list(RequestStatus)[:place]


async def test_what_somebody_else_has_moved_is_left_alone(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and moving, too; from then on it is the staff's again."""
    case = await send(world, account)
    really = Accounts.by_id

    async def the_desk_comes_first(accounts: Accounts, account_id: str) -> Account | None:
        await world.case_desk.move(case.number, IN_PROGRESS, "Смотрим")
        return await really(accounts, account_id)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Accounts, "by_id", the_desk_comes_first)
        assert await later(world, FIRST) == 0
    assert await statuses(world, account, case) == [ACCEPTED, IN_PROGRESS]
    assert await later(world, SECOND - MOMENT) == 0
    await world.case_desk.move(case.number, ANSWERED, "Исправили")
    assert await later(world, SECOND) == 0
    assert (await world.cases.get(account, case.id)).comment == "Исправили"


async def test_whoever_has_left_meanwhile_stops_nobody(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays = await world.account()
    await send(world, account)
    case = await send(world, stays)
    really = Accounts.by_id

    async def is_erased_first(accounts: Accounts, account_id: str) -> Account | None:
        if account_id == account.id:
            await world.mydata.erase(account)
        return await really(accounts, account_id)

    monkeypatch.setattr(Accounts, "by_id", is_erased_first)
    assert await later(world, FIRST) == 1
    assert await statuses(world, stays, case) == [ACCEPTED, IN_PROGRESS]


class Killed(BaseException):
    """The power goes."""


async def _dies(*_args: Any, **_named: Any) -> bool:
    raise Killed


@pytest.mark.parametrize("taken", [0, 1])
@pytest.mark.parametrize("when", ["before", "within", "after"])
async def test_killed_at_each_step_it_goes_on_and_tells_it_once(
    world: World, account: Account, taken: int, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, waits = await send(world, account), (FIRST, SECOND)
    for wait in waits[:taken]:
        await later(world, wait)
    with monkeypatch.context() as cut:
        if when == "before":
            cut.setattr(Cases, "move", _dies)
        elif when == "within":
            cut.setattr(type(world.outbox), "add", _dies)
        else:
            really = DemoStaff._move

            async def then_dies(*args: Any) -> bool:
                await really(*args)
                raise Killed

            cut.setattr(DemoStaff, "_move", then_dies)
        with pytest.raises(Killed):
            await later(world, waits[taken])
    assert len(await statuses(world, account, case)) == 1 + taken + (when == "after")
    for _ in range(2):
        await later(world, SECOND)
        await hear(world)
    assert await statuses(world, account, case) == list(RequestStatus)
    keys = await told(world)
    assert keys[-1] == f"request:{case.id}:answered"
    assert len(keys) == len(set(keys))


async def test_one_that_fails_stops_no_other_and_is_tried_again(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong, sound = await send(world, account), await send(world, account)
    really = Cases.move

    async def fails(cases: Cases, unit: Any, kind: CaseKind, case_id: str, *rest: Any) -> bool:
        if case_id == wrong.id:
            raise ValueError
        return await really(cases, unit, kind, case_id, *rest)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Cases, "move", fails)
        assert await later(world, FIRST) == 1
    assert f"case No. {wrong.number} was not moved" in caplog.text
    assert await statuses(world, account, sound) == [ACCEPTED, IN_PROGRESS]
    assert await later(world, timedelta()) == 1
    assert await statuses(world, account, wrong) == [ACCEPTED, IN_PROGRESS]


# --- what it looks at ---------------------------------------------------------------------------------------------


async def test_what_is_not_declared_is_left_alone(world: World, account: Account) -> None:
    async with world.database.write() as unit:
        sent = await world.cases.send(unit, account, DISPUTE, "{}")
    assert await later(world, timedelta(days=1)) == 0
    assert (await world.cases.get(account, sent.id)).status == DISPUTE.first


async def test_a_step_that_says_nothing_is_taken_without_a_word(world: World, account: Account) -> None:
    steps = [(DISPUTE, StaffStep(ACCEPTED, IN_PROGRESS, FIRST))]
    acting = DemoStaff(world.database, world.accounts, world.cases, world.clock, steps)
    async with world.database.write() as unit:
        sent = await world.cases.send(unit, account, DISPUTE, "{}")
    feedback = await send(world, account)
    world.clock.advance(seconds=FIRST.seconds)
    assert await acting.act() == 1
    taken = await world.cases.get(account, sent.id)
    assert (taken.status, taken.comment) == (IN_PROGRESS, None)
    assert await statuses(world, account, feedback) == [ACCEPTED], "another's kind"


async def test_so_many_at_once_and_the_others_by_the_next_tick(world: World) -> None:
    """Who has waited longest comes first."""
    asked = [(each, await send(world, each)) for each in [await world.account() for _ in range(AT_ONCE)]]
    world.clock.advance(seconds=1)
    last = await world.account()
    case = await send(world, last)
    assert await later(world, FIRST) == AT_ONCE
    assert await statuses(world, last, case) == [ACCEPTED]
    assert await later(world, timedelta()) == 1
    for each, sent in (*asked, (last, case)):
        assert await statuses(world, each, sent) == [ACCEPTED, IN_PROGRESS]


async def test_a_number_of_long_ago_is_not_looked_at(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "LOOKED_AT", 2)
    cases = [await send(world, account) for _ in range(3)]
    assert await later(world, FIRST) == 2
    assert await later(world, FIRST) == 0
    taken = [len(await statuses(world, account, each)) for each in cases]
    assert taken == [1, 2, 2]


async def test_the_newest_are_found_by_their_numbers(tmp_path: Path, sqlite_template: SqliteTemplate) -> None:
    """What is settled costs nothing, however much of it there is."""
    wanted = staff.standing(["feedback"], [ACCEPTED], staff.LOOKED_AT)
    asked, _ = wanted.compiled(sqlite.dialect(paramstyle="qmark")).arguments(wanted.values)
    database = Database.from_url(sqlite_template.copy(tmp_path))
    plan = await database.fetch(text(f"EXPLAIN QUERY PLAN {asked.replace('?', '1')}"))
    steps = [str(row.detail) for row in plan]
    await database.close()
    (touching,) = [step for step in steps if "request" in step]
    assert "USING INDEX" in touching, steps
    assert len([step for step in steps if "TEMP B-TREE" in step]) == 1, "the newest are not sorted to be found"
