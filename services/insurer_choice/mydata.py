"""Applications for the choice of an insurer in «Мои данные»: those that were sent, and one that waits to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, delete, or_, select

from services.cases.tables import case
from services.insurer_choice.model import Form, form_from_json
from services.insurer_choice.tables import insurer_application, insurer_form
from services.personal import Fact, Facts, Leaving, Obligation, Section, Subject, Word
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.units import Unit
from services.storage.vault import Vault


class ChoiceData:
    """How each stands, the section of what was sent tells; what would end with the account, too."""

    sections = (Section("insurer_applications"), Section("unsigned_applications"))

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        sent = (
            select(insurer_application, case.c.number)
            .join(case, case.c.id == insurer_application.c.id)
            .where(
                insurer_application.c.account_id == whose.account_id,
                insurer_application.c.person_id.in_(whose.listed),
                insurer_application.c.form.is_not(None),
            )
            .order_by(case.c.number)
        )
        waiting = select(insurer_form).where(
            insurer_form.c.account_id == whose.account_id, insurer_form.c.person_id.in_(whose.listed)
        )
        signed = [
            {
                "application": str(row.number),
                **_told(row.person_id, self._form(insurer_application.c.form, row)),
                "signed_by": self._vault.open_json(insurer_application.c.signer, row.id, row.signer)["name"],
            }
            for row in (await self._database.fetch(sent)).all()
        ]
        unsigned = [
            {**_told(row.person_id, self._form(insurer_form.c.form, row)), "made": row.made_at}
            for row in (await self._database.fetch(waiting)).all()
        ]
        return {"insurer_applications": signed, "unsigned_applications": unsigned}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        for table in (insurer_application, insurer_form):
            gone = or_(table.c.account_id == leaving.account_id, table.c.person_id.in_(leaving.persons))
            await unit.execute(delete(table).where(gone))

    def _form(self, column: Column[Any], row: Row) -> Form:
        return form_from_json(self._vault.open_json(column, row.id, row.form))


def _told(person_id: str, form: Form) -> dict[str, Fact]:
    return {
        "person": Word("person", person_id),
        "ground": form.ground,
        "registration": form.registration,
        "registered_on": form.registered_on,
        "stay": form.stay or form.registration,
        "insured_in": Word("region", form.region),
        "policy_form": form.policy_form,
        "insurer": form.insurer.name,
        "issue_point": f"{form.point.town}, {form.point.address}",
    }
