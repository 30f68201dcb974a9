"""The bench itself: aims, the table and its file, a topic that fails; what it fills is what the product lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench.__main__ import QUICK, WHOLE, run
from tests.bench.figures import Figure, Topic, above, at_least, share_of, times
from tests.bench.listing import A_CLINIC, _on_sqlite
from tests.bench.telegram import Button, Telegram


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("presses", 50, "/s", 100, share_of(100, 0.5)), True),
        (Figure("presses", 49, "/s", 100, share_of(100, 0.5)), False),
        (Figure("p95", 30, "ms", 10, times(10, 3)), True),
        (Figure("p95", 31, "ms", 10, times(10, 3)), False),
        (Figure("memory", 180, "MB", 100, above(100, 80, "MB")), True),
        (Figure("memory", 181, "MB", 100, above(100, 80, "MB")), False),
        (Figure("gate", 29, "/s", 30, at_least(29, "/s")), True),
        (Figure("gate", 28.9, "/s", 30, at_least(29, "/s")), False),
        (Figure("no aim", 1, "s"), None),
    ],
)
def test_an_aim_is_met_at_its_bound_and_missed_beyond(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_a_topic_that_fails_stops_no_other_and_is_named_at_the_end(tmp_path: Path) -> None:
    def broken() -> Sequence[Figure]:
        raise ValueError("no such thing")

    def sound() -> Sequence[Figure]:
        return [Figure("presses", 49, "/s", 100, share_of(100, 0.5))]

    screen, target = Console(file=StringIO(), width=120), tmp_path / "build" / "bench.json"
    code = run([Topic("broken", "Broken", broken), Topic("sound", "Sound", sound)], screen, target)
    said = screen.file.getvalue()  # type: ignore[attr-defined]
    assert code == 1
    assert "Aims met: 0 of 1" in said
    assert "missed: presses: 49 /s, 0.49 × yardstick" in said
    assert "failed: broken: ValueError: no such thing" in said
    kept = json.loads(target.read_text(encoding="utf-8"))
    assert kept["broken"]["failure"] == "ValueError: no such thing"
    assert kept["sound"]["figures"][0]["ratio"] == 0.49
    assert run([Topic("sound", "Sound", sound)], screen, target) == 0, "a missed aim is a figure, not a failure"


def test_the_quick_bench_has_the_same_topics() -> None:
    assert [each.name for each in QUICK] == [each.name for each in WHOLE]


async def test_a_registry_filled_in_bulk_is_listed(tmp_path: Path) -> None:
    figures = await _on_sqlite((A_CLINIC, 2 * A_CLINIC), 1)
    assert [each.name for each in figures if each.aim] == [
        f"SQLite, 2,000 times: {name}" for name in ("services", "doctors", "days")
    ]


async def test_a_press_is_over_once_it_is_drawn_and_answered() -> None:
    telegram = Telegram()
    chat = telegram.chat(7)
    steps = []

    async def bot(update: dict[str, object]) -> None:
        steps.append("answered first")
        chat.answered()
        assert chat._awaited is not None
        assert not chat._awaited.done()
        keyboard = json.dumps({"inline_keyboard": [[{"text": "On", "callback_data": "on"}]]})
        chat.shown(5, "Drawn", keyboard)

    telegram.deliver = bot
    took = await chat.press(Button("Go", "go"))
    assert steps == ["answered first"]
    assert chat.buttons == (Button("On", "on"),)
    assert 0 <= took.screen <= took.all
