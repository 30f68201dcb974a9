"""Requests on both engines: numbers, what lies at rest, statuses, and that nobody sees another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from services.accounts.model import Account
from services.accounts.tables import account as account_table
from services.cases.cases import FIRST_NUMBER
from services.cases.model import (
    LONGEST_COMMENT,
    Case,
    CasePage,
    CaseStep,
    CommentMissing,
    CommentTooLong,
    WrongStep,
)
from services.cases.notices import CaseNews
from services.cases.tables import case, case_file, case_step
from services.drafts.model import Draft
from services.errors import NotFound
from services.limits.model import LIMITS, Act, Limit
from services.notify.model import Delivery
from services.requests import requests as requests_service
from services.requests.model import (
    FREE_DISK,
    KINDS,
    LONGEST_TEXT,
    PHOTOS_KEPT,
    PictureProblem,
    PictureRefused,
    RequestKind,
    RequestStatus,
    TooManyRequests,
)
from services.storage.engine import Database, is_disk_full
from services.storage.vault import Vault
from services.tables import metadata
from tests.support.clock import FakeClock
from tests.support.photos import camera_photo
from tests.support.world import World

ACCEPTED, IN_PROGRESS, ANSWERED = RequestStatus
SECRET = "Ивановой Анне не открывается запись"
PHOTO = camera_photo()


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: a request needs none."""
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


async def begin(world: World, account: Account, kind: RequestKind = RequestKind.PROBLEM) -> str:
    """A draft that is being filled in; its id."""
    return (await world.drafts.start(Draft("", account.id, kind.value, "message"))).id


async def send(
    world: World,
    account: Account,
    text: str = SECRET,
    photos: int = 0,
    kind: RequestKind = RequestKind.PROBLEM,
) -> Case:
    draft_id = await begin(world, account, kind)
    kept = [await world.requests.keep_photo(account, draft_id, PHOTO) for _ in range(photos)]
    return await world.requests.send(account, kind, text, kept, draft_id=draft_id)


async def count(world: World, table: object = case) -> int:
    found: int = (await world.database.fetch(select(func.count()).select_from(table))).scalar_one()  # type: ignore[arg-type]
    return found


async def deliveries(world: World) -> Sequence[Delivery]:
    """What is due now, once the screens of the presses had their time."""
    world.clock.advance(seconds=30)
    return await world.outbox.claim(50)


# --- numbers --------------------------------------------------------------------------------------


async def test_numbers_count_up_from_four_digits(world: World, account: Account) -> None:
    other = await world.account()
    sent = [await send(world, each) for each in (account, other, account)]
    assert [each.number for each in sent] == [FIRST_NUMBER, FIRST_NUMBER + 1, FIRST_NUMBER + 2]


async def test_twenty_at_once_get_twenty_numbers_without_a_gap(world: World) -> None:
    accounts = [await world.account() for _ in range(20)]
    sent = await asyncio.gather(*(send(world, each) for each in accounts))
    assert sorted(each.number for each in sent) == list(range(FIRST_NUMBER, FIRST_NUMBER + 20))


async def test_a_number_is_never_given_again(world: World, account: Account) -> None:
    """Not even after whoever had it is erased: it may stand in a letter."""
    last = await send(world, account)
    await world.database.execute(delete(account_table).where(account_table.c.id == account.id))
    assert (await send(world, await world.account())).number == last.number + 1


async def test_the_same_draft_is_sent_once(world: World, account: Account) -> None:
    draft_id = await begin(world, account)

    async def once() -> Case:
        return await world.requests.send(account, RequestKind.PROBLEM, SECRET, [], draft_id=draft_id)

    sent = await asyncio.gather(*(once() for _ in range(8)))
    assert {each.id for each in sent} == {sent[0].id}
    assert await count(world) == 1
    assert len(await deliveries(world)) == 1
    draft = await world.drafts.get(draft_id)
    assert draft is not None
    assert (draft.done, draft.result, draft.answers) == (True, sent[0].id, {})


# --- at rest --------------------------------------------------------------------------------------


async def test_what_was_sent_comes_back_whole(world: World, account: Account) -> None:
    text = "Я" * LONGEST_TEXT
    sent = await send(world, account, text, photos=2)
    found = await world.cases.get(account, sent.id)
    assert found == sent
    assert (found.content, found.kind, found.status, found.comment) == (text, RequestKind.PROBLEM, ACCEPTED, None)
    assert found.sent_at == world.clock.now()
    assert found.steps == (CaseStep(ACCEPTED, world.clock.now()),)
    for place in range(2):
        assert (await world.cases.photo(account, sent.id, place)).startswith(b"\xff\xd8\xff")
    for place in (-1, 2):
        with pytest.raises(NotFound):
            await world.cases.photo(account, sent.id, place)


async def test_nothing_of_it_lies_in_clear(world: World, account: Account) -> None:
    sent = await send(world, account, photos=1)
    await world.case_desk.move(sent.number, IN_PROGRESS, "Ивановой позвонят")
    photo = await world.cases.photo(account, sent.id, 0)
    for table in metadata.tables.values():
        for row in (await world.database.fetch(select(table))).all():
            for value in row:
                content = value if isinstance(value, bytes) else str(value).encode()
                assert "Иванов".encode() not in content, table.name
                assert "не открывается".encode() not in content, table.name
                assert photo[:16] not in content, table.name


async def test_a_photo_waits_with_its_draft_and_goes_with_it(world: World, account: Account) -> None:
    """A restart loses nothing; a draft that is given up takes its photos along."""
    draft_id = await begin(world, account)
    kept = await world.requests.keep_photo(account, draft_id, PHOTO)
    left_out = await world.requests.keep_photo(account, draft_id, PHOTO)
    again = World(world.database, world.vault, world.clock)
    sent = await again.requests.send(account, RequestKind.PROBLEM, "", [kept], draft_id=draft_id)
    assert sent.photos == (kept,)
    assert left_out not in sent.photos
    assert await count(world, case_file) == 1, "what was not sent is not kept"
    given_up = await begin(world, account)
    await world.requests.keep_photo(account, given_up, PHOTO)
    await world.drafts.drop(given_up)
    assert await count(world, case_file) == 1
    anew = await begin(world, account)
    await world.requests.keep_photo(account, anew, PHOTO)
    await world.requests.forget_photos(anew)
    assert await count(world, case_file) == 1


async def test_photos_of_another_draft_do_not_come_along(world: World, account: Account) -> None:
    other = await world.account()
    theirs = await world.requests.keep_photo(other, await begin(world, other), PHOTO)
    draft_id = await begin(world, account)
    sent = await world.requests.send(account, RequestKind.PROBLEM, SECRET, [theirs], draft_id=draft_id)
    assert sent.photos == ()
    assert await count(world, case_file) == 1


async def test_a_bad_photo_stores_nothing(world: World, account: Account) -> None:
    draft_id = await begin(world, account)
    with pytest.raises(PictureRefused) as refused:
        await world.requests.keep_photo(account, draft_id, b"%PDF")
    assert refused.value.problem is PictureProblem.NOT_A_PICTURE
    assert await count(world, case_file) == 0


async def test_everything_goes_with_the_account(world: World, account: Account) -> None:
    stays = await world.account()
    await send(world, stays, photos=1)
    sent = await send(world, account, photos=2)
    await world.case_desk.move(sent.number, IN_PROGRESS)
    await world.requests.keep_photo(account, await begin(world, account), PHOTO)
    await world.database.execute(delete(account_table).where(account_table.c.id == account.id))
    assert [await count(world, table) for table in (case, case_step, case_file)] == [1, 1, 1]


# --- whose it is ----------------------------------------------------------------------------------


async def test_another_account_sees_nothing(world: World, account: Account) -> None:
    sent = await send(world, account, photos=1)
    other = await world.account()
    with pytest.raises(NotFound):
        await world.cases.get(other, sent.id)
    with pytest.raises(NotFound):
        await world.cases.photo(other, sent.id, 0)
    assert await world.cases.as_they_stood(other, {(sent.id, world.clock.now())}) == {}
    assert await world.cases.page(other, 0, 8) == CasePage((), 0)
    draft_id = (await world.database.fetch(select(case.c.draft_id))).scalar_one()
    with pytest.raises(NotFound):  # a forged draft sends nothing and shows nothing
        await world.requests.send(other, RequestKind.PROBLEM, "x", [], draft_id=draft_id)
    assert await count(world) == 1


# --- how many -------------------------------------------------------------------------------------


async def test_so_many_a_day_and_also_by_who_erases_them(world: World, account: Account, clock: FakeClock) -> None:
    most = LIMITS[Act.REQUEST].most
    for _ in range(most):
        assert not await world.requests.is_full(account)
        await send(world, account)
    assert await world.requests.is_full(account)
    with pytest.raises(TooManyRequests):
        await send(world, account)
    assert await count(world) == most
    await send(world, await world.account())
    await world.mydata.erase(account)
    again = await world.account(account.telegram_id)
    with pytest.raises(TooManyRequests):
        await send(world, again)
    clock.advance(hours=24)
    await send(world, again)


async def test_the_same_draft_again_costs_nothing(world: World, account: Account) -> None:
    draft_id = await begin(world, account)
    for _ in range(3):
        await world.requests.send(account, RequestKind.PROBLEM, SECRET, [], draft_id=draft_id)
    assert await world.limits.used(account.telegram_id, Act.REQUEST) == 1


# --- photos: how many bytes, for how long, and how much room ----------------------------------------


async def kept_bytes(world: World) -> int:
    size = func.coalesce(func.sum(func.length(case_file.c.content)), 0)
    return int((await world.database.fetch(select(size))).scalar_one())


async def stored(world: World, account: Account, draft_id: str) -> bool:
    try:
        await world.requests.keep_photo(account, draft_id, PHOTO)
    except PictureRefused:
        return False
    return True


async def test_bytes_of_a_day_are_counted_also_through_an_erasing(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = await begin(world, account)
    await world.requests.keep_photo(account, draft_id, PHOTO)
    one = await kept_bytes(world)
    monkeypatch.setitem(cast(dict[Act, Limit], LIMITS), Act.PHOTO_BYTES, replace(LIMITS[Act.PHOTO_BYTES], most=4 * one))
    taken = await asyncio.gather(*(stored(world, account, draft_id) for _ in range(12)))
    assert sum(taken) == 3
    assert await kept_bytes(world) == 4 * one
    await world.mydata.erase(account)
    again = await world.account(account.telegram_id)
    with pytest.raises(PictureRefused) as refused:
        await world.requests.keep_photo(again, await begin(world, again), PHOTO)
    assert refused.value.problem is PictureProblem.TOO_MANY
    world.clock.advance(hours=24)
    assert await stored(world, again, await begin(world, again))


async def test_an_account_keeps_so_many_bytes_in_all(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await send(world, account, photos=1)
    one = await kept_bytes(world)
    monkeypatch.setattr(requests_service, "PHOTOS_IN_ALL", 3 * one)
    draft_id = await begin(world, account)
    taken = await asyncio.gather(*(stored(world, account, draft_id) for _ in range(6)))
    assert sum(taken) == 2, "those that were sent count too"
    assert await kept_bytes(world) == 3 * one
    assert await stored(world, other := await world.account(), await begin(world, other)), "each has its own room"
    await world.requests.forget_photos(draft_id)
    assert await stored(world, account, draft_id)
    assert len((await world.cases.get(account, sent.id)).photos) == 1


async def test_no_photo_is_taken_where_the_disk_is_nearly_full(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, taken in ((FREE_DISK, True), (FREE_DISK - 1, False), (None, True)):
        monkeypatch.setattr(world.database.aside, "free_bytes", lambda free=free: free)
        if taken:
            await world.requests.expect_photo(account)
            continue
        with pytest.raises(PictureRefused) as refused:
            await world.requests.expect_photo(account)
        assert refused.value.problem is PictureProblem.NO_ROOM
        await send(world, account)  # a text goes on
    assert await world.limits.used(account.telegram_id, Act.PHOTO) == 2, "what was not taken is not counted"


async def test_what_is_known_of_the_disk(world: World) -> None:
    free = world.database.free_bytes()
    assert (free is None) == (world.database.dialect == "postgresql")
    assert free is None or free > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_disk_that_is_full_all_the_same_is_said_so(world: World, account: Account) -> None:
    draft_id = await begin(world, account)
    async with world.database.aside.write() as unit:
        pages = (await unit.execute(text("PRAGMA page_count"))).scalar_one()
        await unit.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(PictureRefused) as refused:
        await world.requests.keep_photo(account, draft_id, camera_photo(1600, 1200))
    assert refused.value.problem is PictureProblem.NO_ROOM
    assert await count(world, case_file) == 0


def test_how_postgresql_says_that_its_disk_is_full() -> None:
    class Told(Exception):  # noqa: N818
        def __init__(self, sqlstate: str) -> None:
            self.sqlstate = sqlstate

    assert is_disk_full(DBAPIError("INSERT", None, Told("53100")))
    assert not is_disk_full(DBAPIError("INSERT", None, Told("53300")))


async def test_photos_go_some_months_after_the_answer(world: World, account: Account, clock: FakeClock) -> None:
    answered, waits = [await send(world, account, photos=2) for _ in range(2)]
    await world.case_desk.move(answered.number, ANSWERED, "Готово")
    clock.advance(days=PHOTOS_KEPT.days - 1, hours=23, minutes=59)
    assert await world.requests.forget_old_photos() == 0
    clock.advance(minutes=1)
    assert await world.requests.forget_old_photos() == 1
    assert await world.requests.forget_old_photos() == 0
    found = await world.cases.get(account, answered.id)
    assert (found.photos, found.photos_gone, found.content) == ((), 2, SECRET)
    assert (await world.cases.get(account, waits.id)).photos_gone == 0
    assert await count(world, case_file) == 2, "what is not answered keeps its own"
    told = cast(list[dict[str, object]], (await world.mydata.export(account))["requests"])
    assert [(each["number"], each["photos_removed"]) for each in told] == [
        (str(answered.number), 2),
        (str(waits.number), None),
    ]


# --- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RequestKind)
async def test_the_way_of_a_request(world: World, account: Account, clock: FakeClock, kind: RequestKind) -> None:
    sent = await send(world, account, kind=kind)
    clock.advance(hours=1)
    await world.case_desk.move(sent.number, IN_PROGRESS)
    clock.advance(hours=1)
    await world.case_desk.move(sent.number, ANSWERED, "  Исправили, попробуйте ещё раз.\n")
    found = await world.cases.get(account, sent.id)
    assert (found.status, found.comment) == (ANSWERED, "Исправили, попробуйте ещё раз.")
    hours = [(step.status, (step.at - found.sent_at) / timedelta(hours=1)) for step in found.steps]
    assert hours == [(ACCEPTED, 0), (IN_PROGRESS, 1), (ANSWERED, 2)]


async def test_only_what_the_machine_allows(world: World, account: Account) -> None:
    for kind in RequestKind:
        for begins in KINDS[kind].machine:
            for then in RequestStatus:
                sent = await send(world, await world.account(), kind=kind)
                for step in () if begins is ACCEPTED else (begins,):
                    await world.case_desk.move(sent.number, step, "x")
                if then in KINDS[kind].following(begins):
                    await world.case_desk.move(sent.number, then, "x")
                    continue
                with pytest.raises(WrongStep) as wrong:
                    await world.case_desk.move(sent.number, then, "x")
                assert (wrong.value.stands, wrong.value.may) == (begins, KINDS[kind].following(begins))
                assert (await world.case_desk.read(sent.number)).status == begins


async def test_an_answer_says_something(world: World, account: Account) -> None:
    sent = await send(world, account)
    for nothing in (None, "", " \n"):
        with pytest.raises(CommentMissing):
            await world.case_desk.move(sent.number, ANSWERED, nothing)
    with pytest.raises(CommentTooLong):
        await world.case_desk.move(sent.number, ANSWERED, "я" * (LONGEST_COMMENT + 1))
    assert (await world.case_desk.read(sent.number)).status == ACCEPTED
    await world.case_desk.move(sent.number, ANSWERED, "я" * LONGEST_COMMENT)


async def test_a_comment_on_the_way_stays_until_the_answer(world: World, account: Account) -> None:
    sent = await send(world, account)
    await world.case_desk.move(sent.number, IN_PROGRESS, "Разбираемся")
    assert (await world.cases.get(account, sent.id)).comment == "Разбираемся"
    await world.case_desk.move(sent.number, ANSWERED, "Готово")
    found = await world.cases.get(account, sent.id)
    assert found.comment == "Готово"
    assert {each.status: each.comment for each in found.steps} == {
        ACCEPTED: None,
        IN_PROGRESS: "Разбираемся",
        ANSWERED: "Готово",
    }


async def test_what_was_said_before_steps_had_comments_is_shown_still(world: World, account: Account) -> None:
    sent = await send(world, account)
    said = world.vault.seal(case.c.comment, sent.id, "Ответ прошлого выпуска")
    await world.database.execute(update(case).where(case.c.id == sent.id).values(status=ANSWERED.value, comment=said))
    found = await world.cases.get(account, sent.id)
    assert (found.status, found.comment) == (ANSWERED, "Ответ прошлого выпуска")
    assert [each.comment for each in found.steps] == [None]


async def test_two_at_the_desk_move_it_once(world: World, account: Account) -> None:
    sent = await send(world, account)

    async def try_to() -> bool:
        try:
            await world.case_desk.move(sent.number, IN_PROGRESS)
        except WrongStep:
            return False
        return True

    assert sorted(await asyncio.gather(*(try_to() for _ in range(6)))) == [False] * 5 + [True]
    assert await count(world, case_step) == 2


async def test_a_number_that_there_is_not(world: World, account: Account) -> None:
    with pytest.raises(NotFound):
        await world.case_desk.read(1)
    with pytest.raises(NotFound):
        await world.case_desk.move(1, IN_PROGRESS)
    with pytest.raises(NotFound):
        await world.case_desk.photos(1)


async def test_what_the_desk_lists(world: World, account: Account) -> None:
    first = await send(world, account, photos=2)
    second = await send(world, account, kind=RequestKind.FEEDBACK)
    await world.case_desk.move(first.number, IN_PROGRESS)
    listed = [(each.number, each.kind, each.status, each.photos) for each in await world.case_desk.lines()]
    assert listed == [
        (second.number, RequestKind.FEEDBACK, ACCEPTED, 0),
        (first.number, RequestKind.PROBLEM, IN_PROGRESS, 2),
    ]
    assert len(await world.case_desk.photos(first.number)) == 2


# --- who is told ----------------------------------------------------------------------------------


async def test_each_status_is_told_once(world: World, account: Account) -> None:
    sent = await send(world, account)
    accepted = await deliveries(world)
    assert [(each.notification.kind, each.notification.subject_id) for each in accepted] == [
        (CaseNews.CASE_STATUS, sent.id)
    ]
    await world.outbox.sent(accepted[0])
    for status in (IN_PROGRESS, ANSWERED):
        await world.case_desk.move(sent.number, status, "Готово")
        (told,) = await deliveries(world)
        assert told.notification.account_id == account.id
        assert told.notification.subject_id == sent.id
        await world.outbox.sent(told)
    assert await deliveries(world) == ()


async def test_a_status_that_nobody_has_heard_of_is_told_by_the_next(world: World, account: Account) -> None:
    sent = await send(world, account)
    await world.case_desk.move(sent.number, IN_PROGRESS)
    assert len(await deliveries(world)) == 1, "not even the screen with the number had come"
    await world.case_desk.move(sent.number, ANSWERED, "Готово")
    (told,) = (await world.outbox.page(account.id, 0, 8)).items
    assert told.subject_id == sent.id


async def _keys(world: World) -> list[str]:
    from services.notify.tables import outbox

    return list((await world.database.fetch(select(outbox.c.dedupe_key))).scalars())


async def test_the_screen_that_shows_the_number_tells_it(world: World, account: Account) -> None:
    await send(world, account)
    (key,) = await _keys(world)
    await world.outbox.shown(key)
    assert await deliveries(world) == ()
    assert await world.outbox.unread(account.id) == 0


# --- «Статусы заявлений» --------------------------------------------------------------------------


async def test_the_list_is_newest_first_in_pages(world: World, account: Account, clock: FakeClock) -> None:
    sent = []
    for _ in range(LIMITS[Act.REQUEST].most):
        sent.append(await send(world, account))
        clock.advance(minutes=1)
    first, second, behind = [await world.cases.page(account, page, 8) for page in (0, 1, 99)]
    assert [each.number for each in first.items] == [each.number for each in reversed(sent[2:])]
    assert [each.number for each in second.items] == [each.number for each in reversed(sent[:2])]
    assert behind == second
    assert first.total == second.total == LIMITS[Act.REQUEST].most
    assert (second.items[1].id, second.items[1].kind, second.items[1].status) == (sent[0].id, "problem", "accepted")


async def test_how_a_request_stood_when_it_was_told(world: World, account: Account, clock: FakeClock) -> None:
    sent, begun = await send(world, account), clock.now()
    clock.advance(hours=1)
    await world.case_desk.move(sent.number, IN_PROGRESS)
    clock.advance(hours=1)
    await world.case_desk.move(sent.number, ANSWERED, "Готово")
    moments = [(sent.id, begun + timedelta(minutes=minutes)) for minutes in (-1, 0, 59, 60, 119, 120, 999)]
    found = await world.cases.as_they_stood(account, {*moments, ("nobody's", begun)})
    assert [found[each].status if each in found else None for each in moments] == [
        *(None, ACCEPTED, ACCEPTED, IN_PROGRESS, IN_PROGRESS, ANSWERED, ANSWERED)
    ]
    assert len(found) == len(moments) - 1
    assert await world.cases.as_they_stood(account, set()) == {}
