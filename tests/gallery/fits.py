"""How much of each picture a small phone shows at once: the question and its buttons, without scrolling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PHONE = (360, 640)
"""Width and height of a small phone, in CSS pixels."""
SCALES = (1.0, 1.5)
"""Of the text: as the phone comes, and as who sees badly sets it."""
TALLEST = 12


@dataclass(frozen=True, slots=True)
class Fit:
    """Pixels of a message with its buttons, and of the chat's room for it."""

    height: float
    room: float

    @property
    def whole(self) -> bool:
        return self.height <= self.room


@dataclass(frozen=True, slots=True)
class Measured:
    """A picture by its name and language. `fits`: by the scale of the text; `ordinary`: people mostly meet it."""

    name: str
    locale: str
    ordinary: bool
    fits: Mapping[float, Fit]


def table(measured: Sequence[Measured]) -> str:
    """The share that fits by language and scale, of the ordinary pictures and of all, and the tallest ordinary ones."""
    lines = ["fits 360×640        " + "".join(f"{scale:>8.0%}" for scale in SCALES)]
    for locale in dict.fromkeys(each.locale for each in measured):
        for title, some in (
            ("ordinary", [each for each in measured if each.locale == locale and each.ordinary]),
            ("all", [each for each in measured if each.locale == locale]),
        ):
            shares = "".join(f"{_share(some, scale):>8.0%}" for scale in SCALES)
            lines.append(f"  {locale} {title:<9} {len(some):>4} {shares}")
    for scale in SCALES:
        high = sorted(
            (each for each in measured if each.ordinary and not each.fits[scale].whole),
            key=lambda each: -each.fits[scale].height,
        )
        lines.append(f"tallest ordinary at {scale:.0%}:")
        lines += [
            f"  {each.fits[scale].height:5.0f} of {each.fits[scale].room:.0f} px  {each.locale}  {each.name}"
            for each in high[:TALLEST]
        ]
    return "\n".join(lines) + "\n"


def _share(some: Sequence[Measured], scale: float) -> float:
    return sum(each.fits[scale].whole for each in some) / max(1, len(some))
