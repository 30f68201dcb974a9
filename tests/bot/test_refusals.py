"""`docs/refusals.md` says what the code does: a row a refusal, its sentence in both languages, its next screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.fsm.booking import NEXT_SCREENS, booking_steps
from bot.views.refusals import REFUSALS
from services.accounts.rights import DECLARED_AHEAD, Denial
from services.registry.model import Refusal
from services.texts.i18n import LOCALES, texts

PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"
EVERY = tuple(NEXT_SCREENS)


def row_of(reason: Refusal | Denial) -> str:
    """The row as it has to stand."""
    said = [texts(locale).label(REFUSALS[reason], limit=DECLARED_AHEAD) for locale in ("ru", "en")]
    return f"| `{reason.value}` | {said[0]} | {said[1]} | `{NEXT_SCREENS[reason]}` |"


def rows() -> list[str]:
    return [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]


def test_every_refusal_has_a_sentence_and_a_next_screen() -> None:
    assert set(REFUSALS) == set(NEXT_SCREENS) | {Refusal.OLD_VISIT_OVER}, "which only a move may meet"
    assert set(Refusal) <= set(REFUSALS), "whatever a registry may say"
    assert set(NEXT_SCREENS.values()) <= {step.name for step in booking_steps()}
    assert len({reason.value for reason in EVERY}) == len(EVERY), "a refusal is stored and told by its word"


@pytest.mark.parametrize("reason", EVERY, ids=str)
def test_a_row_says_what_the_code_does(reason: Refusal | Denial) -> None:
    assert row_of(reason) in rows(), f"docs/refusals.md must say:\n{row_of(reason)}"


def test_no_row_is_left_over() -> None:
    assert len(rows()) == len(EVERY)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_refusal_has_a_sentence_of_its_own(locale: str) -> None:
    said = [texts(locale).label(REFUSALS[reason], limit=DECLARED_AHEAD) for reason in EVERY]
    assert len(set(said)) == len(said)
    assert not [each for each in said if "номерков" in each], "«нет номерков» is said only when there are none"


def test_a_hidden_clash_tells_nothing_but_that_the_time_cannot_be_had() -> None:
    """Neither that there is a visit, nor where, nor with whom."""
    said = texts("ru").label(REFUSALS[Denial.HIDDEN_CLASH])
    for word in ("запис", "приём", "специалист", "врач", "уже"):
        assert word not in said.replace("записать", ""), word
