"""Logs without personal data: numbers that could be somebody's are masked, libraries do not print values."""

from __future__ import annotations

import logging
import re

_LONG_NUMBER = re.compile(r"\+?\d(?:[ ()-]{0,2}\d){8,}")
_SHOWN = 2


def mask(text: str) -> str:
    """Numbers of nine digits and more (СНИЛС, policies, phones) keep their last two digits: «***45»."""
    return _LONG_NUMBER.sub(lambda match: "***" + match.group()[-_SHOWN:], text)


class MaskingFormatter(logging.Formatter):
    """Masks what was said, the trace of an exception too; the moment before it stays."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{self.formatTime(record)} {mask(super().format(record))}"


def set_up_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These print the values of statements, what a camera has written beside a photo, or a line for every tick.
    for noisy, quiet in (("aiosqlite", "INFO"), ("PIL", "INFO"), ("alembic", "WARNING"), ("apscheduler", "WARNING")):
        logging.getLogger(noisy).setLevel(max(logging.getLevelName(quiet), logging.getLevelName(level)))
    if level == "INFO":
        logging.getLogger("aiogram.event").setLevel(logging.WARNING)
