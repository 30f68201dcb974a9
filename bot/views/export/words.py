"""What a topic says of its names and codes in the document «Мои данные», and how topics' words are put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any, TypeVar

from services.texts.i18n import Texts

DOCUMENT = ""
"""The section of what stands at the top of the document."""
ANYWHERE = "*"
"""Names that mean the same wherever they stand; `common` alone says them."""

Key = TypeVar("Key")
_Tables = Mapping[Key, Mapping[Any, str]]


@dataclass(frozen=True, slots=True)
class ExportWords:
    """A topic's own words, each a msgid.

    `sections`: what names mean, by the section that they stand in: the nearest object with a name, or list of them,
    around them, such as `bookings`, and `visit` within it. `enums` and `codes`: what is said for values, by the enum,
    or by what a `services.personal.Word` is a code of.
    """

    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    enums: Mapping[type[StrEnum], Mapping[Any, str]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def caption(self, section: str, name: str) -> str | None:
        """What the name means in this section; None where nobody has said so."""
        own = self.sections.get(section, {}).get(name)
        return own if own is not None else self.sections.get(ANYWHERE, {}).get(name)

    def place(self, section: str, name: str) -> str:
        """Under what the document explains the name: «section.name» where it means something else elsewhere."""
        meanings = {names[name] for names in self.sections.values() if name in names}
        return name if len(meanings) == 1 or section == DOCUMENT else f"{section}.{name}"


def combined(topics: Iterable[ExportWords]) -> ExportWords:
    """The words of all these. Raises `ValueError` where something is said twice, or a common name in a section too."""
    some = list(topics)
    words = ExportWords(
        _merged(each.sections for each in some),
        _merged(each.enums for each in some),
        _merged(each.codes for each in some),
    )
    common = words.sections.get(ANYWHERE, {}).keys()
    for section, names in words.sections.items():
        if section != ANYWHERE and (twice := common & names.keys()):
            raise ValueError(f"common, and said in {section or 'the document'} too: {sorted(twice)}")
    return words


def explained(t: Texts, words: ExportWords, content: Mapping[str, Any]) -> dict[str, str]:
    """What the names in this content mean, as far as anybody has said so, by their places."""
    found = {
        words.place(section, name): t.label(caption)
        for section, name in set(names_in(content))
        if (caption := words.caption(section, name)) is not None
    }
    return dict(sorted(found.items()))


def names_in(content: Any, section: str = DOCUMENT) -> Iterator[tuple[str, str]]:
    """Every name that stands there, with its section."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield section, name
            yield from names_in(value, name)
    elif isinstance(content, list):
        for each in content:
            yield from names_in(each, section)


def _merged(tables: Iterable[_Tables[Key]]) -> dict[Key, dict[Any, str]]:
    found: dict[Key, dict[Any, str]] = {}
    for of, words in chain.from_iterable(each.items() for each in tables):
        known = found.setdefault(of, {})
        if twice := known.keys() & words.keys():
            raise ValueError(f"said twice in {of or 'the document'}: {sorted(twice)}")
        known |= words
    return found
