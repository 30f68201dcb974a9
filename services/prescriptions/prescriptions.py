"""Prescriptions of an account's persons, read from the registry within the account's rights."""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts import concerns
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.clock import Clock
from services.errors import NotFound
from services.prescriptions.model import PrescriptionEntry, PrescriptionPage
from services.registry.model import Prescription
from services.registry.ports.prescriptions import PrescriptionsPort
from services.texts.dates import local
from services.texts.names import found_in


class Prescriptions:
    """Nothing of them is kept here. Each question raises `RegistryUnavailable`, and what `Persons.get` raises.

    `registry`: None where it has none; then there is nothing to ask, and no button leads here.
    """

    def __init__(self, registry: PrescriptionsPort | None, persons: Persons, clock: Clock) -> None:
        self._registry = registry
        self._persons = persons
        self._clock = clock

    @property
    def offered(self) -> bool:
        return self._registry is not None

    @concerns.area(Area.RECORDS, Action.SEE)
    async def page(
        self, who: Account, person_id: str, *, commercial: bool, page: int, size: int, words: str = ""
    ) -> PrescriptionPage:
        """One of the two lists, the latest first; the last page where there is no such one. `words`: what is looked
        for among drugs, numbers, clinics and doctors.
        """
        person = await self._persons.get(who, person_id)
        listed = [each for each in await self._of(person) if each.commercial is commercial and _has(each, words)]
        first = min(page, max(0, len(listed) - 1) // size) * size
        return PrescriptionPage(
            person, [self._entry(each, person) for each in listed[first : first + size]], len(listed)
        )

    @concerns.area(Area.RECORDS, Action.SEE)
    async def get(self, who: Account, person_id: str, prescription_id: str) -> PrescriptionEntry:
        """One of them; `NotFound` where it is not this person's."""
        person = await self._persons.get(who, person_id)
        found = None if self._registry is None else await self._registry.prescription(prescription_id)
        if found is None or person.patient_id is None or found.patient_id != person.patient_id:
            raise NotFound
        return self._entry(found, person)

    @concerns.area(Area.RECORDS, Action.SEE)
    async def all(self, who: Account) -> Sequence[PrescriptionEntry]:
        """Of everybody whose record the account may see."""
        family = await self._persons.family(who)
        return [self._entry(each, person) for person in family for each in await self._of(person)]

    async def _of(self, person: Person) -> Sequence[Prescription]:
        if self._registry is None or person.patient_id is None:
            return ()
        return await self._registry.prescriptions(person.patient_id)

    def _entry(self, prescription: Prescription, person: Person) -> PrescriptionEntry:
        today = local(self._clock.now(), prescription.tz).date()
        return PrescriptionEntry(prescription, person, prescription.standing(today))


def _has(prescription: Prescription, words: str) -> bool:
    """Whether it is what is looked for, by whatever one may remember of it."""
    each = prescription
    return not words or found_in(words, each.drug, each.number, each.clinic, each.doctor)
