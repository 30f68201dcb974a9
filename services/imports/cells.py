"""What may stand in an operator's files: how a cell is read, and the bounds of what it says.

A reader knows one cell, a rule the values of one or several with their bound; whatever is wrong is one sentence for the
operator's terminal, told with file, line and column. Readers of this module quote the cell: where a column may hold
something of a patient's, its topic has readers that do not.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Generic, TypeVar

from services.errors import SetupError

REF = re.compile(r"[A-Za-z0-9_-]{1,24}")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d", re.IGNORECASE)
"""An id or a phone that a spreadsheet has taken for a number: the last digits are lost."""
_FORMULA = re.compile(r"#(?:N/A|Н/Д|(?:REF|ССЫЛКА|VALUE|ЗНАЧ|DIV/0|ДЕЛ/0|NULL|ПУСТО|NUM|ЧИСЛО)!|(?:NAME|ИМЯ)\?)")


class Wrong(Exception):  # noqa: N818
    """A cell says no such thing; carries the sentence."""


def make_ref(external: str) -> str:
    """Our id for an id of the operator's: itself where it fits into a button, else 12 characters of its hash."""
    if REF.fullmatch(external):
        return external
    return base64.urlsafe_b64encode(hashlib.blake2b(external.encode(), digest_size=9).digest()).decode()


# --- one cell ------------------------------------------------------------------------------------


def sound(value: str, most: int) -> None:
    """What is asked of every cell, whatever it says. `most`: characters."""
    if len(value) > most:
        raise Wrong(f"is longer than {most} characters")
    if not value.isprintable() or "\ufffd" in value:
        odd = next(char for char in value if not char.isprintable() or char == "\ufffd")
        raise Wrong(f"holds a character that is none to print, U+{ord(odd):04X}")
    if value[0] == "#" and _FORMULA.fullmatch(value):
        raise Wrong(f"«{value}» is what a formula says that has failed")


def words(value: str) -> str:
    return value


def is_rounded(value: str) -> bool:
    """Whether a spreadsheet has taken it for a number."""
    return _ROUNDED.fullmatch(value) is not None


def whole(value: str) -> str:
    """An id, a code or a phone: no digit of it may be lost."""
    if is_rounded(value):
        raise Wrong(f"«{value}» is rounded: make this column text in the spreadsheet")
    return value


def number(value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        raise Wrong(f"«{value}» is not a number") from None


def day(value: str) -> date:
    found = as_day(value)
    if found is None:
        raise Wrong(f"«{value}» is not a date like 2026-11-24 or 24.11.2026")
    return found


@lru_cache(maxsize=1000)
def as_day(value: str) -> date | None:
    """The date that is written there; None: none is."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


# --- bounds --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """From `low` to `high`, both included. An operator may go from `least` to `most`."""

    low: float
    high: float
    least: float
    most: float
    meaning: str

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low:g} and {self.high:g}"


Bounds = Mapping[str, Bound]


def with_bounds(bounds: Bounds, values: Iterable[str]) -> Bounds:
    """The bounds with an operator's own: `lat=35:82`. `SetupError` where that makes no sense."""
    bounds = dict(bounds)
    for value in values:
        name, _, ends = (part.strip() for part in value.partition("="))
        if name not in bounds:
            raise SetupError(f"--bounds: there is no bound «{name}»; there are: {', '.join(bounds)}")
        try:
            low, high = (float(end.replace(",", ".")) for end in ends.split(":"))
        except ValueError:
            raise SetupError(f"--bounds wants {name}=LOW:HIGH, not «{value}»") from None
        known = bounds[name]
        if not known.least <= low <= high <= known.most:
            raise SetupError(f"--bounds {name}: the lower one first, both between {known.least:g} and {known.most:g}")
        bounds[name] = replace(known, low=low, high=high)
    return bounds


Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Seen]):
    """Something that can be wrong: the column that is told, the bound that it goes by, the sentence.

    `told`: None where nothing is wrong. `whole`: it is about all that is seen, and the rules below have nothing to add.
    """

    column: str
    told: Callable[[Seen, Bounds], str | None]
    bound: str | None = None
    whole: bool = False


def outside(value: float, name: str, bounds: Bounds) -> str:
    return f"{value:g} is not between {bounds[name]}{hint(name)}"


def day_outside(name: str, found: date, today: date, bounds: Bounds) -> str | None:
    """Why a day is too many days from today."""
    bound = bounds[name]
    if bound.holds((found - today).days):
        return None
    first, last = (today + timedelta(days=end) for end in (bound.low, bound.high))
    return f"is not between {first} and {last}{hint(name)}"


def hint(name: str) -> str:
    return f" (--bounds {name}=LOW:HIGH)"
