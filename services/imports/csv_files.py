"""Reading somebody's CSV: encoding, separator and quoting found out, every trouble told with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.texts.names import one_line

_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<separator>[^\w\s"]|\t)"?(?P=separator)*\s*', re.IGNORECASE)
"""What Excel reads and writes over a header: `sep=;`."""
_CYRILLIC_IN_UTF8 = re.compile(rb"[\xd0\xd1][\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file. `str` gives the line to print: «clinics.csv, line 17: lat: …»."""

    file: str
    text: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.text}" if self.column is None else f"{place}: {self.column}: {self.text}"


class Unreadable(Exception):  # noqa: N818
    """A file that is no table at all; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Line:
    """A record: the line that it begins on (1 is the file's first) and its cells by column, each one line of text."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file with its header. `columns`: as `heading` has them. `rows`: records below, whatever is wrong with them."""

    file: str
    columns: tuple[str, ...]
    rows: int
    path: Path
    form: _Form

    def lines(self) -> Iterator[Line | Problem]:
        """The rows, read one by one; a problem for each that does not fit the header."""
        records = _records(self.path, self.form)
        next(records)
        for number, cells in records:
            if len(cells) == len(self.columns):
                yield Line(number, dict(zip(self.columns, map(one_line, cells), strict=True)))
            else:
                yield Problem(self.file, f"{len(cells)} cells, but the header has {len(self.columns)}", number)


@dataclass(frozen=True, slots=True)
class _Form:
    """How the file is written down. `above`: lines over the header, with the one where Excel names the separator."""

    encoding: str
    separator: str
    above: int = 0


def heading(cell: str) -> str:
    """A column's name as it is looked for: whatever its case, and whatever is around it."""
    return one_line(cell).casefold()


def open_table(path: Path) -> CsvTable:
    """The table, looked through once from end to end. UTF-8 or Windows-1251; comma, semicolon, tab or what `sep=` says.

    Raises `Unreadable` where there is no table to speak of: missing, empty, not text, no header, broken quoting.
    """
    try:
        return _open(path)
    except OSError as error:
        raise Unreadable(Problem(str(path), error.strerror or "cannot be read")) from None


def _open(path: Path) -> CsvTable:
    file = path.name
    form = _form(path)
    records = _records(path, form)
    header_line, header = next(records, (None, []))
    if header_line is None:
        raise Unreadable(Problem(file, "there is no header and not a single row"))
    columns = tuple(map(heading, header))
    if len(columns) < 2:
        raise Unreadable(Problem(file, "this is not a CSV table: the first line has no «,» and no «;»", header_line))
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise Unreadable(Problem(file, f"the header names a column twice: {', '.join(sorted(twice))}", header_line))
    rows = sum(1 for _ in records)
    if not rows:
        raise Unreadable(Problem(file, "there is a header and not a single row"))
    return CsvTable(file, columns, rows, path, form)


def _form(path: Path) -> _Form:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as text:
        number, first = next(((number, line) for number, line in enumerate(text, 1) if line.strip()), (0, ""))
    if not first:
        raise Unreadable(Problem(path.name, "the file is empty"))
    named = _SEPARATOR_LINE.fullmatch(first)
    if named:
        return _Form(encoding, named["separator"], number)
    outside_quotes = re.sub(r'"[^"]*"', "", first)
    return _Form(encoding, max(_SEPARATORS, key=outside_quotes.count))


def _encoding(path: Path) -> str:
    broken = _first_not_in(path, "utf-8")
    if broken is None:
        return "utf-8-sig"
    # A damaged UTF-8 file must not be read as Windows-1251, which gives some letter for almost any byte.
    damaged = whole = 0
    with path.open("rb") as lines:
        for line in lines:
            damaged += line.decode("utf-8", errors="replace").count("\ufffd")
            whole += len(_CYRILLIC_IN_UTF8.findall(line))
    if whole <= damaged:
        broken = _first_not_in(path, "cp1251")
        if broken is None:
            return "cp1251"
    raise Unreadable(Problem(path.name, "these bytes are neither UTF-8 nor Windows-1251", broken))


def _first_not_in(path: Path, encoding: str) -> int | None:
    """The number of the first line with bytes that this encoding does not have."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if b"\0" in line:
                hint = "this is not a text file (it holds NUL bytes); save the table as CSV in UTF-8"
                raise Unreadable(Problem(path.name, hint, number))
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return None


def _records(path: Path, form: _Form) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the number of its first line."""
    with path.open(encoding=form.encoding, newline="") as text:
        for _ in range(form.above):
            next(text)
        reader = csv.reader(text, delimiter=form.separator, strict=True)
        begins = form.above + 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begins, cells
                begins = form.above + reader.line_num + 1
        except csv.Error as error:
            told = f"the quoting is broken: {error}"
            if str(error).startswith("field larger"):
                told = f"a cell has more than {csv.field_size_limit()} characters: is a quotation mark left open?"
            raise Unreadable(Problem(path.name, told, begins)) from None
