"""Drawing a map: milliseconds for a town with one clinic and a city with forty, beside Typst setting an empty page."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from statistics import median, quantiles

import typst

from services.documents.layout import HEIGHT, WIDTH
from services.documents.map import drawn
from services.documents.model import Length, MapSheet, Named, Pin, Spot

ROUNDS = 30
_LENGTHS = tuple(Length(km, f"{km} км") for km in (1, 2, 5, 10, 20, 50, 100))
_TOWN, _CITY, _REGION = Spot(55.9106, 37.7364), Spot(55.7540, 37.6204), Spot(55.5, 38.0)


def measure() -> dict[str, dict[str, float]]:
    """Median and 95th percentile. Every picture is another, so that nothing is found in a cache."""
    drawn(_around(_TOWN, 1, 0.001, 0))  # outlines and fonts are read once in a process
    return {
        "an empty page, by Typst alone": _timed(_empty),
        "a town with one clinic": _timed(lambda turn: drawn(_around(_TOWN, 1, 0.01, turn))),
        "a city with forty clinics": _timed(lambda turn: drawn(_around(_CITY, 40, 0.08, turn))),
        "a region with forty clinics": _timed(lambda turn: drawn(_around(_REGION, 40, 0.5, turn))),
    }


def _timed(draw: Callable[[int], object]) -> dict[str, float]:
    took = []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        draw(turn)
        took.append((time.perf_counter() - began) * 1000)
    return {"median": median(took), "p95": quantiles(took, n=20)[-1]}


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
