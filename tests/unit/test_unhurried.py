"""What comes of a test is not to depend on the machine's speed: no test of services or of the bot waits by the clock.

Patience of the product's own that runs by real time is `PATIENCE` of `tests.support.world` there, or nothing at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(path for room in ("services", "bot") for path in (TESTS / room).glob("*.py"))
TIMED = {
    "asyncio.timeout",
    "asyncio.timeout_at",
    "asyncio.wait_for",
    "time.sleep",
    "time.monotonic",
    "time.perf_counter",
}


def by_the_clock(tree: ast.AST) -> Iterator[str]:
    """Calls that wait for so many seconds, or look how many have passed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            sleeps = name == "asyncio.sleep" and [ast.unparse(each) for each in node.args] != ["0"]
            limited = name == "asyncio.wait" and any(each.arg == "timeout" for each in node.keywords)
            if name in TIMED or sleeps or limited:
                yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_waits_by_the_clock(path: Path) -> None:
    assert list(by_the_clock(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_the_search_itself_finds_them() -> None:
    said = (
        "asyncio.sleep(0)\nasyncio.sleep(0.1)\nasyncio.wait_for(x, 1)\nasyncio.wait({x}, timeout=1)\nasyncio.timeout(1)"
    )
    assert [each.split(":")[0] for each in by_the_clock(ast.parse(said))] == ["line 2", "line 3", "line 4", "line 5"]
