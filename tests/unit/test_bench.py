"""The bench itself: aims, the table and its file, a topic that fails; what it fills is what the product lists."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from aiohttp import ClientSession
from rich.console import Console

from tests.bench import prescriptions
from tests.bench.__main__ import QUICK, WHOLE, run
from tests.bench.figures import Figure, Topic, above, at_least, share_of, times
from tests.bench.listing import A_CLINIC, _on_sqlite
from tests.bench.processes import LOG, slowest_told
from tests.bench.telegram import Button, Telegram, telegram
from tests.bench.watched import LONG, Processor, Watch
from tests.support.machine import environment


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


def test_what_stood_behind_a_figure_stands_below_its_name(tmp_path: Path) -> None:
    screen = Console(file=StringIO(), width=120)
    figures = [Figure("longest turn", 30, "ms", note="Poll[1]")]
    run([Topic("stalls", "Stalls", lambda: figures)], screen, tmp_path / "bench.json")
    assert "Poll[1]" in screen.file.getvalue()  # type: ignore[attr-defined]


def test_the_quick_bench_has_the_same_topics() -> None:
    assert [each.name for each in QUICK] == [each.name for each in WHOLE]


async def test_a_registry_filled_in_bulk_is_listed(tmp_path: Path) -> None:
    figures = await _on_sqlite((A_CLINIC, 2 * A_CLINIC), 1)
    assert [each.name for each in figures if each.aim] == [
        f"SQLite, 2,000 times: {name}" for name in ("services", "doctors", "days", "where else")
    ]


async def test_prescriptions_filled_in_bulk_are_read(tmp_path: Path) -> None:
    figures = await prescriptions._on_sqlite((prescriptions.EACH, 2 * prescriptions.EACH), 2)
    assert [each.name for each in figures if each.aim] == [
        *("SQLite, 200 prescriptions: a patient's", "SQLite, 200 prescriptions: a patient's, p95"),
        *("SQLite, 200 prescriptions: the section opened", "SQLite, 200 prescriptions: the section opened, p95"),
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


async def test_a_bot_may_send_json_and_answer_a_press_by_its_reply() -> None:
    keyboard = {"inline_keyboard": [[{"text": "On", "callback_data": "on"}]]}
    edit = {"chat_id": 7, "message_id": 5, "text": "Drawn", "reply_markup": keyboard}
    async with telegram() as town, ClientSession() as session:
        chat = town.chat(7)

        async def bot(update: dict[str, object]) -> None:
            async with session.post(f"{town.url}/bot1:a/editMessageText", json=edit) as response:
                assert (await response.json())["result"]["message_id"] == 5
            assert chat._awaited is not None
            assert not chat._awaited.done(), "it is drawn, but not answered"
            await town.replied({"method": "answerCallbackQuery", "callback_query_id": "7-1"})

        town.deliver = bot
        await chat.press(Button("Go", "go"))
        assert (chat.text, chat.buttons) == ("Drawn", (Button("On", "on"),))
        assert dict(town.calls) == {"editMessageText": 1, "answerCallbackQuery": 1}


def test_what_the_machine_gave_to_others_is_no_stall() -> None:
    watch = Watch()

    def turn() -> None:
        raise AssertionError("it is only named")

    watch.note(turn, 10 * LONG, Processor(5, 100), Processor(10, 100 + 9.5 * LONG))
    seen = watch.take()
    assert (seen.over, seen.longest) == (0, 0.5 * LONG)
    watch.note(turn, 3 * LONG, Processor(5, 100), Processor(10, 100 + LONG))
    watch.note(turn, LONG / 2, Processor(0, 0), Processor(1, 0))
    seen = watch.take()
    assert (seen.over, seen.longest, seen.busy) == (1, 2 * LONG, 5)
    assert seen.by.endswith("turn")


def test_a_disk_is_slow_by_its_syncs_alone(tmp_path: Path) -> None:
    """In a process of its own: every file of SQLite would be on that disk."""
    script = """
import sqlite3, time
from tests.bench.slow_disk import SlowDisk
disk, slept = SlowDisk(), []
time.sleep = slept.append
connection = sqlite3.connect("a.sqlite", isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE a (b)")
for synchronous, seconds in (("NORMAL", 1.0), ("FULL", 2.0)):
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    before, disk.seconds = disk.syncs, seconds
    connection.execute("INSERT INTO a VALUES (1)")
    print(synchronous, disk.syncs - before, slept.count(seconds))
print(connection.execute("PRAGMA integrity_check").fetchone()[0])
connection.close()
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout.split("\n")[:3] == ["NORMAL 0 0", "FULL 1 1", "ok"]


def test_the_slowest_that_a_bot_told_of_is_found_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / LOG
    log.write_text("WARNING all is well\n")
    assert slowest_told(tmp_path) == []
    log.write_text("WARNING x slow on the loop: free_slots took 9 ms\nWARNING slow on the loop: COMMIT took 31.5 ms\n")
    assert [(each.note, each.value) for each in slowest_told(tmp_path)] == [("COMMIT", 31.5)]
