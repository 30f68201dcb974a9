"""What may stand in an operator's clinics, doctors and schedules: how a cell is read, and the bounds of what it says.

A reader knows one cell, a rule the values of one or several with their bound; whatever is wrong is one sentence for the
operator's terminal, told with file, line and column. These files hold no patients' data, so a sentence may quote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.clinics.directory import Place, km
from services.clinics.regions import region
from services.documents.outlines import towns
from services.imports.cells import REF, Bound, Bounds, Rule, Wrong, hint, number, outside, whole
from services.registry.model import AgeGroup
from services.texts.names import folded, patronymic

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")
_HOUR = re.compile(r"(?<![\d:])\d\d:\d\d(?![\d:])")
_OPENS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_AGE_GROUPS = {
    **dict.fromkeys(("any", "all", "все", "любой"), AgeGroup.ANY),
    **dict.fromkeys(("child", "children", "дети", "детский", "детская"), AgeGroup.CHILD),
    **dict.fromkeys(("adult", "adults", "взрослые", "взрослый", "взрослая"), AgeGroup.ADULT),
}


# --- one cell ------------------------------------------------------------------------------------


def code(value: str) -> str:
    if not REF.fullmatch(whole(value)):
        raise Wrong(f"«{value}» may hold letters A–Z, digits, «-» and «_» only")
    return value


def own_patronymic(value: str) -> str | None:
    """As it is written, for it may be «И.»; «нет» is none."""
    return None if patronymic(value) is None else value


def region_code(value: str) -> str:
    padded = value.zfill(2)  # spreadsheets drop the zero of 05
    if region(padded) is None:
        raise Wrong(f"«{padded}» is not the code of a region")
    return padded


def zone_name(value: str) -> str:
    if zone(value) is None:
        raise Wrong(f"«{value}» is not a time zone like Europe/Moscow")
    return value


def opening_hours(value: str) -> str:
    for said in _HOUR.findall(value):
        if not _OPENS.fullmatch(said):
            raise Wrong(f"there is no {said} on a clock")
    return value


def age_group(value: str) -> AgeGroup:
    group = _AGE_GROUPS.get(value.casefold())
    if group is None:
        raise Wrong(f"«{value}» is not child, adult or any")
    return group


def whole_minutes(value: str) -> float:
    minutes = number(value)
    if not minutes.is_integer():
        raise Wrong(f"«{value}» is not a number of whole minutes")
    return minutes


def clock(value: str) -> time:
    match = _CLOCK.fullmatch(value)
    if match is None:
        raise Wrong(f"«{value}» is not a time like 09:00")
    return time(int(match[1]), int(match[2]))


def zone(tz: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(tz) if tz else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


# --- bounds --------------------------------------------------------------------------------------


BOUNDS: Bounds = {
    "lat": Bound(41, 82, -90, 90, "latitude of a clinic or a point in degrees: Russia's"),
    "lon": Bound(19, 191, -180, 360, "its longitude: Russia's; east of 180 goes on, so -169 is 191"),
    "astray": Bound(0, 30, 0, 20000, "kilometres from its town, beyond which the two may look swapped"),
    "phone": Bound(3, 60, 0, 100, "digits of a phone, or of several in the cell"),
    "days": Bound(-31, 731, -36500, 36500, "days from today to a visit; below 0: ago"),
    "minutes": Bound(1, 480, 1, 1440, "how long a visit lasts"),
}


# --- values within their bounds, and beside each other -------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a file has a clinic. None: the cell is empty."""

    lat: float | None
    lon: float | None
    region: str
    town: str


@dataclass(frozen=True, slots=True)
class Season:
    """When a file has visits, and the day on which it is read."""

    day: date
    today: date


def _alone(one: str, other: str) -> Callable[[Spot, Bounds], str | None]:
    def told(spot: Spot, _: Bounds) -> str | None:
        alone = getattr(spot, one) is None and getattr(spot, other) is not None
        return "lat and lon are both there, or neither" if alone else None

    return told


def _nowhere(spot: Spot, _: Bounds) -> str | None:
    return "0;0 is no place: leave both empty where it is not known" if spot.lat == spot.lon == 0 else None


def _swapped(spot: Spot, bounds: Bounds) -> str | None:
    if spot.lat is None or spot.lon is None or not _within(spot.lon, spot.lat, bounds):
        return None
    how = ""
    if _within(spot.lat, spot.lon, bounds):
        # From the Volga to Omsk both ways are somewhere in the country. Which of them is where it is to be?
        there, turned = _astray(spot.lat, spot.lon, spot), _astray(spot.lon, spot.lat, spot)
        if bounds["astray"].holds(there) or there < turned * _MUCH_FARTHER:
            return None
        how = hint("astray")
    return f"{spot.lat:g}; {spot.lon:g} looks swapped: the latitude belongs into lat, the longitude into lon{how}"


_MUCH_FARTHER = 4.0
_A_REGION_IS_WIDER = 5.0


def _astray(lat: float, lon: float, spot: Spot) -> float:
    """Kilometres from its town; a fifth of those from the nearest town of its region, where its own is not known."""
    of_region, name = _towns_of(spot.region), folded(spot.town)
    of_name = [place for called, place in of_region if called == name]
    away = min((km(Place(lat, lon), place) for place in of_name or (place for _, place in of_region)), default=0.0)
    return away if of_name else away / _A_REGION_IS_WIDER


@lru_cache(maxsize=100)
def _towns_of(code: str) -> tuple[tuple[str, Place], ...]:
    """Towns of a region that are known, by their folded names."""
    return tuple((folded(each.name), Place(each.lat, each.lon)) for each in towns() if each.region == code)


def _lat(spot: Spot, bounds: Bounds) -> str | None:
    return outside(spot.lat, "lat", bounds) if spot.lat is not None and not bounds["lat"].holds(spot.lat) else None


def _lon(spot: Spot, bounds: Bounds) -> str | None:
    return outside(spot.lon, "lon", bounds) if spot.lon is not None and not _lon_holds(spot.lon, bounds) else None


def _lon_holds(lon: float, bounds: Bounds) -> bool:
    """The country goes on beyond 180°, where longitudes begin at -180."""
    return -180 <= lon <= 180 and (bounds["lon"].holds(lon) or bounds["lon"].holds(lon + 360))


def _within(lat: float, lon: float, bounds: Bounds) -> bool:
    return bounds["lat"].holds(lat) and _lon_holds(lon, bounds)


def _digits(phone: str, bounds: Bounds) -> str | None:
    digits = sum(char.isdigit() for char in phone)
    if bounds["phone"].holds(digits):
        return None
    return f"«{phone}» is no phone: {outside(digits, 'phone', bounds)}"


def _season(season: Season, bounds: Bounds) -> str | None:
    days = bounds["days"]
    if days.holds((season.day - season.today).days):
        return None
    first, last = (season.today + timedelta(days=end) for end in (days.low, days.high))
    return f"{season.day} is not between {first} and {last}{hint('days')}"


def _minutes(minutes: float, bounds: Bounds) -> str | None:
    return None if bounds["minutes"].holds(minutes) else outside(minutes, "minutes", bounds)


def _stretch(minutes: float, bounds: Bounds) -> str | None:
    """`minutes`: of the one visit from «from» to «to»."""
    if bounds["minutes"].holds(minutes):
        return None
    return f"one visit of so many minutes: {outside(minutes, 'minutes', bounds)}; is «minutes» left out?"


SPOT = (
    Rule("lat", _alone("lat", "lon"), whole=True),
    Rule("lon", _alone("lon", "lat"), whole=True),
    Rule("lat", _nowhere, whole=True),
    Rule("lat", _swapped, "astray", whole=True),
    Rule("lat", _lat, "lat"),
    Rule("lon", _lon, "lon"),
)
PHONE = (Rule("phone", _digits, "phone"),)
SEASON = (Rule("date", _season, "days"),)
LENGTH = (Rule("minutes", _minutes, "minutes"),)
STRETCH = (Rule("to", _stretch, "minutes"),)
