"""The contracts of `CoveragePort` and `CareCasesPort`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.registry.model import Attachment, CareCase, Coverage, CoverageStatus, Patient, PolicyForm
from services.registry.ports.insurance import CareCaseRecord, CareCasesPort, CoveragePort, CoverageRecord
from services.registry.ports.registry import port_of
from tests.services.contracts.world import ANNA, OLEG, RegistryWorld


def insured(world: RegistryWorld) -> CoveragePort:
    port = port_of(world.registry, CoveragePort)
    assert port is not None
    return port


def paid(world: RegistryWorld) -> CareCasesPort:
    port = port_of(world.registry, CareCasesPort)
    assert port is not None
    return port


async def a_coverage(world: RegistryWorld) -> CoverageRecord:
    """Ready to be written: of Anna, who is attached to a clinic of her own."""
    await world.clinic()
    return CoverageRecord(
        patient_id=(await world.patient(ANNA)).id,
        region="50",
        insurer="Страховая компания «Забота»",
        insurer_phone="8 800 000-00-01",
        form=PolicyForm.ELECTRONIC,
        status=CoverageStatus.VALID,
        since=date(2019, 5, 1),
        attached_since=date(2020, 2, 3),
        doctor="Ветров Иван Ильич",
    )


CASE = CareCase(
    number="50-2026-000001",
    version=1,
    void=False,
    region="50",
    clinic="Поликлиника № 1",
    begun=date(2026, 3, 2),
    ended=date(2026, 3, 9),
    kind="первичная медико-санитарная помощь",
    condition="амбулаторно",
    service="Приём (осмотр, консультация) врача-терапевта первичный",
    cost=Decimal("512.30"),
)


async def pay(world: RegistryWorld, patient: Patient, **changes: Any) -> None:
    await world.pay(CareCaseRecord(patient.id, replace(CASE, **changes)))


class InsuranceContract:
    """Stories of a registry that knows who insures a patient and what care has cost."""

    async def test_a_policy_says_who_insures_and_until_when(self, world: RegistryWorld) -> None:
        record = await a_coverage(world)
        await world.insure(record)
        assert await insured(world).coverage(record.patient_id) == Coverage(
            policy=ANNA.policy,
            region="50",
            insurer="Страховая компания «Забота»",
            insurer_phone="8 800 000-00-01",
            form=PolicyForm.ELECTRONIC,
            status=CoverageStatus.VALID,
            since=date(2019, 5, 1),
            until=None,
        )

    async def test_another_insurer_takes_the_place_of_the_first(self, world: RegistryWorld) -> None:
        record = await a_coverage(world)
        await world.insure(record)
        ended = replace(record, insurer="Другая", status=CoverageStatus.ENDED, until=date(2026, 10, 31), form=None)
        await world.insure(ended)
        found = await insured(world).coverage(record.patient_id)
        assert found is not None
        assert (found.insurer, found.status, found.until, found.form) == (
            "Другая",
            CoverageStatus.ENDED,
            date(2026, 10, 31),
            None,
        )

    async def test_whoever_is_not_insured_here_has_no_policy(self, world: RegistryWorld) -> None:
        await world.insure(await a_coverage(world))
        oleg = await world.patient(OLEG)
        assert await insured(world).coverage(oleg.id) is None
        assert await insured(world).coverage("nobody") is None

    async def test_where_a_patient_is_attached_since_when_and_to_which_doctor(self, world: RegistryWorld) -> None:
        record = await a_coverage(world)
        await world.insure(record)
        found = await insured(world).attachment(record.patient_id)
        patient = await world.registry.find_patient(ANNA)
        assert found is not None
        assert patient is not None
        assert found == Attachment(found.clinic, date(2020, 2, 3), "Ветров Иван Ильич")
        assert found.clinic == await world.registry.clinic(patient.clinic_id or "")

    async def test_attached_is_also_who_is_not_known_to_be_insured(self, world: RegistryWorld) -> None:
        oleg = await world.patient(OLEG)
        found = await insured(world).attachment(oleg.id)
        assert found is not None
        assert (found.since, found.doctor) == (None, "")
        assert await insured(world).attachment("nobody") is None

    async def test_a_case_says_the_seven_things_of_the_statement(self, world: RegistryWorld) -> None:
        anna = await world.patient(ANNA)
        await pay(world, anna)
        assert list(await paid(world).care_cases(anna.id)) == [CASE]

    async def test_all_versions_are_there_each_once_and_each_patient_has_their_own(self, world: RegistryWorld) -> None:
        anna, oleg = await world.patient(ANNA), await world.patient(OLEG)
        await pay(world, anna)
        await pay(world, anna, version=2, void=True)
        await pay(world, anna)
        await pay(world, oleg, number="2")
        found = await paid(world).care_cases(anna.id)
        assert sorted((each.version, each.void) for each in found) == [(1, False), (2, True)]
        assert [each.number for each in await paid(world).care_cases(oleg.id)] == ["2"]
        assert list(await paid(world).care_cases("nobody")) == []

    async def test_a_sum_comes_back_to_the_kopeck(self, world: RegistryWorld) -> None:
        anna = await world.patient(ANNA)
        for version, cost in enumerate(("0.01", "1234567.89", "0.10", "100"), 1):
            await pay(world, anna, version=version, cost=Decimal(cost))
        found = sorted(await paid(world).care_cases(anna.id), key=lambda each: each.version)
        assert [str(each.cost) for each in found] == ["0.01", "1234567.89", "0.10", "100"]
