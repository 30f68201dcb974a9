"""What a button carries: a prefix and fields."""

from __future__ import annotations

from enum import Enum
from typing import Any

from aiogram.filters import callback_data

_LONGEST = 64
"""Bytes, by Telegram's rule."""


class CallbackData(callback_data.CallbackData, prefix="-"):
    """aiogram's, read in its way and packed to the same bytes, without a walk of pydantic's through every button."""

    def pack(self) -> str:
        """The words that the button carries. `ValueError` where they are too long, or hold what separates them."""
        values = [_packed(each) for each in self.__dict__.values()]
        packed = self.__separator__.join((self.__prefix__, *values))
        if packed.count(self.__separator__) > len(values):
            raise ValueError(f"a value of {type(self).__name__} holds what separates values")
        if len(packed.encode()) > _LONGEST:
            raise ValueError(f"{type(self).__name__} is too long for a button")
        return packed


def _packed(value: Any) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return str(int(value))  # a bool, too
    raise ValueError(f"no button carries a {type(value).__name__}")
