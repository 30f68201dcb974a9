"""Hundreds after one time, over and over: how many attempts a second, and never two visits.

Every round all want the same time at once: one gets it, and gives it back before the next. On the registry alone, which
has the last word, and through the service: rights, intent, registry, settlement, notification. The yardstick is one
guarded `UPDATE` in a unit of its own, as many at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from services.accounts.model import Account, Person, Relation
from services.booking.model import Made
from services.registry.local.tables import slot as slots
from services.registry.model import Booked, Slot
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.bench.figures import Aim, Figure
from tests.bench.processes import folder
from tests.support.clock import FakeClock
from tests.support.databases import PostgresServer, SqliteTemplate
from tests.support.world import ADULT, CLINIC, World, somebody

AT_ONCE = 100
_NONE = Aim(False, 0, "none")
Round = Callable[[], Awaitable[int]]
"""Everybody once; gives how many got the time."""


@dataclass(frozen=True, slots=True)
class _Track:
    """A furnished registry with people who stand ready."""

    world: World
    slot: Slot
    account: Account
    people: Sequence[Person]

    async def bare(self) -> int:
        """One guarded update each."""
        taken = await asyncio.gather(*(self._take(each.id) for each in self.people))
        await self.world.database.execute(update(slots).where(slots.c.id == self.slot.id).values(visit_id=None))
        return sum(taken)

    async def _take(self, name: str) -> int:
        free = slots.c.id == self.slot.id, slots.c.visit_id.is_(None)
        return (await self.world.database.execute(update(slots).where(*free).values(visit_id=name))).rowcount

    def registry(self) -> Round:
        """On the registry's port, with keys that are new in each round."""
        rounds = iter(range(1_000_000))

        async def once() -> int:
            number, registry = next(rounds), self.world.registry._real
            answers = await asyncio.gather(
                *(registry.book(f"{number} {each.id}", str(each.patient_id), self.slot.id) for each in self.people)
            )
            made = [each.visit.id for each in answers if isinstance(each, Booked)]
            for visit_id in made:
                await registry.cancel(visit_id)
            return len(made)

        return once

    async def service(self) -> int:
        """The whole of a last press but the chat, each under a draft of its own."""
        requests = [await self.world.request(self.account, each, self.slot) for each in self.people]
        outcomes = await asyncio.gather(*(self.world.booking.book(each) for each in requests))
        made = [each.visit.id for each in outcomes if isinstance(each, Made)]
        for visit_id in made:
            await self.world.cancelling.cancel(self.account, visit_id)
        return len(made)


def measure(attempts: int, through_the_service: int) -> Sequence[Figure]:
    """`attempts` on the registries of both engines together, `through_the_service` on each."""
    return asyncio.run(_measure(attempts // 2, through_the_service))


async def _measure(attempts: int, through_the_service: int) -> Sequence[Figure]:
    figures: list[Figure] = []
    for engine, url in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        async with url() as address, _track(address) as track:
            bare, _ = await _run(track.bare, attempts // 5)
            registry, twice = await _run(track.registry(), attempts)
            figures.append(Figure(f"registry, {engine}", registry, "attempts/s", bare))
            figures.append(Figure(f"registry, {engine}: booked twice or not at all", twice, "times", None, _NONE))
            service, twice = await _run(track.service, through_the_service)
            figures.append(Figure(f"service, {engine}", service, "attempts/s", bare))
            figures.append(Figure(f"service, {engine}: booked twice or not at all", twice, "times", None, _NONE))
    return figures


async def _run(once: Round, attempts: int) -> tuple[float, int]:
    """Attempts a second, and in how many rounds it was not exactly one who got the time."""
    rounds = max(attempts // AT_ONCE, 1)
    began, wrong = time.perf_counter(), 0
    for _ in range(rounds):
        wrong += await once() != 1
    return rounds * AT_ONCE / (time.perf_counter() - began), wrong


@asynccontextmanager
async def _track(url: str) -> AsyncIterator[_Track]:
    database = Database.from_url(url)
    world = World(database, Vault(bytes(range(KEY_BYTES))), FakeClock())
    await world.furnish()
    account = await world.account()
    people = [await world.person(account, somebody(number, ADULT), Relation.OTHER) for number in range(AT_ONCE)]
    assert all(each.clinic_id == CLINIC.id for each in people)
    try:
        yield _Track(world, await world.slot(), account, people)
    finally:
        await database.close()


@asynccontextmanager
async def _sqlite() -> AsyncIterator[str]:
    with folder() as place:
        (place / "own").mkdir()
        yield SqliteTemplate(place).copy(Path(place / "own"))


@asynccontextmanager
async def _postgres() -> AsyncIterator[str]:
    server = PostgresServer()
    try:
        yield server.url(await server.clone())
    finally:
        server.stop()
