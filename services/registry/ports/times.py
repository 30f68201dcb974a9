"""What is free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

from services.registry.model import ClinicOffer, DayOffer, DoctorOffer, ServiceOffer, Slot
from services.registry.ports.port import Port


class TimesPort(Port, Protocol):
    """Services, doctors, days and times of a clinic.

    Offers leave out times that are taken, that have begun, and the slots named in `without`
    (held for somebody else by this bot). `age`: full years on the day of asking, to leave out those
    who do not see such patients.
    """

    async def services(self, clinic_id: str, *, age: int, without: Collection[str] = ()) -> Sequence[ServiceOffer]:
        """Services of a clinic for this age, in the order of their names; those with no free time too."""
        ...

    async def doctors(
        self, clinic_id: str, service_id: str, *, age: int, without: Collection[str] = ()
    ) -> Sequence[DoctorOffer]:
        """Doctors of a service, in the order of their names; those with no free time too."""
        ...

    async def days(
        self,
        clinic_id: str,
        service_id: str,
        *,
        age: int,
        doctor_id: str | None = None,
        without: Collection[str] = (),
    ) -> Sequence[DayOffer]:
        """Days with free times, earliest first; `doctor_id` None means any doctor of the service."""
        ...

    async def slots(
        self,
        clinic_id: str,
        service_id: str,
        *,
        age: int,
        doctor_id: str | None = None,
        day: date | None = None,
        without: Collection[str] = (),
        limit: int | None = None,
    ) -> Sequence[Slot]:
        """Free times, earliest first; `day` is a day in the clinic's zone, None means from now on."""
        ...

    async def nearest_at(
        self, clinic_ids: Collection[str], service_id: str, *, age: int, without: Collection[str] = ()
    ) -> Sequence[ClinicOffer]:
        """Those of these clinics where the service has a free time for this age, in any order; a hundred at most."""
        ...

    async def slot(self, slot_id: str) -> Slot | None:
        """A time by its id, if it is still free and has not begun."""
        ...
