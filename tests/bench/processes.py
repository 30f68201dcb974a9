"""Processes under measure: started in a folder of their own, watched by what the system tells of them, ended."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.telegram import TOKEN, Telegram
from tests.support.machine import environment

BOT = (sys.executable, "-m", "bot")
BARE = (sys.executable, "-m", "tests.bench.bare_bot")
_PATIENCE = 60.0
_END_WITHIN = 30.0
_SCHEDULED = 2
"""Linux knows the clock of another process by its pid and the kind of clock: this one is exact."""
_SLOW = re.compile(r"slow on the loop: (.+?) took ([0-9.]+) ms")
LOG = "bench.log"


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs. Its figures come from Linux."""

    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used, its own and the system's for it, to the microsecond."""
        return time.clock_gettime(~self.pid << 3 | _SCHEDULED)

    @property
    def memory(self) -> float:
        """Resident memory, in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def process(command: Sequence[str], folder: Path, **settings: str) -> Iterator[Running]:
    """Runs until the block ends; what it prints goes to `folder`'s log."""
    with (folder / LOG).open("ab") as log:
        child = subprocess.Popen(command, cwd=folder, env=environment(**settings), stdout=log, stderr=log)
        try:
            yield Running(child.pid)
        finally:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(_END_WITHIN)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@asynccontextmanager
async def bot(
    telegram: Telegram, folder: Path, command: Sequence[str] = BOT, **settings: str
) -> AsyncIterator[Running]:
    """A bot that has greeted this Telegram and waits for updates."""
    telegram.greeted.clear()
    reaches = {"TELEGRAM_API_URL": telegram.url, "BOT_TOKEN": TOKEN, "DEMO": "1", "LOG_LEVEL": "WARNING"}
    with process(command, folder, **reaches, **settings) as running:
        await asyncio.wait_for(telegram.greeted.wait(), _PATIENCE)
        yield running


def slowest_told(folder: Path) -> list[Figure]:
    """The worst of what the bot of this folder has called slow on its loop, if anything was."""
    log = (folder / LOG).read_text(encoding="utf-8", errors="replace")
    told = [(float(took), name) for name, took in _SLOW.findall(log)]
    return [
        Figure("slowest on the loop by the bot's own log", took, "ms", note=name) for took, name in sorted(told)[-1:]
    ]


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="nomerok-bench-") as path:
        yield Path(path)
