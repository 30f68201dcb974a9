"""A foreign writer: holds SQLite's write lock most of the time. `python -m tests.bench.locker FILE HELD_MS FREE_MS`."""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing, suppress


def hold(file: str, held_ms: float, free_ms: float) -> None:
    """Begins units that write nothing, until it is interrupted."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=5)) as connection:
        while True:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(held_ms / 1000)
            connection.execute("COMMIT")
            time.sleep(free_ms / 1000)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        hold(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
