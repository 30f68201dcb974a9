"""The directory of clinics: what is found by typing, what is near, how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import pytest

from bot.views.clinics import clinic_address, kilometres
from services.clinics.directory import Directory, Place, distance_km, find_regions, nearest, normalise
from services.registry.model import AgeGroup, Clinic
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.registry import Registry
from services.texts.i18n import texts
from tests.support.clock import FakeClock


def clinic(number: int, name: str, address: str = "ул. Мира, д. 1", town: str = "Мытищи") -> Clinic:
    return Clinic(f"c{number}", name, address, town, "50", "", "", "Europe/Moscow", AgeGroup.ANY)


CLINICS = (
    clinic(1, "Поликлиника № 3", "ул. Лётная, д. 3", "Мытищи"),
    clinic(2, "Поликлиника № 13", "ул. Щорса, д. 30", "Королёв"),
    clinic(3, "Детская поликлиника № 1 имени Семашко", "пр-т Мира, д. 5", "Мытищи"),
    clinic(4, "Стоматология «Жемчуг»", "ул. 3-я Полевая, д. 7", "Химки"),
)


class FakeRegistry:
    """Answers about clinics only, and counts the questions."""

    def __init__(self, clinics: Sequence[Clinic]) -> None:
        self.held = list(clinics)
        self.questions = 0
        self.silent = False

    async def regions(self) -> Mapping[str, int]:
        self._asked()
        return {"50": len(self.held)}

    async def clinics(self, region: str) -> Sequence[Clinic]:
        self._asked()
        return [each for each in self.held if each.region == region]

    async def clinic(self, clinic_id: str) -> Clinic | None:
        self._asked()
        return next((each for each in self.held if each.id == clinic_id), None)

    def _asked(self) -> None:
        self.questions += 1
        if self.silent:
            raise RegistryUnavailable


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry(CLINICS)


@pytest.fixture
def directory(registry: FakeRegistry, clock: FakeClock) -> Directory:
    return Directory(cast(Registry, registry), clock)


async def found(directory: Directory, query: str) -> list[str]:
    return [each.id for each in await directory.search("50", query)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("3", ["c1", "c4"]),  # whole: neither № 13 nor 30; «3-я» is a 3
        ("13", ["c2"]),
        ("летная", ["c1"]),
        ("ЛЁТНАЯ", ["c1"]),
        ("мытищи", ["c1", "c3"]),
        ("королев поликлиника", ["c2"]),
        ("поликлиника королев", ["c2"]),
        ("семаш", ["c3"]),
        ("Сема\u0301шко", ["c3"]),
        ("се\u00adмаш\u200bко.", ["c3"]),
        ("№ 13", ["c2"]),
        ("поликлиника,3", ["c1"]),
        ("поликлинка семашка", ["c3"]),  # mistyped
        ("жемчг", ["c4"]),
        ("московский зоопарк", []),
        ("", []),
        ("  ,,, ", []),
        ("<b>", []),
        ("%' OR 1=1 --", []),
        ("я" * 500, []),
    ],
)
async def test_typed_search(directory: Directory, query: str, ids: list[str]) -> None:
    assert await found(directory, query) == ids


async def test_a_clinic_that_is_gone_on_with_costs_no_question_for_a_minute(
    directory: Directory, registry: FakeRegistry, clock: FakeClock
) -> None:
    renewed = replace(CLINICS[0], phone="+7 495 000-00-02")
    assert [await directory.clinic("c1") for _ in range(3)] == [CLINICS[0]] * 3
    assert registry.questions == 1
    registry.held = [renewed]
    clock.advance(seconds=59)
    assert await directory.clinic("c1") == CLINICS[0]
    clock.advance(seconds=1)
    assert await directory.clinic("c1") == renewed
    assert registry.questions == 2


async def test_a_clinic_that_there_is_not_is_asked_for_each_time(directory: Directory, registry: FakeRegistry) -> None:
    assert await directory.clinic("new") is None
    registry.held.append(replace(CLINICS[0], id="new"))
    assert await directory.clinic("new") is not None


async def test_paging_and_typing_cost_no_questions_for_a_minute(
    directory: Directory, registry: FakeRegistry, clock: FakeClock
) -> None:
    for _ in range(5):
        assert len(await directory.of_region("50")) == 4
        await directory.search("50", "семашко")
        assert await directory.counts() == {"50": 4}
    assert registry.questions == 2
    registry.held.append(clinic(5, "Новая поликлиника"))
    clock.advance(seconds=59)
    assert len(await directory.of_region("50")) == 4
    clock.advance(seconds=1)
    assert len(await directory.of_region("50")) == 5
    assert await directory.counts() == {"50": 5}


async def test_a_silent_registry_is_never_an_empty_list(directory: Directory, registry: FakeRegistry) -> None:
    registry.silent = True
    for question in (
        *(directory.counts(), directory.of_region("50"), directory.search("50", "а"), directory.clinic("c1")),
    ):
        with pytest.raises(RegistryUnavailable):
            await question
    registry.silent = False
    assert len(await directory.of_region("50")) == 4, "a failure is not remembered"


async def test_a_clinic_by_its_id(directory: Directory) -> None:
    assert await directory.clinic("c3") == CLINICS[2]
    assert await directory.clinic("c9") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Лётная, д.\u00a03", "летная д 3"),
        ("  МЫТИЩИ\n«А»  ", "мытищи а"),
        ("ﬁ ½ №", "fi 1 2 no"),
        ("snake_case-и", "snake case и"),
        ("…", ""),
    ],
)
def test_normalise(text: str, words: str) -> None:
    assert normalise(text) == words


# --- near and far ---------------------------------------------------------------------------------

RED_SQUARE = Place(55.7539, 37.6208)
HERE = replace(CLINICS[0], lat=55.7539, lon=37.6208)
PETERSBURG = replace(CLINICS[1], lat=59.9390, lon=30.3158)
ANADYR = replace(CLINICS[2], lat=64.7337, lon=177.4968)
NOWHERE = CLINICS[3]


def test_distances() -> None:
    assert distance_km(HERE, RED_SQUARE) == pytest.approx(0)
    assert distance_km(PETERSBURG, RED_SQUARE) == pytest.approx(634, abs=2)
    assert distance_km(ANADYR, RED_SQUARE) == pytest.approx(6200, abs=50)
    assert distance_km(NOWHERE, RED_SQUARE) is None
    assert distance_km(replace(HERE, lat=66.0, lon=-179.9), Place(66.0, 179.9)) == pytest.approx(9, abs=1)
    assert distance_km(replace(HERE, lat=-55.7539, lon=37.6208 - 180), RED_SQUARE) == pytest.approx(20015, abs=5)
    assert distance_km(replace(HERE, lat=0.0, lon=0.0), Place(0.0, 0.0)) == 0


def test_the_nearest_come_first_and_those_without_a_place_last() -> None:
    assert nearest((NOWHERE, ANADYR, PETERSBURG, HERE), RED_SQUARE) == (HERE, PETERSBURG, ANADYR, NOWHERE)
    assert nearest((), RED_SQUARE) == ()


@pytest.mark.parametrize(
    ("distance", "told"),
    [
        *((0.0, "10 м"), (0.004, "10 м"), (0.35, "350 м"), (0.994, "990 м"), (0.9951, "1,0 км"), (1.0, "1,0 км")),
        *((1.24, "1,2 км"), (9.94, "9,9 км"), (9.96, "10 км"), (10.0, "10 км"), (13.6, "14 км"), (6200.4, "6200 км")),
    ],
)
def test_kilometres(distance: float, told: str) -> None:
    assert kilometres(texts("ru"), distance) == told


def test_kilometres_in_english() -> None:
    assert [kilometres(texts("en"), each) for each in (0.35, 1.24, 14)] == ["350 m", "1.2 km", "14 km"]


@pytest.mark.parametrize(
    ("town", "address", "told"),
    [
        ("Мытищи", "ул. Мира, д. 1", "Мытищи, ул. Мира, д. 1"),
        ("Мытищи", "г. мытищи, ул. Мира", "г. мытищи, ул. Мира"),
        ("Королёв", "г. Королев, ул. Мира", "г. Королев, ул. Мира"),
        ("Мытищи", "", "Мытищи"),
        ("", "ул. Мира", "ул. Мира"),
        ("", "", ""),
    ],
)
def test_the_town_stands_in_an_address_once(town: str, address: str, told: str) -> None:
    assert clinic_address(clinic(1, "Поликлиника", address, town)) == told


# --- regions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("моск", {"77", "50"}),
        ("Московская", {"50"}),
        ("moscow", {"77", "50"}),
        ("якут", {"14"}),
        ("yakut", {"14"}),
        ("югра", {"86"}),
        ("петербург", {"78"}),
        ("алания", {"15"}),
        ("", set()),
        ("...", set()),
        ("Нарния", set()),
    ],
)
def test_regions_by_typing_in_either_language(query: str, codes: set[str]) -> None:
    assert {each.code for each in find_regions(query)} == codes


def test_a_mistyped_region_is_found_all_the_same() -> None:
    assert "50" in {each.code for each in find_regions("масковская область")}
    assert find_regions("татрстан")[0].code == "16"
