"""Statements that are made once: building and compiling one takes longer than running it.

    @statement
    def draft_by_id(draft_id: str) -> Select[Any]:
        return select(draft).where(draft.c.id == draft_id)

    row = (await database.fetch(draft_by_id("d1"))).one_or_none()

The function is called once for a shape, with placeholders in place of the values, so it must not look at them. What it
may look at is the shape: keyword-only arguments are handed over as they are; None stays None (`column == None` is
another statement than `column == value`); a list, tuple or set is one for `column.in_`. SQLAlchemy builds and compiles,
and its types turn values into the driver's and back; nothing is taken of it but what its documentation names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, ParamSpec

from sqlalchemy import (
    BindParameter,
    Dialect,
    Executable,
    Insert,
    Integer,
    String,
    Table,
    Update,
    bindparam,
    insert,
    type_coerce,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse

from services.storage.rows import Row, row_of

P = ParamSpec("P")
_MANY = (list, tuple, set, frozenset)
_NONE, _ONE, _SEVERAL = range(3)
_CODES = {"postgresql": 701}
"""The driver's number of a column's type is known once a statement has run. Only types of numbers look at it, and ours
are all «double precision», which is this one.
"""
Values = tuple[Any, ...]
_Key = tuple[str, tuple[int, ...], tuple[Hashable, ...]]
_Process = Callable[[Any], Any]


class Statement(Generic[P]):
    """A function that gives a statement; called, it gives that statement with its values, ready to be run."""

    def __init__(self, build: Callable[P, Executable], name: str = "") -> None:
        self.build = build
        self.name = name or f"{build.__module__}.{build.__qualname__}"
        named = inspect.signature(build).parameters.values()
        by_place = [each for each in named if each.kind is not each.KEYWORD_ONLY]
        self._names = tuple(each.name for each in by_place)
        self._defaults = {each.name: each.default for each in by_place if each.default is not each.empty}
        self._shape = {each.name: each.default for each in named if each.kind is each.KEYWORD_ONLY}
        self._compiled: dict[_Key, Compiled] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Bound:
        values: Values = args
        if len(values) < len(self._names):
            rest = self._names[len(values) :]
            values += tuple(kwargs[name] if name in kwargs else self._defaults[name] for name in rest)
        shape = tuple(kwargs.get(name, default) for name, default in self._shape.items()) if self._shape else ()
        kinds = tuple([_NONE if each is None else _SEVERAL if isinstance(each, _MANY) else _ONE for each in values])
        return Bound(self, kinds, shape, values)

    def compiled(self, dialect: Dialect, kinds: tuple[int, ...], shape: tuple[Hashable, ...]) -> Compiled:
        """The statement of this shape as this engine takes it."""
        key = dialect.name, kinds, shape
        found = self._compiled.get(key)
        if found is None:
            places = [_placeholder(place, kind) for place, kind in enumerate(kinds)]
            made: Any = self.build(*places, **dict(zip(self._shape, shape, strict=True)))  # type: ignore[arg-type]
            found = self._compiled[key] = Compiled(made, dialect)
        return found


def statement(build: Callable[P, Executable]) -> Statement[P]:
    """See the head of this module."""
    return Statement(build)


def insert_row(table: Table, values: Mapping[str, Any]) -> Bound:
    """Puts one row into a table; made once for each choice of columns."""
    return _insert_into(table, tuple(values))(*values.values())


@cache
def _insert_into(table: Table, columns: tuple[str, ...]) -> Statement[...]:
    def build(*values: Any) -> Insert:
        return insert(table).values(dict(zip(columns, values, strict=True)))

    return Statement(build, f"insert into {table.name}")


def insert_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> Bound:
    """Puts a few rows of the same columns into a table; made once for each choice of columns and number of rows."""
    columns = tuple(rows[0])
    return _insert_rows_into(table, columns, len(rows))(*(row[name] for row in rows for name in columns))


@cache
def _insert_rows_into(table: Table, columns: tuple[str, ...], count: int) -> Statement[...]:
    types = [table.c[name].type for name in columns] * count

    def build(*values: Any) -> Insert:
        # SQLAlchemy gives placeholders of the first row alone their columns' types.
        typed = [None if value is None else type_coerce(value, its) for value, its in zip(values, types, strict=True)]
        rows = [typed[at : at + len(columns)] for at in range(0, len(typed), len(columns))]
        return insert(table).values([dict(zip(columns, row, strict=True)) for row in rows])

    return Statement(build, f"insert into {table.name}")


def update_row(table: Table, row_id: str, values: Mapping[str, Any]) -> Bound:
    """Writes these columns of the row with this `id`; made once for each choice of columns."""
    return _update_of(table, tuple(values))(row_id, *values.values())


@cache
def _update_of(table: Table, columns: tuple[str, ...]) -> Statement[...]:
    def build(row_id: Any, *values: Any) -> Update:
        return update(table).where(table.c.id == row_id).values(dict(zip(columns, values, strict=True)))

    return Statement(build, f"update {table.name}")


class Bound:
    """A statement with its values."""

    __slots__ = ("_kinds", "_shape", "_statement", "values")

    def __init__(
        self, made: Statement[Any], kinds: tuple[int, ...], shape: tuple[Hashable, ...], values: Values
    ) -> None:
        self._statement = made
        self._kinds = kinds
        self._shape = shape
        self.values = values

    def __repr__(self) -> str:
        return f"<{self.name}>"  # without its values: they are somebody's

    @property
    def name(self) -> str:
        """For logs."""
        return self._statement.name

    def compiled(self, dialect: Dialect) -> Compiled:
        """What is to be run on this engine."""
        return self._statement.compiled(dialect, self._kinds, self._shape)


class Compiled:
    """SQL for one engine: how values become the driver's, and what the driver finds becomes rows."""

    def __init__(self, made: Any, dialect: Dialect) -> None:
        made = replacement_traverse(made, {}, _as_a_literal)
        compiled = made.compile(dialect=dialect)
        self._compiler: SQLCompiler = compiled
        self._binds = {name: _Bind(bind, dialect) for name, bind in self._compiler.binds.items()}
        self._lists = [name for name, bind in self._binds.items() if bind.several and bind.place is not None]
        columns = list(_columns(made))
        self.gives_rows = bool(columns)
        self._row = row_of(tuple(_name(column, place) for place, column in enumerate(columns)))
        self._width = len(columns)
        processes = (
            each.type.dialect_impl(dialect).result_processor(dialect, _CODES.get(dialect.name)) for each in columns
        )
        self._processes = [(place, process) for place, process in enumerate(processes) if process is not None]
        self._plans: dict[tuple[int, ...], _Plan] = {}

    def arguments(self, values: Values) -> tuple[str, list[Any]]:
        """The text, and the driver's arguments."""
        lists = self._lists
        lengths = tuple([_rounded(self._binds[name].value_of(values)) for name in lists]) if lists else ()
        plan = self._plans.get(lengths)
        if plan is None:
            plan = self._plans[lengths] = _Plan(self._compiler, self._binds, dict(zip(lists, lengths, strict=True)))
        return plan.text, plan.arguments(values)

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Row]:
        """As the types of the columns say."""
        row, processes = self._row, self._processes
        if not processes:
            return [row(each) for each in found]
        rows = []
        for each in found:
            cells = list(each)
            for place, process in processes:
                cells[place] = process(cells[place])
            rows.append(row(cells))
        return rows


class _Bind:
    """A parameter of a compiled statement: one of the call's values (by its place), or what stands in the statement."""

    def __init__(self, bind: BindParameter[Any], dialect: Dialect) -> None:
        self.place = int(bind.key[2:]) if bind.key.startswith(_OURS) else None
        self.several = bind.expanding
        self.process: _Process | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
        self.value = bind.effective_value

    def value_of(self, values: Values) -> Any:
        return self.value if self.place is None else values[self.place]

    def processed(self, value: Any) -> Any:
        return value if self.process is None else self.process(value)


class _Plan:
    """A text, and where each of its arguments comes from.

    A list is filled up to the next power of two with its last value, which changes nothing in `IN`: so a statement has
    a dozen texts, and not one for each length.
    """

    def __init__(self, compiler: SQLCompiler, binds: dict[str, _Bind], lengths: dict[str, int]) -> None:
        lists = {name: [None] * length for name, length in lengths.items()}
        state = compiler.construct_expanded_state({name: lists.get(name, bind.value) for name, bind in binds.items()})
        self.text = state.statement
        order = state.positiontup or ()
        expanded = state.parameter_expansion.items()
        of_list = {each: (name, at) for name, them in expanded if name in lists for at, each in enumerate(them)}
        self._lists = [(binds[name], length) for name, length in lengths.items()]
        numbers = {name: number for number, name in enumerate(lengths)}
        self._order: list[tuple[_Process | None, int | None, Any, tuple[int, int] | None]] = []
        for name in order:
            if name in of_list:
                list_name, at = of_list[name]
                self._order.append((None, None, None, (numbers[list_name], at)))
            elif (bind := binds[name]).place is None:
                self._order.append((None, None, bind.processed(bind.value), None))
            else:
                self._order.append((bind.process, bind.place, None, None))

    def arguments(self, values: Values) -> list[Any]:
        lists = [_filled(bind, bind.value_of(values), length) for bind, length in self._lists]
        return [
            (fixed if in_list is None else lists[in_list[0]][in_list[1]])
            if place is None
            else (values[place] if process is None else process(values[place]))
            for process, place, fixed, in_list in self._order
        ]


_OURS = "p_"


def _as_a_literal(element: object, **_how: Any) -> BindParameter[Any] | None:
    """What stands in the statement becomes part of its text, where a word or a number does.

    An index of some rows (`WHERE status = 'open'`) is of use to who asks for just those. SQLite, told of the word by a
    parameter, has to plan the statement anew at each call; PostgreSQL, having planned it once, would not use it.
    """
    if not isinstance(element, BindParameter) or element.key.startswith(_OURS) or element.value is None:
        return None
    return element.render_literal_execute() if isinstance(element.type, String | Integer) else None


def _placeholder(place: int, kind: int) -> BindParameter[Any] | None:
    return None if kind == _NONE else bindparam(f"{_OURS}{place}", expanding=kind == _SEVERAL)


def _rounded(values: Any) -> int:
    length = len(values)
    return 1 << (length - 1).bit_length() if length else 0


def _filled(bind: _Bind, values: Any, length: int) -> list[Any]:
    made = [bind.processed(each) for each in values]
    return made + made[-1:] * (length - len(made))


def _columns(made: Any) -> ReadOnlyColumnCollection[str, Any] | tuple[()]:
    """Of a select, or of what is returned by a writing statement."""
    return getattr(made, "exported_columns", ())


def _name(column: Any, place: int) -> str:
    name = getattr(column, "key", None) or getattr(column, "name", None) or ""
    return name if name.isidentifier() else f"_{place}"
