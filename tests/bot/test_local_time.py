"""«Местное время поликлиники»: once on every screen with a time, wherever clocks are not as in Moscow; nowhere else."""

from __future__ import annotations

import re
from dataclasses import is_dataclass, replace
from functools import lru_cache
from typing import Any

import pytest

from bot.views.prompts import PromptMessage
from bot.views.screen import Document, Screen
from services.notify.model import Attachment, Letter
from services.registry.model import Clinic
from services.texts.dates import is_moscow_time
from services.texts.i18n import LOCALES, texts
from tests.samples.common import NOW
from tests.support.reshaped import drawn

NOTES = {"ru": "Местное время поликлиники", "en": "Local time of the clinic"}
MOSCOWS = ("Europe/Moscow", "Europe/Volgograd", "Europe/Simferopol")
PARTS = {
    *("moving.moved", "notifications.moved"),
    *("visits.at_the_clinic", "visits.notice_names", "visits.when_and_what"),
}
"""Stand on screens that say it themselves."""
_TIME = re.compile(r"\b\d\d:\d\d\b")


def in_zone(tz: str) -> Any:
    """Every clinic stands there, and all that is told by a clinic's clock is told by that one."""

    def change(value: Any) -> Any:
        if isinstance(value, Clinic) or (
            is_dataclass(value) and getattr(value, "tz", None) and not isinstance(value, type)
        ):
            return replace(value, tz=tz)
        return value

    return change


ITSELF = "clinics.clock_line"
"""The note by itself, whose sample names a far zone."""


def said(shown: Any) -> str:
    """All that is read of whatever was drawn."""
    match shown:
        case Screen(text, markup):
            return "\n".join([text, *(each.text for row in markup.inline_keyboard for each in row)])
        case Document(caption=caption):
            return caption
        case Letter():
            return shown.text
        case Attachment():
            return ""
        case PromptMessage(text):
            return text
        case _:
            return str(shown)


def times_of(shown: Any) -> list[str]:
    return _TIME.findall(said(shown))


@lru_cache
def in_moscow(locale: str) -> list[Any]:
    return [shown for _, shown in drawn(texts(locale), in_zone(MOSCOWS[0]))]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("tz", MOSCOWS[1:])
def test_a_zone_with_moscows_clocks_is_not_spoken_of(locale: str, tz: str) -> None:
    for (name, there), here in zip(drawn(texts(locale), in_zone(tz)), in_moscow(locale), strict=True):
        assert said(there) == said(here), name
        assert name == ITSELF or NOTES[locale].casefold() not in said(there).casefold(), name


@pytest.mark.parametrize("locale", LOCALES)
def test_other_clocks_are_spoken_of_once_on_every_screen_with_a_time(locale: str) -> None:
    faults, with_times = [], set()
    for (name, there), here in zip(drawn(texts(locale), in_zone("Asia/Vladivostok")), in_moscow(locale), strict=True):
        notes = said(there).casefold().count(NOTES[locale].casefold())
        local = times_of(there) != times_of(here)
        with_times |= {name} if local else set()
        if name not in {*PARTS, ITSELF} and notes != int(local):
            faults.append((name, notes, said(there)))
    assert not faults, faults[:5]
    assert {"visits.ticket", "visits.visit_list", "reminders.reminder", "booking.confirm"} <= with_times


def test_clocks_are_compared_and_not_the_names_of_zones() -> None:
    assert all(is_moscow_time(NOW, tz) for tz in MOSCOWS)
    assert not is_moscow_time(NOW, "Europe/Samara")
    assert not is_moscow_time(NOW, "Asia/Vladivostok")
