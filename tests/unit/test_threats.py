"""The page of threats is true: what it says is held somewhere is there, and a test that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.machine import ROOT

PAGE = (ROOT / "docs/threats.md").read_text("utf-8")
ROWS = [
    line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ") and "Who, and what" not in line
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip()[:40])
def test_what_a_threat_is_held_by_is_there(row: list[str]) -> None:
    who, stops, held, shown = (each.strip() for each in row)
    assert who
    assert stops
    for path in _quoted(held):
        assert (ROOT / path).is_file(), path
    for each in _quoted(shown):
        path, _, name = each.partition("::")
        assert (ROOT / path).is_file(), path
        assert not name or f"def {name}(" in (ROOT / path).read_text("utf-8"), each


def test_the_page_has_its_tables() -> None:
    assert len(ROWS) > 15
    assert Path(ROOT / "docs/threats.md").name in (ROOT / "docs/architecture.md").read_text("utf-8")


def _quoted(cell: str) -> list[str]:
    found = re.findall(r"`([^`]+)`", cell)
    assert found, cell
    return found
