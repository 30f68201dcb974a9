"""`docs/refusals.md` says what the code does: a row a refusal, its sentence in both languages, its next screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.fsm import booking, moving
from bot.views.refusals import CANCEL_REFUSALS, MOVE_REFUSALS, REFUSALS
from services.accounts.rights import DECLARED_AHEAD
from services.errors import Denial
from services.registry.model import CancelRefusal, Refusal
from services.texts.i18n import LOCALES, texts
from tests.bot import wizards

PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"
BOOKING, MOVING, CANCELLING = "Booking", "Moving", "Cancelling"
Reason = Refusal | Denial | CancelRefusal
EVERY = tuple(booking.NEXT_SCREENS)


def row_of(reason: Reason, sentence: str, next_screen: str | None) -> str:
    """The row as it has to stand."""
    said = [texts(locale).label(sentence, limit=DECLARED_AHEAD) for locale in ("ru", "en")]
    row = f"| `{reason.value}` | {said[0]} | {said[1]} |"
    return row if next_screen is None else f"{row} `{next_screen}` |"


def table(sentences: Mapping[Refusal | Denial, str], next_screens: Mapping[Refusal | Denial, str]) -> list[str]:
    return [row_of(reason, sentences[reason], screen) for reason, screen in next_screens.items()]


TABLES = {
    BOOKING: table(REFUSALS, booking.NEXT_SCREENS),
    MOVING: table(MOVE_REFUSALS, moving.NEXT_SCREENS),
    CANCELLING: [row_of(reason, sentence, None) for reason, sentence in CANCEL_REFUSALS.items()],
}


def rows_under(heading: str) -> list[str]:
    part = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in part.splitlines() if line.startswith("| `")]


def test_every_refusal_has_a_sentence_and_a_next_screen() -> None:
    assert set(REFUSALS) == set(booking.NEXT_SCREENS) | {Refusal.OLD_VISIT_OVER}, "which only a move may meet"
    assert set(MOVE_REFUSALS) == set(moving.NEXT_SCREENS)
    assert set(Refusal) <= set(REFUSALS), "whatever a registry may say"
    assert set(CancelRefusal) <= set(CANCEL_REFUSALS)
    assert set(booking.NEXT_SCREENS.values()) <= {step.name for step in wizards.TABLES[booking.KIND]}
    assert set(moving.NEXT_SCREENS.values()) <= {"card"} | {step.name for step in wizards.TABLES[moving.KIND]}
    assert len({reason.value for reason in EVERY}) == len(EVERY), "a refusal is stored and told by its word"


@pytest.mark.parametrize("heading", TABLES)
def test_each_table_says_what_the_code_does(heading: str) -> None:
    wanted = "\n".join(TABLES[heading])
    assert rows_under(heading) == TABLES[heading], f"docs/refusals.md must say under «{heading}»:\n{wanted}"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("sentences", [REFUSALS, MOVE_REFUSALS, CANCEL_REFUSALS], ids=TABLES)
def test_each_refusal_has_a_sentence_of_its_own(locale: str, sentences: Mapping[Reason, str]) -> None:
    said = [texts(locale).label(each, limit=DECLARED_AHEAD) for each in sentences.values()]
    assert len(set(said)) == len(said)
    assert not [each for each in said if "номерков" in each], "«нет номерков» is said only when there are none"


def test_a_hidden_clash_tells_nothing_but_that_the_time_cannot_be_had() -> None:
    """Neither that there is a visit, nor where, nor with whom."""
    said = texts("ru").label(REFUSALS[Denial.HIDDEN_CLASH])
    for word in ("запис", "приём", "специалист", "врач", "уже"):
        assert word not in said.replace("записать", ""), word
