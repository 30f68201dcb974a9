"""What is asked of a database: statements and units of work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from services.storage.engine import Database
from services.storage.units import COMMIT, Asked


@contextmanager
def counting(database: Database) -> Iterator[Counter[str]]:
    """Statements («sql») and units that were committed («commit») from now on."""
    calls: Counter[str] = Counter()

    def hear(told: Asked | str) -> None:
        calls["commit" if told is COMMIT else "sql"] += 1

    database.listen(hear)
    try:
        yield calls
    finally:
        database.unlisten(hear)
