"""Visits as they are, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.registry.model import Changes, Visit, VisitStatus
from services.registry.ports.port import Port


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which visits are asked for; None: whichever, past ones too.

    They start at `since` or later and before `until`, have one of the `statuses` at this moment, are `among` these
    ids, and gave their place to the visit `moved_to`.
    """

    since: datetime | None = None
    until: datetime | None = None
    statuses: Collection[VisitStatus] | None = None
    among: Collection[str] | None = None
    moved_to: str | None = None


EVERY_VISIT = VisitFilter()


class VisitsPort(Port, Protocol):
    """Visits of patients, wherever they were made."""

    async def visits(
        self,
        patient_ids: Collection[str],
        where: VisitFilter = EVERY_VISIT,
        *,
        latest_first: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Visit]:
        """These patients' visits, the earliest first; at most `limit` of them, after the first `offset`."""
        ...

    async def count_visits(self, patient_ids: Collection[str], where: VisitFilter = EVERY_VISIT) -> int:
        """How many `visits` would give without a limit."""
        ...

    async def visit(self, visit_id: str) -> Visit | None: ...


class VisitChangesPort(Port, Protocol):
    """Visits of a registry that tells by itself what becomes of them: nobody need be asked about one by one."""

    async def changed_visits(self, since: str | None, limit: int) -> Changes[Visit]:
        """Visits that were made or changed after `since`, the cursor of an earlier page, whoever did it.

        None: no visits, but the cursor of this moment. However many are changed at once while pages are given, each
        visit is in a page after its last change. That its time passes is no change of a visit.
        """
        ...
