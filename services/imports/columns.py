"""Kinds of files that an operator may bring, and their columns: how each cell is read, and how long it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.imports.cells import Bounds

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Column(Generic[Value]):
    """A column that a kind of file may have. `limit`: characters at most.

    `read`: what a cell that is not empty says; raises `cells.Wrong`.
    """

    name: str
    meaning: str
    read: Callable[[str], Value]
    required: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file and its columns."""

    name: str
    columns: tuple[Column[Any], ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def kind_of(columns: type) -> Kind:
    """The kind of file whose columns stand in this class, called like it."""
    return Kind(columns.__name__.lower(), tuple(each for each in vars(columns).values() if isinstance(each, Column)))


@dataclass(frozen=True, slots=True)
class Format:
    """What files a topic takes: their kinds, in the order in which they are read, and the bounds of what they say."""

    kinds: Sequence[Kind]
    bounds: Bounds
