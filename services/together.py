"""What several ask at one moment is asked once.

Whoever works through a batch says so (`asking`): then a question that those of the batch put at one moment goes to the
database, or to the registry, for all of them (`once`). Everybody else asks alone and waits for nobody. Nothing is kept
between questions: an answer is always read after it was asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Question = Callable[[Collection[Key]], Awaitable[Mapping[Key, Answer]]]
"""Takes keys and gives answers by them; a key that has none is left out.

It reads rows and no more: whose they are, who may see them and what is sealed in them is each asker's own matter.
"""


class _Batch:
    """Questions that are being gathered, and those that are under way."""

    def __init__(self) -> None:
        self._gathered: dict[Question[Any, Any], tuple[set[Any], asyncio.Task[Mapping[Any, Any]]]] = {}
        self._under_way: set[asyncio.Task[Mapping[Any, Any]]] = set()

    async def ask(self, question: Question[Key, Answer], keys: Collection[Key]) -> Mapping[Key, Answer]:
        gathered, answers = self._gathered.get(question) or self._begin(question)
        gathered.update(keys)
        try:
            return await asyncio.shield(answers)  # whoever is cancelled takes nobody's answer along
        except Exception:
            if len(gathered) == len(set(keys)):
                raise
            return await question(keys)  # what is wrong with one of them is to stop no other

    def _begin(self, question: Question[Key, Answer]) -> tuple[set[Any], asyncio.Task[Mapping[Any, Any]]]:
        keys: set[Any] = set()
        task = asyncio.create_task(self._put(question, keys))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        self._gathered[question] = keys, task
        return keys, task

    async def _put(self, question: Question[Key, Answer], keys: set[Key]) -> Mapping[Key, Answer]:
        """Begins after all who ask at this moment have; who comes later is answered by the next one."""
        del self._gathered[question]
        return await question(keys)

    async def end(self) -> None:
        """Nothing is under way any more when this returns."""
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


_batch: ContextVar[_Batch | None] = ContextVar("batch", default=None)


@asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Within, and in tasks that are begun within, what is asked at one moment is asked once."""
    batch = _Batch()
    before = _batch.set(batch)
    try:
        yield
    finally:
        _batch.reset(before)
        await batch.end()


async def once(question: Question[Key, Answer], keys: Collection[Key]) -> Mapping[Key, Answer]:
    """Answers to these keys and no others; where a batch is worked through, asked for with what others of it ask.

    Raises what the question does when it is asked for these keys alone.
    """
    if not keys:
        return {}
    batch = _batch.get()
    found = await (question(keys) if batch is None else batch.ask(question, keys))
    return {key: found[key] for key in keys if key in found}
