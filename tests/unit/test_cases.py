"""Kinds of cases: a machine that is none does not come into being, and each status has its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.casebook import Casebook
from bot.topic import CaseSpec
from bot.topics import ALL
from services.cases.model import LONGEST_COMMENT, LONGEST_WORD, CaseKind, StaffStep
from services.texts.i18n import LOCALES, texts

SPECS = [spec for topic in ALL for spec in topic.cases]
SOUND = {"sent": ("taken", "refused"), "taken": ("done",), "refused": (), "done": ()}


def test_a_sound_machine() -> None:
    kind = CaseKind("call", SOUND, ["refused"])
    assert kind.first == "sent"
    assert kind.settled == {"refused", "done"}
    assert kind.following("taken") == ("done",)


@pytest.mark.parametrize(
    ("machine", "need_comment", "wrong"),
    [
        ({"sent": ("lost",)}, (), "lost is not a status of it"),
        (SOUND, ("answered",), "answered is not a status of it"),
        ({**SOUND, "moved": ("done",)}, (), "moved is never reached"),
        ({"sent": ("taken", "done"), "taken": ("sent", "taken"), "done": ()}, (), ""),
        ({"sent": ("taken", "done"), "taken": ("taken",), "done": ()}, (), "taken leads to no end"),
        ({"sent": ("taken",), "taken": ("sent",)}, (), "sent, taken leads to no end"),
        ({"sent": ("s" * (LONGEST_WORD + 1),), "s" * (LONGEST_WORD + 1): ()}, (), "is no word for a row"),
        ({"sent": ("",), "": ()}, (), "is no word for a row"),
    ],
)
def test_what_is_no_machine(machine: Mapping[str, tuple[str, ...]], need_comment: tuple[str, ...], wrong: str) -> None:
    if not wrong:
        CaseKind("call", machine, need_comment)
        return
    with pytest.raises(ValueError, match=wrong):
        CaseKind("call", machine, need_comment)


def test_what_is_the_desks() -> None:
    assert CaseKind("call", SOUND).is_the_desks("sent"), "it sees all, unless it is said"
    kind = CaseKind("call", SOUND, desk=["taken"])
    assert [status for status in SOUND if kind.is_the_desks(status)] == ["taken"]
    with pytest.raises(ValueError, match="lost is not a status of it"):
        CaseKind("call", SOUND, desk=["lost"])


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.kind.name)
def test_each_status_has_its_words_and_no_other_has(spec: object) -> None:
    (whole,) = [each for each in SPECS if each is spec]
    some = dict(list(whole.statuses.items())[1:])
    for words in (some, {**whole.statuses, "lost": "Lost"}):
        with pytest.raises(ValueError, match="not the same"):
            replace(whole, statuses=words)
        with pytest.raises(ValueError, match="not the same"):
            replace(whole, next=words)


WAIT = timedelta(seconds=1)
ROUND = {"sent": ("taken", "done"), "taken": ("sent",), "done": ()}


@pytest.mark.parametrize(
    ("machine", "steps", "wrong"),
    [
        (SOUND, [StaffStep("sent", "taken", WAIT), StaffStep("taken", "done", WAIT, ("Thank you.",))], ""),
        (SOUND, [StaffStep("sent", "done", WAIT, ("Thank you.",))], "done may not follow"),
        (SOUND, [StaffStep("lost", "sent", WAIT)], "sent may not follow"),
        (SOUND, [StaffStep("done", "sent", WAIT)], "sent may not follow"),
        (SOUND, [StaffStep("taken", "done", WAIT)], "done needs a comment"),
        (SOUND, [StaffStep("sent", "taken", WAIT), StaffStep("sent", "refused", WAIT)], "sent has two steps"),
        (ROUND, [StaffStep("sent", "taken", WAIT), StaffStep("taken", "sent", WAIT)], "sent, taken comes round again"),
    ],
)
def test_what_the_demos_staff_may_do(
    machine: Mapping[str, tuple[str, ...]], steps: Sequence[StaffStep], wrong: str
) -> None:
    def declare() -> CaseSpec:
        kind = CaseKind("call", machine, ["done"])
        words = dict.fromkeys(machine, "Word")
        return replace(SPECS[0], kind=kind, statuses=words, next=words, staff=steps)

    if not wrong:
        spec = declare()
        assert Casebook([spec]).staff == [(spec.kind, each) for each in steps]
        return
    with pytest.raises(ValueError, match=f"the demo's staff of 'call': {wrong}"):
        declare()


@pytest.mark.parametrize("locale", LOCALES)
def test_whatever_the_demos_staff_says_is_known_for_a_demo(locale: str) -> None:
    """Nobody is to believe that a clinic has read it."""
    said = [texts(locale).label(each) for _, step in Casebook(SPECS).staff for each in step.says]
    assert said
    for each in said:
        assert {"ru": "Это пробная версия", "en": "This is a demonstration"}[locale] in each
        assert len(each) <= LONGEST_COMMENT


def test_no_kind_belongs_to_two_topics() -> None:
    assert len({spec.kind.name for spec in SPECS}) == len(SPECS)
    with pytest.raises(LookupError, match=SPECS[0].kind.name):
        Casebook([*SPECS, SPECS[0]])
