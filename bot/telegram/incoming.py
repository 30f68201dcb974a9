"""Updates on their way from Telegram to the dispatcher, polled for or posted. None of them stops the others.

The log is told an update's kind and id, never what is in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.enums import UpdateType
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError

from bot import chat, progress
from bot.middlewares.order import COMES_AGAIN, BeingHandled
from bot.progress import Progress
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


@dataclass(frozen=True, slots=True)
class Told:
    """What Telegram is to hear. `answer`: to the press, which the request bears; nobody hears what becomes of it."""

    outcome: Outcome
    answer: AnswerCallbackQuery | None = None


class Incoming:
    """Hands updates to the dispatcher, each in a task of its own."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._running: set[asyncio.Task[Outcome]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self._failures: Counter[int] = Counter()
        self._stopping = False

    def begin(self, raw: Any) -> None:
        """Lets an update, decoded JSON, be handled; it will not come again."""
        update = self._read(raw)
        if update is not None:
            self._start(update, Progress(), comes_again=False)

    async def take(self, raw: Any) -> Told:
        """Waits until an update has been handled, but not longer than others can be let wait.

        One whose turn has not come by then comes again; one that has begun goes on by itself, and so does one that
        Telegram has told to wait.
        """
        update = self._read(raw)
        if update is None:
            return Told(Outcome.TAKEN)
        if self._stopping:
            return Told(Outcome.LATER)
        # A task of its own: it is neither Telegram's hanging up nor the end of the server that breaks it off.
        how_far = Progress(waits=True)
        running = self._start(update, how_far, comes_again=True)
        alone = asyncio.create_task(how_far.on_its_own.wait())
        try:
            await asyncio.wait({running, alone}, timeout=_HELD.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._answer_alone(how_far)
            raise
        finally:
            alone.cancel()
        if running.done():
            if running.cancelled() or running.result() is not Outcome.TAKEN:  # it comes again, and is answered then
                return Told(Outcome.LATER if running.cancelled() else running.result())
            return Told(Outcome.TAKEN, how_far.hand_over())
        if how_far.begun:
            self._answer_alone(how_far)
            return Told(Outcome.TAKEN)
        running.cancel()
        return Told(Outcome.LATER)

    async def stop(self) -> bool:
        """No update begins any more; those under way are let finish, or cancelled after `_LET_FINISH`.

        They have ended when this returns; True where none was cancelled. What was, while a request waited for it, is
        sent again, to another process or to the next start.
        """
        self._stopping = True
        running, late = {*self._running, *self._answering}, set[asyncio.Task[Any]]()
        if running:
            _, late = await asyncio.wait(running, timeout=_LET_FINISH.total_seconds())
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return not late

    def _answer_alone(self, how_far: Progress) -> None:
        """The request does not wait any longer: what it was to bear is sent."""
        answer = how_far.hand_over()
        if answer is not None:
            sending = asyncio.create_task(chat.send_answer(self._bot, answer))
            self._answering.add(sending)
            sending.add_done_callback(self._answered)

    def _answered(self, sending: asyncio.Task[None]) -> None:
        self._answering.discard(sending)
        if not sending.cancelled() and (error := sending.exception()) is not None:
            log.warning("a press was left without an answer: %s", type(error).__name__)

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
