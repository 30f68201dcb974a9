"""`python -m bot` without a token, as a newcomer starts it: the bot and its local chat."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.support.clock import FolderClock
from tests.support.machine import PATIENCE, environment, free_port


@contextmanager
def local_chat(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`python -m bot` without a token, in a process group of its own; up to its first poll.

    The bot's clock stands from then on, until the chat page moves it: the demo was filled for today, so it is today.
    """
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=folder,
        env=environment(EMULATOR_PORT=str(port)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: b'"id"' in (state(port) or b""))
        FolderClock(folder).set(datetime.now(UTC))  # noqa: TID251  (what a newcomer's bot begins with)
        yield child, port
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)
            child.wait(PATIENCE)


def state(port: int) -> bytes | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/control/state", timeout=2) as response:
            body: bytes = response.read()
            return body
    except (urllib.error.URLError, OSError):
        return None


def answers(port: int) -> bool:
    """Whether the local chat is there."""
    return state(port) is not None


def until(done: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Waits for something outside this process to come about."""
    ends = time.monotonic() + patience
    while not done():
        assert time.monotonic() < ends, "it has not come about"
        time.sleep(0.05)
