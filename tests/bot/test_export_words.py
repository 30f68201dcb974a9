"""Every name in the document «Мои данные» is explained as what it means where it stands."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest

import bot.views.export
from bot.build import export_words
from bot.fsm.wizard import step_name
from bot.topics import ALL
from bot.views.export.words import ANYWHERE, DOCUMENT, ExportWords, combined, explained, names_in
from services.texts.i18n import LOCALES, texts
from tests.support.machine import ROOT

WORDS = export_words()
FORMS = {spec.kind: spec.form for topic in ALL for spec in topic.wizards}
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "export.schema.json").read_text())
ANSWERS = "answers"
BY_THEMSELVES = {(DOCUMENT, "title"), (DOCUMENT, "about"), (DOCUMENT, "words")}
CODE = [ast.parse(file.read_text()) for room in ("fsm", "handlers") for file in (ROOT / "bot" / room).glob("*.py")]


def described(schema: Any, section: str = DOCUMENT) -> Iterator[tuple[str, str, str]]:
    """Every name that the schema knows: its section, itself, and what the schema says of it."""
    if "$ref" in schema:
        schema = schema | SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    for name, each in schema.get("properties", {}).items():
        yield section, name, each.get("description", "")
        yield from described(each, name)
    if "items" in schema:
        yield from described(schema["items"], section)


def asked_for() -> set[str]:
    """Answers of wizards that the code asks for by name: `answers["…"]`, `answers.get("…")`, `"…" in answers`."""

    def is_answers(node: ast.expr) -> bool:
        return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).split(".")[-1] == ANSWERS

    found: list[ast.expr] = []
    for node in (each for tree in CODE for each in ast.walk(tree)):
        match node:
            case ast.Subscript(value, name) if is_answers(value):
                found.append(name)
            case ast.Call(ast.Attribute(value, "get"), [name, *_]) if is_answers(value):
                found.append(name)
            case ast.Compare(name, _, [value]) if is_answers(value):
                found.append(name)
    return {each.value for each in found if isinstance(each, ast.Constant) and isinstance(each.value, str)}


STEPS = {step_name(state) for group in FORMS.values() for state in group.__states__}
NAMES = {(section, name) for section, name, _ in described(SCHEMA)} | {(ANSWERS, name) for name in STEPS | asked_for()}


def test_every_name_has_a_caption_of_its_section() -> None:
    assert {each for each in NAMES if WORDS.caption(*each) is None} == BY_THEMSELVES
    assert len(NAMES) > 120, "the search itself works"
    assert len(asked_for()) > 20, "the search itself works"


def test_the_schema_says_the_same_as_the_words() -> None:
    """Two who say independently what a name means would not both take it for another section's."""
    for section, name, description in described(SCHEMA):
        caption = WORDS.caption(section, name)
        if caption is not None:
            assert description == f"{caption[0].upper()}{caption[1:]}.", (section, name)


def test_no_word_is_without_use() -> None:
    """An answer may be put by a name that is never asked for."""
    put = {each.value for tree in CODE for each in ast.walk(tree) if isinstance(each, ast.Constant)}
    used = {*NAMES, *((ANSWERS, name) for name in put)}
    own = {(section, name) for section, names in WORDS.sections.items() for name in names if section != ANYWHERE}
    assert own - used == set()
    common = set(WORDS.sections[ANYWHERE])
    assert {name for name in common if len({section for section, each in NAMES if each == name}) < 2} == set()


def test_every_kind_of_wizard_and_every_value_has_its_words() -> None:
    assert set(WORDS.codes["draft"]) == set(FORMS)
    for kind, known in WORDS.enums.items():
        assert set(known) >= set(kind), kind


def test_every_topic_is_listed() -> None:
    names = {each.name for each in pkgutil.iter_modules(bot.views.export.__path__)} - {"words"}
    declared = [words for topic in ALL for words in topic.words]
    assert [importlib.import_module(f"bot.views.export.{name}").WORDS in declared for name in names] == [True] * len(
        names
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_name_is_explained_as_what_it_means_there(locale: str) -> None:
    content = {
        "made_at": "",
        "bookings": [{"clinic": "", "visit": {"number": "", "clinic": "", "doctor": ""}}],
        "requests": [{"number": ""}],
        "drafts": [{"answers": {"doctor": "", "doctor_name": "", "of a version that is gone": ""}}],
        "codes": [{"made_at": ""}],
    }
    words = explained(texts(locale), WORDS, content)
    assert {name: words.get(name) for name in ("visit.number", "requests.number", "number")} == {
        "ru": {"visit.number": "номер записи", "requests.number": "номер обращения", "number": None},
        "en": {"visit.number": "number of the booking", "requests.number": "number of the request", "number": None},
    }[locale]
    assert words["made_at"] != words["codes.made_at"]
    assert words["visit.doctor"] == words["doctor_name"] != words["answers.doctor"]
    assert words["clinic"] == {"ru": "поликлиника", "en": "clinic"}[locale]
    assert list(words) == sorted(words)
    for section, name in names_in(content):
        caption = WORDS.caption(section, name)
        if caption is not None:
            assert words.get(f"{section}.{name}", words.get(name)) == texts(locale).label(caption), (section, name)


class Colour(StrEnum):
    RED = "r"


@pytest.mark.parametrize(
    "other",
    [
        ExportWords({"parcels": {"number": "number of the parcel"}}),
        ExportWords({"parcels": {"at": "where"}}),
        ExportWords({ANYWHERE: {"weight": "weight"}}),
        ExportWords(enums={Colour: {Colour.RED: "red"}}),
        ExportWords(codes={"draft": {"parcel": "sending a parcel"}}),
    ],
    ids=["a name", "a name that is common", "a common name", "an enum", "a code"],
)
def test_nobody_says_what_another_has_said(other: ExportWords) -> None:
    first = ExportWords(
        {ANYWHERE: {"at": "when"}, "parcels": {"number": "number", "weight": "weight"}},
        {Colour: {Colour.RED: "red"}},
        {"draft": {"parcel": "a parcel"}},
    )
    with pytest.raises(ValueError, match=r"twice|common"):
        combined([first, other])


def test_topics_say_different_things_of_one_section() -> None:
    words = combined(
        [
            ExportWords({"parcels": {"number": "number of the parcel"}, ANYWHERE: {"at": "when"}}),
            ExportWords({"parcels": {"weight": "weight"}, "letters": {"number": "number of the letter"}}),
        ]
    )
    assert words.caption("parcels", "number") == "number of the parcel"
    assert words.caption("letters", "number") == "number of the letter"
    assert words.caption("letters", "at") == "when"
    assert words.caption("letters", "weight") is None
    assert [words.place(*each) for each in (("letters", "number"), ("parcels", "weight"), ("letters", "at"))] == [
        "letters.number",
        "weight",
        "at",
    ]
