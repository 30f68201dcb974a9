"""The emulator's clock: moved on request, kept over restarts, told to others by a file."""

from __future__ import annotations

import json
import signal
import urllib.request
from asyncio import to_thread
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.driver import Emulator
from emulator.store import Store
from emulator.world import World
from services.clock import ShiftedClock
from tests.support.local_chat import local_chat
from tests.support.machine import PATIENCE

from .test_command import address_of, launch

DAY_S = 86_400


def advance(url: str, seconds: object) -> dict[str, Any]:
    """The act of the chat page."""
    body = json.dumps({"seconds": seconds}).encode()
    request = urllib.request.Request(f"{url}/control/advance", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        value: dict[str, Any] = json.load(answer)
        return value


def test_every_move_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "data" / "shift"
    world = World(Store(":memory:"), clock=lambda: 1_000.0, clock_file=file)
    world.advance(3600)
    assert file.read_text() == "3600\n"
    world.advance(DAY_S + 0.4)
    assert file.read_text() == "90000\n"
    assert world.now() == pytest.approx(91_000.4)
    world.advance(-world.clock_shift)
    assert file.read_text() == "0\n"
    assert list(file.parent.iterdir()) == [file]


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    world = World(Store(tmp_path / "state.sqlite"))
    world.share_clock()
    world.advance(60)
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"state.sqlite"}


def test_what_cannot_be_written_does_not_move(tmp_path: Path) -> None:
    (tmp_path / "shift").mkdir()
    world = World(Store(":memory:"), clock_file=tmp_path / "shift")
    with pytest.raises(OSError, match="shift"):
        world.advance(60)
    assert world.clock_shift == 0


async def test_the_driver_moves_it_too(emulator: Emulator) -> None:
    emulator.advance(timedelta(days=1))
    await emulator.restart()
    assert emulator.world.clock_shift == DAY_S
    answer = await to_thread(advance, emulator.url, 60)
    assert answer["shift"] == emulator.world.clock_shift == DAY_S + 60


async def test_the_file_agrees_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "shift"
    process = await launch(tmp_path, EMULATOR_CLOCK_FILE=str(file))
    url = await address_of(process)
    assert file.read_text() == "0\n"
    assert (await to_thread(advance, url, 3600))["ok"] is True
    assert file.read_text() == "3600\n"
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    file.write_text("77\n")  # another truth, which must not stand beside the emulator's own
    process = await launch(tmp_path, EMULATOR_CLOCK_FILE=str(file))
    await address_of(process)
    assert file.read_text() == "3600\n"
    process.send_signal(signal.SIGTERM)
    await process.communicate()


def test_the_bot_moves_along(tmp_path: Path) -> None:
    with local_chat(tmp_path) as (_, port):
        clock = ShiftedClock(tmp_path / "data" / "clock-shift")
        before = clock.now()
        advance(f"http://127.0.0.1:{port}", DAY_S)
        assert clock.now() - before >= timedelta(seconds=DAY_S)
