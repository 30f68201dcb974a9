"""What is asked twice in one go is read once.

A press asks for the same rows in several places: a list of persons to show it, and for the visits of those on it. On
SQLite all of that happens in one turn of the loop; what was read in it stands until the next turn, or until this
process has written anything. Where each question lets others in, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar, cast

from services.storage.engine import Database

Answer = TypeVar("Answer")


class Latest(Generic[Answer]):
    """The last answer to one kind of question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[Hashable, Hashable] | None = None
        self._answer: Answer | None = None

    async def of(self, key: Hashable, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to this key, as the database has it now. It is not to be changed by whoever is given it."""
        moment = self._database.moment()
        if moment is None:
            return await ask()
        if self._known != (moment, key):
            answer = await ask()
            self._known, self._answer = (self._database.moment(), key), answer
        return cast(Answer, self._answer)
