"""Parts of an address as people type them: what can be written as it stands, and what of it belongs elsewhere."""

from __future__ import annotations

import re

from services.texts.addresses import house_key, name_key
from services.texts.names import folded, one_line, tidy

LONGEST_NAME, LONGEST_NUMBER = 60, 30
"""Letters of a town or a street, and of a house or a flat."""
_WRITTEN = re.compile(r"(?:[^\W_]|[ .,/№«»\"'’()-])+")
"""Nothing else stands in an address."""
_HOUSE_BEHIND = re.compile(r"(?:[\s,]+(?:дом|д)(?![^\W\d_])\.?|,)\s*(\d.*)?$", re.IGNORECASE)
_NUMBER_BEHIND = re.compile(r"\s(\d\S*)$")
_FLAT_BEHIND = re.compile(r"[\s,]+(?:квартира|кв)(?![^\W\d_])\.?\s*(\d.*)?$", re.IGNORECASE)
_IS_A_HOUSE = re.compile(r"^(?:дом|д)(?![^\W\d_])\.?\s*", re.IGNORECASE)
_IS_A_FLAT = re.compile(r"^(?:квартира|кв)(?![^\W\d_])\.?\s*", re.IGNORECASE)
_NONE = frozenset(
    {
        *("нет", "нету", "-", "без улицы", "улицы нет", "нет улицы", "без квартиры", "квартиры нет", "нет квартиры"),
        *("частный дом", "дом частный", "свой дом", "no", "none", "no street", "no flat"),
    }
)
"""Folded. How people say that there is no street, or no flat."""


def read_name(text: str) -> str:
    """A town or a street as it is written; "" where it cannot be: no word in it, signs that no name has, too long."""
    name = tidy(text)
    fits = len(name) <= LONGEST_NAME and _WRITTEN.fullmatch(name) and name_key(name)
    return name if fits and any(map(str.isalpha, name)) else ""


def read_house(text: str) -> str:
    """«дом 5А» as «5А»; "" where it cannot be written: no number in it, signs that no number has, too long."""
    number = _IS_A_HOUSE.sub("", tidy(text))
    return number if _is_number(number) and house_key(number) else ""


def read_flat(text: str) -> str:
    """«кв. 12» as «12»; "" as of `read_house`."""
    number = _IS_A_FLAT.sub("", tidy(text))
    return number if _is_number(number) else ""


def means_none(text: str) -> bool:
    """Whether it says that there is no street, or no flat."""
    return folded(text) in _NONE


def street_and_house(text: str) -> tuple[str, str]:
    """«ул. Мира, д. 5» as the street and the house. A number alone, «Мира 5», may be a part of the name: it stays."""
    return _parted(_HOUSE_BEHIND, one_line(text))


def name_and_number(text: str) -> tuple[str, str]:
    """«Мира 5» as a name and the number behind it."""
    return _parted(_NUMBER_BEHIND, one_line(text))


def house_and_flat(text: str) -> tuple[str, str]:
    """«5, кв. 12» as the house and the flat."""
    return _parted(_FLAT_BEHIND, one_line(text))


def _parted(behind: re.Pattern[str], text: str) -> tuple[str, str]:
    found = behind.search(text)
    return (text[: found.start()], found[1] or "") if found and text[: found.start()].strip() else (text, "")


def _is_number(text: str) -> bool:
    return len(text) <= LONGEST_NUMBER and _WRITTEN.fullmatch(text) is not None and any(each.isdigit() for each in text)
