"""What may stand in an operator's files: how a cell is read, and the bounds of what it says.

A reader knows one cell, a rule the values of one or several with their bound; whatever is wrong is one sentence for the
operator's terminal, told with file, line and column. Files hold no patients' data, so a sentence may quote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.clinics.directory import Place, km
from services.clinics.regions import region
from services.documents.outlines import towns
from services.errors import SetupError
from services.registry.model import AgeGroup
from services.texts.names import folded, patronymic

REF = re.compile(r"[A-Za-z0-9_-]{1,24}")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")
_HOUR = re.compile(r"(?<![\d:])\d\d:\d\d(?![\d:])")
_OPENS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d", re.IGNORECASE)
"""An id or a phone that a spreadsheet has taken for a number: the last digits are lost."""
_FORMULA = re.compile(r"#(?:N/A|Н/Д|(?:REF|ССЫЛКА|VALUE|ЗНАЧ|DIV/0|ДЕЛ/0|NULL|ПУСТО|NUM|ЧИСЛО)!|(?:NAME|ИМЯ)\?)")
_AGE_GROUPS = {
    **dict.fromkeys(("any", "all", "все", "любой"), AgeGroup.ANY),
    **dict.fromkeys(("child", "children", "дети", "детский", "детская"), AgeGroup.CHILD),
    **dict.fromkeys(("adult", "adults", "взрослые", "взрослый", "взрослая"), AgeGroup.ADULT),
}


class Wrong(Exception):  # noqa: N818
    """A cell says no such thing; carries the sentence."""


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


def whole(value: str) -> str:
    """An id, a code or a phone: no digit of it may be lost."""
    if _ROUNDED.fullmatch(value):
        raise Wrong(f"«{value}» is rounded: make this column text in the spreadsheet")
    return value


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


def number(value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        raise Wrong(f"«{value}» is not a number") from None


def whole_minutes(value: str) -> float:
    minutes = number(value)
    if not minutes.is_integer():
        raise Wrong(f"«{value}» is not a number of whole minutes")
    return minutes


def day(value: str) -> date:
    found = _day(value)
    if found is None:
        raise Wrong(f"«{value}» is not a date like 2026-11-24 or 24.11.2026")
    return found


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


@lru_cache(maxsize=1000)
def _day(value: str) -> date | None:
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

BOUNDS: Bounds = {
    "lat": Bound(41, 82, -90, 90, "latitude of a clinic in degrees: Russia's"),
    "lon": Bound(19, 191, -180, 360, "its longitude: Russia's; east of 180 goes on, so -169 is 191"),
    "astray": Bound(0, 30, 0, 20000, "kilometres from its town, beyond which the two may look swapped"),
    "phone": Bound(3, 60, 0, 100, "digits of a phone, or of several in the cell"),
    "days": Bound(-31, 731, -36500, 36500, "days from today to a visit; below 0: ago"),
    "minutes": Bound(1, 480, 1, 1440, "how long a visit lasts"),
}


def with_bounds(values: Iterable[str]) -> Bounds:
    """The bounds with an operator's own: `lat=35:82`. `SetupError` where that makes no sense."""
    bounds = dict(BOUNDS)
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


# --- values within their bounds, and beside each other -------------------------------------------

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
    hint = ""
    if _within(spot.lat, spot.lon, bounds):
        # From the Volga to Omsk both ways are somewhere in the country. Which of them is where it is to be?
        there, turned = _astray(spot.lat, spot.lon, spot), _astray(spot.lon, spot.lat, spot)
        if bounds["astray"].holds(there) or there < turned * _MUCH_FARTHER:
            return None
        hint = _hint("astray")
    return f"{spot.lat:g}; {spot.lon:g} looks swapped: the latitude belongs into lat, the longitude into lon{hint}"


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
    return _outside(spot.lat, "lat", bounds) if spot.lat is not None and not bounds["lat"].holds(spot.lat) else None


def _lon(spot: Spot, bounds: Bounds) -> str | None:
    return _outside(spot.lon, "lon", bounds) if spot.lon is not None and not _lon_holds(spot.lon, bounds) else None


def _lon_holds(lon: float, bounds: Bounds) -> bool:
    """The country goes on beyond 180°, where longitudes begin at -180."""
    return -180 <= lon <= 180 and (bounds["lon"].holds(lon) or bounds["lon"].holds(lon + 360))


def _within(lat: float, lon: float, bounds: Bounds) -> bool:
    return bounds["lat"].holds(lat) and _lon_holds(lon, bounds)


def _digits(phone: str, bounds: Bounds) -> str | None:
    digits = sum(char.isdigit() for char in phone)
    if bounds["phone"].holds(digits):
        return None
    return f"«{phone}» is no phone: {_outside(digits, 'phone', bounds)}"


def _season(season: Season, bounds: Bounds) -> str | None:
    days = bounds["days"]
    if days.holds((season.day - season.today).days):
        return None
    first, last = (season.today + timedelta(days=end) for end in (days.low, days.high))
    return f"{season.day} is not between {first} and {last}{_hint('days')}"


def _minutes(minutes: float, bounds: Bounds) -> str | None:
    return None if bounds["minutes"].holds(minutes) else _outside(minutes, "minutes", bounds)


def _stretch(minutes: float, bounds: Bounds) -> str | None:
    """`minutes`: of the one visit from «from» to «to»."""
    if bounds["minutes"].holds(minutes):
        return None
    return f"one visit of so many minutes: {_outside(minutes, 'minutes', bounds)}; is «minutes» left out?"


def _outside(value: float, name: str, bounds: Bounds) -> str:
    return f"{value:g} is not between {bounds[name]}{_hint(name)}"


def _hint(name: str) -> str:
    return f" (--bounds {name}=LOW:HIGH)"


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
