"""Prescriptions in «Мои данные»: the registry's, as far as the account may see them."""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts.accounts import Accounts
from services.errors import ConsentNeeded
from services.personal import Facts, Leaving, Obligation, Section, Subject, Word
from services.prescriptions.model import PrescriptionEntry
from services.prescriptions.prescriptions import Prescriptions
from services.registry.ports.errors import RegistryUnavailable
from services.storage.units import Unit


class PrescriptionData:
    """Nothing of them is kept here, so nothing is erased: what was told of them is the notifications'."""

    sections = (Section("prescriptions"),)

    def __init__(self, accounts: Accounts, prescriptions: Prescriptions) -> None:
        self._accounts = accounts
        self._prescriptions = prescriptions

    async def export(self, whose: Subject) -> Facts:
        """Left out where the registry has none, is silent, or the account has not agreed to their being read."""
        account = await self._accounts.by_id(whose.account_id)
        if account is None or not self._prescriptions.offered:
            return {}
        try:
            found = await self._prescriptions.all(account)
        except (RegistryUnavailable, ConsentNeeded):
            return {}
        return {"prescriptions": [_told(each) for each in found]}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """Prescriptions are the registry's, and stay there."""


def _told(entry: PrescriptionEntry) -> Facts:
    each = entry.prescription
    return {
        "person": Word("person", entry.person.id),
        "commercial": each.commercial,
        "drug": each.drug,
        "clinic": each.clinic,
        "number": each.number,
        "valid_until": each.valid_until,
        "status": Word("prescription status", entry.status),
        "doctor": each.doctor,
        "issued": each.issued,
        "amount": each.amount or None,
        "how": each.how or None,
        "dispensed": each.dispensed,
    }
