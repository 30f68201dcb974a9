"""Which clinic an account would call."""

from __future__ import annotations

from services.accounts import concerns
from services.accounts.model import Account, Action, Area
from services.accounts.persons import Persons
from services.booking.visits import Visits
from services.clinics.directory import Directory
from services.registry.model import Clinic


class OwnClinic:
    """Where the active person is attached, as far as the account may know it; else where its last visit is."""

    def __init__(self, persons: Persons, directory: Directory, visits: Visits) -> None:
        self._persons = persons
        self._directory = directory
        self._visits = visits

    @concerns.area(Area.VISITS, Action.SEE)
    async def of(self, account: Account) -> Clinic | None:
        """None where neither is known. Raises `RegistryUnavailable`."""
        person = await self._persons.active(account)
        attached = person.clinic_id if person is not None else None  # cut to what the bases show
        clinic = await self._directory.clinic(attached) if attached is not None else None
        if clinic is not None:
            return clinic
        latest = await self._visits.latest(account, 1)
        return latest[0].visit.clinic if latest else None
