"""`python -m emulator` as a process: settings, start, end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import aiohttp
import pytest

from tests.support.machine import PATIENCE, free_port

ROOT = Path(__file__).parents[2]


async def launch(tmp_path: Path, *options: str, **env: str) -> Process:
    return await printing(PIPE, tmp_path, *options, **env)


async def printing(stdout: int, tmp_path: Path, *options: str, **env: str) -> Process:
    """Where it prints is a pipe to be read, or a descriptor."""
    settings = {"EMULATOR_PORT": "0", "EMULATOR_DATA": str(tmp_path / "state.sqlite"), **env}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emulator", *options, cwd=ROOT, env=os.environ | settings, stdout=stdout, stderr=PIPE
    )


async def address_of(process: Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    return line.decode().strip().removeprefix("Local Telegram: ")


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_and_ends_cleanly(tmp_path: Path, name: signal.Signals) -> None:
    process = await launch(tmp_path)
    url = await address_of(process)
    async with aiohttp.ClientSession() as session, session.get(url) as page:
        assert page.status == 200
        assert "text/html" in page.headers["Content-Type"]
    process.send_signal(name)
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, errors) == (0, b"")


async def test_nobody_has_to_read_what_it_prints_and_nobody_else_what_it_keeps(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    port = free_port()
    process = await printing(writing, tmp_path, EMULATOR_PORT=str(port), EMULATOR_SMTP_PORT=str(free_port()))
    os.close(writing)
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while not await answers(session, f"http://127.0.0.1:{port}"):
            assert process.returncode is None
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    assert await asyncio.wait_for(process.stderr.read(), PATIENCE) == b""
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


async def answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as page:
            return page.status == 200
    except aiohttp.ClientError:
        return False


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"EMULATOR_HOST": "0.0.0.0"}, "EMULATOR_HOST=0.0.0.0 is not a loopback address"),
        ({"EMULATOR_PORT": "many"}, "EMULATOR_PORT=many is not a port number"),
        ({"EMULATOR_RATE_LIMITS": "yes"}, "EMULATOR_RATE_LIMITS=yes is neither 0 nor 1"),
        ({"EMULATOR_DATA": "/dev/null/x"}, "EMULATOR_DATA=/dev/null/x cannot be used"),
        ({"EMULATOR_CLOCK_FILE": "/dev/null/x"}, "EMULATOR_CLOCK_FILE=/dev/null/x cannot be written"),
    ],
)
async def test_wrong_settings_are_named(tmp_path: Path, env: dict[str, str], said: str) -> None:
    process = await launch(tmp_path, **env)
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 2
    assert said in errors.decode()
    assert errors.count(b"\n") == 1


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        process = await launch(tmp_path, EMULATOR_PORT=port)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 2
    assert f"port {port} on 127.0.0.1 cannot be used" in errors.decode()
    assert errors.count(b"\n") == 1


async def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import subprocess, sys; subprocess.run([sys.executable, '-m', 'emulator', '--die-with-parent'])",
        cwd=ROOT,
        env=os.environ | {"EMULATOR_PORT": "0", "EMULATOR_DATA": str(tmp_path / "state.sqlite")},
        stdout=PIPE,
    )
    await address_of(parent)
    parent.kill()
    assert parent.stdout is not None
    # The pipe ends when the last process that holds it, the emulator, is gone.
    assert await asyncio.wait_for(parent.stdout.read(), PATIENCE) == b""
    await parent.wait()
