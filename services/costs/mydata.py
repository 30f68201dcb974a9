"""Applications for a statement of costs in «Мои данные», with what has come of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from services.cases.tables import case
from services.costs.model import read_period
from services.costs.tables import cost_application
from services.personal import Fact, Facts, Leaving, Obligation, Section, Subject, Word
from services.registry.model import care_case_of
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.units import Unit
from services.storage.vault import Vault


class CostData:
    """How each stands, the section of what was sent tells; what would end with the account, too."""

    sections = (Section("cost_statements"),)

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        mine = (
            select(cost_application, case.c.number, case.c.text)
            .join(case, case.c.id == cost_application.c.id)
            .where(
                cost_application.c.account_id == whose.account_id,
                cost_application.c.person_id.in_(whose.listed),
                cost_application.c.applicant.is_not(None),
            )
            .order_by(case.c.number)
        )
        return {"cost_statements": [self._told(row) for row in (await self._database.fetch(mine)).all()]}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        gone = or_(
            cost_application.c.account_id == leaving.account_id, cost_application.c.person_id.in_(leaving.persons)
        )
        await unit.execute(delete(cost_application).where(gone))

    def _told(self, row: Row) -> Fact:
        period = read_period(self._vault.open(case.c.text, row.id, row.text))
        cases = (
            self._vault.open_json(cost_application.c.statement, row.id, row.statement)
            if row.statement is not None
            else ()
        )
        return {
            "application": str(row.number),
            "person": Word("person", row.person_id),
            "from": period.first,
            "to": period.last,
            "care": [_care(care) for care in cases],
        }


def _care(told: dict[str, str]) -> Fact:
    each = care_case_of(told)
    return {
        "given_in": Word("region", each.region),
        "clinic": each.clinic,
        "begun": each.begun,
        "ended": each.ended,
        "care_kind": each.kind,
        "condition": each.condition,
        "service": each.service,
        "roubles": str(each.cost),
    }
