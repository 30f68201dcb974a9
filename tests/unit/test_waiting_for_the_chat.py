"""The local chat is there once it says so, and gone when it is: what else holds its port is not asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.__main__ import SETUP_FAILED, wait_for_chat

LINES_BEFORE_ITS_END = "import sys; sys.stdin.readline(); print('there', flush=True); sys.stdin.readline()"
END_WITHOUT_A_WORD = "import sys; sys.stdin.readline(); sys.exit(int(sys.argv[1]))"


@contextmanager
def chat(code: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until it is let go on."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
        yield child


def test_it_is_there_once_it_has_said_so() -> None:
    with chat(LINES_BEFORE_ITS_END) as child:
        wait_for_chat(child)
        assert child.poll() is None


@pytest.mark.parametrize(("ended", "told"), [(2, 2), (0, SETUP_FAILED)])
def test_one_that_ends_without_a_word_ends_the_bot(ended: int, told: int) -> None:
    with chat(END_WITHOUT_A_WORD, str(ended)) as child, pytest.raises(SystemExit) as said:
        wait_for_chat(child)
    assert said.value.code == told
