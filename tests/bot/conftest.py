"""What tests of the bot's side share."""

from __future__ import annotations

import pytest

from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import World


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """Every service of booking over a fresh database, with two furnished clinics."""
    world = World(database, vault, clock)
    await world.furnish()
    return world
