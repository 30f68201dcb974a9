"""What can be booked: the registry's offers minus times held for others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from services.booking.holds import Holds
from services.registry.model import ClinicOffer, DayOffer, DoctorOffer, ServiceOffer, Slot, Visit
from services.registry.ports.times import TimesPort


class Times:
    """Offers of a clinic as one account sees them. `age`: of the person, in full years, today.

    `but`: times that are no choice for it beside those held for others. Every question raises `RegistryUnavailable`
    where the registry is silent.
    """

    def __init__(self, registry: TimesPort, holds: Holds) -> None:
        self._registry = registry
        self._holds = holds

    async def services(self, account_id: str, clinic_id: str, age: int) -> Sequence[ServiceOffer]:
        held = await self._holds.of_others([clinic_id], account_id)
        return await self._registry.services(clinic_id, age=age, without=held)

    async def doctors(self, account_id: str, clinic_id: str, service_id: str, age: int) -> Sequence[DoctorOffer]:
        held = await self._holds.of_others([clinic_id], account_id)
        return await self._registry.doctors(clinic_id, service_id, age=age, without=held)

    async def days(
        self,
        account_id: str,
        clinic_id: str,
        service_id: str,
        age: int,
        doctor_id: str | None,
        *,
        but: Collection[str] = (),
    ) -> Sequence[DayOffer]:
        without = await self._without(account_id, clinic_id, but)
        return await self._registry.days(clinic_id, service_id, age=age, doctor_id=doctor_id, without=without)

    async def slots(
        self,
        account_id: str,
        clinic_id: str,
        service_id: str,
        age: int,
        doctor_id: str | None,
        *,
        day: date | None = None,
        limit: int | None = None,
        but: Collection[str] = (),
    ) -> Sequence[Slot]:
        without = await self._without(account_id, clinic_id, but)
        return await self._registry.slots(
            clinic_id, service_id, age=age, doctor_id=doctor_id, day=day, without=without, limit=limit
        )

    async def soonest(
        self,
        account_id: str,
        clinic_id: str,
        service_id: str,
        age: int,
        doctor_id: str | None,
        *,
        beside: Collection[Visit] = (),
        but: Collection[str] = (),
    ) -> Slot | None:
        """The first time at which none of the visits `beside` it stands; None if there is none."""
        for limit in (1, None) if beside else (1,):  # most often the first will do
            slots = await self.slots(account_id, clinic_id, service_id, age, doctor_id, limit=limit, but=but)
            free = (each for each in slots if not any(overlaps(visit, each) for visit in beside))
            found = next(free, None)
            if found is not None or not slots:
                return found
        return None

    async def nearby(
        self, account_id: str, clinic_ids: Sequence[str], service_id: str, age: int
    ) -> Sequence[ClinicOffer]:
        """Those of these clinics where the service has free times, in the order in which they are named."""
        held = await self._holds.of_others(clinic_ids, account_id)
        offers = await self._registry.nearest_at(clinic_ids, service_id, age=age, without=held)
        places = {clinic_id: place for place, clinic_id in enumerate(clinic_ids)}
        return sorted(offers, key=lambda offer: places[offer.clinic_id])

    async def slot(self, slot_id: str) -> Slot | None:
        """A time that is still free in the registry."""
        return await self._registry.slot(slot_id)

    async def _without(self, account_id: str, clinic_id: str, but: Collection[str]) -> frozenset[str]:
        return (await self._holds.of_others([clinic_id], account_id)).union(but)


def overlaps(visit: Visit, slot: Slot) -> bool:
    """Whether nobody could be at both."""
    return visit.start < slot.end and slot.start < visit.end
