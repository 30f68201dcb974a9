"""Updates on their way from Telegram to the dispatcher, polled for or posted. None of them stops the others.

The log is told an update's kind and id, never what is in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.enums import UpdateType
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError

from bot.middlewares import progress
from bot.middlewares.order import COMES_AGAIN, BeingHandled
from bot.middlewares.progress import Progress
from bot.telegram.decoding import decoded_update

log = logging.getLogger(__name__)

_TRIES = 3
"""How often a failing update is let come: Telegram holds back the rest of its chat until this one is taken."""
_HELD = timedelta(seconds=2)
"""How long a request waits for its update. Telegram opens some forty at once: whoever holds one bars the others."""
_LET_FINISH = timedelta(seconds=5)
_KINDS = frozenset(each.value for each in UpdateType)


class Outcome(Enum):
    """What Telegram is to hear: it has been taken (or never can be), it is to come again later, it failed."""

    TAKEN = auto()
    LATER = auto()
    FAILED = auto()


class Incoming:
    """Hands updates to the dispatcher, each in a task of its own."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._running: set[asyncio.Task[Outcome]] = set()
        self._failures: Counter[int] = Counter()
        self._stopping = False

    def begin(self, raw: Any) -> None:
        """Lets an update, decoded JSON, be handled; it will not come again."""
        update = self._read(raw)
        if update is not None:
            self._start(update, Progress(), comes_again=False)

    async def take(self, raw: Any) -> Outcome:
        """Waits until an update has been handled, but not longer than others can be let wait.

        One whose turn has not come by then comes again; one that has begun goes on by itself, and so does one that
        Telegram has told to wait.
        """
        update = self._read(raw)
        if update is None:
            return Outcome.TAKEN
        if self._stopping:
            return Outcome.LATER
        # A task of its own: it is neither Telegram's hanging up nor the end of the server that breaks it off.
        how_far = Progress()
        running = self._start(update, how_far, comes_again=True)
        alone = asyncio.create_task(how_far.on_its_own.wait())
        try:
            await asyncio.wait({running, alone}, timeout=_HELD.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            alone.cancel()
        if running.done():
            return Outcome.LATER if running.cancelled() else running.result()
        if how_far.begun:
            return Outcome.TAKEN
        running.cancel()
        return Outcome.LATER

    async def stop(self) -> bool:
        """No update begins any more; those under way are let finish, or cancelled after `_LET_FINISH`.

        They have ended when this returns; True where none was cancelled. What was, while a request waited for it, is
        sent again, to another process or to the next start.
        """
        self._stopping = True
        running, late = set(self._running), set[asyncio.Task[Outcome]]()
        if running:
            _, late = await asyncio.wait(running, timeout=_LET_FINISH.total_seconds())
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return not late

    def _read(self, raw: Any) -> Update | None:
        """The update; None for one that no release of the library at hand makes anything of."""
        kind, number = _named(raw)
        update = decoded_update(raw, self._bot)
        try:
            if update is not None and update.event_type:
                return update
        except UpdateTypeLookupError:
            pass
        log.warning("an update that cannot be read was passed over: %s, id %s", kind, number)
        return None

    def _start(self, update: Update, how_far: Progress, *, comes_again: bool) -> asyncio.Task[Outcome]:
        running = asyncio.create_task(self._handle(update, how_far, comes_again))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    async def _handle(self, update: Update, how_far: Progress, comes_again: bool) -> Outcome:
        progress.watch(how_far)
        try:
            await self._dispatcher.feed_update(self._bot, update, **{COMES_AGAIN: comes_again})
        except BeingHandled:
            return Outcome.LATER
        except Exception:  # `Errors` has said what it could; this one went past it
            log.exception("an update failed")
            if comes_again:
                self._failures[update.update_id] += 1
                if self._failures[update.update_id] < _TRIES:
                    return Outcome.FAILED
        self._failures.pop(update.update_id, None)
        return Outcome.TAKEN


def _named(raw: Any) -> tuple[str, int | None]:
    """An update's kind, as far as we know it, and its id."""
    if not isinstance(raw, dict):
        return "no object", None
    known = sorted(_KINDS & raw.keys())
    return known[0] if known else "of a new kind", update_id(raw)


def update_id(raw: Any) -> int | None:
    """The id of an update, decoded JSON, whatever else it is."""
    found = raw.get("update_id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
