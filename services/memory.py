"""What is remembered of a chat for a while and stands in no table: a guest's language, a code that waits."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

from services.clock import Clock

_REMEMBERED = 10_000


class Memory(Protocol):
    """Words by topic and chat, each for its time. It may forget earlier; nothing that matters rests on it alone."""

    async def keep(self, topic: str, chat: int, word: str, lifetime: timedelta) -> None:
        """Remembers a word in place of the one before."""
        ...

    async def recall(self, topic: str, chat: int) -> str | None:
        """The word, as long as it is remembered."""
        ...

    async def take(self, topic: str, chat: int) -> str | None:
        """The word, once."""
        ...


class MemoryHere:
    """In this process: enough where there is only one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._words: OrderedDict[tuple[str, int], tuple[str, datetime]] = OrderedDict()

    async def keep(self, topic: str, chat: int, word: str, lifetime: timedelta) -> None:
        self._words[topic, chat] = word, self._clock.now() + lifetime
        self._words.move_to_end((topic, chat))
        if len(self._words) > _REMEMBERED:
            self._words.popitem(last=False)

    async def recall(self, topic: str, chat: int) -> str | None:
        word, until = self._words.get((topic, chat), ("", self._clock.now()))
        return word if until > self._clock.now() else None

    async def take(self, topic: str, chat: int) -> str | None:
        word = await self.recall(topic, chat)
        self._words.pop((topic, chat), None)
        return word
