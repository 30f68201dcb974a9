"""Visits as they are, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from services.registry.model import Changes, Visit, VisitStatus
from services.registry.ports.port import Port


class VisitsPort(Port, Protocol):
    """Visits of patients, wherever they were made."""

    async def visits(
        self,
        patient_ids: Collection[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        statuses: Collection[VisitStatus] | None = None,
        among: Collection[str] | None = None,
        moved_to: str | None = None,
        latest_first: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Visit]:
        """Visits of these patients, the earliest first: those that start at `since` or later and before `until`.

        `statuses`: only those that have one of them at this moment; None: any, past ones too. `among`: only those
        with one of these ids. `moved_to`: only those whose place that visit has taken. At most `limit` of them, after
        the first `offset`.
        """
        ...

    async def count_visits(
        self,
        patient_ids: Collection[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        statuses: Collection[VisitStatus] | None = None,
        among: Collection[str] | None = None,
    ) -> int:
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
