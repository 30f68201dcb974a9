"""How much of each picture a small phone shows at once: the question and its buttons, without scrolling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.support.heights import ROOM, SCALES

TALLEST = 12
"""So many are named."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A picture by its name and language. `heights`: of its screen, by the scale of the text, as `support.heights` has
    them; `ordinary`: people mostly meet it.
    """

    name: str
    locale: str
    ordinary: bool
    heights: Mapping[float, float]


def table(measured: Sequence[Measured]) -> str:
    """The share that fits by language and scale, of the ordinary pictures and of all, and the tallest ordinary ones."""
    lines = [f"fits {ROOM} px of a phone" + "".join(f"{scale:>8.0%}" for scale in SCALES)]
    for locale in dict.fromkeys(each.locale for each in measured):
        for title, some in (
            ("ordinary", [each for each in measured if each.locale == locale and each.ordinary]),
            ("all", [each for each in measured if each.locale == locale]),
        ):
            shares = "".join(f"{_share(some, scale):>8.0%}" for scale in SCALES)
            lines.append(f"  {locale} {title:<8}{len(some):>9} {shares}")
    for scale in SCALES:
        high = [each for each in measured if each.ordinary and each.heights[scale] > ROOM]
        lines.append(f"tallest ordinary ones at {scale:.0%}:")
        lines += [
            f"  {each.heights[scale]:5.0f} px  {each.locale}  {each.name}"
            for each in sorted(high, key=lambda each: -each.heights[scale])[:TALLEST]
        ]
    return "\n".join(lines) + "\n"


def _share(some: Sequence[Measured], scale: float) -> float:
    return sum(each.heights[scale] <= ROOM for each in some) / max(1, len(some))
