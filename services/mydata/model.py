"""What is shown before an account is erased, and after it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from services.accounts.model import Farewell
from services.booking.model import VisitEntry
from services.personal import Moment, Obligation


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit ahead as it is remembered here, where the registry does not say more."""

    visit_id: str
    name: str | None
    at: Moment


@dataclass(frozen=True, slots=True)
class Obligations:
    """What still stands. `visits`: those ahead that were booked from here; `planned`: the registry is silent."""

    visits: tuple[VisitEntry, ...] = ()
    planned: tuple[Planned, ...] = ()
    answers: bool = True
    others: tuple[Obligation, ...] = ()

    @property
    def digest(self) -> str:
        """Eight characters that tell one set of visits from another: what is agreed to is what was read."""
        ids = sorted([*(each.visit.id for each in self.visits), *(each.visit_id for each in self.planned)])
        return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:8]

    @property
    def has_visits(self) -> bool:
        return bool(self.visits or self.planned)


@dataclass(frozen=True, slots=True)
class Given:
    """What has become of cancelling them: how many are over, how many stand, how many nobody knows of yet."""

    over: int = 0
    kept: int = 0
    checking: int = 0

    @property
    def complete(self) -> bool:
        return not self.kept and not self.checking


@dataclass(frozen=True, slots=True)
class Erased:
    """It is done. `farewells`: other accounts to be told, and by which words of the outbox if it cannot be now."""

    farewells: tuple[Farewell, ...] = ()
