"""What a statement gives: all of it is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy.exc import MultipleResultsFound, NoResultFound


class Row(tuple[Any, ...]):
    """One row: a value by its place, or as an attribute by its column's name."""

    __slots__ = ()
    _columns: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def _mapping(self) -> Mapping[str, Any]:
        return dict(zip(self._columns, self, strict=True))


@cache
def row_of(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Row]:
    """Makes rows that have these columns; where two are called the same, the first one answers to the name."""
    places = {name: place for place, name in reversed(list(enumerate(columns)))}
    names = {name: property(itemgetter(place)) for name, place in places.items()}
    kind: type[Row] = type("Row", (Row,), {"__slots__": (), "_columns": columns} | names)
    return kind


class Scalars:
    """The first column of each row."""

    __slots__ = ("_values",)

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def all(self) -> list[Any]:
        return self._values

    def first(self) -> Any:
        return self._values[0] if self._values else None

    def one(self) -> Any:
        return _only(self._values)

    def one_or_none(self) -> Any:
        return _only(self._values) if self._values else None


class Rows:
    """`rowcount`: how many rows a writing statement has touched. The words are SQLAlchemy's, what they do is alike."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Row], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def all(self) -> list[Row]:
        return self._rows

    def first(self) -> Row | None:
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """`NoResultFound`, `MultipleResultsFound` where there is not one row."""
        row: Row = _only(self._rows)
        return row

    def one_or_none(self) -> Row | None:
        """`MultipleResultsFound` where there are several."""
        return self.one() if self._rows else None

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        return self.one()[0] if self._rows else None

    def scalars(self) -> Scalars:
        return Scalars([row[0] for row in self._rows])

    def mappings(self) -> list[Mapping[str, Any]]:
        return [row._mapping for row in self._rows]


def _only(found: Sequence[Any]) -> Any:
    if len(found) != 1:
        raise (MultipleResultsFound("several rows where one was asked for") if found else NoResultFound("no row"))
    return found[0]
