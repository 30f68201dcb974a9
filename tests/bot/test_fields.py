"""Fields by basis: nothing that is drawn shows more of a person than the account's bases do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from bot.fsm.wizard import AnyStep
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from services.accounts.model import Basis, Covers, Field, NotShown, Person, Relation
from services.accounts.shown import BY_BASIS, FORM, cut, names_of, shown
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex
from services.texts.i18n import LOCALES, Texts, texts
from tests.bot.wizards import TABLES
from tests.samples import EVERY
from tests.samples.common import NOW, Sample, somebody

ROOT = Path(__file__).parents[2]
BORN = date(1917, 11, 7)
MARKED = PatientIdentity(
    *("Меченова", "Меча", "Мечевна", BORN, Sex.FEMALE, Policy(PolicyKind.ENP, "9182736455463728")),
    *("91827364500", "+79182736455"),
)
MARKS = re.compile(r"1917|9182|2736|6455|5463|3728|91-?827|ноября 17|7 ноября|7 November")
"""What of it may stand nowhere, in whichever way numbers are written."""
WHEN = (NOW.date(), NOW)


def marked(person: Person) -> Person:
    """The same somebody, of whom a consent alone lets the name be known."""
    whole = replace(
        person,
        bases=((Basis.CONSENT, None),),
        covers=person.covers or frozenset({Covers.SEE_VISITS}),
        shown=MARKED,
        names=names_of(MARKED),
        born=BORN,
        verified=True,
    )
    return cut(whole, *WHEN)


def with_marks(value: Any) -> Any:
    """The data of a sample, each person in it as above."""
    if isinstance(value, Person):
        return marked(value)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {each.name: with_marks(getattr(value, each.name)) for each in fields(value) if each.init}
        return replace(value, **changes)
    if isinstance(value, Mapping):
        return {name: with_marks(each) for name, each in value.items()}
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(with_marks(each) for each in value)
    return value


def persons_in(value: Any) -> Iterator[Person]:
    if isinstance(value, Person):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from persons_in(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from persons_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from persons_in(each)


def all_of(drawn: Any) -> str:
    """Every word of what was drawn, files too."""
    if isinstance(drawn, bytes):
        return drawn.decode(errors="replace")
    if isinstance(drawn, Enum):
        return ""
    if is_dataclass(drawn) and not isinstance(drawn, type):
        return " ".join(all_of(getattr(drawn, each.name)) for each in fields(drawn))
    if isinstance(drawn, Sequence) and not isinstance(drawn, str):
        return " ".join(map(all_of, drawn))
    return str(drawn)


EACH = 30
"""How often a view is drawn here: of many samples, some from all over its list."""


def _some() -> list[Sample]:
    """Samples with people in them."""
    by_view: dict[str, list[Sample]] = defaultdict(list)
    for each in EVERY.drawn():
        by_view[str(each)].append(each)
    spread = [each for some in by_view.values() for each in some[:: -(-len(some) // EACH)]]
    return [each for each in spread if any(persons_in((each.args, each.named)))]


DRAWN = _some()
STEPS = [
    (kind, step, sample)
    for kind, steps in TABLES.items()
    for step in steps
    for sample in EVERY.steps[kind][step.name]
    if any(persons_in(sample.data))
]


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_that_is_drawn_of_somebody_known_by_consent_shows_more_than_the_name(locale: str) -> None:
    t = texts(locale)
    named = [_said(t, each) for each in DRAWN]
    assert sum("Меча" in each or "Меченова" in each for each in named) > 50, "the samples have people in them"


def _said(t: Texts, sample: Sample) -> str:
    again = replace(sample, args=with_marks(sample.args), named=with_marks(sample.named))
    said = all_of(again.draw(t))
    assert not MARKS.search(said), f"{sample}: {MARKS.findall(said)}"
    return said


@pytest.mark.parametrize("locale", LOCALES)
def test_no_step_of_a_wizard_does_either(locale: str) -> None:
    t = texts(locale)
    assert STEPS, "some steps have people in them"
    for kind, step, sample in STEPS:
        said = _drawn(t, step, sample.data)
        assert not MARKS.search(said), f"{kind}.{step.name}: {sample.name}"


def _drawn(t: Texts, step: AnyStep, data: Any) -> str:
    buttons = StepButtons("W" * 12, step.name, 99_999, can_go_back=True)
    return all_of(step.view(with_marks(data), buttons, Scene(t, NOW, None)))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_marks_would_be_found(locale: str) -> None:
    """Drawn of somebody confirmed by documents, the cards show them: so the tests above can fail."""
    t = texts(locale)
    open_to_all = replace(marked(somebody()), bases=((Basis.DESK, None),), shown=MARKED)
    cards = [each for each in DRAWN if str(each) in ("family.card", "family.policies", "home.home")]
    assert cards
    for card in cards:
        args = [
            open_to_all if isinstance(each, Person) else [open_to_all] if isinstance(each, list) else each
            for each in card.args
        ]
        if any(persons_in(args)):
            assert MARKS.search(all_of(replace(card, args=tuple(args)).draw(t))), card


@pytest.mark.parametrize("basis", Basis)
def test_what_a_basis_shows_is_what_a_person_has(basis: Basis) -> None:
    whole = replace(somebody(), bases=((basis, None),), clinic_id="clinic", verified=True)
    fields_shown, person = shown(whole, *WHEN), cut(whole, *WHEN)
    assert fields_shown == BY_BASIS[basis]
    assert (person.shown is not None) == (fields_shown >= FORM)
    assert (person.clinic_id is not None) == (Field.ATTACHMENT in fields_shown)
    assert person.verified == (Field.VERIFIED in fields_shown)
    assert person.full_name == whole.full_name


def test_a_basis_that_has_ended_shows_the_name_alone() -> None:
    for basis in Basis:
        ended = cut(replace(somebody(), bases=((basis, NOW),)), *WHEN)
        assert (ended.shown, ended.clinic_id, ended.verified) == (None, None, False)
        with pytest.raises(NotShown):
            _ = ended.identity


def test_a_grown_child_is_shown_by_their_own_consent_alone() -> None:
    assert somebody(Relation.CHILD, born=date(2008, 11, 24)).shown is not None
    assert somebody(Relation.CHILD, born=date(2008, 11, 23)).shown is None


def test_a_birth_date_is_in_no_log_of_a_person() -> None:
    assert not MARKS.search(repr(marked(somebody())))


@pytest.mark.parametrize(
    ("folder", "word"),
    [
        # For rights alone: screens ask for an age, so the day cannot be told. `data.born` is a year, said of a code.
        ("bot", r"(?<!\bdata)\.born\b"),
        # What is shown is `Person.shown`; `identity` is for services that need the whole form, and raises.
        ("bot/views", r"\bperson\.identity\b|\bwho\.identity\b|\.person\.identity\b"),
        ("bot/fsm", r"\.identity\b(?! import)"),
        ("bot/handlers", r"\.identity\b"),
        ("bot/notices", r"\.identity\b"),
        # Whose form is not shown has rights all the same.
        ("services/accounts/rights.py", r"\.identity\b"),
    ],
)
def test_nothing_goes_past_what_is_shown(folder: str, word: str) -> None:
    where = ROOT / folder
    files = [where] if where.is_file() else sorted(where.rglob("*.py"))
    assert files
    found = [str(each.relative_to(ROOT)) for each in files if re.search(word, each.read_text(encoding="utf-8"))]
    assert found == []
