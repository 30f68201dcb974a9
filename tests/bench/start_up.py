"""Start-up: seconds from the command to the chat page and to the first reply, beside a bare aiogram bot."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
_LOOK = 0.01


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the command; `page` None where the chat was up before."""

    page: float | None
    reply: float


def measure(rounds: int) -> dict[str, float]:
    """Medians in seconds: a first run (empty folder), a later run, and the bare bot."""
    first, later, bare = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="nomerok-bench-") as folder:
            first.append(_nomerok(Path(folder)))
            later.append(_nomerok(Path(folder)))
            bare.append(_bare(Path(folder)))
    return {
        "first run, page": median(each.page or 0 for each in first),
        "first run, first reply": median(each.reply for each in first),
        "later run, page": median(each.page or 0 for each in later),
        "later run, first reply": median(each.reply for each in later),
        "bare aiogram bot, first reply": median(each.reply for each in bare),
    }


def _nomerok(folder: Path) -> Start:
    address = _free_address()
    began = time.monotonic()
    with _process([sys.executable, "-m", "bot"], folder, EMULATOR_PORT=address.rsplit(":", 1)[1], LOG_LEVEL="WARNING"):
        page = _until(lambda: _get(address, "/") is not None, began)
        return Start(page, _first_reply(address, began))


def _bare(folder: Path) -> Start:
    address = _free_address()
    port = address.rsplit(":", 1)[1]
    with _process([sys.executable, "-m", "emulator"], folder, EMULATOR_PORT=port, EMULATOR_DATA=":memory:"):
        _until(lambda: _get(address, "/") is not None, time.monotonic())
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.bench.bare_bot"]
        with _process(command, folder, TELEGRAM_API_URL=address, BOT_TOKEN="1000000002:bare"):
            return Start(None, _first_reply(address, began))


def _first_reply(address: str, began: float) -> float:
    """Somebody says /start as soon as the bot is there; seconds until its words are in the chat."""
    bots: list[dict[str, Any]] = []

    def here() -> bool:
        bots[:] = _state(address)["bots"]
        return bool(bots)

    _until(here, began)
    person = _post(address, "create-person", {"first_name": "Anna"})["person"]
    where = {"bot_id": bots[0]["id"], "user_id": person["id"]}
    _post(address, "say", {**where, "text": "/start"})

    def replied() -> bool:
        mine = [chat for chat in _state(address)["chats"] if chat["user_id"] == person["id"]]
        return any(len(chat["messages"]) > 1 for chat in mine)

    return _until(replied, began)


def _until(ready: Any, began: float) -> float:
    while not ready():
        if time.monotonic() - began > _PATIENCE:
            raise TimeoutError("it has not started")
        time.sleep(_LOOK)
    return time.monotonic() - began


def _state(address: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(_get(address, "/control/state") or b'{"bots": [], "chats": []}')
    return state


def _get(address: str, path: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address + path, timeout=2) as response:
            body: bytes = response.read()
            return body
    except (urllib.error.URLError, OSError):
        return None


def _post(address: str, act: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{address}/control/{act}", json.dumps(body).encode(), {"Content-Type": "application/json", "Origin": address}
    )
    with urllib.request.urlopen(request, timeout=5) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def _process(command: Sequence[str], folder: Path, **settings: str) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if name not in ("BOT_TOKEN", "TELEGRAM_API_URL")}
    child = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(30)
