"""What maps are drawn upon: outlines of districts and centres of towns, read once, when the first map is drawn.

`scripts/make_map_data.py` has made both files; their sources and terms stand at their heads and in the README.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
OUTLINES, TOWNS = "outlines.txt", "towns.csv"
QUANTUM = 1e-4
"""Degrees in a unit of the file: 11 m along a meridian, well under what the borders were simplified by."""

Point = tuple[float, float]
"""Latitude and longitude, degrees of WGS84."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A district. `rings`: its outer borders; `south` … `east`: the box around them."""

    region: str
    name: str
    lat: float
    lon: float
    rings: tuple[tuple[Point, ...], ...]
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Town:
    """`region`: its code. `people`: thousands; 0 where it is not known."""

    region: str
    name: str
    lat: float
    lon: float
    people: int


@cache
def outlines() -> tuple[Outline, ...]:
    return tuple(_outline(line) for line in _lines(OUTLINES))


@cache
def towns() -> tuple[Town, ...]:
    """All towns of the country, the larger first."""
    found = []
    for line in _lines(TOWNS):
        region, name, lat, lon, people = line.split(",")
        found.append(Town(region, name, float(lat), float(lon), int(people)))
    return tuple(sorted(found, key=lambda each: -each.people))


def encode_ring(ring: Iterable[tuple[int, int]]) -> str:
    """A ring in units of `QUANTUM` as printable characters: differences, 5 bits each (Google's polyline encoding)."""
    text, before = [], (0, 0)
    for point in ring:
        for now, then in zip(point, before, strict=True):
            number = (now - then) << 1
            number = ~number if now < then else number
            while number >= 0x20:
                text.append(chr((0x20 | (number & 0x1F)) + 63))
                number >>= 5
            text.append(chr(number + 63))
        before = point
    return "".join(text)


def decode_ring(text: str) -> tuple[Point, ...]:
    """The other way round, in degrees."""
    numbers, number, shift = [], 0, 0
    for character in text:
        bits = ord(character) - 63
        number |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            numbers.append(~(number >> 1) if number & 1 else number >> 1)
            number = shift = 0
    ring, lat, lon = [], 0, 0
    for north, east in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + north, lon + east
        ring.append((lat * QUANTUM, lon * QUANTUM))
    return tuple(ring)


def _outline(line: str) -> Outline:
    region, name, lat, lon, coded = line.split("\t")
    rings = tuple(decode_ring(ring) for ring in coded.split(" "))
    lats, lons = [p[0] for ring in rings for p in ring], [p[1] for ring in rings for p in ring]
    return Outline(region, name, float(lat), float(lon), rings, min(lats), min(lons), max(lats), max(lons))


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line
