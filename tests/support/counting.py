"""What is asked of databases: SQL statements and units of work of this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Statements («sql», the one that begins a unit among them) and commits («commit») from now on."""
    calls: Counter[str] = Counter()

    def statement(*_: Any) -> None:
        calls["sql"] += 1

    def commit(*_: Any) -> None:
        calls["commit"] += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    try:
        yield calls
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", commit)
