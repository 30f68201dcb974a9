"""Alembic's entry: the address comes from the caller (`services.storage.migrate`)."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

import services.registry.local.tables  # noqa: F401  (its tables stand on the same metadata)
from services.storage.tables import metadata


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A batch migration remakes tables; with foreign keys on, that would cascade into their children.
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.commit()
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=is_sqlite)
    with context.begin_transaction():
        context.run_migrations()
    if is_sqlite:
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"the migration breaks {len(broken)} foreign keys")


async def main() -> None:
    engine = create_async_engine(context.config.attributes["url"], hide_parameters=True)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
