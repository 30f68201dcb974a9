"""Processes under measure: started in a folder of their own, watched by what the system tells of them, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.telegram import TOKEN, Telegram
from tests.support.machine import environment

BOT = (sys.executable, "-m", "bot")
BARE = (sys.executable, "-m", "tests.bench.bare_bot")
_PATIENCE = 60.0
_END_WITHIN = 30.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs. Its figures come from Linux's `/proc`."""

    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS_A_SECOND

    @property
    def memory(self) -> float:
        """Resident memory, in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def process(command: Sequence[str], folder: Path, **settings: str) -> Iterator[Running]:
    """Runs until the block ends; what it prints goes to `folder`'s log."""
    with (folder / "bench.log").open("ab") as log:
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


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="nomerok-bench-") as path:
        yield Path(path)
