"""An address, chosen from the directory or typed where the directory does not know it, and how it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    town, street, flat = address.town, address.street, address.flat
    return ", ".join(
        filter(
            None,
            (
                "" if _is_region(town) else written_region(address.region),
                town.district,
                town_kinds().written(town.kind, town.name),
                street_kinds().written(street.kind, street.name) if street else "",
                written_house(address.house),
                f"кв. {flat}" if flat[:1].isdigit() else flat,
            ),
        )
    )


def written_region(code: str) -> str:
    """«Московская обл.», «Республика Татарстан», «г. Москва»; "" where there is no such region."""
    found = region(code)
    if found is None:
        return ""
    return town_kinds().written(CITY, found.name_ru) if code in _CITIES else _REGION.sub("обл.", found.name_ru)


def _is_region(town: Town) -> bool:
    """Moscow is a region and its town at once, and is said once."""
    found = region(town.region)
    return found is not None and town.region in _CITIES and folded(found.name_ru) == folded(town.name)
