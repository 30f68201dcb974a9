"""Policy, insurer and attachment of an account's persons, read from the registry within the account's rights."""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts import concerns
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.insurance.model import AttachmentFound, CoverageFound
from services.registry.ports.errors import PatientConflict
from services.registry.ports.insurance import CoveragePort


class Insurance:
    """Nothing of it is kept here. Each question raises `RegistryUnavailable`, and what `Persons.get` raises; of whom
    the registry has still to be asked by numbers, also what `Persons.look_up` raises.

    `registry`: None where it has none; then there is nothing to ask, and no button leads here.
    """

    def __init__(self, registry: CoveragePort | None, persons: Persons) -> None:
        self._registry = registry
        self._persons = persons

    @property
    def offered(self) -> bool:
        return self._registry is not None

    @concerns.area(Area.INSURANCE, Action.SEE)
    async def coverage(self, who: Account, person_id: str) -> CoverageFound:
        """Who insures the person."""
        person = await self._persons.get(who, person_id)
        patient_id = await patient_of(self._persons, who, person)
        if self._registry is None or patient_id is None:
            return CoverageFound(person, None)
        return CoverageFound(person, await self._registry.coverage(patient_id))

    @concerns.area(Area.INSURANCE, Action.SEE)
    async def attachment(self, who: Account, person_id: str) -> AttachmentFound:
        """Where the person is attached."""
        person = await self._persons.get(who, person_id)
        patient_id = await patient_of(self._persons, who, person)
        if self._registry is None or patient_id is None:
            return AttachmentFound(person, known=False, attachment=None)
        return AttachmentFound(person, known=True, attachment=await self._registry.attachment(patient_id))

    @concerns.area(Area.INSURANCE, Action.SEE)
    async def all(self, who: Account) -> Sequence[tuple[CoverageFound, AttachmentFound]]:
        """Of everybody whose insurance the account may see, as far as the registry knows them already."""
        if self._registry is None:
            return ()
        found = []
        for person in await self._persons.family(who):
            if person.patient_id is not None:
                coverage = await self._registry.coverage(person.patient_id)
                attachment = await self._registry.attachment(person.patient_id)
                found.append((CoverageFound(person, coverage), AttachmentFound(person, True, attachment)))
        return found


async def patient_of(persons: Persons, who: Account, person: Person) -> str | None:
    """The registry's id; None where it does not know the person, or the policy stands there for somebody else.

    Raises `RegistryUnavailable`, and what `Persons.look_up` raises.
    """
    if person.patient_id is not None:
        return person.patient_id
    identity = await persons.for_registry(who, person.id)
    try:
        patient = await persons.look_up(who, identity, enters=False)
    except PatientConflict:
        return None
    return patient.id if patient is not None else None
