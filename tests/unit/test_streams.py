"""Whoever stops reading what is printed stops nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import pytest

from bot.streams import lasting
from tests.support.machine import environment


def open_pipe() -> tuple[int, TextIO]:
    """Its reading end, and a stream of its writing end."""
    reading, writing = os.pipe()
    return reading, os.fdopen(writing, "w", encoding="utf-8")


def test_what_is_printed_arrives_as_before() -> None:
    reading, stream = open_pipe()
    kept = lasting(stream)
    print("Код: 1", file=kept, flush=True)
    assert os.read(reading, 100) == "Код: 1\n".encode()
    assert kept.fileno() == stream.fileno()
    os.close(reading)
    stream.close()


@pytest.mark.parametrize("lines", [1, 10_000])
def test_what_nobody_reads_goes_nowhere(lines: int) -> None:
    reading, stream = open_pipe()
    kept = lasting(stream)
    print("first", file=kept, flush=True)
    os.close(reading)
    for line in range(lines):
        print(line, file=kept)
    kept.flush()
    kept.close()
    stream.close()


def test_other_troubles_are_told() -> None:
    with Path("/dev/full").open("w") as full:
        kept = lasting(full)
        with pytest.raises(OSError, match="No space"):
            print("first", file=kept, flush=True)
        assert isinstance(kept, TextIOWrapper)
        with pytest.raises(OSError, match="No space"):
            kept.close()


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_stream_that_was_never_open_takes_everything(closed: str, tmp_path: Path) -> None:
    asked = f"exec {sys.executable} -m bot --help {closed}>&-"
    ended = subprocess.run(["sh", "-c", asked], cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert (b"migrate" in ended.stdout) == (closed == "2")
