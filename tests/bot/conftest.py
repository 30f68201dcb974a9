"""What tests of the bot's side share."""

from __future__ import annotations

from typing import cast

import pytest

from bot.tools import Tools
from services.clinics.directory import Directory
from services.documents.map import Maps
from services.registry.port import Registry
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


@pytest.fixture
def tools(world: World, database: Database, vault: Vault) -> Tools:
    """The world as handlers and wizards are given it."""
    return Tools(
        clock=world.clock,
        accounts=world.accounts,
        persons=world.persons,
        access=world.access,
        family=world.family,
        ageing=world.ageing,
        mail=world.mail,
        drafts=world.drafts,
        directory=Directory(cast(Registry, world.registry), world.clock),
        maps=Maps(),
        times=world.times,
        holds=world.holds,
        booking=world.booking,
        cancelling=world.cancelling,
        visits=world.visits,
        repeats=world.repeats,
        links=world.links,
        watch=world.watch,
        reminders=world.reminders,
        replies=world.replies,
        calendar=world.calendar,
        outbox=world.outbox,
        requests=world.requests,
        statuses=world.statuses,
        mydata=world.mydata,
        operator="Больница",
        version="0.1.0",
        ready_family=None,
    )
