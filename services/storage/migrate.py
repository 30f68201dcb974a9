"""Migrations: SQLite is brought up to date at start (after a copy), PostgreSQL by a command of its own.

Old databases keep in clear what is sealed today. There it goes in four steps: the columns to seal into, the sealing in
short units (`sealing`), the clear columns dropped, the files written anew so that nothing of them lies in a freed page.
Each of them is done whole or gone on with, so it can be cut short anywhere.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from services.errors import SetupError
from services.storage import sealing
from services.storage.engine import Database, async_url
from services.storage.tables import setting
from services.storage.vault import Vault

log = logging.getLogger(__name__)

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
_PATIENCE = 600.0
"""Seconds that SQLite waits for another process at work in the file."""
_TRIES, _PAUSE = 300, 0.1
FindVault = Callable[[], Awaitable[Vault]]
HEAD = max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))
"""The newest revision, by the names of the files; a test keeps both alike. Asking Alembic takes half a second."""


async def revision(database: Database) -> str | None:
    """The revision that the database stands at; None for an empty one."""
    try:
        found: str | None = (await database.fetch(text("SELECT version_num FROM alembic_version"))).scalar()
    except DBAPIError:
        return None
    return found


async def ensure_current(url: str, database: Database, vault: FindVault) -> None:
    """SQLite is migrated here and now; PostgreSQL has to be already, else `SetupError` names the command.

    `vault`: asked for the database's own where something has to be sealed first.
    """
    stands_at = await revision(database)
    if stands_at == HEAD and not await _is_to_be_rewritten(database):
        return
    _check_not_newer(stands_at)
    if database.dialect != "sqlite":
        raise SetupError("the database is not up to date; run 'python -m bot migrate' once, then start again")
    await _bring_up(url, database, stands_at, vault)


async def migrate(url: str, find_vault: Callable[[Database], Awaitable[Vault]]) -> None:
    """The operator's command: brings either engine up to date. `SetupError` where it cannot be reached."""
    database = Database.from_url(url)
    try:
        try:
            async with database.read() as connection:
                await connection.execute(text("SELECT 1"))
            stands_at = await revision(database)
        except (DBAPIError, OSError):
            raise SetupError(
                "the database of DATABASE_URL cannot be reached; check the address and that it runs"
            ) from None
        if stands_at == HEAD and not await _is_to_be_rewritten(database):
            return
        _check_not_newer(stands_at)
        await _bring_up(url, database, stands_at, lambda: find_vault(database))
    finally:
        await database.close()


def copies_in_clear(url: str) -> list[Path]:
    """Copies beside SQLite's file of before its migrations that keep in clear what is sealed in the file itself."""
    parsed = async_url(url)
    if parsed.get_backend_name() != "sqlite":
        return []
    file = Path(parsed.database or "")
    copies = sorted(each for each in file.parent.glob(f"{file.name}.before-*") if each.is_file())
    return [each for each in copies if _keeps_clear(each)]


def _keeps_clear(copy: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            (stands_at,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError):
        return False  # it is none of ours
    return bool(stands_at <= sealing.REVISION)


def _check_not_newer(stands_at: str | None) -> None:
    if stands_at is not None and stands_at > HEAD:
        raise SetupError(
            f"the database stands at revision {stands_at}, this version knows them up to {HEAD}: it is older than the "
            "one that ran last; install that one or a newer one"
        )


async def _bring_up(url: str, database: Database, stands_at: str | None, vault: FindVault) -> None:
    """Runs the migrations; a file that holds something (`stands_at`: its revision) is copied first.

    `SetupError` where that cannot be done. Nothing has been changed then, or what it says goes on at the next try.
    """
    was_clear = stands_at is not None and stands_at <= sealing.REVISION
    key = await vault() if was_clear and await sealing.has_clear(database) else None  # before anything is changed
    copied = ""
    if stands_at is not None and stands_at != HEAD and database.dialect == "sqlite":
        copied = f"; a copy of it lies in {await _copied(url, stands_at)}"
    if was_clear and stands_at != sealing.REVISION:
        await _step(upgrade, url, sealing.REVISION, otherwise=f"the database is as it was before{copied}")
    goes_on = "what is done stays, and the next try goes on" if was_clear else "the database is as it was before"
    try:
        if key is not None:
            await sealing.seal(database.aside, key)
    except DBAPIError as error:
        raise SetupError(f"sealing what stood in clear was cut short ({_told(error)}); {goes_on}{copied}") from None
    if stands_at != HEAD:
        await _step(upgrade, url, otherwise=f"{goes_on}{copied}")
    if await _is_to_be_rewritten(database):
        await _rewrite(url, database)


async def _copied(url: str, stands_at: str) -> Path:
    """Copies the file, but for one that was cut short on its way: the copy of before is the one to keep."""
    file = Path(async_url(url).database or "")
    copy = file.with_name(f"{file.name}.before-{HEAD}")
    if stands_at == sealing.REVISION and copy.is_file():
        return copy
    try:
        await asyncio.to_thread(_copy, file, copy, stands_at)
    except (sqlite3.Error, OSError) as error:
        raise SetupError(
            f"the database has to be migrated, but cannot be copied to {copy} first ({_told(error)}); "
            "nothing has been changed"
        ) from None
    return copy


async def _step(run: Callable[..., None], *arguments: str, otherwise: str) -> None:
    try:
        await asyncio.to_thread(run, *arguments)
    except Exception as error:
        log.info("the migration to %s failed", HEAD, exc_info=True)
        raise SetupError(f"the migration to {HEAD} failed ({_told(error)}); {otherwise}") from None


async def _is_to_be_rewritten(database: Database) -> bool:
    due = select(setting.c.value).where(setting.c.name == sealing.TO_BE_REWRITTEN)
    return (await database.fetch(due)).first() is not None


async def _rewrite(url: str, database: Database) -> None:
    """Writes anew what once held values in clear: dropped columns leave them in pages, rows and statistics."""
    try:
        if database.dialect == "sqlite":
            await asyncio.to_thread(_vacuum, Path(async_url(url).database or ""))
        else:
            async with database.read() as connection:
                for table in (*sealing.REWRITTEN, "pg_catalog.pg_statistic"):
                    await connection.execute(text(f"VACUUM FULL {table}"))
        await database.execute(delete(setting).where(setting.c.name == sealing.TO_BE_REWRITTEN))
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise SetupError(
            f"the database has to be written anew, so that nothing is left of what stood in clear ({_told(error)}); it "
            "takes as much room on the disk as it has now, and nobody else at work in it: then try again"
        ) from None


def _vacuum(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=_PATIENCE)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        for _ in range(_TRIES):  # it does not wait for another process that is at the same
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(_PAUSE)
        raise sqlite3.OperationalError("somebody else is reading from it")


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
