"""Alembic's entry: the address comes from the caller (`services.storage.migrate`).

All of it is one transaction on both engines, so whatever cuts it short leaves the database as it was. One process
migrates, another one waits and then finds nothing to do.
"""

from __future__ import annotations

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.storage.postgres import postgres_engine
from services.storage.sealing import LOCK
from services.tables import metadata

_PATIENCE = 600.0
"""Seconds that SQLite waits for another process that is migrating the same file."""


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=is_sqlite, transactional_ddl=True
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        context.run_migrations()
        if is_sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"the migration breaks {len(broken)} foreign keys")


def engine_for(url: Any) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return postgres_engine(url)
    # The driver's own transaction control leaves statements that make tables outside of any transaction.
    connect_args = {"isolation_level": None, "timeout": _PATIENCE}
    engine = create_async_engine(url, hide_parameters=True, connect_args=connect_args)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # A batch migration remakes tables; with foreign keys on, that would cascade into their children.
    for pragma in ("foreign_keys = OFF", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def main() -> None:
    engine = engine_for(context.config.attributes["url"])
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(main())
