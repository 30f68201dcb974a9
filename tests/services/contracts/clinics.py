"""The contract of `ClinicsPort`."""

from __future__ import annotations

from services.registry.model import AgeGroup, Doctor
from tests.services.contracts.world import RegistryWorld


class ClinicsContract:
    """Stories of the directory."""

    async def test_regions_count_their_clinics(self, world: RegistryWorld) -> None:
        await world.clinic(region="50")
        await world.clinic(region="50")
        await world.clinic(region="25", tz="Asia/Vladivostok")
        assert await world.registry.regions() == {"50": 2, "25": 1}

    async def test_clinics_of_a_region_come_in_the_order_of_their_names(self, world: RegistryWorld) -> None:
        for name in ("Поликлиника № 10", "Ёлочка, детская поликлиника", "Поликлиника № 9", "Железнодорожная"):
            await world.clinic(name)
        await world.clinic("В другом регионе", region="77")
        names = [clinic.name for clinic in await world.registry.clinics("50")]
        assert names == ["Ёлочка, детская поликлиника", "Железнодорожная", "Поликлиника № 9", "Поликлиника № 10"]

    async def test_a_clinic_is_found_by_its_id(self, world: RegistryWorld) -> None:
        clinic_id = await world.clinic("Поликлиника № 7", age_group=AgeGroup.CHILD)
        clinic = await world.registry.clinic(clinic_id)
        assert clinic is not None
        assert (clinic.name, clinic.age_group, clinic.tz) == ("Поликлиника № 7", AgeGroup.CHILD, "Europe/Moscow")
        assert await world.registry.clinic("nowhere") is None

    async def test_a_doctor_by_the_id_whatever_age_and_however_busy(self, world: RegistryWorld) -> None:
        clinic = await world.clinic(age_group=AgeGroup.CHILD)
        doctor = await world.doctor(clinic, "Белова", service="Педиатр", age_group=AgeGroup.CHILD)
        found = await world.registry.doctor(doctor)
        assert found == Doctor(doctor, clinic, world.service_id("Педиатр"), "Педиатр", "Белова Иван Ильич")
        assert await world.registry.doctor("nobody") is None
