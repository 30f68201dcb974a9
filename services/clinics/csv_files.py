"""Reading somebody's CSV: encoding, separator and quoting found out, every trouble told with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SEPARATORS = ",;\t"
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
    """A record: the line that it begins on (1 is the header's) and its cells by column, trimmed."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file with its header. `problems`: records that do not fit the header."""

    file: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]


def read_table(path: Path) -> CsvTable:
    """The whole table. UTF-8 (with or without BOM) or Windows-1251; comma, semicolon or tab.

    Raises `Unreadable` where there is no table to speak of: missing, empty, not text, no header.
    """
    file = path.name
    try:
        text = _decode(path.read_bytes(), file)
    except OSError as error:
        raise Unreadable(Problem(str(path), error.strerror or "cannot be read")) from None
    if not text.strip():
        raise Unreadable(Problem(file, "the file is empty"))
    records = _records(text, file)
    header_line, header = next(records)
    columns = tuple(cell.strip() for cell in header)
    if len(columns) < 2:
        raise Unreadable(Problem(file, "this is not a CSV table: the first line has no «,» and no «;»", header_line))
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise Unreadable(Problem(file, f"the header names a column twice: {', '.join(sorted(twice))}", header_line))
    lines, problems = [], []
    for number, cells in records:
        if len(cells) == len(columns):
            trimmed = (cell.strip() for cell in cells)
            lines.append(Line(number, dict(zip(columns, trimmed, strict=True))))
        else:
            problems.append(Problem(file, f"{len(cells)} cells, but the header has {len(columns)}", number))
    if not lines and not problems:
        raise Unreadable(Problem(file, "there is a header and not a single row"))
    return CsvTable(file, columns, tuple(lines), tuple(problems))


def _decode(data: bytes, file: str) -> str:
    if b"\0" in data:
        hint = "this is not a text file (it holds NUL bytes); save the table as CSV in UTF-8"
        raise Unreadable(Problem(file, hint, data[: data.index(b"\0")].count(b"\n") + 1))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error
    # A damaged UTF-8 file must not be read as Windows-1251, which gives some letter for almost any byte.
    damaged = data.decode("utf-8", errors="replace").count("\ufffd")
    if len(_CYRILLIC_IN_UTF8.findall(data)) <= damaged:
        try:
            return data.decode("cp1251")
        except UnicodeDecodeError as error:
            broken = error
    line = data[: broken.start].count(b"\n") + 1
    raise Unreadable(Problem(file, "these bytes are neither UTF-8 nor Windows-1251", line))


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the number of its first line."""
    first = next(line for line in text.splitlines() if line.strip())
    outside_quotes = re.sub(r'"[^"]*"', "", first)
    separator = max(_SEPARATORS, key=outside_quotes.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Problem(file, f"the quoting is broken: {error}", begins)) from None
