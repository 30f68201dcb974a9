"""Readers of cells that hold something of a patient's: no sentence about one quotes it, nor says whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from services.accounts.fields import FieldError, FieldProblem
from services.imports import cells
from services.imports.cells import Wrong
from services.registry.model import real_date
from services.texts.names import folded

Value = TypeVar("Value")

_YES = frozenset({"да", "yes", "true", "1", "+"})
_NO = frozenset({"нет", "no", "false", "0", "-"})
_MOST = Decimal(10) ** 9
_KOPECK = Decimal("0.01")


def whole(value: str) -> str:
    """A number or an id: no digit of it may be lost."""
    if cells.is_rounded(value):
        raise Wrong("is rounded: make this column text in the spreadsheet")
    return value


def day(value: str) -> date:
    found = cells.as_day(value)
    if found is None:
        raise Wrong("is not a date like 2026-11-24 or 24.11.2026")
    return found


def day_or_none(value: str) -> date | None:
    """None where a register writes a day that means none."""
    return real_date(day(value))


def yes_or_no(value: str) -> bool:
    word = value.casefold()
    if word not in _YES | _NO:
        raise Wrong("is neither «да» nor «нет»")
    return word in _YES


def roubles(value: str) -> Decimal:
    """«1 234,50», «1234.5»: roubles, with two digits of kopecks at most; never less than nothing."""
    if cells.is_rounded(value):
        raise Wrong("is rounded: make this column text in the spreadsheet")
    try:
        found = Decimal("".join(value.split()).replace(",", "."))
    except InvalidOperation:
        raise Wrong("is not a sum like 1234.50") from None
    if not found.is_finite() or found < 0 or found > _MOST or found != found.quantize(_KOPECK):
        raise Wrong("is not a sum of roubles and kopecks")
    return found.quantize(_KOPECK)


def one_of(words: Mapping[str, Value], told: str) -> Callable[[str], Value]:
    """A reader of one of these words, however they are spelled. `told`: what they are."""

    def read(value: str) -> Value:
        found = words.get(folded(value))
        if found is None:
            raise Wrong(f"is none of {told}")
        return found

    return read


def typed(parse: Callable[[str], Value], told: str) -> Callable[[str], Value]:
    """A reader as forms have it."""

    def read(value: str) -> Value:
        try:
            return parse(value)
        except FieldError as error:
            wrong = "has a wrong check number" if error.problem is FieldProblem.SNILS_CHECK else told
            raise Wrong(wrong) from None

    return read
