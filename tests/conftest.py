"""What every test may ask for: databases of both engines, a clock to wind, a vault."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from services.storage.engine import Database
from services.storage.sqlite import UNIT_WAITED
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.databases import ENGINES, PostgresServer, SqliteTemplate
from tests.support.times import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

# How long an example takes says how busy the machine is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[], PostgresServer]]:
    """The server of this process, started by the first test that asks for it."""
    started = cache(PostgresServer)
    yield started
    if started.cache_info().currsize:
        started().stop()


@pytest.fixture(params=ENGINES)
async def database_url(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sqlite_template: SqliteTemplate,
    postgres_server: Callable[[], PostgresServer],
) -> AsyncIterator[str]:
    """The address of a fresh database with every table: the test runs once on each engine."""
    if request.param == "sqlite":
        yield sqlite_template.copy(tmp_path)
        return
    server = postgres_server()
    name = await server.lend()
    yield server.url(name)
    await server.take_back(name)


@pytest.fixture
async def database(database_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Database]:
    """No unit of work may wait for anything but itself: all other writers would wait with it."""
    database = Database.from_url(database_url)
    yield database
    await database.close()
    waited = [each for each in caplog.get_records("call") if each.getMessage() == UNIT_WAITED]
    assert not waited, UNIT_WAITED


@pytest.fixture
def clock() -> FakeClock:
    """Monday 23 November 2026, 09:00 in Moscow, until wound."""
    return FakeClock()


@pytest.fixture
def vault() -> Vault:
    return Vault(bytes(range(KEY_BYTES)))
