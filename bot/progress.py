"""How far one update has come, for whoever holds a request open until it has been handled."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

from aiogram.methods import AnswerCallbackQuery


class Progress:
    """`begun`: its turn has come, and what it does may have been done. `on_its_own`: set once it goes on without
    anybody waiting for it.

    A request that `waits` for it can take the answer to the press along: the call then costs nothing.
    """

    def __init__(self, *, waits: bool = False) -> None:
        self.begun = False
        self.on_its_own = asyncio.Event()
        self._waits = waits
        self._answer: AnswerCallbackQuery | None = None

    def take_along(self, answer: AnswerCallbackQuery) -> bool:
        """Whether the request will bear this answer: it waits, and bears none yet."""
        if not self._waits or self._answer is not None:
            return False
        self._answer = answer
        return True

    def hand_over(self) -> AnswerCallbackQuery | None:
        """The answer that was to be taken along. Whoever asks sees to it; from now on nothing is taken along."""
        self._waits = False
        answer, self._answer = self._answer, None
        return answer


_current: ContextVar[Progress | None] = ContextVar("progress", default=None)


def watch(progress: Progress) -> None:
    """From here on the running task handles this update."""
    _current.set(progress)


def begin() -> None:
    """The turn of the running task's update has come."""
    progress = _current.get()
    if progress is not None:
        progress.begun = True


def wait_for_telegram() -> None:
    """Telegram has told the running task to wait: nobody else is to wait with it."""
    progress = _current.get()
    if progress is not None:
        progress.on_its_own.set()


def take_along(answer: AnswerCallbackQuery) -> bool:
    """Whether the request that waits for the running task's update will bear this answer to its press."""
    progress = _current.get()
    return progress is not None and progress.take_along(answer)


def hand_over() -> AnswerCallbackQuery | None:
    """What the request was to bear: from now on it bears nothing, and whoever asks sends it."""
    progress = _current.get()
    return progress.hand_over() if progress is not None else None
