"""The desk at a terminal: lists what lets chats act for a patient, and ends it with a reason."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from io import StringIO

import pytest

from bot.cli import access as command
from services.accounts.codes import Codes
from services.accounts.model import Account, Relation, full_name
from services.accounts.papers import Holder, Papers, issue_at_desk, through
from services.accounts.tables import link_basis
from services.operators.trail import Doing
from services.registry.model import PatientIdentity
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import ADULT, CLINIC, World, somebody

ANNA = somebody(1, ADULT, "Ёлкина")
PETER = somebody(2, date(1985, 7, 2), "Петров")
GIVEN = ("--surname", "ёлкина", "--name", ANNA.name, "--birth", f"{ADULT:%d.%m.%Y}")


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    world = World(database, vault, clock)
    await world.furnish()
    return world


async def run(world: World, *given: str, ask: Callable[[str], str] | None = None) -> tuple[int, str, str, Doing]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    stdout, stderr, doing = StringIO(), StringIO(), Doing()
    desk = command.AccessDesk(world.registry, world.bases, world.clock, ask, doing)
    code = await command.run(parser.parse_args(given), desk, stdout=stdout, stderr=stderr)
    return code, stdout.getvalue(), stderr.getvalue(), doing


async def shown_papers(
    world: World, who: Account, identity: PatientIdentity, relation: Relation, of: PatientIdentity
) -> None:
    """The desk has seen the papers, and the chat has said yes."""
    until = through(date(2027, 5, 1)) if relation is Relation.SPOUSE else None
    holder = Holder(of.surname, of.name, of.birth_date)
    codes = Codes(world.database, world.vault, world.clock)
    issued = await issue_at_desk(world.admin, codes, Papers(relation, identity, CLINIC.id, holder, until))
    await world.access.open(who, (await world.access.redeem(who, issued.digits)).id)


async def two_chats(world: World) -> tuple[Account, Account]:
    """Anna's own, and her husband's by a consent that she gave at the desk."""
    anna, peter = await world.account(), await world.account()
    await shown_papers(world, anna, ANNA, Relation.OWN, ANNA)
    await shown_papers(world, peter, PETER, Relation.OWN, PETER)
    world.clock.advance(minutes=5)
    await shown_papers(world, peter, ANNA, Relation.SPOUSE, PETER)
    return anna, peter


@pytest.mark.parametrize("by", [("--policy", ANNA.policy.number), ("--snils", ANNA.snils or "")], ids=lambda by: by[0])
async def test_all_that_stands_is_listed_with_ids(world: World, by: tuple[str, ...]) -> None:
    await two_chats(world)
    code, printed, wrong, doing = await run(world, "list", *GIVEN, *by)
    assert (code, wrong) == (0, "")
    heading, own, consent, count = printed.splitlines()
    assert heading.split() == ["id", "since", "(Moscow)", "until", "what"]
    assert own.endswith(f"23.11.2026 09:00  -                 desk: {full_name(ANNA)}, the patient")
    assert "23.11.2026 09:05  02.05.2027 00:00  consent: Петров" in consent
    assert consent.endswith("husband or wife, may manage_visits, see_visits")
    assert count == "2 in all"
    assert doing.about is not None
    assert "лкина" not in doing.about
    again = await run(world, "list", "--patient", doing.about.removeprefix("list, patient "))
    assert again[1] == printed
    for secret in (ANNA.policy.number, ANNA.snils or "", f"{ADULT:%d.%m.%Y}"):
        assert secret not in printed


async def test_one_is_ended_and_the_trail_knows_why(world: World) -> None:
    anna, peter = await two_chats(world)
    _, printed, _, _ = await run(world, "list", *GIVEN, "--policy", ANNA.policy.number)
    its_id = printed.splitlines()[2].split()[0]
    code, printed, wrong, doing = await run(world, "end", its_id, "--reason", "заявление от 23.11")
    assert (code, wrong) == (0, "")
    assert printed.startswith("Ended: consent: Петров")
    assert doing.about == f"end {its_id}: заявление от 23.11"
    assert [each.relation for each in await world.persons.family(peter)] == [Relation.OWN]
    for who in (anna, peter):
        assert "access_ended" in {each.kind for each in (await world.outbox.page(who.id, 0, 8)).items}

    code, printed, wrong, _ = await run(world, "end", its_id, "--reason", "ещё раз")
    assert (code, printed) == (2, "")
    assert "nothing stands under this id" in wrong


async def test_a_reason_is_asked_for_and_nothing_ends_without(world: World) -> None:
    await two_chats(world)
    _, printed, _, _ = await run(world, "list", *GIVEN, "--policy", ANNA.policy.number)
    its_id = printed.splitlines()[1].split()[0]
    rows = len((await world.database.fetch(link_basis.select())).all())
    assert (await run(world, "end", its_id))[0::2][:2] == (2, "--reason is missing\n")
    for bad in ("", " ", "одна\nдве", "я" * 301):
        code, _, wrong, _ = await run(world, "end", its_id, "--reason", bad)
        assert (code, "--reason" in wrong) == (2, True), bad
    assert len((await world.database.fetch(link_basis.select())).all()) == rows

    answers = iter(["", "украли телефон"])
    code, printed, _, _ = await run(world, "end", its_id, ask=lambda _: next(answers))
    assert code == 0, printed


@pytest.mark.parametrize("bad", ["5VnqpkX0aZ2c", "5VnqpkX0aZ2c:", "5VnqpkX0aZ2c:passport", ":desk", "nobody:desk"])
async def test_no_id_is_one_line_and_two(world: World, bad: str) -> None:
    code, printed, wrong, _ = await run(world, "end", bad, "--reason", "ошибка")
    assert (code, printed, len(wrong.splitlines())) == (2, "", 1)


async def test_whom_the_registry_does_not_know_is_said(world: World) -> None:
    stranger = somebody(7, ADULT, "Никто")
    given = ("--surname", stranger.surname, "--name", stranger.name, "--birth", f"{ADULT:%d.%m.%Y}")
    code, _, wrong, _ = await run(world, "list", *given, "--policy", stranger.policy.number)
    assert (code, wrong) == (2, "the registry knows no such patient\n")
    await two_chats(world)
    code, _, wrong, _ = await run(world, "list", *given, "--policy", ANNA.policy.number)
    assert (code, "for somebody else" in wrong) == (2, True)
