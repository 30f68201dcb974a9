"""What a map and a paper are asked to show. Frozen, no I/O; coordinates are degrees of WGS84."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.errors import NomerokError
from services.notify.model import LetterEnd


class DrawingFailed(NomerokError):  # noqa: N818  (it names what happened; a text stands in for the picture)
    """The picture, or the paper, could not be drawn."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the map."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Pin:
    """A numbered place; the same number stands on its button."""

    number: int
    spot: Spot


@dataclass(frozen=True, slots=True)
class Named:
    """A place with its name, as whoever runs the registry writes it."""

    name: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Length:
    """A length that the scale bar may have, with its words: «500 м»."""

    km: float
    words: str


@dataclass(frozen=True, slots=True)
class MapSheet:
    """A map. `others`: small dots; `place`: where the person is, named `here`; `towns`: beside those known already.

    `lengths`: what the scale bar may show; `thanks`: who made the outlines, shown where any are drawn.
    """

    pins: tuple[Pin, ...]
    others: tuple[Spot, ...] = ()
    place: Spot | None = None
    towns: tuple[Named, ...] = ()
    here: str = ""
    thanks: str = ""
    lengths: tuple[Length, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A caption and what it says: «Дата рождения», «03.02.1987»."""

    caption: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts one below another, under a heading of their own where there is one."""

    facts: Sequence[Fact]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A row of a table that sums up those above it: what it is the sum of, and the sum, beneath the last column."""

    caption: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, whose columns' names, some words each, stand anew on each page. A row has a cell for every column."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str] | Total]
    heading: str = ""

    def __post_init__(self) -> None:
        if any(not isinstance(row, Total) and len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row of a table has more cells than it has columns, or fewer")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text of its own, under a heading where there is one."""

    text: str
    heading: str = ""


Part = Facts | Table | Paragraph


@dataclass(frozen=True, slots=True)
class Head:
    """Whose paper it is: the clinic, as its directory has it. What is empty is left out."""

    name: str
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper, all in Russian: plain texts, which are set as they are, whatever stands in them.

    `person`: whom it is about, the name first; `number`: its own, as the registry has it, empty: none; `day`: its date,
    by the clinic's clock, never the day on which somebody looks. `link`: where its QR code leads, None: it has none.
    """

    title: str
    clinic: Head
    person: Sequence[Fact]
    number: str
    day: date
    parts: Sequence[Part]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that has been made: a PDF. `id`: random; what its QR code holds, and nothing else."""

    id: str
    pdf: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What a paper is of: a kind, as its topic declares it, and an id as that kind has it."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class PaperLetter:
    """A paper that was sent by e-mail. `address`: None once it has gone, or never will; `end`: what became of it."""

    id: str
    of: Subject
    person_id: str
    address: str | None
    end: LetterEnd | None = None


KIND_LENGTH = 16
"""Of a kind of papers, in characters."""
_PAYLOAD = re.compile(r"v-([A-Za-z0-9]{12})")


def payload_of(paper_id: str) -> str:
    """What stands behind «?start=» of the link in a QR code."""
    return f"v-{paper_id}"


def paper_of_link(payload: str | None) -> str | None:
    """The id that such a payload names, whether there is such a paper or not; None where it is another payload."""
    found = _PAYLOAD.fullmatch(payload or "")
    return found[1] if found else None
