"""How easily a text reads: the words of its longest sentence, and an index that falls with long sentences and words.

Russian is measured by Oborneva's index with the heavier of her weights for the length of a sentence (1.52; with 1.3
every text scores a little more), English by Flesch's. A place, a number and an address are one word of two syllables
each: what stands there is seen, not spelt out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_SENTENCE = 20
"""Words of a sentence, at most."""

LOWEST_INDEX = 30.0
"""Of both indexes: below it a text is “very difficult”."""

FEWEST_WORDS = 10
"""Of a text that is measured by an index. In a shorter one a single word of the trade, which has no other name
(«электронная регистратура»), would decide alone; there the length of a sentence is what counts."""


@dataclass(frozen=True)
class Reading:
    """`longest`: words of the longest sentence; `words`, `sentences`, `syllables`: of the whole text."""

    words: int
    sentences: int
    syllables: int
    longest: int
    locale: str

    @property
    def index(self) -> float:
        """206.835 less what sentences and words weigh; the higher, the easier. A text without words has 206.835."""
        if not self.words:
            return 206.835
        by_sentence, by_word = _WEIGHTS[self.locale]
        return 206.835 - by_sentence * self.words / self.sentences - by_word * self.syllables / self.words

    @property
    def measured(self) -> bool:
        """Is it long enough for the index to say something?"""
        return self.words >= FEWEST_WORDS


_WEIGHTS = {"ru": (1.52, 60.1), "en": (1.015, 84.6)}

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[a-z]+|#\d+);")
_SEEN = "☐"  # what is seen as a whole: a place, a number, an address
_WHOLE = re.compile(r"\{[^{}]*\}|\S+@\S*\w|(?<!\S)/\w+|\+?\d(?:[\d .:,–-]*\d)?(?:-?\w+)?")
_INITIAL = re.compile(r"\b([A-ZА-ЯЁ]|No|p|стр|г)\.(?=\s)")
_END = re.compile(r"(?<=[.?…])[»”)]*\s+(?=[«“(]*[A-ZА-ЯЁ☐])|\n")
_WORD = re.compile(r"☐|[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_LATIN = re.compile("[A-Za-z]")
_VOWEL = re.compile("[аеёиоуыэюя]|[aeiouy]+", re.IGNORECASE)
_SILENT = re.compile("(?<![aeiouyl])e$|(?<=[aeiouy])le$|(?<![aeiouytd])ed$|(?<![aeiouysgcxz])(?<!sh)(?<!ch)es$")


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence of a text with tags and places. A line ends a sentence."""
    plain = _INITIAL.sub(r"\1", _WHOLE.sub(f" {_SEEN} ", _TAG.sub(" ", text)))
    plain = re.sub(rf"{_SEEN} (?=[.,?…:;»”)])", _SEEN, plain)
    return [words for part in _END.split(plain) if (words := _WORD.findall(part))]


def syllables(word: str) -> int:
    """Of a word of either language: every vowel of a Russian one, groups of vowels that are heard in an English one."""
    if word == _SEEN:
        return 2
    heard = len(_VOWEL.findall(word))
    if _LATIN.match(word):
        return max(1, heard - len(_SILENT.findall(word.lower())))
    return heard


def read(locale: str, text: str) -> Reading:
    """Measures a text of "ru" or "en"."""
    parts = sentences(text)
    return Reading(
        words=sum(map(len, parts)),
        sentences=len(parts),
        syllables=sum(syllables(word) for part in parts for word in part),
        longest=max(map(len, parts), default=0),
        locale=locale,
    )
