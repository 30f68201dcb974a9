"""Names: as they are kept and shown (`tidy`), and as they are compared (`folded`). Whoever reads, matches or looks for
a name does it by these, so that one person typed two ways is one person.

Phones put in what nobody has typed: a dot after two spaces, «’» for «'», hyphens of other kinds, marks that are not
seen. Own letters stay: «ё» is shown as «ё» and compared as «е». Nothing more is folded than what people mean as the
same: Петров is not Петрова, and a hyphen is not a space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from services.texts.phrases import written

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202d\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point. But for U+202E: what it turns round was read by nobody as it is written."""
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u201b\u2032\u2035\ua78c\uff07"), "’")
_HYPHEN = re.compile(r" *-[- ]*")
_APOSTROPHE = re.compile(r" *(['’]) *")
_STRESSED = re.compile(r"([аеиоуыэюяіє])([\u0300-\u036f]+)", re.IGNORECASE)
_YO = re.compile(r"(е)([\u0300-\u036f]+)")
_STRESS = {0x300: None, 0x301: None}
_DOTS = {0x308: None}
_NO_PATRONYMIC = frozenset(
    {
        *("нет", "нету", "нет отчества", "отчества нет", "без отчества", "отсутствует", "отчество отсутствует"),
        *("не имею", "не имеет", "не имеется", "отчества не имею", "отчества не имеет", "прочерк"),
        *("no", "none", "no patronymic", "without patronymic", "without a patronymic", "no middle name"),
    }
)
"""Folded. No patronymic is written like any of these: Нетович is one."""


_PATRONYMIC = re.compile(
    r"[^ ]{2}(?:ович|евич|ьич|мич|кич|тич|овна|евна|ична|инична|ovich|evich|ovna|evna|ichna|inichna)$"
    r"| (?:оглы|кызы|улы|углы|гызы|кизи|угли|оглу)$"
)
"""Folded. Not every surname in «-ович» can be told from it."""
_DAUGHTER = re.compile(r"(?:на|na|кызы|гызы|кизи)$")
_SON_OR_DAUGHTER = frozenset({"оглы", "кызы", "улы", "углы", "гызы", "кизи", "угли", "оглу"})
_GENDERED = (
    *(("ов", "ова"), ("ев", "ева"), ("ёв", "ёва"), ("ин", "ина"), ("ын", "ына"), ("ский", "ская"), ("цкий", "цкая")),
    *(("ской", "ская"), ("ov", "ova"), ("ev", "eva"), ("in", "ina"), ("sky", "skaya"), ("skiy", "skaya")),
)
"""Endings of a man's surname and of a woman's, the likelier first."""


def one_line(text: str) -> str:
    """Without what cannot be seen; line breaks and other white space as single spaces."""
    seen = text if text.isascii() else _INVISIBLE.sub("", text)
    return " ".join(seen.split())


def plain_hyphens(text: str) -> str:
    """One line, with any kind of hyphen, dash or minus as «-»."""
    return one_line(text).translate(_HYPHENS)


def tidy(text: str) -> str:
    """A name as it is kept and shown: no stress marks, no spaces around hyphens and apostrophes, no dot at the end."""
    name = plain_hyphens(_unmarked(one_line(text), _STRESSED, _STRESS)).translate(_APOSTROPHES)
    return _APOSTROPHE.sub(r"\1", _HYPHEN.sub("-", name)).rstrip(" .")


def folded(text: str) -> str:
    """A name as it is compared: `tidy`, one case, «ё» as «е», one kind of apostrophe. Never shown, never stored."""
    name = tidy(tidy(text).casefold())  # once more, for «ß» becomes two letters, of which the latter may bear a mark
    return _unmarked(name, _YO, _DOTS).replace("’", "'")


@dataclass(frozen=True, slots=True)
class NameParts:
    """What a name that was typed in one line is made of; None: of this nothing was said."""

    surname: str | None
    name: str
    patronymic: str | None


def parted(text: str) -> NameParts | None:
    """A full name in its parts, whichever order it was typed in: «Иванова Анна Сергеевна», «Анна Сергеевна Иванова».

    None where it may be one part: «Римская-Корсакова», «Ван дер Берг», «Анна Мария». It is never sure.
    """
    words = _with_turkic(tidy(text).split())
    is_patronymic = [bool(_PATRONYMIC.search(folded(word))) for word in words]
    is_first_name = [folded(word) in _first_names() for word in words]
    match words:
        case [first, second] if is_patronymic[1] and is_first_name[0]:
            named_after = folded(first) not in _women() or _DAUGHTER.search(folded(second))
            return NameParts(None, first, second) if named_after else NameParts(second, first, None)
        case [first, second] if is_first_name[0] != is_first_name[1]:
            return NameParts(second, first, None) if is_first_name[0] else NameParts(first, second, None)
        case [first, second, third] if is_patronymic[1] and not (is_patronymic[2] and not is_first_name[0]):
            return NameParts(third, first, second)
        case [first, second, third] if is_patronymic[2]:
            return NameParts(first, second, third)
    return None


def other_gender(surname: str) -> str | None:
    """The surname as a mother's son or a father's daughter bears it: Иванов, Иванова. None where it is the same, or
    nobody can tell.
    """
    parts = [_other_gender(part) for part in surname.split("-")]
    changed = "-".join(part for part in parts if part is not None)
    return changed if None not in parts else None


def found_in(typed: str, *told: str) -> bool:
    """Whether what was typed to look for something finds what is told of it: all its words, in any order, each a part
    of a word or a number there.
    """
    inside = [folded(each) for each in told]
    return all(any(word in each for each in inside) for word in folded(typed).split())


@lru_cache(1024)
def with_town(address: str, town: str) -> str:
    """The address with the town, unless it names it already; either may be empty."""
    if not town or folded(town) in folded(address):
        return address or town
    return f"{town}, {address}" if address else town


@lru_cache(4096)  # asked for everybody who is read
def patronymic(text: str | None) -> str | None:
    """A patronymic as it is kept; None where what was written says that there is none: «нет», «—»."""
    name = tidy(text or "")
    if not name.strip("-._/ ") or folded(name) in _NO_PATRONYMIC:
        return None
    return name


def _other_gender(surname: str) -> str | None:
    for man, woman in _GENDERED:
        for mine, other in ((woman, man), (man, woman)):
            if len(surname) > len(mine) + 1 and surname.endswith(mine):
                return surname.removesuffix(mine) + other
    return None


def _with_turkic(words: list[str]) -> list[str]:
    """«Рашид оглы» is one patronymic."""
    joined: list[str] = []
    for word in words:
        if folded(word) in _SON_OR_DAUGHTER and len(joined) > 1:
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


@cache
def _women() -> frozenset[str]:
    return frozenset(name for line in written("names").of("women") for name in line.split())


@cache
def _first_names() -> frozenset[str]:
    sections = written("names").sections.values()
    return frozenset(name for section in sections for line in section for name in line.split())


def _unmarked(name: str, marked: re.Pattern[str], marks: Mapping[int, None]) -> str:
    """Letters without these marks, whether or not a mark is a character of its own: «Ильи́н» as «Ильин»."""
    apart = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFC", marked.sub(lambda found: found[1] + found[2].translate(marks), apart))
