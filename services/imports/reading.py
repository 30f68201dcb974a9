"""Files that an operator brings, read line by line through the names that their columns have there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from services.imports import cells
from services.imports.cells import Bounds, Rule
from services.imports.columns import Column, Kind
from services.imports.csv_files import CsvTable, Line, Problem, Unreadable, open_table

_SHOWN_PROBLEMS = 50
Value = TypeVar("Value")
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; without a kind its columns tell."""

    path: Path
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """`columns`: ours → the file's own `heading`s, the first that is not empty counts; `constants`: what files lack."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    """Put before every id of the files, so that two systems' ids stay apart."""
    bounds: Bounds = field(default_factory=dict)


Follow = Callable[[str, int, Iterable[Line | Problem]], Iterable[Line | Problem]]
"""Gives a file's rows on, one by one, and shows how far of how many they are."""


def unseen(_file: str, _rows: int, lines: Iterable[Line | Problem]) -> Iterable[Line | Problem]:
    """A `Follow` that shows nothing."""
    return lines


class Problems:
    """What is wrong: the first `_SHOWN_PROBLEMS` that were found, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[Problem] = []

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self._first) < _SHOWN_PROBLEMS:
            self._first.append(problem)

    @property
    def shown(self) -> tuple[Problem, ...]:
        """By file, in the order in which files came to have some, and by line."""
        order = {problem.file: place for place, problem in reversed(list(enumerate(self._first)))}
        return tuple(sorted(self._first, key=lambda problem: (order[problem.file], problem.line or 0)))


@dataclass(frozen=True, slots=True)
class Where:
    """A line of a file."""

    file: str
    line: int


class Row:
    """A line seen through the mapping; remembers what is wrong with it."""

    def __init__(self, file: str, line: Line, options: Options, problems: Problems) -> None:
        self.where = Where(file, line.number)
        self._failed: set[str] = set()
        self._cells = line.cells
        self._options = options
        self._problems = problems

    @property
    def failed(self) -> bool:
        return bool(self._failed)

    def has_failed(self, *columns: Column[Any]) -> bool:
        """Whether one of these has."""
        return any(column.name in self._failed for column in columns)

    def fail(self, column: str, text: str) -> None:
        """One problem a cell: the first."""
        if column not in self._failed:
            self._failed.add(column)
            self._problems.add(Problem(self.where.file, text, self.where.line, column))

    def text(self, column: Column[Any]) -> str:
        """The cell, or the constant where it is empty."""
        name = column.name
        own = (self._cells.get(theirs, "") for theirs in self._options.columns.get(name, (name,)))
        return next(filter(None, own), "") or self._options.constants.get(name, "")

    def read(self, column: Column[Value]) -> Value | None:
        """What the cell says; None where it is empty, and where it is wrong: that is told."""
        text = self.text(column)
        if not text:
            if column.required:
                self.fail(column.name, "is empty")
            return None
        try:
            cells.sound(text, column.limit)
            return column.read(text)
        except cells.Wrong as wrong:
            self.fail(column.name, str(wrong))
            return None

    def ref(self, column: Column[str]) -> str:
        """An id of the file as ours."""
        value = self.read(column)
        return cells.make_ref(self._options.prefix + value) if value else ""

    def keep(self, rules: Iterable[Rule[Seen]], seen: Seen) -> None:
        """Tells which rules are broken."""
        for rule in rules:
            told = rule.told(seen, self._options.bounds)
            if told is not None:
                self.fail(rule.column, told)
                if rule.whole:
                    return


class Files:
    """The files of a command, each with its kind. `problems`: all that is wrong with them, and with what they say."""

    def __init__(self, options: Options, kinds: Sequence[Kind], follow: Follow = unseen) -> None:
        self.options = options
        self.problems = Problems()
        self._kinds = kinds
        self._follow = follow
        self._tables: list[tuple[CsvTable, Kind]] = []

    def open(self, sources: Collection[Source]) -> bool:
        """Whether all of them can be read: else every row that refers to the unread one would be told as wrong."""
        found = [table for table in map(self._open, sources) if table is not None]
        if len(found) < len(sources):
            return False
        self._tables = found
        self._check_options()
        return True

    def has(self, kinds: Collection[Kind]) -> bool:
        """Whether some of them are of these kinds."""
        return any(kind in kinds for _, kind in self._tables)

    def rows(self, kind: Kind, *, again: bool = False) -> Iterator[Row]:
        """All rows of this kind. `again`: they have been read before, and all that is wrong has been told."""
        told = Problems() if again else self.problems
        for table in (table for table, its in self._tables if its is kind):
            own = {ours: theirs for ours, theirs in self.options.columns.items() if set(theirs) & set(table.columns)}
            options = replace(self.options, columns=own)
            follow = unseen if again else self._follow
            for line in follow(table.file, table.rows, table.lines()):
                if isinstance(line, Problem):
                    told.add(line)
                else:
                    yield Row(table.file, line, options, told)

    def _open(self, source: Source) -> tuple[CsvTable, Kind] | None:
        try:
            table = open_table(source.path)
        except Unreadable as unreadable:
            self.problems.add(unreadable.problem)
            return None
        kind = source.kind or self._kind_of(table)
        if kind is None:
            told = "; ".join(f"{kind.name} have {', '.join(kind.required)}" for kind in self._kinds)
            self.problems.add(Problem(table.file, f"the columns fit no kind of file: {told}"))
            return None
        missing = [name for name in kind.required if not self._has(table, name)]
        for name in missing:
            hint = f"there is no column «{name}» (--map {name}=… or --set {name}=…); there are: "
            self.problems.add(Problem(table.file, hint + ", ".join(table.columns), 1))
        return None if missing else (table, kind)

    def _check_options(self) -> None:
        """A mapping that fits no file is a slip of the pen."""
        columns = {column for table, _ in self._tables for column in table.columns}
        for ours, theirs in self.options.columns.items():
            if not columns.intersection(theirs):
                self.problems.add(Problem("--map", f"{ours}: no file has a column «{'|'.join(theirs)}»"))

    def _has(self, table: CsvTable, name: str) -> bool:
        theirs = self.options.columns.get(name, ())
        return name in table.columns or bool(set(theirs) & set(table.columns)) or name in self.options.constants

    def _kind_of(self, table: CsvTable) -> Kind | None:
        def fits(kind: Kind) -> tuple[bool, int]:
            names = [name for name in kind.names if self._has(table, name)]
            return set(kind.required) <= set(names), len(names)

        best = max(self._kinds, key=fits)
        return best if fits(best)[1] > 1 else None
