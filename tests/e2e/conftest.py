"""Stories begin from a folder whose demo registry is filled already: filling takes seconds, copying does not.

All of them run in one event loop, for most of a file share one running bot (`town`), each with people of its own.
"""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.registry import fill, fill_records
from bot.settings import Settings
from bot.storage import open_storage
from tests.support.bot_process import BEGIN, BotProcess, running_bot
from tests.support.clock import FolderClock
from tests.support.nursery import Nursery

DATABASE = Path("data/nomerok.sqlite")
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and item.path.is_relative_to(_HERE) and _is_story(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def _is_story(item: pytest.Function) -> bool:
    return inspect.iscoroutinefunction(item.function)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demo registry filled on the morning when stories begin, and its key."""
    folder = tmp_path_factory.mktemp("filled")
    FolderClock(folder).set(BEGIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        asyncio.run(_fill())
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """What all bots of this session are forked from."""
    nursery = await Nursery.open()
    yield nursery
    await nursery.close()


@pytest_asyncio.fixture(loop_scope="session")
async def bot(tmp_path: Path, filled: Path, nursery: Nursery) -> AsyncIterator[BotProcess]:
    """A running bot of this story alone, with a registry of its own: to be killed, restarted, years later."""
    async with running_bot(tmp_path, filled, nursery) as bot:
        yield bot


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _town(tmp_path_factory: pytest.TempPathFactory, filled: Path, nursery: Nursery) -> AsyncIterator[BotProcess]:
    async with running_bot(tmp_path_factory.mktemp("town"), filled, nursery, checked=False) as bot:
        yield bot


@pytest_asyncio.fixture(loop_scope="session")
async def town(_town: BotProcess) -> AsyncIterator[BotProcess]:
    """The running bot that stories of one file share. What one does to the clock and to the faults ends with it.

    Other files have another: which times are free there does not depend on the order of files.
    """
    _town.set_clock(BEGIN)
    _let_times_go(_town)
    yield _town
    _town.fault()
    await _town.emulator.wait_quiet()
    try:
        _town.emulator.check()
    finally:
        _town.emulator.forgiven = ()


def _let_times_go(bot: BotProcess) -> None:
    """Times that earlier stories were left holding: the clock goes back for each story, so they would not run out."""
    with closing(sqlite3.connect(bot.database, timeout=10)) as connection, connection:
        connection.execute("DELETE FROM hold")


async def _fill() -> None:
    settings = Settings(_env_file=None, demo=True, database_url=f"sqlite:///{DATABASE}")
    storage = await open_storage(settings)
    await fill(settings, storage)
    await fill_records(settings, storage)  # else every bot of every story would begin with it
    await storage.database.close()
    DATABASE.chmod(0o600)  # as the command line makes it
