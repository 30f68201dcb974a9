"""What the registry tells of changes is heard in order and once, by one process at a time, through restarts.

A topic hands in which port's changes it follows and what it does about them. Up to where each has been heard is a row
of `feed`; a page is claimed, done, and only then passed: one that was cut short comes again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Insert, Update, or_, update

from services.clock import Clock
from services.registry.model import Changes
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.port import REGISTRY_PATIENCE
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.tables import feed

PAGE = 200
LEASE = timedelta(minutes=1)
"""How long a page that is neither passed nor given back belongs to whoever claimed it."""

log = logging.getLogger(__name__)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Followed(Generic[Item]):
    """The changes of one topic, and what is done about them. `name`: 40 characters at most, the topic's for good."""

    name: str
    changes: Callable[[str | None, int], Awaitable[Changes[Item]]]
    """The port's: a page after a cursor, of so many items at most; None: the cursor of this moment."""
    begin: Callable[[], Awaitable[None]]
    """Before the first page: whatever changed earlier will not be told."""
    take: Callable[[Sequence[Item]], Awaitable[None]]
    """Does what is to be done about a page; one that was done half may come again."""


@statement
def _begun(name: str, *, dialect: str) -> Insert:
    return insert_for(dialect, feed).values(name=name).on_conflict_do_nothing(index_elements=["name"])


@statement
def _claimed(name: str, now: datetime, until: datetime) -> Update:
    free = or_(feed.c.claimed_until.is_(None), feed.c.claimed_until <= now)
    claim = update(feed).where(feed.c.name == name, free).values(claimed_until=until)
    return claim.returning(feed.c.cursor, feed.c.claimed_until)


@statement
def _passed(name: str, until: datetime, reached: str | None) -> Update:
    mine = feed.c.name == name, feed.c.claimed_until == until
    return update(feed).where(*mine).values(cursor=reached, claimed_until=None)


class Following:
    """Follows each of its topics; what goes wrong with one keeps no other waiting."""

    def __init__(self, database: Database, clock: Clock, followed: Sequence[Followed[Any]]) -> None:
        self._database = database
        self._clock = clock
        self._followed = followed

    async def run(self) -> None:
        """The tick: page after page, until all that has been told is heard, or another process is at it."""
        for topic in self._followed:
            try:
                while await self._next_page(topic):
                    pass
            except (RegistryUnavailable, TimeoutError):
                log.info("the registry does not tell its changes of %s", topic.name)
            except Exception:
                log.exception("changes of %s were not taken in", topic.name)

    async def _next_page(self, topic: Followed[Any]) -> bool:
        """Whether another page can follow at once."""
        claim = await self._claim(topic.name)
        if claim is None:
            return False
        before, until = claim
        reached, more = before, False
        try:
            async with asyncio.timeout(REGISTRY_PATIENCE.total_seconds()):
                page = await topic.changes(before, PAGE)
            if before is None:
                await topic.begin()
            if page.items:
                await topic.take(page.items)
            reached, more = page.cursor, page.more
        finally:
            passed = await self._pass(topic.name, until, reached)
        return more and passed

    async def _claim(self, name: str) -> tuple[str | None, datetime] | None:
        """The cursor and until when the page after it is this process's; None where another one has it."""
        now = self._clock.now()
        async with self._database.write() as unit:
            await unit.execute(_begun(name, dialect=unit.dialect))
            claimed = (await unit.execute(_claimed(name, now, now + LEASE))).one_or_none()
        return None if claimed is None else (claimed.cursor, claimed.claimed_until)

    async def _pass(self, name: str, until: datetime, reached: str | None) -> bool:
        """Notes how far it was heard; False where another process has taken over meanwhile, and notes that itself."""
        done = await self._database.execute(_passed(name, until, reached))
        return bool(done.rowcount)
