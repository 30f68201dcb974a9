"""What a run of the tests says of its time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.machine import environment

TWO = "def test_one(): pass\ndef test_other(): assert {}\n"


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two"])
def test_time_is_told_by_folder_before_the_last_line(tmp_path: Path, processes: tuple[str, ...]) -> None:
    for folder, outcome in (("unit", "True"), ("e2e", "False"), ("e2e/page", "True")):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_it.py").write_text(TWO.format(outcome))
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q --import-mode=importlib\n")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.times", "-p", "no:cacheprovider", *processes],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    *_, above, last = ended.stdout.strip().splitlines()
    assert re.match(r"1 failed, 5 passed in ", last), ended.stdout
    told = dict(re.findall(r"^(tests/\w+) +(\d+) tests +\d+ s$", ended.stdout, re.MULTILINE))
    assert told == {"tests/unit": "2", "tests/e2e": "4"}, ended.stdout
    assert "FAILED" in above or above.startswith("tests/"), ended.stdout
