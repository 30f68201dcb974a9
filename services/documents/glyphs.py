"""Which characters can be set, and what stands for those that cannot: no paper fails for a letter.

Nobody keeps a list of what the fonts hold: Typst itself is asked, once about each character, for it refuses to set what
it cannot show.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping

BOX = "□"
"""In place of what no font at hand has."""
_PLAIN = f" \n{string.ascii_letters}{string.digits}{string.punctuation}№«»–—…□" + "".join(
    chr(code) for code in (*range(ord("А"), ord("я") + 1), ord("Ё"), ord("ё"))
)
"""What nobody has to ask about."""
_SPACES = {"Zl": "\n", "Zp": "\n", "Zs": " "}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_LINES = frozenset("\n\r\t\v\f\x85")
_NOTHING = frozenset({"Cc", "Cf"})
"""Controls, and what is not seen but turns or joins what is."""
_NOBODYS = frozenset({"Cs", "Co", "Cn"})
"""Halves of characters, private ones, and those that are none."""

Sets = Callable[[Collection[str]], bool]
"""Whether all of these characters can be set."""


class Glyphs:
    """Remembers what it has found out, for as long as the process lives."""

    def __init__(self, sets: Sets) -> None:
        self._sets = sets
        self._known = dict.fromkeys(_PLAIN, True)

    def stand_ins(self, used: Iterable[str]) -> Mapping[int, str]:
        """For `str.translate`: what is to be set in place of each of the used characters that is not a plain one."""
        changed = {each: _tidied(each) for each in set(used)}
        nearest = {each: unicodedata.normalize("NFKD", each) for each in changed.values() if each not in self._known}
        self._ask({letter for each in (*nearest.keys(), *nearest.values()) for letter in each} - self._known.keys())
        return {ord(old): self._set(new, nearest) for old, new in changed.items() if old not in _PLAIN}

    def _set(self, wanted: str, nearest: Mapping[str, str]) -> str:
        if all(self._known[letter] for letter in wanted):
            return wanted
        return "".join(letter for letter in nearest.get(wanted, "") if self._known[letter]) or BOX

    def _ask(self, unknown: Collection[str]) -> None:
        """By halves, so that a few that cannot be set are found with few questions."""
        if not unknown:
            return
        if self._sets(unknown):
            self._known |= dict.fromkeys(unknown, True)
        elif len(unknown) == 1:
            self._known |= dict.fromkeys(unknown, False)
        else:
            letters = sorted(unknown)
            self._ask(letters[: len(letters) // 2])
            self._ask(letters[len(letters) // 2 :])


def _tidied(character: str) -> str:
    """Without what no paper has: other spaces than ours, controls, halves of characters."""
    if character in _LINES:
        return "\n" if character != "\t" else " "
    if character == _NO_BREAK:
        return character
    kind = unicodedata.category(character)
    if kind in _NOTHING:
        return ""
    return BOX if kind in _NOBODYS else _SPACES.get(kind, character)
