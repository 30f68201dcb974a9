"""What can be booked: the registry's offers minus times held for others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.booking.holds import Holds
from services.registry.model import DayOffer, DoctorOffer, ServiceOffer, Slot
from services.registry.ports.times import TimesPort


class Times:
    """Offers of one clinic as one draft sees them. `age`: of the person, in full years, today.

    Every question raises `RegistryUnavailable` where the registry is silent.
    """

    def __init__(self, registry: TimesPort, holds: Holds) -> None:
        self._registry = registry
        self._holds = holds

    async def services(self, draft_id: str, clinic_id: str, age: int) -> Sequence[ServiceOffer]:
        held = await self._holds.of_others(clinic_id, draft_id)
        return await self._registry.services(clinic_id, age=age, without=held)

    async def doctors(self, draft_id: str, clinic_id: str, service_id: str, age: int) -> Sequence[DoctorOffer]:
        held = await self._holds.of_others(clinic_id, draft_id)
        return await self._registry.doctors(clinic_id, service_id, age=age, without=held)

    async def days(
        self, draft_id: str, clinic_id: str, service_id: str, age: int, doctor_id: str | None
    ) -> Sequence[DayOffer]:
        held = await self._holds.of_others(clinic_id, draft_id)
        return await self._registry.days(clinic_id, service_id, age=age, doctor_id=doctor_id, without=held)

    async def slots(
        self,
        draft_id: str,
        clinic_id: str,
        service_id: str,
        age: int,
        doctor_id: str | None,
        *,
        day: date | None = None,
        limit: int | None = None,
    ) -> Sequence[Slot]:
        held = await self._holds.of_others(clinic_id, draft_id)
        return await self._registry.slots(
            clinic_id, service_id, age=age, doctor_id=doctor_id, day=day, without=held, limit=limit
        )

    async def slot(self, slot_id: str) -> Slot | None:
        """A time that is still free in the registry."""
        return await self._registry.slot(slot_id)
