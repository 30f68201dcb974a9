"""What every topic that keeps something about people can do with it: tell it all, and erase it.

Each room has a part of its own (`mydata.py`), `bot.build` hands all parts to `services.mydata`. A new table with
anything of an account or a person in it means a new part, or a line in one that is there:
`tests/services/test_mydata.py` walks over all tables and finds what was forgotten. What the names of a section
mean is said in `bot/views/export`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from services.errors import NomerokError
from services.storage.units import Unit


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that is told by the clock of a place; a plain `datetime` is told by Moscow's."""

    at: datetime
    tz: str


@dataclass(frozen=True, slots=True)
class Word:
    """A code that whoever draws it has a word for. `of`: what it is a code of: «region», «clinic», «person», …"""

    of: str
    value: str


Fact = None | bool | int | float | str | date | Moment | Word | Sequence["Fact"] | Mapping[str, "Fact"]
"""What is kept, before it is put into words: codes as `Word` or as a `StrEnum`, moments as moments."""
Facts = Mapping[str, Fact]


def codes_in(fact: Fact, of: str) -> set[str]:
    """Every code of this kind that stands anywhere in what is told."""
    if isinstance(fact, Word):
        return {fact.value} if fact.of == of else set()
    if isinstance(fact, Mapping):
        return set().union(*(codes_in(each, of) for each in fact.values()))
    if isinstance(fact, Sequence) and not isinstance(fact, str):
        return set().union(*(codes_in(each, of) for each in fact))
    return set()


@dataclass(frozen=True, slots=True)
class Section:
    """A name at the top of the document. `shared`: topics that say so write it together (`joined`)."""

    name: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: an account, and everybody who is or was on its list (ids). `listed`: those who are."""

    account_id: str
    telegram_id: int
    persons: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


class ObligationKind(StrEnum):
    """What would end with the account, and is said before that."""

    HOLD = "hold"
    DRAFT = "draft"
    ACCESS_GIVEN = "access_given"
    ACCESS_RECEIVED = "access_received"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One such thing. `name`: whom it concerns, or a request's number; `until`: when it ends by itself."""

    kind: ObligationKind
    name: str | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What goes with an account, found out within the unit that erases it.

    `persons`: ids of those whom nobody else has on a basis of their own; `others`: accounts that had one of them;
    `subjects`: ids of links and consents that notifications of others speak of.
    """

    account_id: str
    telegram_id: int
    persons: frozenset[str]
    others: frozenset[str] = frozenset()
    subjects: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """An account may do less for somebody than before, as it is found within the unit that makes it so.

    `persons`: ids under which the account has, or had, them; `sees_all`, `sees_own`: whether it still sees all of their
    visits, or those booked from it; `manages`: whether it still manages them. `areas`: what else of them is open to it,
    by the words of `accounts.model.Area`.
    """

    account_id: str
    persons: frozenset[str]
    sees_all: bool
    sees_own: bool
    manages: bool
    areas: frozenset[str]


class RestsOnRights(Protocol):
    """What a topic keeps for an account because it may see somebody, or act for them: it goes along with the right."""

    async def drop(self, unit: Unit, narrowed: Narrowed) -> None:
        """Within the unit that ends the right: nothing is left of what rested on it."""
        ...


class StillUnderWay(NomerokError):  # noqa: N818
    """Something was begun whose end is not known yet; erasing now would leave it to nobody."""


class PersonalData(Protocol):
    """One topic's part. No part knows the others."""

    @property
    def sections(self) -> Sequence[Section]:
        """All that its `export` may write."""
        ...

    async def export(self, whose: Subject) -> Facts:
        """All that this topic keeps, by the names of `docs/export.schema.json`; never anything of other accounts."""
        ...

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        """What still stands and would end."""
        ...

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """Within the one unit that erases: nothing of this topic bears the account's or a leaving person's id then.

        Raises `StillUnderWay`, and nothing is erased anywhere.
        """
        ...


def clashing(parts: Iterable[PersonalData]) -> set[str]:
    """Names of sections that several parts write without saying, each of them, that they are shared."""
    writers: dict[str, list[Section]] = defaultdict(list)
    for part in parts:
        for section in part.sections:
            writers[section.name].append(section)
    return {name for name, each in writers.items() if len(each) > 1 and not all(section.shared for section in each)}


def joined(told: Iterable[Facts]) -> dict[str, Fact]:
    """What all parts tell, as one. Where several write a section: their lists in a row, or their names side by side.

    Raises `ValueError` where a shared section is neither, or two say the same name in it.
    """
    found: dict[str, Fact] = {}
    for facts in told:
        for name, fact in facts.items():
            found[name] = _both(name, found[name], fact) if name in found else fact
    return found


def _both(name: str, one: Fact, other: Fact) -> Fact:
    if isinstance(one, Mapping) and isinstance(other, Mapping) and not one.keys() & other.keys():
        return {**one, **other}
    if isinstance(one, Sequence) and isinstance(other, Sequence) and str not in (type(one), type(other)):
        return [*one, *other]
    raise ValueError(f"two topics tell «{name}», and it cannot be both")
