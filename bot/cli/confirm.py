"""`python -m bot confirm`: the registrar has seen documents, and a one-time code takes this to the patient's chat.

What is not given as an option is asked on a terminal. What is typed is never printed again: it is personal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TextIO

import segno

from bot.cli.form import WRONG, Ask, Form, Wrong
from bot.operator import Operator
from services.accounts.codes import Codes
from services.accounts.fields import (
    FieldError,
    FieldProblem,
    PolicyWarning,
    parse_birth_date,
    parse_name,
    parse_patronymic,
    parse_policy,
    parse_snils,
    policy_warnings,
)
from services.accounts.model import Relation
from services.accounts.papers import Holder, Papers, issue_at_desk, through
from services.accounts.rights import is_teenager
from services.clock import Clock
from services.errors import NotFound
from services.operators.trail import Doing
from services.registry.model import ADULT_AGE, PatientIdentity, Sex
from services.registry.ports.desk import DeskPort
from services.registry.ports.errors import PatientConflict
from services.storage.files import write_private
from services.texts.dates import MOSCOW, clock_time, full_years, local
from services.texts.names import folded

_GUARDED = frozenset({Relation.CHILD, Relation.WARD})
_NEEDS_END = frozenset(Relation) - {Relation.OWN, Relation.CHILD}

_WARNINGS = {
    PolicyWarning.CHECK_DIGIT: "the last digit does not agree with the others",
    PolicyWarning.BIRTH_DATE: "it holds another date of birth",
    PolicyWarning.SEX: "it holds another sex",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the command works with. `ask`: reads a line from the terminal, None where there is none.

    `link`: makes an address that opens the bot with a payload; None before the bot has run once. `doing`: what the
    trail will know of it. `own_word_from`: from which age a teenager's own word comes first here.
    """

    admin: DeskPort
    codes: Codes
    clock: Clock
    ask: Ask | None
    link: Callable[[str], str] | None
    doing: Doing
    own_word_from: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options; which of them are needed is known only with the relation."""
    parser.add_argument("relation", choices=[each.value for each in Relation], help="who the patient is to the chat")
    for option, told in (
        ("--surname", "of the patient, as in the documents"),
        ("--name", "of the patient"),
        ("--patronymic", "of the patient, if there is one"),
        ("--birth", "date of birth: DD.MM.YYYY"),
        ("--sex", "F or M"),
        ("--policy", "number of the insurance policy"),
        ("--snils", "11 digits, if there are any"),
        ("--clinic", "id of the clinic that the patient is attached to"),
        ("--holder-surname", "of whoever holds the chat: the parent, the guardian, the one who got the consent"),
        ("--holder-name", "of the same"),
        ("--holder-birth", "of the same: DD.MM.YYYY"),
        ("--until", "last day of the guardianship or of the consent: DD.MM.YYYY"),
        (
            "--consent-until",
            "a teenager whose own word comes first is here and consents, to this day: DD.MM.YYYY",
        ),
    ):
        parser.add_argument(option, help=told)
    parser.add_argument("--qr", metavar="FILE.png", type=Path, help="write the QR code of the link into a file, too")


async def run(args: argparse.Namespace, desk: Desk, *, stdout: TextIO, stderr: TextIO) -> int:
    """Confirms and prints the code; gives the exit code."""
    try:
        papers = _read(args, desk)
        for each in sorted(policy_warnings(papers.identity.policy, papers.identity.birth_date, papers.identity.sex)):
            print(f"look at the policy number again: {_WARNINGS[each]}", file=stderr)
        issued = await issue_at_desk(desk.admin, desk.codes, papers)
        desk.doing.about = f"{papers.relation.value}, patient {issued.patient_id}"
    except Wrong as wrong:
        print(wrong, file=stderr)
        return WRONG
    except EOFError:
        print("the questions have not been answered; nothing is confirmed", file=stderr)
        return WRONG
    except NotFound:
        print("--clinic: there is no clinic with this id in the registry", file=stderr)
        return WRONG
    except PatientConflict:
        print("the registry has this policy number for somebody else: check number, name and birth date", file=stderr)
        return WRONG
    print(f"Code: {issued.readable}", file=stdout)
    print(f"Good until {clock_time(issued.expires_at, MOSCOW)} Moscow time, once.", file=stdout)
    if desk.link is None:
        print("There is no link: the bot must have run once with this database.", file=stdout)
        return 0
    link = desk.link(issued.payload)
    print(f"Link: {link}", file=stdout)
    picture = segno.make(link, micro=False)
    picture.terminal(out=stdout, compact=True)
    if args.qr is not None:
        drawn = BytesIO()
        picture.save(drawn, kind="png", scale=8)
        try:
            write_private(args.qr, drawn.getvalue())
        except OSError:
            print(f"--qr: the file {args.qr} cannot be written; the code above is good all the same", file=stderr)
            return WRONG
    return 0


def _read(args: argparse.Namespace, desk: Desk) -> Papers:
    form = Form(args, desk.ask)
    now = desk.clock.now()
    today = local(now, MOSCOW).date()
    relation = Relation(args.relation)
    own = relation is Relation.OWN
    identity = PatientIdentity(
        surname=form.value("surname", parse_name),
        name=form.value("name", parse_name),
        patronymic=form.optional("patronymic", parse_patronymic),
        birth_date=form.value("birth", lambda text: parse_birth_date(text, today, own=own)),
        sex=form.value("sex", _parse_sex),
        policy=form.value("policy", parse_policy),
        snils=form.optional("snils", parse_snils),
    )
    clinic_id = form.value("clinic", str.strip)
    holder = (
        Holder(identity.surname, identity.name, identity.birth_date)
        if own
        else Holder(
            form.value("holder-surname", parse_name),
            form.value("holder-name", parse_name),
            form.value("holder-birth", lambda text: parse_birth_date(text, today, own=True)),
        )
    )
    if not own and _is_same(holder, identity):
        raise Wrong("the holder of the chat and the patient are one person: say “own”")
    until = form.value("until", lambda text: _parse_until("until", text, now)) if relation in _NEEDS_END else None
    if until is None and args.until is not None:
        raise Wrong(f"--until: for “{relation.value}” there is no end; leave it out")
    consent_until = None
    if relation in _GUARDED and is_teenager(desk.own_word_from, full_years(identity.birth_date, today)):
        consent_until = form.optional("consent-until", lambda text: _parse_until("consent-until", text, now))
    elif args.consent_until is not None:
        raise Wrong(f"--consent-until: {_who_consents(desk.own_word_from)}; leave it out")
    return Papers(relation, identity, clinic_id, holder, until, consent_until)


def _who_consents(own_word_from: int) -> str:
    if own_word_from >= ADULT_AGE:
        return "representatives see all until 18 here (TEEN_CONSENT_FROM)"
    ages = f"{own_word_from} to {ADULT_AGE - 1}" if own_word_from < ADULT_AGE - 1 else str(own_word_from)
    return f"only a child or a ward of {ages} gives it"


def _parse_sex(text: str) -> Sex:
    try:
        return Sex(text.strip().upper())
    except ValueError:
        raise FieldError(FieldProblem.NOT_A_CHOICE) from None


def _parse_until(option: str, text: str, now: datetime) -> datetime:
    """The last day, today or later: a date of birth cannot be later, so its parser does not serve here."""
    try:
        until = through(datetime.strptime(text.strip(), "%d.%m.%Y").date())  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        raise FieldError(FieldProblem.NOT_A_DATE) from None
    if until <= now:
        raise Wrong(f"--{option}: this day has passed")
    return until


def _is_same(holder: Holder, identity: PatientIdentity) -> bool:
    return _who(holder) == _who(Holder(identity.surname, identity.name, identity.birth_date))


def _who(holder: Holder) -> tuple[str, str, date]:
    return folded(holder.surname), folded(holder.name), holder.birth_date


async def at_the_desk(args: argparse.Namespace, operator: Operator) -> int:
    storage = operator.storage
    desk = Desk(
        admin=operator.desk,
        codes=Codes(storage.database, storage.vault, storage.clock),
        clock=storage.clock,
        ask=operator.ask,
        link=await operator.link(),
        doing=operator.doing,
        own_word_from=operator.settings.teen_consent_from,
    )
    return await run(args, desk, stdout=operator.stdout, stderr=operator.stderr)
