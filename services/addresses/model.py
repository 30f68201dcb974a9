"""An address, chosen from the directory or typed where the directory does not know it, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.clinics.regions import region
from services.registry.model import Street, Town
from services.texts.addresses import CITY, street_kinds, town_kinds, written_house
from services.texts.names import folded

_CITIES = frozenset({"77", "78", "92", "99"})
"""Regions that are cities."""
_REGION = re.compile(r"(?<!автономная )область\b")


@dataclass(frozen=True, slots=True)
class Address:
    """`region`: two-digit code. `town`, `street`: with empty ids where they were typed. `house`, `flat`: as they were
    typed; `flat` may be empty. `street`: None in a village that has none.
    """

    region: str
    town: Town
    street: Street | None
    house: str
    flat: str = ""


def written(address: Address) -> str:
    """In the usual way: «Московская обл., г. Мытищи, ул. Мира, д. 5, кв. 12». Russian, as papers have it."""
    flat = f"кв. {address.flat}" if address.flat[:1].isdigit() else address.flat
    return _joined(written_so_far(address.region, address.town, address.street, address.house), flat)


def written_so_far(region_code: str, town: Town | None = None, street: Street | None = None, house: str = "") -> str:
    """The same of as much as is known: «Московская обл., г. Мытищи»."""
    return _joined(
        "" if town and _is_region(town) else written_region(region_code),
        written_town(town) if town else "",
        written_street(street) if street else "",
        written_house(house),
    )


def written_town(town: Town) -> str:
    """«г.о. Серпухов, д. Ивановка»."""
    return _joined(town.district, town_kinds().written(town.kind, town.name))


def written_street(street: Street) -> str:
    """«ул. Мира»."""
    return street_kinds().written(street.kind, street.name)


def written_region(code: str) -> str:
    """«Московская обл.», «Республика Татарстан», «г. Москва»; "" where there is no such region."""
    found = region(code)
    if found is None:
        return ""
    return town_kinds().written(CITY, found.name_ru) if code in _CITIES else _REGION.sub("обл.", found.name_ru)


def city_of(code: str) -> Town | None:
    """The town that the region itself is: Moscow; None where it is no city. Its id is empty."""
    found = region(code)
    return Town("", code, found.name_ru, CITY) if found is not None and code in _CITIES else None


def address_to_json(address: Address) -> dict[str, Any]:
    return asdict(address)


def address_from_json(told: Mapping[str, Any]) -> Address:
    """What `address_to_json` has made."""
    street = told["street"]
    return Address(
        told["region"],
        Town(**told["town"]),
        Street(**street) if street is not None else None,
        told["house"],
        told["flat"],
    )


def _is_region(town: Town) -> bool:
    """Moscow is a region and its town at once, and is said once."""
    city = city_of(town.region)
    return city is not None and folded(city.name) == folded(town.name)


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
