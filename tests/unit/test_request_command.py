"""The operator at a terminal: lists, reads and answers; whatever is wrong is one line and 2."""

from __future__ import annotations

import argparse
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image

from bot.casebook import Casebook
from bot.cli import request as requests
from services.accounts.model import Account
from services.cases.model import LONGEST_COMMENT, Case
from services.drafts.model import Draft
from services.requests.model import RequestKind, RequestStatus
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.photos import camera_photo
from tests.support.world import World

SAID = "Не открывается запись"


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


async def sent(world: World, account: Account, text: str = SAID, photos: int = 0) -> Case:
    draft = await world.drafts.start(Draft("", account.id, "problem", "message"))
    kept = [await world.requests.keep_photo(account, draft.id, camera_photo(60, 40)) for _ in range(photos)]
    return await world.requests.send(account, RequestKind.PROBLEM, text, kept, draft_id=draft.id)


async def run(world: World, *given: str) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    requests.add_arguments(parser)
    stdout, stderr = StringIO(), StringIO()
    code = await requests.run(
        parser.parse_args(given), world.case_desk, world.house.service(Casebook), stdout=stdout, stderr=stderr
    )
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.mark.parametrize("given", [(), ("--list",)])
async def test_the_list_says_everything_but_what_was_written(
    world: World, account: Account, given: tuple[str, ...]
) -> None:
    assert await run(world, *given) == (0, "   No.  kind      status       sent (Moscow)     photos\n0 in all\n", "")
    await sent(world, account)
    await sent(world, account, photos=2)
    code, printed, wrong = await run(world, *given)
    assert (code, wrong) == (0, "")
    assert printed.splitlines()[1:] == [
        "  1002  problem   accepted     23.11.2026 09:00  2",
        "  1001  problem   accepted     23.11.2026 09:00",
        "2 in all",
    ]


async def test_one_is_read_whole(world: World, account: Account, clock: FakeClock) -> None:
    await sent(world, account, SAID + "\nВторая строка \x1b[2J\u202e", photos=1)
    clock.advance(hours=1)
    await run(world, "1001", "in_progress", "--comment", "Смотрим")
    code, printed, wrong = await run(world, "1001")
    assert (code, wrong) == (0, "")
    assert printed == (
        "No. 1001, problem, in_progress\n"
        "23.11.2026 09:00 Moscow: accepted\n"
        "23.11.2026 10:00 Moscow: in_progress\n"
        "Photos: 1\n"
        f"\n{SAID}\nВторая строка [2J\n"
        "\nComment: Смотрим\n"
    ), "what strangers write commands no terminal"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("in_progress",), RequestStatus.IN_PROGRESS),
        (("В работе",), RequestStatus.IN_PROGRESS),
        (("в", "работе"), RequestStatus.IN_PROGRESS),
        (("answered",), RequestStatus.ANSWERED),
        (("Ответ", "дан"), RequestStatus.ANSWERED),
        (("ANSWERED",), RequestStatus.ANSWERED),
    ],
)
async def test_statuses_go_by_their_names_and_by_the_words_of_the_screens(
    world: World, account: Account, words: tuple[str, ...], status: RequestStatus
) -> None:
    request = await sent(world, account)
    code, printed, wrong = await run(world, "№1001", *words, "--comment", "Исправили")
    assert (code, printed, wrong) == (0, f"Request No. 1001 is {status}. Its sender is told.\n", "")
    found = await world.cases.get(account, request.id)
    assert (found.status, found.comment) == (status, "Исправили")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("1002",), "there is no request No. 1002"),
        (("1002", "in_progress"), "there is no request No. 1002"),
        (("1002", "--photo", "x.jpg"), "there is no request No. 1002"),
        (("99999999999999999999", "in_progress"), "is not a number of a request"),
        (("first",), "“first” is not a number of a request"),
        (("in_progress",), "“in_progress” is not a number of a request"),
        (("1001", "done"), "“done” is no status; there are accepted, in_progress, answered"),
        (("1001", "accepted"), "request No. 1001 is accepted: accepted may not follow, only in_progress or answered"),
        (("1001", "Принято"), "request No. 1001 is accepted: accepted may not follow"),
        (("1001", "answered"), "--comment is missing: answered is told with an answer"),
        (("1001", "answered", "--comment", "  "), "--comment is missing"),
        (("1001", "answered", "--comment", "я" * (LONGEST_COMMENT + 1)), "--comment: it has more than 2000"),
        (("1001", "--comment", "x"), "--comment: it goes with a status"),
        (("--comment", "x"), "--comment: which request? Give its number"),
        (("--photo", "x.jpg"), "--photo: which request? Give its number"),
        (("1001", "--list"), "--list: it lists all requests"),
        (("1001", "--photo", "x.jpg"), "--photo: this request has no photo"),
        (("1001", "answered", "--comment", "x", "--photo", "x.jpg"), "--photo: get the photos by themselves"),
    ],
)
async def test_what_is_wrong_is_one_line(world: World, account: Account, given: tuple[str, ...], said: str) -> None:
    request = await sent(world, account)
    code, printed, wrong = await run(world, *given)
    assert (code, printed) == (requests.WRONG, "")
    assert len(wrong.splitlines()) == 1
    assert said in wrong
    assert SAID not in wrong
    assert (await world.cases.get(account, request.id)).status == RequestStatus.ACCEPTED


async def test_what_is_settled_stays(world: World, account: Account) -> None:
    await sent(world, account)
    await run(world, "1001", "answered", "--comment", "Исправили")
    code, _, wrong = await run(world, "1001", "in_progress")
    assert code == requests.WRONG
    assert wrong == ("request No. 1001 is answered: it is settled, nothing may follow\n")


async def test_photos_are_written_beside_each_other_and_over_nothing(
    world: World, account: Account, tmp_path: Path
) -> None:
    await sent(world, account, photos=2)
    target = tmp_path / "photo.jpg"
    code, printed, _ = await run(world, "1001", "--photo", str(target))
    assert (code, printed) == (0, f"Written: {target}\nWritten: {tmp_path / 'photo-2.jpg'}\n")
    for name in ("photo.jpg", "photo-2.jpg"):
        assert Image.open(BytesIO((tmp_path / name).read_bytes())).size == (40, 60)
    target.unlink()
    before = (tmp_path / "photo-2.jpg").stat().st_mtime_ns
    code, printed, wrong = await run(world, "1001", "--photo", str(target))
    assert (code, printed) == (requests.WRONG, "")
    assert "photo-2.jpg is there already" in wrong
    assert not target.exists()
    assert (tmp_path / "photo-2.jpg").stat().st_mtime_ns == before
    code, _, wrong = await run(world, "1001", "--photo", str(tmp_path / "nowhere" / "x.jpg"))
    assert code == requests.WRONG
    assert "cannot be written" in wrong


async def test_photos_go_through_no_link_and_need_a_name(world: World, account: Account, tmp_path: Path) -> None:
    await sent(world, account, photos=2)
    link = tmp_path / "link.jpg"
    link.symlink_to(tmp_path / "elsewhere")
    code, _, wrong = await run(world, "1001", "--photo", str(link))
    assert code == requests.WRONG
    assert "link.jpg is there already" in wrong
    assert not (tmp_path / "elsewhere").exists()
    code, _, wrong = await run(world, "1001", "--photo", "")
    assert (code, wrong) == (requests.WRONG, "--photo: it needs a name of a file\n")
