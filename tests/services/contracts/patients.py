"""The contract of `PatientsPort`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from services.registry.model import PatientIdentity, Policy, PolicyKind
from services.registry.ports.errors import PatientConflict
from tests.services.contracts.world import ANNA, OLEG, RegistryWorld

ANOTHER_POLICY = Policy(PolicyKind.ENP, "5058099085000025")
"""Under it, somebody is found by СНИЛС."""


class PatientsContract:
    """Stories of who is known."""

    async def test_a_patient_is_found_by_policy_however_the_name_is_typed(self, world: RegistryWorld) -> None:
        known = await world.patient(ANNA)
        typed = replace(ANNA, surname="  ЕЛКИНА ", name="анна", patronymic=None, snils=None)
        assert await world.registry.find_patient(typed) == known
        assert known.confirmed
        assert known.clinic_id is not None

    @pytest.mark.parametrize(
        ("surname", "typed"),
        [
            ("О'Коннор", "О’Коннор"),
            ("Римская-Корсакова", "Римская – Корсакова"),
            ("Сидорова", "Сидорова. "),
            ("Ёлкин", "Елкин"),
            ("Ильин", "Ильи\u0301н"),
            ("Мамин\u2011Сибиряк", "Мамин-Сибиряк"),
            ("Соснина", "\u2068Сос\u00adни\u200bна\u2069"),
        ],
    )
    async def test_one_person_typed_two_ways_is_one_patient(
        self, world: RegistryWorld, surname: str, typed: str
    ) -> None:
        known = await world.patient(replace(ANNA, surname=surname))
        for again in (replace(ANNA, surname=typed), replace(ANNA, surname=typed.upper(), policy=ANOTHER_POLICY)):
            found = await world.registry.find_patient(again)
            assert found is not None
            assert found.id == known.id
        assert (await world.registry.register_patient(replace(ANNA, surname=typed))).id == known.id

    @pytest.mark.parametrize(("surname", "typed"), [("Петров", "Петрова"), ("Ким", "Кимм")])
    async def test_names_that_are_only_alike_are_two_people(
        self, world: RegistryWorld, surname: str, typed: str
    ) -> None:
        await world.patient(replace(ANNA, surname=surname))
        with pytest.raises(PatientConflict):
            await world.registry.find_patient(replace(ANNA, surname=typed))
        assert await world.registry.find_patient(replace(ANNA, surname=typed, policy=ANOTHER_POLICY)) is None

    async def test_a_stranger_is_not_found(self, world: RegistryWorld) -> None:
        await world.patient(ANNA)
        assert await world.registry.find_patient(OLEG) is None

    @pytest.mark.parametrize(
        "other",
        [
            replace(ANNA, name="Алла"),
            replace(ANNA, surname="Соснина"),
            replace(ANNA, birth_date=date(1991, 3, 14)),
        ],
    )
    async def test_a_policy_of_somebody_else_is_a_conflict(self, world: RegistryWorld, other: PatientIdentity) -> None:
        await world.patient(ANNA)
        with pytest.raises(PatientConflict):
            await world.registry.find_patient(other)
        with pytest.raises(PatientConflict):
            await world.registry.register_patient(other)

    async def test_snils_finds_the_one_whose_policy_has_changed(self, world: RegistryWorld) -> None:
        known = await world.patient(ANNA)
        renewed = replace(ANNA, policy=ANOTHER_POLICY)
        found = await world.registry.find_patient(renewed)
        assert found == replace(known, confirmed=False), "the person is known, this policy is not"
        assert await world.registry.find_patient(replace(renewed, name="Алла")) is None

    async def test_nobody_is_found_by_having_no_policy(self, world: RegistryWorld) -> None:
        without = replace(ANNA, policy=Policy(PolicyKind.NONE), snils=None)
        await world.patient(without)
        assert await world.registry.find_patient(replace(OLEG, policy=Policy(PolicyKind.NONE))) is None

    async def test_a_person_registers_once(self, world: RegistryWorld) -> None:
        assert world.registry.capabilities().registers_patients
        first = await world.registry.register_patient(OLEG)
        assert (first.confirmed, first.clinic_id) == (False, None)
        again = await asyncio.gather(*(world.registry.register_patient(OLEG) for _ in range(5)))
        assert again == [first] * 5
        assert await world.registry.find_patient(OLEG) == first

    async def test_one_person_registering_twice_at_once_is_one_patient(self, world: RegistryWorld) -> None:
        found = await asyncio.gather(*(world.registry.register_patient(OLEG) for _ in range(10)))
        assert len({patient.id for patient in found}) == 1

    async def test_the_desk_confirms_a_registered_person(self, world: RegistryWorld) -> None:
        registered = await world.registry.register_patient(OLEG)
        enrolled = await world.patient(OLEG)
        assert enrolled.id == registered.id
        assert enrolled.confirmed
        assert await world.registry.find_patient(OLEG) == enrolled
