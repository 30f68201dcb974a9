"""Migrations: SQLite is brought up to date at start (after a copy), PostgreSQL by a command of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.errors import SetupError
from services.storage.engine import Database, async_url

_ROOT = Path(__file__).parents[2]
HEAD = "0006"
"""The newest revision in `migrations/versions`; a test keeps it true. Asking Alembic would cost half a second."""


async def revision(database: Database) -> str | None:
    """The revision that the database stands at; None for an empty one."""
    try:
        found: str | None = (await database.fetch(text("SELECT version_num FROM alembic_version"))).scalar()
    except DBAPIError:
        return None
    return found


async def ensure_current(url: str, database: Database) -> None:
    """SQLite is migrated here and now; PostgreSQL has to be already, else `SetupError` names the command."""
    stands_at = await revision(database)
    if stands_at == HEAD:
        return
    if database.dialect != "sqlite":
        raise SetupError("the database is not up to date; run 'python -m bot migrate' once, then start again")
    await _bring_up(url, stands_at)


async def migrate(url: str) -> None:
    """The operator's command: brings either engine up to date. `SetupError` where it cannot be reached."""
    database = Database.from_url(url)
    try:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
        stands_at = await revision(database)
        if stands_at != HEAD:
            await _bring_up(url, stands_at if database.dialect == "sqlite" else None)
    except (DBAPIError, OSError):
        raise SetupError("the database of DATABASE_URL cannot be reached; check the address and that it runs") from None
    finally:
        await database.close()


async def _bring_up(url: str, copied_from: str | None) -> None:
    """Runs the migrations; a file that holds something (`copied_from`: its revision) is copied first."""
    if copied_from is not None:
        file = Path(async_url(url).database or "")
        await asyncio.to_thread(_copy, file, file.with_name(f"{file.name}.before-{HEAD}"))
    await asyncio.to_thread(upgrade, url)


def upgrade(url: str, target: str = "head") -> None:
    """Runs the migrations; not to be called on a running event loop."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.attributes["url"] = async_url(url)
    command.upgrade(config, target)


def _copy(file: Path, copy: Path) -> None:
    """A whole copy: what the last process left in the write-ahead journal stands in no file of its own."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
