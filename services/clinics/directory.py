"""The directory of clinics: search, nearest, by age.

A region's clinics come from the registry in one answer and are kept for a minute, as is each that is asked for by
its id, so paging, typing and going on cost no question; an import is seen within that minute.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from services.clinics.regions import REGIONS, Region
from services.clock import Clock
from services.registry.model import Clinic
from services.registry.ports.clinics import ClinicsPort
from services.texts.names import folded

_KEPT = timedelta(minutes=1)
_SIMILAR = 82
_WORDS = 6
"""More words than that tell nothing new about a clinic."""
_MISTYPED = 3
"""Shorter words are not looked for by likeness."""
EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, degrees of WGS84."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class _Listed:
    clinics: tuple[Clinic, ...]
    words: tuple[str, ...]
    until: datetime


class Directory:
    """Clinics and regions as people look for them. Raises `RegistryUnavailable` where the registry is silent."""

    def __init__(self, registry: ClinicsPort, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._regions: dict[str, _Listed] = {}
        self._clinics: dict[str, tuple[datetime, Clinic]] = {}
        self._counts: tuple[datetime, Mapping[str, int]] | None = None

    async def counts(self) -> Mapping[str, int]:
        """How many clinics each region has."""
        now = self._clock.now()
        if self._counts is None or self._counts[0] <= now:
            self._counts = (now + _KEPT, await self._registry.regions())
        return self._counts[1]

    async def clinic(self, clinic_id: str) -> Clinic | None:
        """A clinic by its id; None where there is none."""
        now = self._clock.now()
        kept = self._clinics.get(clinic_id)
        if kept is not None and kept[0] > now:
            return kept[1]
        clinic = await self._registry.clinic(clinic_id)
        if clinic is not None:
            self._clinics[clinic_id] = (now + _KEPT, clinic)
        return clinic

    async def of_region(self, region: str) -> tuple[Clinic, ...]:
        """All clinics of a region, in the order of their names."""
        return (await self._listed(region)).clinics

    async def search(self, region: str, query: str) -> tuple[Clinic, ...]:
        """Clinics whose name, town or address holds every word typed; the most similar ones where none does."""
        listed = await self._listed(region)
        wanted = normalise(query).split()[:_WORDS]
        if not wanted:
            return ()
        exact = [
            clinic
            for clinic, words in zip(listed.clinics, listed.words, strict=True)
            if all(_holds(words, word) for word in wanted)
        ]
        if exact:
            return tuple(exact)
        scored = [
            (min(_likeness(words, word) for word in wanted), clinic)
            for clinic, words in zip(listed.clinics, listed.words, strict=True)
        ]
        close = [pair for pair in scored if pair[0] >= _SIMILAR]
        return tuple(clinic for _, clinic in sorted(close, key=lambda pair: -pair[0]))

    async def _listed(self, region: str) -> _Listed:
        now = self._clock.now()
        kept = self._regions.get(region)
        if kept is None or kept.until <= now:
            clinics = tuple(await self._registry.clinics(region))
            words = tuple(" " + normalise(f"{clinic.name} {clinic.town} {clinic.address}") + " " for clinic in clinics)
            kept = self._regions[region] = _Listed(clinics, words, now + _KEPT)
        return kept


def nearest(clinics: Sequence[Clinic], place: Place) -> tuple[Clinic, ...]:
    """Clinics by distance; those without coordinates last."""

    def far(clinic: Clinic) -> float:
        distance = distance_km(clinic, place)
        return math.inf if distance is None else distance

    return tuple(sorted(clinics, key=far))


def distance_km(clinic: Clinic, place: Place) -> float | None:
    """Kilometres to the clinic; None where it has no coordinates."""
    if clinic.lat is None or clinic.lon is None:
        return None
    return km(Place(clinic.lat, clinic.lon), place)


def km(one: Place, other: Place) -> float:
    """Kilometres along the great circle."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def find_regions(query: str) -> tuple[Region, ...]:
    """Regions by typed text in either language: beginning of a word first, then similar ones."""
    typed = normalise(query)
    if not typed:
        return ()
    named = [(f" {normalise(region.name_ru)} {normalise(region.name_en)}", region) for region in REGIONS]
    exact = [region for words, region in named if f" {typed}" in words]
    if exact:
        return tuple(exact)
    scored = [(fuzz.partial_ratio(typed, words), region) for words, region in named]
    close = [pair for pair in scored if pair[0] >= _SIMILAR]
    return tuple(region for _, region in sorted(close, key=lambda pair: -pair[0]))


def normalise(text: str) -> str:
    """Folded as names are, letters and digits only, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", folded(unicodedata.normalize("NFKC", text))))


def _holds(words: str, wanted: str) -> bool:
    # A number is looked for whole: «3» must not find «поликлиника 13».
    return f" {wanted} " in words if wanted.isdigit() else f" {wanted}" in words


def _likeness(words: str, wanted: str) -> float:
    """How much the most similar word resembles a mistyped one, 0 to 100. A number is never mistyped into another."""
    if wanted.isdigit() or len(wanted) < _MISTYPED:
        return 100.0 if _holds(words, wanted) else 0.0
    return max((fuzz.ratio(wanted, word) for word in words.split()), default=0.0)
