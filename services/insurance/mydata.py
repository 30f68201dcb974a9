"""Insurance in «Мои данные»: the registry's, as far as the account may see it."""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts.accounts import Accounts
from services.errors import ConsentNeeded
from services.insurance.insurance import Insurance
from services.insurance.model import AttachmentFound, CoverageFound
from services.personal import Fact, Facts, Leaving, Obligation, Section, Subject, Word
from services.registry.ports.errors import RegistryUnavailable
from services.storage.units import Unit


class InsuranceData:
    """Nothing of it is kept here, so nothing is erased."""

    sections = (Section("insurance"),)

    def __init__(self, accounts: Accounts, insurance: Insurance) -> None:
        self._accounts = accounts
        self._insurance = insurance

    async def export(self, whose: Subject) -> Facts:
        """Left out where the registry has none, is silent, or the account has not agreed to its being read."""
        account = await self._accounts.by_id(whose.account_id)
        if account is None or not self._insurance.offered:
            return {}
        try:
            found = await self._insurance.all(account)
        except (RegistryUnavailable, ConsentNeeded):
            return {}
        return {"insurance": [_told(*each) for each in found]}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """The insurance is the registry's, and stays there."""


def _told(found: CoverageFound, attached: AttachmentFound) -> Facts:
    each, place = found.coverage, attached.attachment
    insured: dict[str, Fact] = {}
    if each is not None:
        insured = {
            "insured_in": Word("region", each.region),
            "insurer": each.insurer,
            "insurer_phone": each.insurer_phone or None,
            # A consent shows nobody's numbers (`accounts.shown`).
            "policy_number": each.policy.number if found.person.shown is not None else None,
            "policy_form": each.form,
            "policy_status": each.status,
            "policy_since": each.since,
            "policy_until": each.until,
        }
    placed: dict[str, Fact] = {}
    if place is not None:
        placed = {
            "clinic": place.clinic.name,
            "attached_since": place.since,
            "area_doctor": place.doctor or None,
        }
    return {"person": Word("person", found.person.id), **insured, **placed}
