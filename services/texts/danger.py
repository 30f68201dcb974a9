"""Whether what was typed speaks of danger. Nothing is diagnosed: whoever is well passes over what is answered.

The phrases stand in `danger.txt`, beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

from services.texts.phrases import Phrases

_FILE = Path(__file__).with_name("danger.txt")
_GROUP = re.compile(r"@(?P<name>\w+): (?P<words>.+)")


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
    lines, groups, section = list[tuple[Danger, str]](), dict[str, str](), Danger.AMBULANCE
    for line in _lines():
        if line.startswith("["):
            section = Danger(line.strip("[]"))
        elif group := _GROUP.match(line):
            groups[group["name"]] = f"{groups.get(group['name'], '')} {group['words']}"
        else:
            lines.append((section, line))
    return Phrases(lines, groups)


def _lines() -> Iterator[str]:
    for line in _FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
