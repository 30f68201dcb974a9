"""The bot as its users meet it: a process of its own, in a folder of its own, against the local Telegram."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from babel.messages.pofile import read_po

from emulator.driver import Emulator
from services.accounts.tables import CHAT, PATIENT
from services.storage.vault import Vault, load_key
from tests.support.clock import MONDAY_MORNING, FolderClock
from tests.support.machine import PATIENCE, ROOT, environment, free_port
from tests.support.nursery import Child, Nursery

BEGIN = MONDAY_MORNING + timedelta(minutes=1)
"""When every story begins: a working day, 09:01 in Moscow, no demo slot begins within ten minutes."""
_QUIET_MS = 15
"""Updates are confirmed when they have been handled (`bot_with_faults.Work`), so little is left to wait for."""


@dataclass
class BotProcess:
    """A bot to start, stop, kill and start again; `folder` holds its database, key and clock.

    The clock stands until the story moves it: for the bot, for commands beside it and for the story. Telegram's, that
    is the emulator's, goes on all the while, for the bot really waits for as long as Telegram has told it to.
    """

    folder: Path
    emulator: Emulator
    nursery: Nursery
    settings: dict[str, str] = field(default_factory=dict)
    _process: Child | None = None

    @property
    def clock(self) -> FolderClock:
        return FolderClock(self.folder)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "nomerok.sqlite"

    async def start(self) -> None:
        """Starts it and waits until it has introduced itself: what is sent from then on is not lost."""
        greetings = self._greetings()
        self._process = await self.nursery.start(self.folder, self._environment(), self.log)
        async with asyncio.timeout(PATIENCE):
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

    async def command(self, *arguments: str) -> tuple[int, str]:
        """`python -m bot …` of the operator beside the running bot: the exit code and what was printed."""
        with NamedTemporaryFile(dir=self.folder, suffix=".out") as printed:
            output = Path(printed.name)
            process = await self.nursery.start(self.folder, self._environment(), output, *arguments)
            code = await asyncio.wait_for(process.wait(), PATIENCE)
            return code, output.read_text()

    async def ended(self) -> None:
        """Waits until it is gone, as when it was told to die at work."""
        if self._process is not None:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        self._process = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def now(self) -> datetime:
        """What the bot's clock says."""
        return self.clock.now()

    def set_clock(self, moment: datetime) -> None:
        """The bot's clock stands at this moment; what is due then is done at once."""
        self.clock.set(moment)
        self.tick()

    def shift_clock(self, by: timedelta) -> None:
        """Moves the bot's clock on by this much."""
        self.set_clock(self.now + by)

    def fault(self, **faults: str) -> None:
        """What the registry answers to a method from now on (`tests.support.bot_with_faults`); none: all well."""
        target = self.folder / "faults.json"
        target.with_suffix(".new").write_text(json.dumps(faults))
        target.with_suffix(".new").replace(target)

    def tick(self) -> None:
        """What is due is done at once (`bot_with_faults.PromptTicks`)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGUSR1)

    async def comes_true(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for something that shows in the database alone."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self.tick()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{what}: it has not come true\n{self.emulator.transcript()}") from None

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What stands in the bot's database, read from outside, with its key.

        `chat(…)`: what an account's chat is found by, from a Telegram id; `patient_of(person.id, patient)`: a
        person's patient in the registry.
        """
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            connection.create_function("chat", 1, lambda chat: self.vault.index(CHAT.purpose, str(chat)))
            connection.create_function("patient_of", 2, lambda *row: PATIENT.open_any(self.vault, *row))
            return connection.execute(query, values).fetchall()

    @property
    def vault(self) -> Vault:
        """The bot's own, with the key that lies in its folder."""
        key = load_key("", self.folder / "secrets" / "encryption.key")
        assert key is not None
        return Vault(key)

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    async def _end(self, how: signal.Signals) -> int:
        if self._process is None or self._process.returncode is not None:
            return 0
        self._process.send_signal(how)
        code = await asyncio.wait_for(self._process.wait(), PATIENCE)
        self._process = None
        return code

    def _greetings(self) -> int:
        return sum(call.method == "getMe" for call in self.emulator.calls)

    def _environment(self) -> Mapping[str, str]:
        emulator = {"TELEGRAM_API_URL": self.emulator.url, "BOT_TOKEN": self.emulator.token}
        return environment(**emulator | {"DEMO": "1"} | self.settings)


def _webhook() -> dict[str, str]:
    """Settings of a bot that is sent its updates, on a port that is free."""
    port = free_port()
    return {"WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "HTTP_PORT": str(port)}


@asynccontextmanager
async def running_bot(
    folder: Path, filled: Path, nursery: Nursery, *, checked: bool = True, webhook: bool = False, **settings: str
) -> AsyncIterator[BotProcess]:
    """A bot over a copy of the `filled` folder, talking to an emulator of its own, from `BEGIN` on.

    `webhook`: it is sent its updates instead of polling.

    At the end it must have stopped by itself and, if `checked`, nothing may have gone wrong under the surface.
    """
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    async with Emulator.start(
        folder,
        quiet_ms=_QUIET_MS,
        timeout=PATIENCE,
        smtp=True,
        bot_log=folder / "bot.log",
        catalogues=_catalogues(),
        checked=checked,
    ) as emulator:
        mail = {"SMTP_URL": emulator.smtp_url, "MAIL_FROM": "Номерок <bot@example.org>"}
        hook = _webhook() if webhook else {}
        bot = BotProcess(folder, emulator, nursery, mail | hook | settings)
        bot.set_clock(BEGIN)
        await bot.start()
        try:
            yield bot
        finally:
            code = await bot.stop()
        assert code == 0, bot.log.read_text()


@cache
def _catalogues() -> dict[str, dict[str, str]]:
    """What each language makes of the sentences that are written once for all forms."""
    catalogues = {}
    for file in (ROOT / "locales").glob("*/LC_MESSAGES/nomerok.po"):
        with file.open("rb") as opened:
            entries = [entry for entry in read_po(opened) if entry.id and isinstance(entry.id, str)]
        catalogues[file.parts[-3]] = {str(entry.id): str(entry.string or entry.id) for entry in entries}
    return catalogues
