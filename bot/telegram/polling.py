"""Updates by polling. Each is decoded by itself and passed over by its id where it cannot be read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from typing import Any, ClassVar

from aiogram import Bot
from aiogram.methods import GetUpdates

from bot.telegram.incoming import Incoming, update_id
from bot.telegram.session import UnreadableError

log = logging.getLogger(__name__)

_WAITS_S = 30
"""How long Telegram keeps a question for updates open where there are none."""
_AT_ONCE = 100
_PAUSES_S = 1.0, 30.0
"""How soon, and how late at most, Telegram is asked again where it does not answer."""
_STOPPED_WITHIN_S = 3.0


class GetUpdatesAsTheyAre(GetUpdates):
    """The same question; the updates stay as JSON has them."""

    __returning__: ClassVar[Any] = list[Any]


class Polling:
    """Asks for updates and lets them be handled, for as long as it runs. `kinds`: those that anybody here takes."""

    def __init__(self, bot: Bot, incoming: Incoming, kinds: Collection[str]) -> None:
        self._bot = bot
        self._incoming = incoming
        self._kinds = list(kinds)
        self._next: int | None = None
        self._spoiled_to = -1

    async def run(self, told: asyncio.Event) -> None:
        """Polls until it is told to end; what is under way is let finish a little."""
        polling = asyncio.create_task(self._poll())
        ending = asyncio.create_task(told.wait())
        await asyncio.wait({polling, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        # A cancellation that comes while a connection is being made may be lost, so it is repeated.
        while not polling.done():
            polling.cancel()
            await asyncio.wait({polling}, timeout=_STOPPED_WITHIN_S)
        if await self._incoming.stop():
            await self._confirm()
        if not polling.cancelled():
            polling.result()

    async def _confirm(self) -> None:
        """What has been handled does not come again at the next start."""
        if self._next is not None:
            with suppress(Exception):  # then it comes, and drafts and intents know it
                last = GetUpdatesAsTheyAre(offset=self._next, limit=1, timeout=0)
                await self._bot(last, request_timeout=int(_STOPPED_WITHIN_S))

    async def _poll(self) -> None:
        pause, longest = _PAUSES_S
        while True:
            before = self._next
            try:
                updates = await self._ask()
                if updates and self._next == before:
                    raise UnreadableError(GetUpdatesAsTheyAre(), "updates without ids")
            except Exception as error:  # whatever it is: nobody else asks
                log.warning("no updates from Telegram (%s); asked again in %g s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, longest)
                continue
            pause = _PAUSES_S[0]
            for each in updates:
                self._incoming.begin(each)

    async def _ask(self) -> list[Any]:
        """The next updates. Those of an answer that one of them spoils come again one by one."""
        one_by_one = (self._next or 0) <= self._spoiled_to
        question = GetUpdatesAsTheyAre(
            offset=self._next,
            limit=1 if one_by_one else _AT_ONCE,
            timeout=_WAITS_S,
            allowed_updates=self._kinds,
        )
        try:
            updates: list[Any] = await self._bot(question, request_timeout=int(self._bot.session.timeout + _WAITS_S))
        except UnreadableError as error:
            if not error.updates:
                raise
            if question.limit == 1:
                log.warning("an update that cannot be read was passed over: id %s", error.updates[0])
                self._next = error.updates[0] + 1
            self._spoiled_to = max(self._spoiled_to, *error.updates)
            return []
        ids = [number for each in updates if (number := update_id(each)) is not None]
        if ids:
            self._next = ids[-1] + 1
        return updates
