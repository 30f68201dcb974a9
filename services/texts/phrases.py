"""Phrases found in what people type: their words in any order and near each other, with small slips.

A phrase is a line of words. `болит|болят` – either; `сердц*` – any ending; `скорой.` – exactly so, with no slip
forgiven; `@pain` – any word of a group; `/` – and then words that make it mean something else; `=` at its beginning –
the sentence says this and nothing more, but for the words of the group `fillers`. «не», «нет», «без», "no" and their
kin (`words/denials.txt`) go with the word that follows: `!дышит`, `!breathe`. So a phrase without them is never found
where it is denied.

Letters only, without case; «ё» is «е». One slip (a letter too many, too few, another, or two that changed places) is
forgiven in words of six letters and more, but never in the first letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA

FILLERS = "fillers"
_ALTERNATIVES, _ANY_ENDING, _EXACTLY, _GROUP, _OTHERWISE, _ALONE = "|", "*", ".", "@", "/", "="
_NEAR = 5
"""So many places from the first word of a phrase its others stand at most."""
_MISTYPED = 6
"""Shorter words are one letter from too many others."""
_READ = 200
"""So many words of a message are looked at: more than anybody types who needs something, and no turn of the loop."""
_PIECES = re.compile(r"[^\W_]+|[^\w\s]+|\n")
_MARKS = re.compile(r"[\u0300-\u036f'’`ʼ]")
_WITHIN = frozenset('-–—,()«»"')
"""Marks that end no sentence."""
_NEW_LINE = "\n"
_NOT = "!"
_WORDS = Path(__file__).with_name("words")
_GROUP_LINE = re.compile(r"@(?P<name>\w+): (?P<words>.+)")

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class _Word:
    """One spelling. `ending`: any may follow; `exactly`: no slip is forgiven."""

    letters: str
    ending: bool
    exactly: bool

    def fits(self, typed: str) -> bool:
        letters = self.letters
        if typed.startswith(letters) if self.ending else typed == letters:
            return True
        length, least = len(letters), _MISTYPED + len(_NOT) * letters.startswith(_NOT)
        if self.exactly or min(length, len(typed)) < least:
            return False
        if not self.ending:
            return abs(length - len(typed)) <= 1 and OSA.distance(letters, typed, score_cutoff=1) <= 1
        return any(OSA.distance(letters, typed[: length + more], score_cutoff=1) <= 1 for more in (-1, 0, 1))


@dataclass(frozen=True, slots=True)
class _Phrase(Generic[Meaning]):
    """`words`, `otherwise`: numbers of places in the table of spellings, each with its alternatives."""

    meaning: Meaning
    words: tuple[frozenset[int], ...]
    otherwise: frozenset[int]
    alone: bool


@dataclass(frozen=True, slots=True)
class Found(Generic[Meaning]):
    """A phrase that a text holds. `words`: how many it is made of, the more the surer."""

    meaning: Meaning
    words: int


class Phrases(Generic[Meaning]):
    """Phrases with what each of them means. `groups`: names to lines of words. `ValueError` for an unknown group."""

    def __init__(self, lines: Iterable[tuple[Meaning, str]], groups: Mapping[str, str] | None = None) -> None:
        self._groups = {name: line.split() for name, line in (groups or {}).items()}
        self._spellings: dict[_Word, int] = {}
        self._by_letter: dict[str, list[tuple[_Word, int]]] = {}
        self._phrases = tuple(self._read(meaning, line) for meaning, line in lines)
        self._fillers = self._numbers([f"{_GROUP}{FILLERS}"], exactly=True) if FILLERS in self._groups else frozenset()

    def found(self, text: str) -> Sequence[Found[Meaning]]:
        """Every phrase that the text holds, in the order in which they were given."""
        typed = sentences_of(text)
        known = {word: self._spelt(word) for word in {word for sentence in typed for word in sentence}}
        sentences = [[known[word] for word in sentence] for sentence in typed]
        words = [word for sentence in sentences for word in sentence]
        places: dict[int, set[int]] = {}
        for place, spelt in enumerate(words):
            for number in spelt:
                places.setdefault(number, set()).add(place)
        if not places:
            return ()
        return tuple(
            Found(each.meaning, len(each.words))
            for each in self._phrases
            if not any(places.keys().isdisjoint(word) for word in each.words) and self._holds(each, sentences, places)
        )

    def _holds(
        self, phrase: _Phrase[Meaning], sentences: Sequence[Sequence[frozenset[int]]], places: Mapping[int, set[int]]
    ) -> bool:
        if phrase.alone:
            return any(self._says_only(phrase, sentence) for sentence in sentences)
        found = [set[int]().union(*(places.get(number, ()) for number in word)) for word in phrase.words]
        turned = set[int]().union(*(places.get(number, ()) for number in phrase.otherwise))
        return any(
            all(_is_near(first, others) for others in found[1:]) and not _is_near(first, turned) for first in found[0]
        )

    def _says_only(self, phrase: _Phrase[Meaning], sentence: Sequence[frozenset[int]]) -> bool:
        meant = self._fillers.union(*phrase.words)
        return all(word & meant for word in sentence) and all(
            any(word & each for word in sentence) for each in phrase.words
        )

    def _spelt(self, typed: str) -> frozenset[int]:
        """The numbers of all spellings that the word fits."""
        return frozenset(number for word, number in self._by_letter.get(_initial(typed), ()) if word.fits(typed))

    def _read(self, meaning: Meaning, line: str) -> _Phrase[Meaning]:
        parts = line.split()
        alone = parts[0] == _ALONE
        said = list(takewhile(lambda part: part != _OTHERWISE, parts[alone:]))
        otherwise = parts[alone + len(said) + 1 :]
        if not said:
            raise ValueError(f"a phrase without words: {line!r}")
        words = tuple(self._numbers([each]) for each in said)
        return _Phrase(meaning, words, self._numbers(otherwise, exactly=True), alone)

    def _numbers(self, parts: Iterable[str], *, exactly: bool = False) -> frozenset[int]:
        """The places of these words in the table of spellings; new ones are put there."""
        found = set[int]()
        for part in parts:
            for each in part.split(_ALTERNATIVES):
                if each.startswith(_GROUP):
                    found |= self._numbers(self._group(each.removeprefix(_GROUP)), exactly=exactly)
                else:
                    found.add(self._number(each, exactly))
        return frozenset(found)

    def _group(self, name: str) -> Sequence[str]:
        if name not in self._groups:
            raise ValueError(f"there is no group of words {name!r}")
        return self._groups[name]

    def _number(self, written: str, exactly: bool) -> int:
        letters = plain(written.rstrip(_ANY_ENDING + _EXACTLY))
        word = _Word(letters, written.endswith(_ANY_ENDING), exactly or written.endswith(_EXACTLY))
        if word not in self._spellings:
            self._spellings[word] = len(self._spellings)
            self._by_letter.setdefault(_initial(letters), []).append((word, self._spellings[word]))
        return self._spellings[word]


@dataclass(frozen=True, slots=True)
class Written:
    """A file of phrases: `groups` of words by name, `sections` of lines by what stands over them."""

    groups: Mapping[str, str]
    sections: Mapping[str, Sequence[str]]

    def of(self, section: str) -> Sequence[str]:
        """Its lines. `LookupError` where there is none."""
        return self.sections[section]


@cache
def written(name: str) -> Written:
    """The file `words/NAME.txt`: `[section]`, then a phrase a line; `@group: words`; `#` for what is not read."""
    groups, sections = dict[str, str](), dict[str, list[str]]()
    section = list[str]()
    for line in (_WORDS / f"{name}.txt").read_text("utf-8").splitlines():
        if group := _GROUP_LINE.fullmatch(line):
            groups[group["name"]] = f"{groups.get(group['name'], '')} {group['words']}"
        elif line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    return Written(groups, sections)


def plain(text: str) -> str:
    """Letters as they are compared: one case, «ё» as «е», no marks, no apostrophes."""
    apart = unicodedata.normalize("NFKD", text.casefold()).replace("и\u0306", "й")
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))


def sentences_of(text: str) -> list[list[str]]:
    """The words of each sentence, denials joined to what they deny: «Нет, не дышит» – !дышит."""
    sentences: list[list[str]] = [[]]
    denied, denials = False, _denials()
    for piece in _PIECES.findall(plain(text))[: 2 * _READ]:
        if not piece[0].isalnum():
            denied = denied and piece == _NEW_LINE
            if not _WITHIN.issuperset(piece):
                sentences.append([])
            continue
        denies = denials.get(piece)
        if denies is None:
            sentences[-1].append(_NOT * denied + piece)
        elif denies:
            sentences[-1].append(_NOT + denies)
        denied = denies == ""
    return [sentence for sentence in sentences if sentence]


@cache
def _denials() -> Mapping[str, str]:
    """Words that deny, with what they deny; "" for those that deny what follows them."""
    with_word = (line.split() for line in written("denials").of("with the word"))
    alone = (word for line in written("denials").of("what follows") for word in line.split())
    return {**dict.fromkeys(alone, ""), **dict(with_word)}


def _initial(word: str) -> str:
    """By which spellings are looked up: no slip is forgiven in it."""
    return word[: len(_NOT) + 1] if word.startswith(_NOT) else word[:1]


def _is_near(first: int, others: set[int]) -> bool:
    return any(place in others for place in range(first - _NEAR, first + _NEAR + 1))
