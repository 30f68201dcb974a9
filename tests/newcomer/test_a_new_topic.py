"""A topic is one declaration: a newcomer's one, `notes`, comes with its own files and a line in each of two lists."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.machine import PATIENCE, ROOT, environment

TOPIC = Path(__file__).parent / "topic"
PRODUCT = ("bot", "services", "locales", "migrations", "pyproject.toml")
OF_THE_TESTS = (
    *("tests/__init__.py", "tests/newcomer/__init__.py", "tests/newcomer/story.py"),
    *(
        "tests/support/__init__.py",
        "tests/support/clock.py",
        "tests/support/machine.py",
        "tests/support/phone.py",
        "tests/support/world.py",
    ),
)
"""What the story is told with."""
LINES = {
    "bot/topics/__init__.py": {
        "    notifications,\n": "    notes,\n    notifications,\n",
        "    notifications.TOPIC,\n": "    notes.TOPIC,\n    notifications.TOPIC,\n",
    },
    "services/tables.py": {
        "from services.notify import": "from services.notes import tables as notes\nfrom services.notify import",
        "    local_registry,\n)\n": "    local_registry,\n    notes,\n)\n",
    },
}
"""The only files of the product that a newcomer changes: each is a list, which takes an import and an entry."""


def written_in(folder: Path) -> Iterator[str]:
    """Every file there that somebody has written, by its place in the folder."""
    for each in folder.rglob("*"):
        if each.is_file() and each.suffix != ".pyc":
            yield each.relative_to(folder).as_posix()


def digests(folder: Path) -> Mapping[str, str]:
    return {each: hashlib.sha256((folder / each).read_bytes()).hexdigest() for each in written_in(folder)}


def copy(source: Path, target: Path) -> None:
    """A file, or a folder with what Python has compiled there: the story need not begin by compiling."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def write_two_lines(folder: Path) -> None:
    for name, lines in LINES.items():
        text = (folder / name).read_text()
        for beside, with_it in lines.items():
            assert text.count(beside) == 1, f"{name} has another shape now: {beside!r}"
            text = text.replace(beside, with_it)
        (folder / name).write_text(text)


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A copy of the product."""
    for name in (*PRODUCT, *OF_THE_TESTS):
        copy(ROOT / name, tmp_path / "product" / name)
    return tmp_path / "product"


def test_a_topic_comes_with_its_own_files_and_two_lines(product: Path, tmp_path: Path) -> None:
    before, own = digests(product), digests(TOPIC)
    assert not before.keys() & own.keys(), "a file of the topic is the product's own"
    for each in own:
        copy(TOPIC / each, product / each)
    write_two_lines(product)

    told = subprocess.run(
        [sys.executable, "-m", "tests.newcomer.story", str(tmp_path)],
        cwd=product,
        env=environment(PYTHONPATH=str(product)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "8. erasing leaves no row" in told.stdout

    after = digests(product)
    assert {each for each in before if before[each] != after[each]} == set(LINES)
    assert after.keys() - before.keys() == own.keys()
    assert {each: after[each] for each in own} == own
