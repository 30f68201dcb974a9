"""Dates as people type them: every day that may be meant. Which of them it is, nobody guesses."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date
from functools import cache
from itertools import pairwise

from services.texts.dates import month_number
from services.texts.names import plain_hyphens
from services.texts.phrases import written

_MONTHS, _SHORT_YEAR = 12, 2
_CENTURIES = (1900, 2000)
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_BETWEEN = re.compile(r"[\s.,/\\-]*")
_DIGITS_AND_LETTERS = re.compile(r"(?<![^\W_])[\dоo]*\d[\dоo]*(?![^\W_])")
_LETTERS_LIKE_0 = str.maketrans("оo", "00")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_WORD = "w"


@dataclass(frozen=True, slots=True)
class Day:
    """A year, a month and a day as they were written; there may be no such day."""

    year: int
    month: int
    day: int

    @property
    def found(self) -> date | None:
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    @property
    def days(self) -> int:
        """How many days the month has; 0 where there is no such month."""
        return monthrange(self.year, self.month)[1] if 1 <= self.month <= _MONTHS and self.year <= MAXYEAR else 0


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text says. `days`: each that may be meant, the likeliest first, also such as there are not; `yearless`:
    a day and a month, and no year.
    """

    days: Sequence[Day] = ()
    yearless: bool = False

    @property
    def dates(self) -> tuple[date, ...]:
        """Those that there are."""
        return tuple(dict.fromkeys(found for each in self.days if (found := each.found) is not None))


def typed_date(text: str) -> Typed:
    """05.03.1980 г., 5/3/80, 05031980, 1980-03-05, 5 марта 80, 5 III 1980, March 5th, 1980.

    Between slashes a month may come first: then there are two readings, where both are months. A year of two figures is
    of either century. Letters «О» among figures are noughts.
    """
    line = _DIGITS_AND_LETTERS.sub(_as_digits, plain_hyphens(text).lower())
    if not line or not line[0].isalnum() or not _is_a_date_alone(line):
        return Typed()
    pieces = [each for each in _PIECES.findall(line) if each not in _said_beside()]
    kinds = "".join(str(len(each)) if each.isdecimal() and len(each) < 9 else _WORD for each in pieces)
    if re.fullmatch("[12][12]|[12]w|w[12]", kinds) and any(map(str.isdecimal, pieces)):
        return Typed(yearless=not kinds.count(_WORD) or any(map(_month, pieces)))
    return Typed(tuple(_days(pieces, kinds, month_may_lead="/" in line)))


def _days(pieces: Sequence[str], kinds: str, *, month_may_lead: bool) -> Iterator[Day]:
    match pieces:
        case [whole] if kinds == "8":
            yield from _of_figures(whole)
        case [whole] if kinds == "6":
            yield from _in_order(whole[4:], whole[2:4], whole[:2])
        case [year, month, day] if re.fullmatch("4[12][12]|4w[12]", kinds):
            yield from _in_order(year, month, day)
        case [day, month, year] if re.fullmatch("[12][12][24]", kinds):
            yield from _in_order(year, month, day)
            if month_may_lead:
                yield from _in_order(year, day, month)
        case [day, month, year] if re.fullmatch("[12]w[24]", kinds):
            yield from _in_order(year, month, day)
        case [month, day, year] if re.fullmatch("w[12][24]", kinds):
            yield from _in_order(year, month, day)


def _of_figures(whole: str) -> Iterator[Day]:
    """Eight in a row: the day first, or else the year."""
    day = Day(int(whole[4:]), int(whole[2:4]), int(whole[:2]))
    turned = Day(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
    if turned.found is not None and turned.year >= _CENTURIES[0] > day.year:
        yield turned
    elif day.days:
        yield day


def _in_order(year: str, month: str, day: str) -> Iterator[Day]:
    """The days that these are; none where the word is no month, or there was no such year."""
    number = int(month) if month.isdecimal() else _month(month)
    years: Iterable[int] = [int(year)] if len(year) > _SHORT_YEAR else [each + int(year) for each in _CENTURIES]
    if number is not None:
        yield from (Day(each, number, int(day)) for each in years if each)


def _month(word: str) -> int | None:
    if word in _ROMAN:
        return _ROMAN.index(word) + 1
    return month_number(word) if len(word) > _SHORT_YEAR and not word.isdecimal() else None


def _is_a_date_alone(line: str) -> bool:
    """Whether nothing but separators stands between the pieces."""
    found = list(_PIECES.finditer(line))
    edges = [(one.end(), other.start()) for one, other in pairwise(found)]
    edges.append((found[-1].end(), len(line)) if found else (0, len(line)))
    return bool(found) and all(_BETWEEN.fullmatch(line[start:end]) for start, end in edges)


def _as_digits(found: re.Match[str]) -> str:
    return found[0].translate(_LETTERS_LIKE_0)


@cache
def _said_beside() -> frozenset[str]:
    return frozenset(word for line in written("dates").of("said beside it") for word in line.split())
