"""Two bots that are not ours, as docs/emulator.md has its reader write them: one with aiogram, one with no library."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import re
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from emulator.driver import Emulator
from tests.support.machine import PATIENCE

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")


def sample(name: str) -> str:
    """A file of the page, as its reader copies it: the block of code below its name."""
    found = re.search(rf"^`{re.escape(name)}`:\n```python\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
    assert found, f"docs/emulator.md has no {name}"
    return found.group(1)


@contextlib.asynccontextmanager
async def run(folder: Path, name: str, emulator: Emulator) -> AsyncIterator[None]:
    """The bot of the page as a process of its own, started as the page says."""
    (folder / name).write_text(sample(name), encoding="utf-8")
    log = folder / "bot.log"
    emulator.bot_log = log
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, name, emulator.url, emulator.token, cwd=folder, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def test_the_order_bot_and_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own test passes, with the bot beside it."""
    for name in ("order_bot.py", "test_order_bot.py"):
        (tmp_path / name).write_text(sample(name), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("test_order_bot").test_somebody_orders_tea(tmp_path)
    for name in ("order_bot", "test_order_bot"):
        monkeypatch.delitem(sys.modules, name)


async def test_the_echo_bot_of_the_page(tmp_path: Path) -> None:
    async with Emulator.start(tmp_path) as emulator, run(tmp_path, "echo_bot.py", emulator):
        user = await emulator.user()
        await user.send("Привет & <пока>")
        assert user.screen().html == "<b>Привет &amp; &lt;пока&gt;</b>"
        await user.send_file("a.txt", b"hello")
        assert user.screen().text == "5 bytes"
        await user.block()
        await user.restart()
        assert user.screen().text == "/start"


def test_the_page_names_every_setting() -> None:
    source = (ROOT / "emulator" / "__main__.py").read_text(encoding="utf-8")
    settings = set(re.findall(r"EMULATOR_[A-Z_]+", source))
    assert settings == set(re.findall(r"EMULATOR_[A-Z_]+", DOC))


async def test_curl_may_talk_to_it(emulator: Emulator) -> None:
    """The page's first call, made here by the standard library."""
    url = f"{emulator.url}/bot1:any/getMe"
    answer = json.loads(await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=PATIENCE).read()))
    assert (answer["ok"], answer["result"]["id"]) == (True, 1)
