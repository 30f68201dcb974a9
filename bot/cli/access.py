"""`python -m bot access`: the desk lists what lets chats act for a patient, and ends any of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from bot.cli.form import WRONG, Ask, Form, Wrong
from bot.operator import Operator
from services.accounts.bases import Bases
from services.accounts.fields import parse_birth_date, parse_name, parse_policy, parse_snils
from services.accounts.model import Basis, Relation, StandingBasis
from services.clock import Clock
from services.errors import NotFound
from services.operators.trail import Doing
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.errors import PatientConflict, RegistryUnavailable
from services.registry.ports.patients import PatientsPort
from services.texts.dates import MOSCOW, local

_LONGEST_REASON = 300
_RELATIONS = {
    Relation.OWN: "the patient",
    Relation.CHILD: "a parent",
    Relation.WARD: "a guardian",
    Relation.SPOUSE: "husband or wife",
    Relation.PARENT: "son or daughter",
    Relation.OTHER: "another person",
}
"""Who the chat's holder is to the patient: the link has it the other way round."""


@dataclass(frozen=True, slots=True)
class AccessDesk:
    """What the command works with. `ask`: reads a line from the terminal, None where there is none.

    `doing`: what the trail will know of it.
    """

    registry: PatientsPort
    bases: Bases
    clock: Clock
    ask: Ask | None
    doing: Doing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    does = parser.add_subparsers(dest="does", required=True, metavar="{list,end}")
    lists = does.add_parser("list", help="what lets chats act for a patient, each with its id")
    for option, told in (
        ("--surname", "of the patient, as in the documents"),
        ("--name", "of the patient"),
        ("--birth", "date of birth: DD.MM.YYYY"),
        ("--policy", "number of the insurance policy; or --snils"),
        ("--snils", "11 digits; instead of --policy"),
        ("--patient", "the patient's id in the registry, as “audit” has it; instead of all the others"),
    ):
        lists.add_argument(option, help=told)
    ends = does.add_parser("end", help="end one of them: the chat and the patient are told")
    ends.add_argument("id", help="as “access list” has printed it")
    ends.add_argument("--reason", help="why; the trail keeps it")


async def run(args: argparse.Namespace, desk: AccessDesk, *, stdout: TextIO, stderr: TextIO) -> int:
    """Does it and gives the exit code."""
    try:
        if args.does == "list":
            patient_id = args.patient or await _found(args, desk)
            desk.doing.about = f"list, patient {patient_id}"
            _print(await desk.bases.of_patient(patient_id), stdout)
        else:
            await _end(args, desk, stdout)
    except Wrong as wrong:
        print(wrong, file=stderr)
        return WRONG
    except EOFError:
        print("the questions have not been answered; nothing is done", file=stderr)
        return WRONG
    return 0


async def _found(args: argparse.Namespace, desk: AccessDesk) -> str:
    """The registry's patient of these papers."""
    form, today = Form(args, desk.ask), local(desk.clock.now(), MOSCOW).date()
    surname, name = form.value("surname", parse_name), form.value("name", parse_name)
    born = form.value("birth", lambda text: parse_birth_date(text, today, own=False))
    snils = form.value("snils", parse_snils) if args.snils else None
    policy = Policy(PolicyKind.NONE, "") if snils else form.value("policy", parse_policy)
    # Nobody is found by patronymic or sex.
    identity = PatientIdentity(surname, name, None, born, Sex.FEMALE, policy, snils)
    try:
        patient = await desk.registry.find_patient(identity)
    except PatientConflict:
        raise Wrong(
            "the registry has this policy number for somebody else: check number, name and birth date"
        ) from None
    except RegistryUnavailable:
        raise Wrong("the registry does not answer; try again") from None
    if patient is None:
        raise Wrong("the registry knows no such patient")
    return patient.id


async def _end(args: argparse.Namespace, desk: AccessDesk, stdout: TextIO) -> None:
    link_id, basis = _id(args.id)
    reason = Form(args, desk.ask).value("reason", _reason)
    desk.doing.about = f"end {link_id}:{basis}: {reason}"
    try:
        ended = await desk.bases.end_at_desk(link_id, basis)
    except NotFound:
        raise Wrong("nothing stands under this id; “access list” tells what does") from None
    print(f"Ended: {_told(ended)}. The chat and the patient's confirmed chats are told.", file=stdout)


def _print(found: Sequence[StandingBasis], stdout: TextIO) -> None:
    print(f"{'id':<21}  {'since (Moscow)':<16}  {'until':<16}  what", file=stdout)
    for each in found:
        until = _moment(each.until) if each.until else "-"
        line = f"{each.link_id}:{each.basis:<8}  {_moment(each.since)}  {until:<16}  {_told(each)}"
        print(line, file=stdout)
    print(f"{len(found)} in all", file=stdout)


def _told(basis: StandingBasis) -> str:
    allows = f", may {', '.join(sorted(basis.covers))}" if basis.covers else ""
    return f"{basis.basis}: {basis.holder or 'a chat without a form'}, {_RELATIONS[basis.relation]}{allows}"


def _id(text: str) -> tuple[str, Basis]:
    link_id, _, word = text.partition(":")
    try:
        basis = Basis(word)
    except ValueError:
        raise Wrong("this is no id; “access list” prints them, as 5VnqpkX0aZ2c:desk") from None
    return link_id, basis


def _reason(text: str) -> str:
    """A line that commands no terminal when “audit” prints it."""
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_REASON:
        raise Wrong(f"--reason: it must be one line of {_LONGEST_REASON} characters at most")
    return text


def _moment(moment: datetime) -> str:
    return f"{local(moment, MOSCOW):%d.%m.%Y %H:%M}"


async def at_the_desk(args: argparse.Namespace, operator: Operator) -> int:
    bases = operator.service(Bases)
    desk = AccessDesk(operator.registry, bases, operator.storage.clock, operator.ask, operator.doing)
    return await run(args, desk, stdout=operator.stdout, stderr=operator.stderr)
