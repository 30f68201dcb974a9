"""The same bot over PostgreSQL: told to migrate first, then a visit is booked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.e2e.people import RU, to_confirmation, with_family
from tests.support.bot_process import running_bot
from tests.support.databases import PostgresServer
from tests.support.machine import environment
from tests.support.nursery import Nursery


async def test_postgres_waits_for_migrate_and_then_books(
    tmp_path: Path, postgres_server: Callable[[], PostgresServer], nursery: Nursery
) -> None:
    server = postgres_server()
    await server.run("CREATE DATABASE fresh TEMPLATE template0")
    address = server.url("fresh")

    # 1. An empty PostgreSQL is not touched by a start: one line names the command.
    refused = command(tmp_path, "run", address)
    assert refused.returncode == 2
    assert "python -m bot migrate" in refused.stderr

    # 2. The command brings it up to date; twice does no harm.
    assert command(tmp_path, "migrate", address).returncode == 0
    assert command(tmp_path, "migrate", address).returncode == 0

    # 3. The demo is filled and a visit is booked.
    empty = tmp_path / "empty"
    empty.mkdir()
    async with running_bot(tmp_path / "bot", empty, nursery, DATABASE_URL=address) as bot:
        user = await with_family(bot)
        await to_confirmation(user)
        await user.press(RU.confirm)
        assert RU.booked in user.screen().text
    await server.drop("fresh")


def command(folder: Path, name: str, address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", name],
        cwd=folder,
        env=environment(DATABASE_URL=address, BOT_TOKEN="1:a", TELEGRAM_API_URL="http://127.0.0.1:1", DEMO="1"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
