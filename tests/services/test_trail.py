"""The trail of operators: there before a command does anything, and told to whoever asks."""

from __future__ import annotations

import argparse
from io import StringIO

import pytest
from sqlalchemy import select

from bot.cli import audit
from bot.operator import whose_hand
from services.operators.tables import operator_act
from services.operators.trail import Hand, OperatorAct, Trail
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import MONDAY_MORNING, FakeClock

ANNA = Hand("nomerok", "petrova", "desk-1")
CRON = Hand("root", "", "server")


@pytest.fixture
def trail(database: Database, vault: Vault, clock: FakeClock) -> Trail:
    return Trail(database, vault, clock)


async def told(trail: Trail, *given: str) -> tuple[int, list[str], str]:
    parser = argparse.ArgumentParser()
    audit.add_arguments(parser)
    stdout, stderr = StringIO(), StringIO()
    code = await audit.run(parser.parse_args(given), trail, stdout=stdout, stderr=stderr)
    return code, stdout.getvalue().splitlines(), stderr.getvalue()


async def test_an_act_is_noted_before_it_is_done_and_its_end_afterwards(trail: Trail) -> None:
    async with trail.act("confirm", ANNA) as doing:
        assert await trail.since() == [OperatorAct(MONDAY_MORNING, "confirm", ANNA, None, None)]
        doing.about, doing.code = "own, patient 1", 0
    assert await trail.since() == [OperatorAct(MONDAY_MORNING, "confirm", ANNA, "own, patient 1", 0)]


async def test_what_breaks_off_stands_without_an_end(trail: Trail) -> None:
    with pytest.raises(KeyboardInterrupt):
        async with trail.act("import", CRON):
            raise KeyboardInterrupt
    assert await trail.since() == [OperatorAct(MONDAY_MORNING, "import", CRON, None, None)]


async def test_who_it_was_and_about_what_lies_in_clear_nowhere(trail: Trail, database: Database) -> None:
    async with trail.act("confirm", ANNA) as doing:
        doing.about, doing.code = "own, patient 1", 0
    row = (await database.fetch(select(operator_act))).one()
    kept = b"".join(each if isinstance(each, bytes) else repr(each).encode() for each in row)
    assert not [each for each in (b"petrova", b"nomerok", b"desk-1", b"patient") if each in kept]


async def test_the_command_tells_it_by_lines_oldest_first(trail: Trail, clock: FakeClock) -> None:
    async with trail.act("confirm", ANNA) as doing:
        doing.about, doing.code = "own, patient 1", 0
    clock.advance(hours=15)
    async with trail.act("rotate-key", CRON):
        assert await told(trail) == (
            0,
            [
                "when (Moscow)        command     code  who",
                "23.11.2026 09:00:00  confirm     0     petrova as nomerok at desk-1: own, patient 1",
                "24.11.2026 00:00:00  rotate-key  -     root at server",
            ],
            "",
        )
    assert len((await told(trail, "--since", "24.11.2026"))[1]) == 2, "from Moscow's midnight on"
    assert len((await told(trail, "--since", "25.11.2026"))[1]) == 1


async def test_another_date_is_refused_in_one_line(trail: Trail) -> None:
    for wrong in ("2026-11-24", "31.02.2026", "yesterday"):
        code, printed, said = await told(trail, "--since", wrong)
        assert (code, printed, len(said.splitlines())) == (2, [], 1)
        assert "--since" in said


def test_the_machine_is_asked_who_it_is_not_the_environment() -> None:
    lies = {"USER": "somebody", "LOGNAME": "somebody", "USERNAME": "somebody"}
    assert whose_hand(lies, 0).user == "root"
    assert whose_hand({"SUDO_USER": "petrova"}, 0) == Hand("root", "petrova", whose_hand({}, 0).host)
    assert whose_hand({}, 4_000_000_001).user == "uid 4000000001", "a container may have no name for it"
