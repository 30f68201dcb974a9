"""What is being filled in: telling it, and erasing it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from services.drafts.tables import draft
from services.personal import Fact, Facts, Leaving, Obligation, ObligationKind, Section, Subject, Word
from services.storage.engine import Database
from services.storage.units import Unit
from services.storage.vault import Vault


class DraftData:
    """Open drafts with what was typed, and closed ones, of which only the kind is left."""

    sections = (Section("drafts"),)

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def export(self, whose: Subject) -> Facts:
        mine = select(draft).where(draft.c.account_id == whose.account_id).order_by(draft.c.touched_at, draft.c.id)
        found: list[Fact] = []
        for row in (await self._database.fetch(mine)).all():
            data = self._vault.open_json(draft.c.data, row.id, row.data)
            kept = {**data.get("answers", {}), **data.get("marks", {})}
            found.append(
                {
                    "kind": Word("draft", row.kind),
                    "state": Word("draft_state", row.status),
                    "touched_at": row.touched_at,
                    "answers": {name: _answer(name, value) for name, value in kept.items()},
                }
            )
        return {"drafts": found}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        mine = select(draft.c.id).where(draft.c.account_id == whose.account_id, draft.c.status == "open")
        return [Obligation(ObligationKind.DRAFT) for _ in (await self._database.fetch(mine)).all()]

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """What others have begun for somebody who goes cannot be gone on with."""
        await unit.execute(delete(draft).where(draft.c.account_id == leaving.account_id))
        theirs = select(draft).where(draft.c.account_id.in_(leaving.others))
        for row in (await unit.execute(theirs)).all():
            sealed = self._vault.open(draft.c.data, row.id, row.data)
            if any(person_id in sealed for person_id in leaving.persons):
                await unit.execute(delete(draft).where(draft.c.id == row.id))


_CODES = {"region": "region", "person": "person", "id": "person", "clinic": "clinic", "sex": "sex"}
_CODES |= {"relation": "relation", "list": "search"}
_CODES |= dict.fromkeys(("reg_region", "stay_region", "attached_in"), "region")


def _answer(name: str, value: object) -> Fact:
    """Answers that are codes have words, and what has a name is told by it; the rest is as it was typed or chosen."""
    if name in _CODES and isinstance(value, str) and value:
        return Word(_CODES[name], value)
    if isinstance(value, dict):
        return str(value["name"])
    if isinstance(value, list):
        return ", ".join(str(each) for each in value if each != "")
    return value if isinstance(value, str | bool | int | float) or value is None else str(value)
