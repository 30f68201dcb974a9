"""What the topics of the local registry have in common."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from services.clock import Clock
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.model import Capabilities, Unknown
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.units import Asked, Unit
from services.storage.vault import Vault

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class LocalPort:
    """A `Port` over the tables of `registry.local.tables`; the semantics stand on the port of the topic."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, capabilities: Capabilities) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._capabilities = capabilities

    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def _done(self, what: str, unit: Callable[[Unit], Awaitable[Answer]]) -> Answer | Unknown | None:
        """What the write unit answered, tried again where a unique index refused it; None where nothing was done.

        `Unknown`: it failed in its commit, and what that left is known only to who asks later.
        """
        answer: Answer | None = None
        try:
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):
                    async with self._database.write() as connection:
                        answer = await unit(connection)
                    return answer  # noqa: RET504  (the name outlives a failing commit)
        except Exception:
            log.exception("%s failed %s", what, "before its commit" if answer is None else "in its commit")
        return None if answer is None else Unknown()

    async def _ask(self, statement: Asked) -> Sequence[Row]:
        with answering():
            return (await self._database.fetch(statement)).all()

    def _now(self) -> datetime:
        return to_milliseconds(self._clock.now())


def to_milliseconds(moment: datetime) -> datetime:
    """The moment as precisely as both engines keep it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
