"""Drawing a map: milliseconds for a town with one clinic and a city with forty, beside Typst setting an empty page."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from random import Random
from statistics import median, quantiles

import typst

from services.documents.layout import HEIGHT, WIDTH
from services.documents.map import drawn
from services.documents.model import Length, MapSheet, Named, Pin, Spot
from tests.bench.figures import Figure

_LENGTHS = tuple(Length(km, f"{km} км") for km in (1, 2, 5, 10, 20, 50, 100))
_TOWN, _CITY, _REGION = Spot(55.9106, 37.7364), Spot(55.7540, 37.6204), Spot(55.5, 38.0)


def measure(rounds: int) -> list[Figure]:
    """Medians and 95th percentiles. Every picture is another, so that nothing is found in a cache."""
    drawn(_around(_TOWN, 1, 0.001, 0))  # outlines and fonts are read once in a process
    empty_median, empty_p95 = _timed(_empty, rounds)
    figures = []
    for name, middle, count, spread in (
        ("a town with one clinic", _TOWN, 1, 0.01),
        ("a city with forty clinics", _CITY, 40, 0.08),
        ("a region with forty clinics", _REGION, 40, 0.5),
    ):
        middle_of, p95 = _timed(partial(_draw, middle, count, spread), rounds)
        figures.append(Figure(f"{name}, median", middle_of, "ms", empty_median))
        figures.append(Figure(f"{name}, p95", p95, "ms", empty_p95))
    return figures


def _timed(draw: Callable[[int], object], rounds: int) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    took = []
    for turn in range(rounds):
        began = time.perf_counter()
        draw(turn)
        took.append((time.perf_counter() - began) * 1000)
    return median(took), quantiles(took, n=20)[-1]


def _draw(middle: Spot, count: int, spread: float, turn: int) -> object:
    return drawn(_around(middle, count, spread, turn))


def _empty(turn: int) -> object:
    page = f"#set page(width: {WIDTH}pt, height: {HEIGHT}pt, fill: rgb({turn}, 238, 225))"
    return typst.Compiler(page.encode(), ignore_system_fonts=True).compile(format="png", ppi=72)


def _around(middle: Spot, count: int, spread: float, turn: int) -> MapSheet:
    """Clinics scattered about a place; `spread` in degrees of latitude."""
    random = Random(turn)
    spots = [
        Spot(middle.lat + random.gauss(0, spread), middle.lon + random.gauss(0, 1.7 * spread)) for _ in range(count)
    ]
    pins = tuple(Pin(number, spot) for number, spot in enumerate(spots[:8], start=1))
    towns = (Named("Мытищи", _TOWN),) if count == 1 else ()
    return MapSheet(pins, tuple(spots[8:]), middle, towns, "Вы здесь", "© участники OpenStreetMap", _LENGTHS)
