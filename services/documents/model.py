"""What a map is asked to show. Frozen, no I/O; coordinates are degrees of WGS84."""

from __future__ import annotations

from dataclasses import dataclass

from services.errors import NomerokError


class DrawingFailed(NomerokError):  # noqa: N818  (it names what happened; a text stands in for the picture)
    """The picture could not be drawn."""


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
