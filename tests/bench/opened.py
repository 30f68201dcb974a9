"""The bot's database opened in this process: to be filled before the bot starts, or to be measured itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, chdir
from pathlib import Path

from bot.settings import Settings
from bot.storage import Storage, migrate_storage, open_storage
from services.registry.local.demo import fill_demo
from tests.bench.telegram import TOKEN

_NOBODY = "http://127.0.0.1:1"
"""Never asked: a clock that is shifted is for a Telegram of this machine only."""


def settings_of(telegram_url: str = _NOBODY, database_url: str = "sqlite:///data/nomerok.sqlite") -> Settings:
    """As the processes under measure have them."""
    reached = {"bot_token": TOKEN, "telegram_api_url": telegram_url, "database_url": database_url}
    return Settings.model_validate({**reached, "demo": True})


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Storage]:
    """Migrated, with its key in this folder's `secrets/`."""
    storage = await open_storage(settings)
    try:
        yield storage
    finally:
        await storage.database.close()


async def fill(settings: Settings, place: Path) -> None:
    """Brings the database up to date and fills the demo, with the key in `place`: no bot is busy with it afterwards."""
    with chdir(place):
        await migrate_storage(settings)
        async with opened(settings) as storage:
            await fill_demo(storage.database, storage.clock)
