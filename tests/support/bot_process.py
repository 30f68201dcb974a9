"""The bot as its users meet it: a process of its own, in a folder of its own, against the local Telegram."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from emulator.driver import Emulator

ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0


@dataclass
class BotProcess:
    """A bot to start, stop, kill and start again; `folder` holds its database, key and clock shift."""

    folder: Path
    emulator: Emulator
    settings: dict[str, str] = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = None

    @property
    def database(self) -> Path:
        return self.folder / "data" / "nomerok.sqlite"

    async def start(self) -> None:
        """Starts it and waits until it has introduced itself: what is sent from then on is not lost."""
        greetings = self._greetings()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.support.bot_with_faults"),
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(_PATIENCE):
            while self._greetings() == greetings:
                if self._process.returncode is not None:
                    raise AssertionError(f"the bot has not started:\n{self.log.read_text()}")
                await asyncio.sleep(0.02)

    async def stop(self) -> int:
        """Asks it to end, as an operator does; gives the exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Ends it as a power cut does."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def shift_clock(self, by: timedelta) -> None:
        """Moves the bot's clock from the machine's by this much."""
        (self.folder / "data" / "clock-shift").write_text(str(int(by.total_seconds())))

    def fault(self, **faults: str) -> None:
        """What the registry answers to a method from now on (`tests.support.bot_with_faults`); none: all well."""
        target = self.folder / "faults.json"
        target.with_suffix(".new").write_text(json.dumps(faults))
        target.with_suffix(".new").replace(target)

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    async def _end(self, how: signal.Signals) -> int:
        if self._process is None or self._process.returncode is not None:
            return 0
        self._process.send_signal(how)
        code = await asyncio.wait_for(self._process.wait(), _PATIENCE)
        self._process = None
        return code

    def _greetings(self) -> int:
        return sum(call.method == "getMe" for call in self.emulator.calls)

    def _environment(self) -> Mapping[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name not in _OURS},
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_API_URL": self.emulator.url,
            "BOT_TOKEN": self.emulator.token,
            "DEMO": "1",
            "LOG_LEVEL": "WARNING",
            **self.settings,
        }


_OURS = ("BOT_TOKEN", "TELEGRAM_API_URL", "DATABASE_URL", "REDIS_URL", "ENCRYPTION_KEY", "DEMO", "OPERATOR_NAME")


@asynccontextmanager
async def running_bot(folder: Path, filled: Path, **settings: str) -> AsyncIterator[BotProcess]:
    """A bot over a copy of the `filled` folder, talking to an emulator of its own.

    At the end it must have stopped by itself, answered every press and logged no exception.
    """
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    async with Emulator.start(folder) as emulator:
        bot = BotProcess(folder, emulator, dict(settings))
        await bot.start()
        try:
            yield bot
        finally:
            code = await bot.stop()
        log = bot.log.read_text()
        assert code == 0, log
        assert "Traceback" not in log, log
        assert not emulator.problems(), "\n".join([*emulator.problems(), emulator.transcript()])
