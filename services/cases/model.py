"""What is sent and answered: kinds of cases, the statuses that each may go through, and what a list tells of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.errors import NomerokError

LONGEST_COMMENT = 2000
"""Characters of an answer: it stands on the card whole."""
LONGEST_WORD = 32
"""Characters of a kind's name and of a status, as rows have them."""

Machine = Mapping[str, tuple[str, ...]]
"""What may follow each status; the first of the mapping is the one that a case begins with."""


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A kind of case, as its topic declares it. `name`: as it stands in rows.

    `need_comment`: statuses that say nothing without a comment; `desk`: those in which whoever answers has something to
    do with it, None: all. `ValueError` where the machine is none: it names a
    status that it does not have, has one that nothing leads to, or one that nothing leads out of to an end.
    """

    name: str
    machine: Machine
    need_comment: Collection[str] = frozenset()
    desk: Collection[str] | None = None

    def __post_init__(self) -> None:
        named = {*self.machine, *self.need_comment, *(self.desk or ())}.union(*self.machine.values())
        ends = {status for status, following in self.machine.items() if not following}
        backwards = {each: tuple(one for one, after in self.machine.items() if each in after) for each in self.machine}
        all_words = self.name, *self.machine
        for wrong, why in (
            (named - set(self.machine), "is not a status of it"),
            (set(self.machine) - _reached({self.first}, self.machine), "is never reached"),
            (set(self.machine) - _reached(ends, backwards), "leads to no end"),
            ({each for each in all_words if not 0 < len(each) <= LONGEST_WORD}, "is no word for a row"),
        ):
            if wrong:
                raise ValueError(f"the machine of {self.name!r}: {', '.join(sorted(wrong))} {why}")

    @property
    def first(self) -> str:
        """The status that a case of this kind begins with."""
        return next(iter(self.machine))

    @property
    def settled(self) -> frozenset[str]:
        """Statuses that nothing follows."""
        return frozenset(status for status, following in self.machine.items() if not following)

    def is_the_desks(self, status: str) -> bool:
        """Whether whoever answers sees a case that has come to this status."""
        return self.desk is None or status in self.desk

    def following(self, status: str) -> tuple[str, ...]:
        """What may follow; nothing once the case is settled."""
        return self.machine[status]


@dataclass(frozen=True, slots=True)
class StaffStep:
    """What the demo's staff does with a case that has stood at `came_from` for as long as `after`.

    `says`: msgids; its sender is told one of them along with `status`. None: nothing is said.
    """

    came_from: str
    status: str
    after: timedelta
    says: tuple[str, ...] = ()


def check_staff(kind: CaseKind, steps: Sequence[StaffStep]) -> None:
    """Raises `ValueError` for a step that the machine has not, two steps of one status, a status that says nothing
    without a comment and gets none, and steps that go round and would tell of it for ever.
    """
    ways = {step.came_from: (step.status,) for step in steps}
    begun = Counter(step.came_from for step in steps)
    for wrong, why in (
        ({each.status for each in steps if each.status not in kind.machine.get(each.came_from, ())}, "may not follow"),
        ({each.status for each in steps if each.status in kind.need_comment and not each.says}, "needs a comment"),
        ({status for status, times in begun.items() if times > 1}, "has two steps"),
        ({status for status in ways if status in _reached(ways[status], ways)}, "comes round again"),
    ):
        if wrong:
            raise ValueError(f"the demo's staff of {kind.name!r}: {', '.join(sorted(wrong))} {why}")


def _reached(begin: Collection[str], machine: Machine) -> set[str]:
    """These statuses and all that come after them."""
    found, left = set(begin), list(begin)
    while left:
        fresh = [each for each in machine.get(left.pop(), ()) if each not in found]
        found.update(fresh)
        left += fresh
    return found


@dataclass(frozen=True, slots=True)
class CaseStep:
    """A status, since when, and what was said along with it."""

    status: str
    at: datetime
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case with its content. `kind`, `status`, `content`: in its topic's words.

    `comment`: what was said last; `person_id`: whom it is for, None: the account holder's own word. `photos`: ids, in
    the order in which they came; `photos_gone`: how many more there were, removed some time after the answer.
    `steps`: oldest first.
    """

    id: str
    number: int
    kind: str
    status: str
    content: str
    comment: str | None
    sent_at: datetime
    photos: tuple[str, ...] = ()
    steps: tuple[CaseStep, ...] = ()
    photos_gone: int = 0
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A case without its content, as its sender's list tells of it."""

    id: str
    number: int
    kind: str
    status: str
    sent_at: datetime
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some of an account's cases, newest first, and how many there are in all."""

    items: tuple[CaseItem, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A case without its content, as the desk lists it."""

    number: int
    kind: str
    status: str
    sent_at: datetime
    photos: int


class WrongStep(NomerokError):  # noqa: N818
    """This status may not follow. `stands`: the present one; `may`: what may follow."""

    def __init__(self, stands: str, may: tuple[str, ...]) -> None:
        super().__init__(stands)
        self.stands = stands
        self.may = may


class CommentMissing(NomerokError):  # noqa: N818
    """This status says nothing without a comment."""


class CommentTooLong(NomerokError):  # noqa: N818
    """More than `LONGEST_COMMENT` characters."""
