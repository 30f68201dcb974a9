"""The registrar at a terminal: what is not given is asked, and what is bad is asked again."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from bot.cli import confirm
from bot.cli.form import WRONG, Wrong
from services.accounts.codes import Codes
from services.accounts.model import Relation
from services.errors import NotFound
from services.operators.trail import Doing
from services.registry.model import Patient, PatientIdentity, Sex
from services.registry.ports.desk import DeskPort
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock

POLICY = "5097579792000180"


class OneClinic:
    """A registry with one clinic; it remembers who was enrolled."""

    def __init__(self) -> None:
        self.enrolled: list[PatientIdentity] = []

    async def enrol(self, identity: PatientIdentity, clinic_id: str) -> Patient:
        if clinic_id != "c1":
            raise NotFound
        self.enrolled.append(identity)
        return Patient("patient", confirmed=True, clinic_id=clinic_id)


class Terminal:
    """Answers in turn; `asked`: what was printed before each."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.asked.append(prompt)
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    confirm.add_arguments(parser)
    return parser.parse_args(given)


@pytest.fixture
async def desk(database: Database, vault: Vault, clock: FakeClock) -> confirm.Desk:
    admin: DeskPort = OneClinic()  # type: ignore[assignment]
    return confirm.Desk(
        *(admin, Codes(database, vault, clock), clock, None, "http://127.0.0.1:8080/?start={}".format, Doing()),
        own_word_from=15,
    )


async def run(desk: confirm.Desk, terminal: Terminal | None, *given: str) -> tuple[int, str, str]:
    stdout, stderr = StringIO(), StringIO()
    asked = replace(desk, ask=terminal)
    code = await confirm.run(arguments(*given), asked, stdout=stdout, stderr=stderr)
    return code, stdout.getvalue(), stderr.getvalue()


async def test_everything_is_asked(desk: confirm.Desk) -> None:
    terminal = Terminal("иванова", "анна", "", "31.02.1990", "14.03.1990", "f", POLICY, "", "c1")
    code, printed, wrong = await run(desk, terminal, "own")
    assert code == 0, wrong
    assert [each.splitlines()[-1] for each in terminal.asked] == [
        "surname: ",
        "name: ",
        "patronymic (Enter: none): ",
        "birth: ",
        "birth: ",
        "sex: ",
        "policy: ",
        "snils (Enter: none): ",
        "clinic: ",
    ]
    assert terminal.asked[4].startswith("--birth: there is no such day; it must be a date like 05.03.1980\n")
    enrolled = desk.admin.enrolled[0]  # type: ignore[attr-defined]
    assert (enrolled.surname, enrolled.patronymic, enrolled.birth_date) == ("Иванова", None, date(1990, 3, 14))
    assert (enrolled.sex, enrolled.policy.number, enrolled.snils) == (Sex.FEMALE, POLICY, None)
    assert "Good until 09:10 Moscow time, once." in printed
    assert "http://127.0.0.1:8080/?start=c" in printed
    assert "иванова" not in (printed + wrong).casefold()


GOOD = {
    "surname": "Орлова",
    "name": "Вера",
    "patronymic": "Павловна",
    "birth": "06.03.1980",
    "sex": "F",
    "policy": POLICY,
    "snils": "112-233-445 95",
    "clinic": "c1",
}
HOLDER = {"holder-surname": "Совина", "holder-name": "Вера", "holder-birth": "06.03.1980"}
SAME = {**HOLDER, "holder-surname": "орлова"}


@pytest.mark.parametrize(
    ("relation", "changes", "said"),
    [
        ("own", {"surname": None}, "--surname is missing"),
        ("own", {"surname": ""}, "--surname: it is empty"),
        ("own", {"birth": "31.02.1980"}, "--birth: there is no such day"),
        ("own", {"birth": "05.1980"}, "--birth: it must be a date"),
        ("own", {"birth": "4/9/1980"}, "--birth: it may be more than one day"),
        ("own", {"birth": "01.05.2020"}, "--birth: an account of one's own is possible from the age of 14"),
        ("own", {"sex": "X"}, "--sex: it must be F or M"),
        ("own", {"policy": "12"}, "--policy: it has too few digits; a policy has 16"),
        ("own", {"policy": "none"}, "--policy: it must be 16 digits"),
        ("own", {"snils": "11223344590"}, "--snils: its check number"),
        ("own", {"name": "Bера"}, "--name: Russian and Latin letters are mixed"),
        ("own", {"clinic": "nowhere"}, "--clinic: there is no clinic"),
        ("own", {"until": "01.05.2027"}, "--until: for “own” there is no end"),
        ("child", {}, "--holder-surname is missing"),
        ("child", {**HOLDER, "until": "01.05.2027"}, "--until: for “child” there is no end"),
        ("ward", SAME, "the holder of the chat and the patient are one person"),
        ("ward", HOLDER, "--until is missing"),
        ("spouse", {**HOLDER, "until": "01.05.2020"}, "--until: this day has passed"),
        ("other", {**HOLDER, "until": "tomorrow"}, "--until: it must be a date"),
        ("child", {**HOLDER, "birth": "06.03.2014", "consent-until": "01.05.2027"}, "--consent-until: only a child"),
    ],
)
async def test_what_is_missing_or_bad_is_one_line_without_its_value(
    desk: confirm.Desk, relation: str, changes: dict[str, str | None], said: str
) -> None:
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    code, printed, wrong = await run(desk, None, relation, *(f"--{name}={value}" for name, value in given.items()))
    assert (code, printed) == (WRONG, "")
    last = wrong.strip().splitlines()[-1]
    assert last.startswith(said)
    assert not any(value in wrong for value in given.values() if value and len(value) > 2)
    assert not desk.admin.enrolled  # type: ignore[attr-defined]


@pytest.mark.parametrize("none", ["нет", "Нет отчества", "-", "—"])
async def test_a_registrar_says_that_there_is_no_patronymic(desk: confirm.Desk, none: str) -> None:
    given = GOOD | {"surname": "Орлова – Совина.", "patronymic": none}
    code, _, wrong = await run(desk, None, "own", *(f"--{name}={value}" for name, value in given.items()))
    assert code == 0, wrong
    enrolled = desk.admin.enrolled[0]  # type: ignore[attr-defined]
    assert (enrolled.surname, enrolled.patronymic) == ("Орлова-Совина", None)


async def test_a_doubtful_policy_only_warns(desk: confirm.Desk) -> None:
    given = ("--surname", "Иванова", "--name", "Анна", "--birth", "15.03.1990", "--sex", "M", "--policy", POLICY)
    code, _, warned = await run(desk, None, "own", *given, "--clinic", "c1")
    assert code == 0
    assert "it holds another date of birth" in warned
    assert POLICY not in warned


async def test_a_terminal_that_is_closed_confirms_nobody(desk: confirm.Desk) -> None:
    code, printed, wrong = await run(desk, Terminal("Иванова"), "own")
    assert (code, printed) == (WRONG, "")
    assert "nothing is confirmed" in wrong
    assert not desk.admin.enrolled  # type: ignore[attr-defined]


@pytest.mark.parametrize("relation", Relation)
async def test_an_end_is_asked_where_there_is_one(desk: confirm.Desk, relation: Relation) -> None:
    terminal = Terminal()
    own = relation is Relation.OWN
    holder = () if own else ("--holder-surname", "Совин", "--holder-name", "Пётр", "--holder-birth", "01.02.1980")
    given = ("--surname", "Иванова", "--name", "Анна", "--patronymic", "", "--birth", "14.03.1990", "--sex", "F")
    last = ("--policy", POLICY, "--snils", "", "--clinic", "c1")
    code, _, _ = await run(desk, terminal, relation.value, *given, *last, *holder)
    ends = relation not in (Relation.OWN, Relation.CHILD)
    assert terminal.asked == (["until: "] if ends else [])
    assert code == (WRONG if ends else 0)


@pytest.mark.parametrize("relation", [Relation.CHILD, Relation.WARD])
async def test_a_teenager_at_the_desk_is_asked_for_consent(desk: confirm.Desk, relation: Relation) -> None:
    terminal = Terminal("20.11.2026", "01.06.2027")
    given = GOOD | HOLDER | {"birth": "05.03.2010"} | ({"until": "01.12.2027"} if relation is Relation.WARD else {})
    code, _, wrong = await run(desk, terminal, relation.value, *(f"--{name}={value}" for name, value in given.items()))
    assert code == 0, wrong
    asked = "consent-until (Enter: none): "
    assert terminal.asked == [asked, f"--consent-until: this day has passed\n{asked}"]


@pytest.mark.parametrize(
    ("own_word_from", "born", "asked", "ages"),
    [
        (16, "05.03.2011", False, "16 to 17"),
        (16, "05.03.2010", True, "16 to 17"),
        (17, "05.03.2010", False, "of 17 gives"),
        (18, "05.03.2009", False, "TEEN_CONSENT_FROM"),
    ],
)
async def test_the_clinics_own_age_says_who_is_asked(
    desk: confirm.Desk, own_word_from: int, born: str, asked: bool, ages: str
) -> None:
    clinic, terminal = replace(desk, own_word_from=own_word_from), Terminal("")
    given = [f"--{name}={value}" for name, value in (GOOD | HOLDER | {"birth": born}).items()]
    code, _, wrong = await run(clinic, terminal, "child", *given)
    assert code == 0, wrong
    assert terminal.asked == (["consent-until (Enter: none): "] if asked else [])
    if not asked:
        code, _, wrong = await run(clinic, None, "child", *given, "--consent-until=01.06.2027")
        assert code == WRONG
        assert ages in wrong


def test_the_last_day_counts(clock: FakeClock) -> None:
    clock.set(datetime(2026, 11, 23, 20, 59, tzinfo=UTC))  # 23:59 in Moscow
    assert confirm._parse_until("until", "23.11.2026", clock.now()) == datetime(2026, 11, 23, 21, tzinfo=UTC)
    clock.advance(minutes=1)
    with pytest.raises(Wrong):
        confirm._parse_until("until", "23.11.2026", clock.now())
