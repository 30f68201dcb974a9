"""The demo's staff: takes up and answers what was sent, so that a newcomer sees statuses change."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from services.accounts.accounts import Accounts
from services.cases.cases import Cases
from services.cases.model import CaseKind, StaffStep
from services.cases.tables import case as case_table
from services.clock import Clock
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import statement
from services.texts.i18n import texts

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=5)
LOOKED_AT = 500
"""The newest cases: whoever tries the demo waits for one of them, and all others cost nothing."""
AT_ONCE = 20
"""So many cases are moved by one call."""

_STANDING = tuple(case_table.c[name] for name in ("id", "account_id", "number", "kind", "status", "updated_at"))


@statement
def standing(kinds: Collection[str], statuses: Collection[str], among: int) -> Select[Any]:
    """So many of the newest, and of these whatever may be at one of the steps; who waits longest comes first."""
    newest = select(*_STANDING).order_by(case_table.c.number.desc()).limit(among).subquery()
    may_be = newest.c.kind.in_(kinds), newest.c.status.in_(statuses)
    return select(newest).where(*may_be).order_by(newest.c.updated_at, newest.c.number)


class DemoStaff:
    """`steps`: what it does, of each kind; cases of other kinds, and at other statuses, are left alone."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        cases: Cases,
        clock: Clock,
        steps: Iterable[tuple[CaseKind, StaffStep]],
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._cases = cases
        self._clock = clock
        self._steps = {(kind.name, step.came_from): (kind, step) for kind, step in steps}
        self._kinds = sorted({kind for kind, _ in self._steps})
        self._statuses = sorted({status for _, status in self._steps})

    @property
    def has_work(self) -> bool:
        """Whether there is any step at all."""
        return bool(self._steps)

    async def act(self) -> int:
        """The next step of each case whose time has come; gives how many there were."""
        moved, now = 0, self._clock.now()
        found = await self._database.fetch(standing(self._kinds, self._statuses, LOOKED_AT))
        for row in found.all():
            kind, step = self._steps.get((row.kind, row.status), (None, None))
            if kind is None or step is None or row.updated_at + step.after > now:
                continue
            moved += await self._move(row, kind, step)
            if moved == AT_ONCE:
                break
        return moved

    async def _move(self, row: Row, kind: CaseKind, step: StaffStep) -> bool:
        """One step; False where somebody else has moved the case, where it is gone, or where it has failed."""
        try:
            account = await self._accounts.by_id(row.account_id)
            if account is None:
                return False
            comment = texts(account.locale).label(step.says[row.number % len(step.says)]) if step.says else None
            async with self._database.write() as unit:
                return await self._cases.move(unit, kind, row.id, step.came_from, step.status, comment)
        except Exception:
            log.exception("case No. %s was not moved", row.number)
            return False
