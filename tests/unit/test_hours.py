"""Working hours of a clinic, told in words."""

from __future__ import annotations

import pytest

from services.texts.hours import hours_words
from services.texts.i18n import texts


@pytest.mark.parametrize(
    ("hours", "ru", "en"),
    [
        ("1-5 08:00-20:00; 6 09:00-15:00", "пн–пт 08:00–20:00, сб 09:00–15:00", "Mo–Fr 08:00–20:00, Sa 09:00–15:00"),
        ("1-7 00:00-24:00", "пн–вс 00:00–24:00", "Mo–Su 00:00–24:00"),
        ("7 10:00-14:00", "вс 10:00–14:00", "Su 10:00–14:00"),
        (" 1-5 08:00-20:00 ", "пн–пт 08:00–20:00", "Mo–Fr 08:00–20:00"),
    ],
)
def test_the_machine_form_is_told_in_words(hours: str, ru: str, en: str) -> None:
    assert hours_words(texts("ru"), hours) == ru
    assert hours_words(texts("en"), hours) == en


@pytest.mark.parametrize(
    "hours", ["ежедневно с 8 до 20", "1-5 08:00-20:00; суббота выходной", "1-5 8:00-20:00", "8 08:00-20:00", ""]
)
def test_the_operators_own_words_stand_as_they_are(hours: str) -> None:
    assert hours_words(texts("ru"), f" {hours} ") == hours
