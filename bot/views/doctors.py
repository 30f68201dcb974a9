"""What doctors are called on buttons."""

from __future__ import annotations

from collections.abc import Sequence

from bot.keyboards.kit import LABEL
from bot.keyboards.labels import apart


def doctor_labels(full_names: Sequence[str], limit: int = LABEL) -> list[str]:
    """Of doctors who stand together: in full where that fits, else by surname and name, and so that they differ."""
    return apart([doctor_names(each) for each in full_names], limit)


def doctor_names(full_name: str) -> tuple[str, ...]:
    """What `apart` may call somebody of a surname, a name and a patronymic, if any."""
    surname, *rest = full_name.split(" ")
    initials = " ".join([surname, *(f"{each[0]}." for each in rest if each)])
    return full_name, " ".join([surname, *rest[:1]]), initials, full_name
