"""What people are called on buttons: doctors, and those on the account's list."""

from __future__ import annotations

from collections.abc import Sequence

from bot.keyboards.kit import LABEL
from bot.keyboards.labels import apart
from services.accounts.model import Person


def doctor_labels(full_names: Sequence[str], limit: int = LABEL) -> list[str]:
    """Of doctors who stand together: in full where that fits, else by surname and name, and so that they differ."""
    return apart([doctor_names(each) for each in full_names], limit)


def person_names(person: Person) -> tuple[str, ...]:
    """What `apart` may call somebody of the list: by name and surname, with the year of birth where it is shown."""
    years = (f"{person.short_name} ({person.shown.birth_date.year})",) if person.shown is not None else ()
    return (*(() if person.alike and years else (person.short_name,)), *years, person.listed_name)


def doctor_names(full_name: str) -> tuple[str, ...]:
    """What `apart` may call somebody of a surname, a name and a patronymic, if any."""
    surname, *rest = full_name.split(" ")
    initials = " ".join([surname, *(f"{each[0]}." for each in rest if each)])
    return full_name, " ".join([surname, *rest[:1]]), initials, full_name
