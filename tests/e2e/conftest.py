"""Stories begin from a folder whose demo registry is filled already: filling takes seconds, copying does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import open_storage
from bot.settings import Settings
from services.registry.local.demo import fill_demo
from tests.support.bot_process import BotProcess, running_bot


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled demo registry and its key."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        asyncio.run(_fill())
    return folder


@pytest.fixture
async def bot(tmp_path: Path, filled: Path) -> AsyncIterator[BotProcess]:
    """A running bot with a registry of its own."""
    async with running_bot(tmp_path, filled) as bot:
        yield bot


async def _fill() -> None:
    storage = await open_storage(Settings(_env_file=None, demo=True, database_url="sqlite:///data/nomerok.sqlite"))
    await fill_demo(storage.database, storage.clock)
    await storage.database.close()
