"""What somebody does who has the database and not the key: reads every cell in clear, and joins whatever is equal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from services.storage.engine import Database
from tests.support.filling import rows_of

_WORD = re.compile(r"[A-Za-z0-9]+")
_MADE = re.compile(r"(?=.*[A-Z0-9])[A-Za-z0-9]{12}|[0-9a-f]{64}|[0-9]{9,11}")  # longer numbers are moments


@dataclass(frozen=True)
class Cell:
    """A value where it stands. `row`: which of the table's it is."""

    table: str
    column: str
    row: int
    value: Any

    @property
    def text(self) -> str:
        """Sealed values are read as text, too: perhaps they are not sealed."""
        return self.value.decode(errors="replace") if isinstance(self.value, bytes) else str(self.value)

    @property
    def keys(self) -> set[str]:
        """What may be equal to something elsewhere: ids, numbers and indexes, also within a longer word of ours."""
        if self.value is None or isinstance(self.value, bytes):
            return set()
        return {each for each in _WORD.findall(self.text) if _MADE.fullmatch(each)}


@dataclass(frozen=True)
class Loot:
    """Every cell of every table, as it lies there."""

    cells: Sequence[Cell]

    def places(self, word: str) -> set[str]:
        """The columns in which it stands, as a whole value or within one."""
        return {f"{each.table}.{each.column}" for each in self.cells if word in each.text}

    def joinable(self, first: str, second: str) -> set[str]:
        """What stands in both columns («table.column»)."""
        return self._values[first] & self._values[second]

    @property
    def columns(self) -> Collection[str]:
        return self._values.keys()

    def reached(self, start: Collection[str], without: Collection[str] = ()) -> Collection[str]:
        """Tables that are come to from these values by joins over whatever is equal; none is made over `without`."""
        known, tables = set(start) - set(without), set()
        ahead = list(known)
        while ahead:
            for row in self._rows[ahead.pop()]:
                tables.add(row[0])
                new = self._of_row[row] - known - set(without)
                known |= new
                ahead += new
        return tables

    @cached_property
    def _values(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.cells:
            found[f"{each.table}.{each.column}"] |= each.keys
        return found

    @cached_property
    def _of_row(self) -> Mapping[tuple[str, int], set[str]]:
        found: dict[tuple[str, int], set[str]] = defaultdict(set)
        for each in self.cells:
            found[each.table, each.row] |= each.keys
        return found

    @cached_property
    def _rows(self) -> Mapping[str, set[tuple[str, int]]]:
        found: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for row, keys in self._of_row.items():
            for key in keys:
                found[key].add(row)
        return found


async def steal(database: Database) -> Loot:
    """Everything, by the tables that the engine itself names: a new one needs no line anywhere."""
    async with database.write() as unit:
        return Loot(await unit.run_sync(_cells))


def _cells(connection: Connection) -> Sequence[Cell]:
    return [
        Cell(table, column, place, value)
        for table, rows in rows_of(connection).items()
        for place, row in enumerate(rows)
        for column, value in row.items()
    ]
