"""The contracts of `PrescriptionsPort` and `PrescriptionChangesPort`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from services.registry.model import Prescription, PrescriptionStatus
from services.registry.ports.prescriptions import PrescriptionChangesPort, PrescriptionRecord, PrescriptionsPort
from services.registry.ports.registry import port_of
from tests.services.contracts.world import ANNA, OLEG, RegistryWorld, one_of_many

LAST_DAY = date(2026, 12, 1)


def having(world: RegistryWorld) -> PrescriptionsPort:
    port = port_of(world.registry, PrescriptionsPort)
    assert port is not None
    return port


def telling(world: RegistryWorld) -> PrescriptionChangesPort:
    port = port_of(world.registry, PrescriptionChangesPort)
    assert port is not None
    return port


async def a_record(world: RegistryWorld, number: str = "50АА 000001") -> PrescriptionRecord:
    """Ready to be written: for Anna, at a clinic of its own."""
    clinic_id, patient = await world.clinic(), await world.patient(ANNA)
    return PrescriptionRecord(
        number=number,
        patient_id=patient.id,
        commercial=False,
        drug="Эналаприл, таблетки, 10 мг",
        how="По 1 таблетке 2 раза в день",
        amount="№ 20",
        clinic_id=clinic_id,
        doctor="Ветров Иван Ильич",
        issued=date(2026, 11, 20),
        valid_until=LAST_DAY,
        status=PrescriptionStatus.ACTIVE,
    )


async def now(world: RegistryWorld) -> str:
    """The cursor of this moment."""
    page = await telling(world).changed_prescriptions(None, 10)
    assert (list(page.items), page.more) == ([], False)
    return page.cursor


async def heard(world: RegistryWorld, since: str, limit: int = 100) -> tuple[list[Prescription], str]:
    """All that has been told after the cursor, page after page, and where that ends."""
    found: list[Prescription] = []
    more = True
    while more:
        page = await telling(world).changed_prescriptions(since, limit)
        assert len(page.items) <= limit
        found += page.items
        since, more = page.cursor, page.more
    assert len(since) <= 200
    return found, since


def numbers(found: Sequence[Prescription]) -> list[str]:
    return [each.number for each in found]


class PrescriptionsContract:
    """Stories of a registry that has prescriptions."""

    async def test_a_prescription_says_all_that_the_doctor_has_written(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        await world.prescribe(record)
        (found,) = await having(world).prescriptions(record.patient_id)
        clinic = await world.registry.clinic(record.clinic_id)
        assert clinic is not None
        assert found == Prescription(
            id=found.id,
            number="50АА 000001",
            patient_id=record.patient_id,
            commercial=False,
            drug="Эналаприл, таблетки, 10 мг",
            how="По 1 таблетке 2 раза в день",
            amount="№ 20",
            clinic="Поликлиника № 1",
            clinic_address="Мытищи, ул. Мира, д. 1",
            clinic_phone=clinic.phone,
            tz="Europe/Moscow",
            doctor="Ветров Иван Ильич",
            issued=date(2026, 11, 20),
            valid_until=LAST_DAY,
            status=PrescriptionStatus.ACTIVE,
            dispensed=None,
        )
        assert await having(world).prescription(found.id) == found

    async def test_the_latest_stands_first_and_then_they_go_by_number(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        days = {"3": 20, "1": 20, "2": 21, "4": 19}
        for number, day in days.items():
            await world.prescribe(replace(record, number=number, issued=date(2026, 11, day)))
        assert numbers(await having(world).prescriptions(record.patient_id)) == ["2", "1", "3", "4"]

    async def test_each_patient_has_their_own(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        oleg, nobody = await world.patient(OLEG), await world.patient(one_of_many(7))
        await world.prescribe(record)
        await world.prescribe(replace(record, patient_id=oleg.id, number="2"))
        assert numbers(await having(world).prescriptions(record.patient_id)) == [record.number]
        assert numbers(await having(world).prescriptions(oleg.id)) == ["2"]
        assert list(await having(world).prescriptions(nobody.id)) == []
        assert list(await having(world).prescriptions("nobody")) == []
        assert await having(world).prescription("none") is None

    async def test_all_that_a_patient_ever_had_is_there(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        states = [(status, commercial) for status in PrescriptionStatus for commercial in (False, True)]
        for place, (status, commercial) in enumerate(states):
            await world.prescribe(replace(record, number=str(place), status=status, commercial=commercial))
        found = await having(world).prescriptions(record.patient_id)
        assert [(each.status, each.commercial) for each in found] == states

    async def test_a_day_that_passes_changes_nothing_that_is_kept(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        await world.prescribe(record)
        world.clock.advance(days=400)
        (found,) = await having(world).prescriptions(record.patient_id)
        assert found.status is PrescriptionStatus.ACTIVE
        assert found.standing(LAST_DAY) is PrescriptionStatus.ACTIVE, "good on its last day, too"
        assert found.standing(date(2026, 12, 2)) is PrescriptionStatus.EXPIRED

    @pytest.mark.parametrize("status", [each for each in PrescriptionStatus if each is not PrescriptionStatus.ACTIVE])
    async def test_what_is_over_stays_what_it_is(self, world: RegistryWorld, status: PrescriptionStatus) -> None:
        record = replace(await a_record(world), status=status, dispensed=date(2026, 11, 22))
        await world.prescribe(record)
        (found,) = await having(world).prescriptions(record.patient_id)
        assert found.standing(date(2026, 11, 23)) is found.standing(date(2030, 1, 1)) is status
        assert found.dispensed == date(2026, 11, 22)

    @pytest.mark.parametrize("none", [None, date(1900, 1, 1), date(1899, 12, 30), date(1, 1, 1)])
    async def test_a_day_that_is_none_is_no_date(self, world: RegistryWorld, none: date | None) -> None:
        record = replace(await a_record(world), valid_until=none, dispensed=none)
        await world.prescribe(record)
        (found,) = await having(world).prescriptions(record.patient_id)
        assert (found.valid_until, found.dispensed) == (None, None)
        assert found.standing(date(2030, 1, 1)) is PrescriptionStatus.ACTIVE

    async def test_what_is_changed_stays_the_same_prescription(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        await world.prescribe(record)
        (before,) = await having(world).prescriptions(record.patient_id)
        day = date(2026, 11, 23)
        await world.prescribe(replace(record, status=PrescriptionStatus.DISPENSED, dispensed=day))
        (after,) = await having(world).prescriptions(record.patient_id)
        assert after == replace(before, status=PrescriptionStatus.DISPENSED, dispensed=day)


class PrescriptionChangesContract:
    """Stories of a registry that tells what becomes of prescriptions."""

    async def test_a_new_prescription_is_told_as_it_is(self, world: RegistryWorld) -> None:
        record, since = await a_record(world), await now(world)
        await world.prescribe(record)
        told, reached = await heard(world, since)
        assert told == list(await having(world).prescriptions(record.patient_id))
        assert len(told) == 1
        assert (await heard(world, reached))[0] == []
        assert (await heard(world, since))[0] == told, "a cursor stays good"

    async def test_what_was_written_before_is_not_told(self, world: RegistryWorld) -> None:
        await world.prescribe(await a_record(world))
        assert (await heard(world, await now(world)))[0] == []

    async def test_a_prescription_that_was_changed_twice_is_told_once_and_as_it_is_now(
        self, world: RegistryWorld
    ) -> None:
        record, since = await a_record(world), await now(world)
        for number in ("1", "2", "3"):
            await world.prescribe(replace(record, number=number))
        await world.prescribe(replace(record, number="1", status=PrescriptionStatus.CANCELLED))
        told, _ = await heard(world, since)
        assert numbers(told) == ["2", "3", "1"], "in the order of the last changes"
        assert told[-1].status is PrescriptionStatus.CANCELLED

    async def test_changes_of_prescriptions_come_page_after_page(self, world: RegistryWorld) -> None:
        record, since = await a_record(world), await now(world)
        for number in "12345":
            await world.prescribe(replace(record, number=number))
        for limit in (1, 2, 3, 5, 6):
            assert numbers((await heard(world, since, limit))[0]) == list("12345"), limit

    async def test_a_prescription_that_changes_between_two_pages_comes_in_a_later_one(
        self, world: RegistryWorld
    ) -> None:
        record, since = await a_record(world), await now(world)
        for number in "1234":
            await world.prescribe(replace(record, number=number))
        page = await telling(world).changed_prescriptions(since, 2)
        assert (numbers(page.items), page.more) == (["1", "2"], True)
        for number in "31":
            await world.prescribe(replace(record, number=number, amount="№ 30"))
        assert numbers((await heard(world, page.cursor))[0]) == ["4", "3", "1"]

    async def test_what_changes_nothing_of_a_prescription_is_not_told(self, world: RegistryWorld) -> None:
        record = await a_record(world)
        await world.prescribe(record)
        since = await now(world)
        await world.prescribe(record)
        world.clock.advance(days=400)
        assert (await heard(world, since))[0] == [], "nor that its last day has passed"

    async def test_no_prescription_that_is_written_at_once_is_missed(self, world: RegistryWorld) -> None:
        record, since = await a_record(world), await now(world)
        wanted = [f"{number:02}" for number in range(30)]
        told: list[str] = []
        writing = asyncio.gather(*(world.prescribe(replace(record, number=number)) for number in wanted))
        while not writing.done():
            found, since = await heard(world, since, 7)
            told += numbers(found)
        await writing
        told += numbers((await heard(world, since, 7))[0])
        assert sorted(told) == wanted, "each of them, and none twice"
