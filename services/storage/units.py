"""A unit of work, and what runs statements: the same for each way in which an engine is asked."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

from services.storage.rows import Rows, row_of
from services.storage.statement import Bound

Asked = Executable | Bound
"""A statement made once (`storage.statement`), or one of SQLAlchemy's as it is."""
Hearer = Callable[[Asked | str], None]
"""Is told of each statement, and of each unit that is committed by «COMMIT»."""
COMMIT = "COMMIT"
T = TypeVar("T")


class Unit(ABC):
    """A connection for the length of a unit of work, or of some reading. Not for use by two tasks at once."""

    dialect: str

    @abstractmethod
    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        """`parameters`: of one of SQLAlchemy's statements; a list of them runs it once for each."""

    @abstractmethod
    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        """What only SQLAlchemy's own connection can do."""

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done within is undone by an exception, and the unit goes on."""
        await self._say("SAVEPOINT part")
        try:
            yield
        except BaseException:
            await self._say("ROLLBACK TO SAVEPOINT part")
            raise
        await self._say("RELEASE SAVEPOINT part")

    @abstractmethod
    async def _say(self, words: str) -> None:
        """A word of transactions."""


class Engine(ABC):
    """One way to ask a database."""

    dialect: str

    def __init__(self) -> None:
        self.hearers: list[Hearer] = []
        self.slow = math.inf
        """A statement that takes the loop's thread for longer than so many seconds is told of in the log."""

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[Unit]:
        """A unit: committed at the end, rolled back on an exception."""

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[Unit]:
        """Outside any transaction."""

    @abstractmethod
    async def fetch(self, statement: Asked, parameters: Any = None) -> Rows:
        """One reading statement."""

    @abstractmethod
    async def execute(self, statement: Asked, parameters: Any = None) -> Rows:
        """One writing statement in a unit of its own."""

    def moment(self) -> Hashable | None:
        """Another one once the loop has turned, or this process has written; None: each question lets others in."""
        return None

    @abstractmethod
    async def close(self) -> None: ...

    def _tell(self, statement: Asked | str) -> None:
        if self.hearers:
            for each in self.hearers:
                each(statement)


def rows_of(result: CursorResult[Any]) -> Rows:
    """What SQLAlchemy has found."""
    if not result.returns_rows:
        return Rows([], result.rowcount)
    make = row_of(tuple(result.keys()))
    return Rows([make(each) for each in result.all()], result.rowcount)


def called(statement: Asked) -> str:
    """A statement's name, for logs: its function's, or its first words. Values are not among them."""
    return statement.name if isinstance(statement, Bound) else " ".join(str(statement).split())[:80]
