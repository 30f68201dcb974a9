"""Whether what was typed speaks of danger. Nothing is diagnosed: whoever is well passes over what is answered.

The phrases stand in `words/danger.txt`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from services.texts.phrases import Phrases, written


class Danger(StrEnum):
    """Who is to be called: an ambulance; or, for somebody who does not want to live, whoever listens."""

    AMBULANCE = "ambulance"
    CRISIS = "crisis"


def danger_in(text: str) -> Danger | None:
    """What danger the text speaks of; None: of none. Where it is of both, of that which wants kind words, too."""
    found = {each.meaning for each in _phrases().found(text)}
    return Danger.CRISIS if Danger.CRISIS in found else next(iter(found), None)


@cache
def _phrases() -> Phrases[Danger]:
    """Read once, with the first message."""
    file = written("danger")
    return Phrases(((danger, line) for danger in Danger for line in file.of(danger.value)), file.groups)
