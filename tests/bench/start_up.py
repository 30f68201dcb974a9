"""Start-up: seconds from the command to the chat page and to the first reply, beside a bare aiogram bot."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.figures import Figure, times
from tests.bench.processes import BARE, BOT, folder, process
from tests.support.machine import free_port

_PATIENCE = 60.0
_LOOK = 0.01
_FIRST, _LATER = 1.6, 1.5
"""What a first and a later start have taken before, in times of the bare bot's: it is not to become more."""


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the command; `page` None where the chat was up before; `cpu`: the bot's own until the reply."""

    page: float | None
    reply: float
    cpu: float


def measure(rounds: int) -> list[Figure]:
    """Medians in seconds: a first run (empty folder), a later run, and the bare bot."""
    first, later, bare = [], [], []
    for _ in range(rounds):
        with folder() as place:
            first.append(_nomerok(place))
            later.append(_nomerok(place))
            bare.append(_bare(place))
    reply, cpu = median(each.reply for each in bare), median(each.cpu for each in bare)
    return [
        figure
        for name, starts, factor in (("first", first, _FIRST), ("later", later, _LATER))
        for figure in (
            Figure(f"{name} run, page", median(each.page or 0 for each in starts), "s"),
            Figure(f"{name} run, first reply", median(each.reply for each in starts), "s", reply, times(reply, factor)),
            Figure(f"{name} run, processor until then", median(each.cpu for each in starts), "s", cpu),
        )
    ]


def _nomerok(place: Path) -> Start:
    port = str(free_port())
    address, began = f"http://127.0.0.1:{port}", time.monotonic()
    with process(BOT, place, EMULATOR_PORT=port, LOG_LEVEL="WARNING") as running:
        page = _until(lambda: _get(address, "/") is not None, began)
        return Start(page, _first_reply(address, began), running.cpu)


def _bare(place: Path) -> Start:
    port = str(free_port())
    address = f"http://127.0.0.1:{port}"
    with process([sys.executable, "-m", "emulator"], place, EMULATOR_PORT=port, EMULATOR_DATA=":memory:"):
        _until(lambda: _get(address, "/") is not None, time.monotonic())
        began = time.monotonic()
        with process(BARE, place, TELEGRAM_API_URL=address, BOT_TOKEN="1000000002:bare") as running:
            return Start(None, _first_reply(address, began), running.cpu)


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
