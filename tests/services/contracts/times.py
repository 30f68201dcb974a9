"""The contract of `TimesPort`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from services.registry.model import AgeGroup, ClinicOffer, DayOffer
from tests.services.contracts.world import VLADIVOSTOK, RegistryWorld, at


class TimesContract:
    """Stories of what is free."""

    async def test_services_tell_the_nearest_time_and_how_many_are_free(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        therapist, surgeon = await world.doctor(clinic), await world.doctor(clinic, service="Хирург")
        await world.free(therapist, at(10))
        nearest = await world.free(therapist, at(9, 20))
        offers = await world.registry.services(clinic, age=40)
        assert [(offer.name, offer.nearest, offer.free) for offer in offers] == [
            ("Терапевт", at(9, 20), 2),
            ("Хирург", None, 0),
        ]
        offers = await world.registry.services(clinic, age=40, without=[nearest])
        assert (offers[0].nearest, offers[0].free) == (at(10), 1)
        assert surgeon

    async def test_times_that_have_begun_are_not_offered(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        slot_id = await world.free(await world.doctor(clinic), at(9, 30, day=23))
        service = world.service_id("Терапевт")
        assert await world.registry.slot(slot_id) is not None
        world.clock.set(at(9, 30, day=23))
        assert await world.registry.slot(slot_id) is None
        assert (await world.registry.services(clinic, age=40))[0].free == 0
        assert (await world.registry.doctors(clinic, service, age=40))[0].free == 0
        assert await world.registry.days(clinic, service, age=40) == []
        assert await world.registry.slots(clinic, service, age=40) == []

    async def test_only_who_sees_this_age_is_offered(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        for surname, group in (("Взрослов", AgeGroup.ADULT), ("Детский", AgeGroup.CHILD), ("Общий", AgeGroup.ANY)):
            doctor = await world.doctor(clinic, surname, service="Невролог", age_group=group)
            await world.free(doctor, at(9))
        service = world.service_id("Невролог")

        async def names(age: int) -> list[str]:
            return [offer.name.split()[0] for offer in await world.registry.doctors(clinic, service, age=age)]

        assert await names(17) == ["Детский", "Общий"]
        assert await names(18) == ["Взрослов", "Общий"]
        assert (await world.registry.days(clinic, service, age=17))[0].free == 2
        assert len(await world.registry.slots(clinic, service, age=18)) == 2
        assert (await world.registry.services(clinic, age=18))[0].free == 2

    async def test_a_childrens_clinic_has_nothing_for_adults(self, world: RegistryWorld) -> None:
        clinic = await world.clinic(age_group=AgeGroup.CHILD)
        doctor = await world.doctor(clinic, service="Педиатр")
        await world.free(doctor, at(9))
        assert await world.registry.services(clinic, age=18) == []
        assert len(await world.registry.services(clinic, age=17)) == 1
        assert await world.registry.slots(clinic, world.service_id("Педиатр"), age=18) == []

    async def test_doctors_of_a_service_in_the_order_of_their_names(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        busy, idle = await world.doctor(clinic, "Яблоков"), await world.doctor(clinic, "Ёжиков")
        await world.doctor(clinic, "Скальпель", service="Хирург")
        await world.free(busy, at(9))
        offers = await world.registry.doctors(clinic, world.service_id("Терапевт"), age=40)
        assert [(offer.id, offer.name, offer.room, offer.nearest, offer.free) for offer in offers] == [
            (idle, "Ёжиков Иван Ильич", "каб. 12", None, 0),
            (busy, "Яблоков Иван Ильич", "каб. 12", at(9), 1),
        ]

    async def test_days_and_times_of_one_doctor_or_of_any(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        one, other = await world.doctor(clinic, "Первый"), await world.doctor(clinic, "Второй")
        first = await world.free(one, at(12, day=25))
        held = await world.free(one, at(12, 20, day=25))
        second = await world.free(other, at(11, day=25))
        third = await world.free(other, at(11, day=26))
        service, ask = world.service_id("Терапевт"), world.registry
        assert await ask.days(clinic, service, age=40, without=[held]) == [
            DayOffer(date(2026, 11, 25), 2, frozenset({11, 12})),
            DayOffer(date(2026, 11, 26), 1, frozenset({11})),
        ]
        assert await ask.days(clinic, service, age=40, doctor_id=one) == [
            DayOffer(date(2026, 11, 25), 2, frozenset({12}))
        ]
        slots = await ask.slots(clinic, service, age=40, without=[held])
        assert [slot.id for slot in slots] == [second, first, third]
        slots = await ask.slots(clinic, service, age=40, doctor_id=other, day=date(2026, 11, 26))
        assert [slot.id for slot in slots] == [third]
        slots = await ask.slots(clinic, service, age=40, limit=1)
        assert [slot.id for slot in slots] == [second]
        assert await ask.slots(clinic, world.service_id("Хирург"), age=40) == []

    async def test_a_time_says_all_that_a_ticket_needs(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        doctor = await world.doctor(clinic)
        slot = await world.registry.slot(await world.free(doctor, at(9, 20)))
        assert slot is not None
        assert (slot.clinic_id, slot.doctor_id, slot.service) == (clinic, doctor, "Терапевт")
        assert (slot.doctor, slot.room) == ("Ветров Иван Ильич", "каб. 12")
        assert (slot.start, slot.end) == (at(9, 20), at(9, 40))
        assert slot.start.tzinfo is UTC
        assert await world.registry.slot("nothing") is None

    async def test_days_are_the_clinics_own(self, world: RegistryWorld) -> None:
        """00:10 on the 25th in Vladivostok is 17:10 on the 24th in Moscow and 14:10 in UTC."""
        clinic = await world.clinic(tz="Asia/Vladivostok", region="25")
        doctor = await world.doctor(clinic)
        late = await world.free(doctor, at(23, 50, day=24, zone=VLADIVOSTOK))
        early = await world.free(doctor, at(0, 10, day=25, zone=VLADIVOSTOK))
        service = world.service_id("Терапевт")
        days = await world.registry.days(clinic, service, age=40)
        assert days == [
            DayOffer(date(2026, 11, 24), 1, frozenset({23})),
            DayOffer(date(2026, 11, 25), 1, frozenset({0})),
        ]
        for day, slot_id in ((24, late), (25, early)):
            slots = await world.registry.slots(clinic, service, age=40, day=date(2026, 11, day))
            assert [slot.id for slot in slots] == [slot_id]

    async def test_where_else_a_service_has_times(self, world: RegistryWorld) -> None:
        """Its nearest free time in each of the clinics that were named, whichever doctor has it."""
        here, there, far, none = [await world.clinic(f"Поликлиника {number}") for number in range(4)]
        one, other = await world.doctor(there, "Первый"), await world.doctor(there, "Второй")
        await world.free(one, at(12))
        nearest = await world.free(other, at(10))
        await world.free(await world.doctor(there, service="Хирург"), at(9))
        await world.free(await world.doctor(far), at(9, day=25))
        await world.free(await world.doctor(here), at(9))
        await world.doctor(none)
        service, ask = world.service_id("Терапевт"), world.registry.nearest_at

        def told(offers: Sequence[ClinicOffer]) -> dict[str, datetime]:
            assert len(offers) == len({each.clinic_id for each in offers}), "each clinic once"
            return {each.clinic_id: each.nearest for each in offers}

        found = told(await ask([far, there, none], service, age=40))
        assert found == {there: at(10), far: at(9, day=25)}
        assert found[there].tzinfo is UTC
        assert told(await ask([far, there], service, age=40, without=[nearest])) == {there: at(12), far: at(9, day=25)}
        assert await ask([], service, age=40) == []
        assert await ask([none], service, age=40) == []
        world.clock.set(at(10))
        assert told(await ask([there], service, age=40)) == {there: at(12)}, "what has begun is not offered"

    async def test_where_else_for_this_age(self, world: RegistryWorld) -> None:
        childrens = await world.clinic("Детская", age_group=AgeGroup.CHILD)
        mixed = await world.clinic("Семейная")
        await world.free(await world.doctor(childrens, service="Невролог"), at(9))
        for surname, group, hour in (("Взрослов", AgeGroup.ADULT, 9), ("Детский", AgeGroup.CHILD, 10)):
            doctor = await world.doctor(mixed, surname, service="Невролог", age_group=group)
            await world.free(doctor, at(hour))
        service = world.service_id("Невролог")

        async def found(age: int) -> dict[str, datetime]:
            offers = await world.registry.nearest_at([childrens, mixed], service, age=age)
            return {each.clinic_id: each.nearest for each in offers}

        assert await found(17) == {childrens: at(9), mixed: at(10)}
        assert await found(18) == {mixed: at(9)}

    async def test_the_hours_of_a_day_are_the_clinics_own(self, world: RegistryWorld) -> None:
        """In Darwin, half an hour off the full ones: 11:50 and 12:10 lie in one hour of UTC."""
        zone = "Australia/Darwin"
        clinic = await world.clinic(tz=zone, region="25")
        doctor, other = await world.doctor(clinic), await world.doctor(clinic, "Второй")
        for hour, minute in ((11, 50), (12, 10), (12, 50), (16, 40)):
            await world.free(doctor, at(hour, minute, day=25, zone=ZoneInfo(zone)))
        taken = await world.free(other, at(17, 0, day=25, zone=ZoneInfo(zone)))
        service, day = world.service_id("Терапевт"), date(2026, 11, 25)
        assert await world.registry.days(clinic, service, age=40) == [DayOffer(day, 5, frozenset({11, 12, 16, 17}))]
        left = await world.registry.days(clinic, service, age=40, without=[taken])
        assert left == [DayOffer(day, 4, frozenset({11, 12, 16}))]
