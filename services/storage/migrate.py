"""Migrations: SQLite is brought up to date at start (after a copy), PostgreSQL by a command of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.errors import SetupError
from services.storage.engine import Database, async_url

log = logging.getLogger(__name__)

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
HEAD = max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))
"""The newest revision, by the names of the files; a test keeps both alike. Asking Alembic takes half a second."""


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
    _check_not_newer(stands_at)
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
    except (DBAPIError, OSError):
        raise SetupError("the database of DATABASE_URL cannot be reached; check the address and that it runs") from None
    finally:
        await database.close()
    if stands_at != HEAD:
        _check_not_newer(stands_at)
        await _bring_up(url, stands_at if database.dialect == "sqlite" else None)


def _check_not_newer(stands_at: str | None) -> None:
    if stands_at is not None and stands_at > HEAD:
        raise SetupError(
            f"the database stands at revision {stands_at}, this version knows them up to {HEAD}: it is older than the "
            "one that ran last; install that one or a newer one"
        )


async def _bring_up(url: str, copied_from: str | None) -> None:
    """Runs the migrations; a file that holds something (`copied_from`: its revision) is copied first.

    `SetupError` where that cannot be done; the database is as it was then.
    """
    copied = ""
    if copied_from is not None:
        file = Path(async_url(url).database or "")
        copy = file.with_name(f"{file.name}.before-{HEAD}")
        try:
            await asyncio.to_thread(_copy, file, copy, copied_from)
        except (sqlite3.Error, OSError) as error:
            raise SetupError(
                f"the database has to be migrated, but cannot be copied to {copy} first ({_told(error)}); "
                "nothing has been changed"
            ) from None
        copied = f"; a copy of it lies in {copy}"
    try:
        await asyncio.to_thread(upgrade, url)
    except Exception as error:
        log.info("the migration to %s failed", HEAD, exc_info=True)
        raise SetupError(
            f"the migration to {HEAD} failed ({_told(error)}); the database is as it was before{copied}"
        ) from None


def _told(error: Exception) -> str:
    """In one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())[:200] or type(error).__name__


def upgrade(url: str, target: str = "head") -> None:
    """Runs the migrations; not to be called on a running event loop."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = async_url(url)
    command.upgrade(config, target)


def _copy(file: Path, copy: Path, stands_at: str) -> None:
    """A whole copy, or none: what the last process left in the write-ahead journal stands in no file of its own.

    Where another process has migrated the file since it was looked at, that one's copy is the one to keep.
    """
    making = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(making)) as target:
            source.backup(target)
            (copied,) = target.execute("SELECT version_num FROM alembic_version").fetchone()
        if copied == stands_at:
            making.replace(copy)
    finally:
        making.unlink(missing_ok=True)
