"""Labels of things that stand on one screen: none is read as another, and what tells them apart comes early."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from bot.keyboards.kit import LABEL, short, without_brackets

EARLY = 20
"""So many characters of a label are read at a glance: by then it differs from every other one of its screen."""
_SHOWN = 4
"""Of these, so many at least are for where long names differ."""
_MARKS = re.compile(r"^[^\w(№]+(?=.)")
"""«✅ » and the like, which tell nothing apart."""
Names = str | tuple[str, ...]
"""What a thing may be called, the best name first, the fullest last."""


def apart(things: Sequence[Names], limit: int = LABEL) -> list[str]:
    """A label for each of the things that stand on one screen, within the limit.

    Each bears the first of its names that fits. Those that would read alike early bear their next ones that fit; where
    there are no more, their fullest names begin shortly before they differ: «…поликлиника № 12». Only what has one and
    the same name reads alike.
    """
    named = [(each,) if isinstance(each, str) else each for each in things]
    fitting = [_fitting(each, limit) for each in named]
    chosen = [0] * len(named)
    while True:
        told = [fitting[place][which] for place, which in enumerate(chosen)]
        alike = read_alike(told, limit)
        going = [place for some in alike for place in some if chosen[place] + 1 < len(fitting[place])]
        if not going:
            break
        for place in going:
            chosen[place] += 1
    for some in alike:
        ends = _from_the_difference([named[place][-1] for place in some], limit)
        for place, label in zip(some, ends, strict=True):
            told[place] = label
    return told


def headed(heads: Sequence[str], things: Sequence[Names]) -> list[str]:
    """Labels that begin with a number or a mark: «4 · ⭐ Балашиха · детская № 2»."""
    labels = apart(things, LABEL - max(map(len, heads), default=0))
    return [head + label for head, label in zip(heads, labels, strict=True)]


def read_alike(labels: Sequence[str], limit: int = LABEL) -> Sequence[Sequence[int]]:
    """Places of labels that cannot be told apart early, those that read alike together."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        found[_MARKS.sub("", label)[: min(EARLY, limit)].casefold()].append(place)
    return [places for places in found.values() if len(places) > 1]


def _fitting(names: Sequence[str], limit: int) -> Sequence[str]:
    """Of these names those within the limit; where there are none, the best is cut."""
    bare = [*names, without_brackets(names[-1])]
    return list(dict.fromkeys(each for each in bare if len(each) <= limit)) or [
        short(without_brackets(names[0]), limit)
    ]


def _from_the_difference(names: Sequence[str], limit: int) -> list[str]:
    """Names that have a beginning in common, each told from there on."""
    folded = [each.casefold() for each in names]
    alike_until = (place for place, letters in enumerate(zip(*folded, strict=False)) if len(set(letters)) > 1)
    shared = next(alike_until, min(map(len, folded)))
    told = [_from(name, shared, limit) for name in names]
    for alike in read_alike(told, limit):
        if len(alike) < len(names):  # these have more in common than all of them
            ends = _from_the_difference([names[place] for place in alike], limit)
            for place, label in zip(alike, ends, strict=True):
                told[place] = label
    return told


def _from(name: str, shared: int, limit: int) -> str:
    """The name from a word on that stands shortly before its first `shared` characters end."""
    room = min(EARLY, limit) - _SHOWN - len("…")
    told = name
    if room < shared < len(name):
        begins = name.find(" ", shared - room - 1, shared + 1) + 1 or shared
        told = "…" + name[begins:]
    return told if len(told) <= limit else told[: limit - 1].rstrip(" ,.") + "…"
