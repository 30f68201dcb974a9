"""Logs without personal data, whichever library writes them.

What we say ourselves we answer for: numbers that could be somebody's are masked. Of what a library says, only its
words without their values come through, for nobody knows what stands in those; of exceptions their kinds and where
they came from, for a text of theirs may hold a message, a row or the address with the token in it.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from types import TracebackType

_OURS = frozenset({"bot", "services"})
_LONG_NUMBER = re.compile(r"\+?\d(?:[ ()-]{0,2}\d){8,}")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_SHOWN = 2
_HIDDEN = "***"
_TOLD = 50
"""Exceptions of one chain."""

log = logging.getLogger(__name__)


def mask(text: str) -> str:
    """Numbers of nine digits and more (СНИЛС, policies, phones) keep their last two digits: «***45»; tokens nothing."""
    return _LONG_NUMBER.sub(lambda match: _HIDDEN + match.group()[-_SHOWN:], _TOKEN.sub(_HIDDEN, text))


class DiscreetFormatter(logging.Formatter):
    """The one way into the log. `secrets`: words that never stand in it, whoever writes them."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"{record.levelname} {record.name}: {_said(record)}"]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            lines += trace(error)
        text = "\n".join(lines)
        for each in self._secrets:
            text = text.replace(each, _HIDDEN)
        return f"{self.formatTime(record)} {mask(text)}"


def set_up_logging(level: str, secrets: Sequence[str] = ()) -> None:
    """Everything that is said in this process goes through one formatter, also what nobody has caught.

    Called again it begins anew. `secrets`: as `DiscreetFormatter` has them.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be written would be printed with all that it holds
    sys.excepthook = _uncaught
    threading.excepthook = sys.unraisablehook = _uncaught_aside
    # A line for every statement, picture and tick tells nobody anything.
    for noisy, quiet in (("aiosqlite", "INFO"), ("PIL", "INFO"), ("alembic", "WARNING"), ("apscheduler", "WARNING")):
        logging.getLogger(noisy).setLevel(max(logging.getLevelName(quiet), logging.getLevelName(level)))
    if level == "INFO":
        logging.getLogger("aiogram.event").setLevel(logging.WARNING)


def trace(error: BaseException) -> Iterator[str]:
    """What happened and where, the first cause first; of texts only those of our own exceptions."""
    yield from _trace(error, set())


def _trace(error: BaseException, told: set[int]) -> Iterator[str]:
    told.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in told and len(told) < _TOLD:
        yield from _trace(earlier, told)
        yield "and then"
    yield "Traceback (most recent call last):"
    yield from (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
    kind = type(error)
    text = _text(error) if _is_ours(kind.__module__) else ""
    yield f"{kind.__module__}.{kind.__qualname__}" + (f": {text}" if text else "")
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in told:
                yield "among them"
                yield from _trace(each, told)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # one that cannot say what it is
        return ""


def _said(record: logging.LogRecord) -> str:
    if _is_ours(record.name):
        return record.getMessage()
    if record.args and isinstance(record.msg, str):
        return record.msg
    return f"(said by {record.module}.{record.funcName}, line {record.lineno})"


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _uncaught_aside(told: threading.ExceptHookArgs | sys.UnraisableHookArgs) -> None:
    """In a thread, or while something is taken apart."""
    _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    """In place of what Python itself would print, with the exception's text."""
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.critical("nobody has caught this", exc_info=(kind, error or kind(), where))
