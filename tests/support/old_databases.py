"""A database of today as an earlier release would have kept it: what is sealed now stood in clear."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import select, update

from services.storage import sealing
from services.storage.engine import Database, async_url
from services.storage.vault import Vault

_MIGRATIONS = Path(__file__).parents[2] / "migrations"


def downgrade(url: str, target: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, target)


async def take_back(url: str, target: str, vault: Vault) -> None:
    """Down to this revision, an earlier one than `sealing.REVISION`; nobody may have the database open."""
    await asyncio.to_thread(downgrade, url, sealing.REVISION)
    database = Database.from_url(url)
    async with database.write() as unit:
        for each in sealing._ALL:
            rows = (await unit.execute(select(each.table.c.id, each.sealed).where(each.sealed.is_not(None)))).all()
            for row_id, sealed in rows:
                value = vault.open(each.sealed, row_id, sealed)
                clear = int(value) if each.table.name == "account" else value
                await unit.execute(update(each.table).where(each.table.c.id == row_id).values({each.clear: clear}))
    await database.close()
    await asyncio.to_thread(downgrade, url, target)
