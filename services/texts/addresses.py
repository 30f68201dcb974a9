"""Addresses: kinds of towns and streets, and how names and houses are compared, whatever way somebody types them.

A kind and a name stand apart, as the state's register of addresses (ГАР) has them: «ул» and «Мира». The words of kinds
are `words/addresses.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from services.texts.names import folded
from services.texts.phrases import written

_LOOK_ALIKE = str.maketrans("abcehkmoptxy", "авсенкмортху")
"""Latin letters whose capitals look like ours: keyboards mix them up, and so do files."""
_WORDS = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"\d+|[^\W\d_]+|/")
_NUMBERED = re.compile(r"(\d+)([^\W\d_]+)")
_MOST_WORDS = 8
"""More of them tell nothing new about a name."""
_MOST_LETTERS = 200
_INITIAL = 1
"""A letter with a dot may be a first name: «Г. Титова»."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a typed name may mean: its words as names are compared, and the kinds one of which was typed with it."""

    words: Words
    kinds: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """As `name_key` has it."""
        return " ".join(self.words)


class Kinds:
    """Kinds of one sort. `lines`: as the file has them."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    @cached_property
    def all(self) -> Mapping[str, str]:
        """Each kind as it is kept («ул»), with how an address has it («ул.»)."""
        names = [line.partition(":")[0] for line in self._lines]
        return {name.rstrip("."): name for name in names}

    def kind(self, text: str) -> str | None:
        """The kind that is meant, as it is kept; None where there is none such. Of two of one spelling, the first."""
        return next(iter(self._spelt.get(_words(text), ())), None)

    def place(self, kind: str) -> int:
        """Which one it is: the usual ones come first."""
        return list(self.all).index(kind) if kind in self.all else len(self.all)

    def written(self, kind: str, name: str) -> str:
        """«ул. Мира». A kind that is not known is written as it is, none is left out."""
        return " ".join(filter(None, (self.all.get(kind, kind), name)))

    def abbreviation(self, name: str) -> str | None:
        """The abbreviated kind that a name begins with, «ул.» of «ул. Мира»: it stands apart. None: it has none."""
        words = _words(name)
        for short, full in self._short.items():
            if len(full.rstrip(".")) > _INITIAL and words[: len(short)] == short != words:
                return full
        return None

    def readings(self, typed: str) -> Sequence[Reading]:
        """All that a typed name may mean: as it stands, and without the kind before or behind it; none: no name."""
        words = _name_words(typed)
        found = [Reading(words)] if words else []
        for spelling, kinds in self._spelt.items():
            length, meant = len(spelling), frozenset(kinds)
            if words[:length] == spelling:
                found.append(Reading(words[length:], meant))
            if words[-length:] == spelling:
                found.append(Reading(words[:-length], meant))
        return [each for each in found if each.words and (not each.kinds or each.words not in self._short)]

    @cached_property
    def _short(self) -> Mapping[Words, str]:
        """Kinds that are abbreviated, with how an address has them: «ул. Набережная» is no «наб. Ул»."""
        return {_words(kind): full for kind, full in self.all.items() if kind != full or "-" in kind}

    @cached_property
    def _spelt(self) -> Mapping[Words, Sequence[str]]:
        """Kinds by each of their spellings; those that are called so before those that are so abbreviated."""
        found: dict[Words, list[str]] = {}
        rest: list[tuple[Words, str]] = []
        for line in self._lines:
            name, _, others = line.partition(":")
            kind = name.rstrip(".")
            found.setdefault(_words(name), []).append(kind)
            rest += [(_words(each), kind) for each in others.split(",") if each.strip()]
        for spelling, kind in rest:
            found.setdefault(spelling, []).append(kind)
        return found


@cache
def town_kinds() -> Kinds:
    return Kinds(written("addresses").of("towns"))


@cache
def street_kinds() -> Kinds:
    return Kinds(written("addresses").of("streets"))


CITY = "г"
"""The kind of a city."""


def name_key(text: str) -> str:
    """A name as it is compared: «им. К. Маркса» as «к маркса», «1-я Лесная» as «1 лесная». "" where it is none."""
    return " ".join(_name_words(text))


def house_key(text: str) -> str:
    """A house's number as it is compared: «д. 5, корп. 2», «5к2» and «5 К 2» are one. "" where it is none."""
    first, *others = _house_words()
    pieces = _PIECES.findall(_plain(text)[:_MOST_LETTERS])
    if len(pieces) > 1 and pieces[0] in first:
        pieces = pieces[1:]
    short = {each: spellings[0] for spellings in others for each in spellings}
    return "".join("" if short.get(each) == _LETTER else short.get(each, each) for each in pieces).strip("/")


def house_number(key: str) -> int:
    """The number that a house's key begins with, for their order; 0 where it begins with none."""
    found = re.match(r"\d{1,6}", key)
    return int(found[0]) if found else 0


def written_house(text: str) -> str:
    """«5 к. 2» as «д. 5 к. 2»; what begins with a word says itself what it is."""
    return f"д. {text}" if text[:1].isdigit() else text


_LETTER = "лит"


@cache
def _house_words() -> Sequence[Words]:
    """Spellings of each kind of house, and of its parts; «дом» comes first, for it is not said."""
    lines = (line.replace(":", ",").split(",") for line in written("addresses").of("houses"))
    return tuple(tuple(_words(each)[0] for each in line) for line in lines)


@cache
def _left_out() -> frozenset[str]:
    return frozenset(word for line in written("addresses").of("of whom") for word in line.split())


@cache
def _ordinals() -> frozenset[str]:
    return frozenset(word for line in written("addresses").of("ordinals") for word in line.split())


def _plain(text: str) -> str:
    return folded(text).translate(_LOOK_ALIKE)


def _words(text: str) -> Words:
    return tuple(_WORDS.findall(_plain(text)))


def _name_words(text: str) -> Words:
    """Numbers without their endings, and nothing of «им.»; all of it where nothing else would be left."""
    words: list[str] = []
    for word in _words(text[:_MOST_LETTERS]):
        numbered = _NUMBERED.fullmatch(word)
        if numbered and numbered[2] in _ordinals():
            words.append(numbered[1])
        elif not (words and words[-1].isdigit() and word in _ordinals()):
            words.append(word)
    kept = [word for word in words if word not in _left_out()]
    return tuple((kept or words)[:_MOST_WORDS])
