"""Working hours of a clinic: a short machine form, told in words."""

from __future__ import annotations

import re

from services.texts.dates import weekday_letters
from services.texts.i18n import Texts

_PART = re.compile(r"^([1-7])(?:-([1-7]))? (\d\d:\d\d)-(\d\d:\d\d)$")


def hours_words(t: Texts, hours: str) -> str:
    """«пн–пт 08:00–20:00, сб 09:00–15:00» from «1-5 08:00-20:00; 6 09:00-15:00».

    Whatever is not in that form is the operator's own text and stands as it is.
    """
    names = [name.lower() if t.locale == "ru" else name for name in weekday_letters(t)]
    told = []
    for part in hours.split(";"):
        match = _PART.match(part.strip())
        if not match:
            return hours.strip()
        first, last, opens, closes = match.groups()
        days = names[int(first) - 1] + (f"–{names[int(last) - 1]}" if last else "")
        told.append(f"{days} {opens}–{closes}")
    return ", ".join(told)
