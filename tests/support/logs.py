"""What stands in the log, as the product writes it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from bot.logs import DiscreetFormatter


@contextmanager
def written(*secrets: str, level: int = logging.DEBUG) -> Iterator[StringIO]:
    """Everything that any logger says inside the block, through the product's formatter."""
    told, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(told)
    handler.setFormatter(DiscreetFormatter(secrets))
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield told
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
