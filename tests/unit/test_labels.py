"""Labels of what stands together: within the limit, and told apart early."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keyboards.kit import LABEL
from bot.keyboards.labels import EARLY, apart, headed, read_alike
from bot.views.clinics import clinic_labels
from bot.views.people import doctor_labels
from services.registry.model import AgeGroup, Clinic
from services.texts.clinics import special_name

WORDS = st.sampled_from(["городская", "поликлиника", "детская", "№", "1", "12", "2", "отделение", "филиал", "ФГБУ"])
NAMES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)


def clinic(name: str, town: str = "Москва", address: str = "") -> Clinic:
    return Clinic(name, name, address, town, "50", "", "", "Europe/Moscow", AgeGroup.ANY)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Терапевт", "Хирург"], ["Терапевт", "Хирург"]),
        (["Офтальмолог (глазной врач)"], ["Офтальмолог (глазной врач)"]),
        (["Травматолог-ортопед (взрослый приём)"], ["Травматолог-ортопед"]),
        (
            ["Городская поликлиника № 12", "Городская поликлиника № 15", "Городская больница № 1"],
            ["…поликлиника № 12", "…поликлиника № 15", "Городская больница № 1"],
        ),
        (
            ["Городская поликлиника № 12", "Городская поликлиника № 12, филиал"],
            ["Городская поликлиника № 12", "…№ 12, филиал"],
        ),
        (["К" * 60 + "а", "К" * 60 + "б"], ["…а", "…б"]),
        (["Анна", "Анна"], ["Анна", "Анна"]),
        ([], []),
    ],
)
def test_names_are_told_apart_by_where_they_differ(names: list[str], told: list[str]) -> None:
    assert apart(names) == told


def test_a_thing_takes_its_next_name_where_the_first_is_anothers_too() -> None:
    one, other = ("Анна Иванова", "Анна Петровна Иванова"), ("Анна Иванова", "Анна Сергеевна Иванова")
    assert apart([one]) == ["Анна Иванова"]
    assert apart([one, other]) == ["Анна Петровна Иванова", "Анна Сергеевна Иванова"]
    assert apart([one, other, ("Пётр Иванов",)]) == [
        "Анна Петровна Иванова",
        "Анна Сергеевна Иванова",
        "Пётр Иванов",
    ]


def test_a_name_that_does_not_fit_is_passed_over() -> None:
    assert apart([("Балашиха · женская консультация № 3", "Балашиха · женская № 3")], 26) == ["Балашиха · женская № 3"]


@given(st.lists(NAMES, max_size=8, unique=True), st.integers(EARLY, 60))
def test_labels_keep_the_limit_and_say_something(names: list[str], limit: int) -> None:
    told = apart(names, limit)
    assert len(told) == len(names)
    assert all(0 < len(each) <= limit for each in told)


@given(st.lists(st.integers(1, 300), min_size=2, max_size=8, unique=True), NAMES)
def test_what_has_one_beginning_is_told_apart(numbers: list[int], beginning: str) -> None:
    names = [f"{beginning} № {number}" for number in numbers]
    assert not read_alike(apart(names))


def test_heads_are_within_the_limit_too() -> None:
    told = headed(["9 · ", "10 · ⭐ "], ["Городская поликлиника № 12", "Городская поликлиника № 15"])
    assert told == ["9 · …поликлиника № 12", "10 · ⭐ …поликлиника № 15"]
    assert all(len(each) <= LABEL for each in told)


def test_clinics_by_town_and_what_is_special() -> None:
    found = [
        clinic("Детская поликлиника № 2, Балашиха", "Балашиха"),
        clinic("Поликлиника № 1, Химки", "Химки"),
        clinic("Женская консультация № 3, Красногорск", "Красногорск"),
        clinic("ГБУЗ МО «Егорьевская больница»", "Егорьевск"),
        clinic("Стоматологическая поликлиника № 3, Сергиев Посад", "Сергиев Посад"),
    ]
    assert clinic_labels(found) == [
        "Балашиха · детская № 2",
        "Химки · поликлиника № 1",
        "Красногорск · женская № 3",
        "Егорьевская больница",
        "Сергиев Посад · стомат. № 3",
    ]


def test_clinics_of_one_town_by_what_is_special() -> None:
    found = [clinic(f"{name}, Химки", "Химки") for name in ("Поликлиника № 1", "Детская поликлиника № 2")]
    assert clinic_labels(found) == ["Поликлиника № 1 · Химки", "Детская № 2 · Химки"]


def test_a_clinic_alone_by_what_is_special() -> None:
    assert clinic_labels([clinic("Городская поликлиника № 1, Химки", "Химки")]) == ["Поликлиника № 1 · Химки"]


def test_clinics_of_one_name_by_their_streets() -> None:
    found = [clinic("Поликлиника № 1", "Химки", street) for street in ("ул. Мира, д. 1", "ул. Ленина, д. 8")]
    assert clinic_labels(found) == ["ул. Мира, д. 1 · № 1", "ул. Ленина, д. 8 · № 1"]


@pytest.mark.parametrize(
    ("name", "special"),
    [
        ("Поликлиника № 1", "Поликлиника № 1"),
        ("Городская поликлиника № 14", "Поликлиника № 14"),
        ("Поликлиника № 1, Москва (филиал)", "Поликлиника № 1"),
        ("ГБУЗ МО «Раменская больница»", "Раменская больница"),
        ('СПб ГБУЗ "Городская поликлиника №8" Детское отделение №58', "Поликлиника №8 Детское отделение №58"),
        (
            "Государственное бюджетное учреждение здравоохранения города Москвы «Детская городская поликлиника № 26 "
            "Департамента здравоохранения города Москвы»",
            "Детская поликлиника № 26",
        ),
        (
            "Филиал Государственного бюджетного учреждения здравоохранения города Москвы «Детская городская больница "
            "«Кузнечики» Департамента здравоохранения города Москвы»",
            "Детская городская больница «Кузнечики»",
        ),
        (
            "Государственное бюджетное учреждение здравоохранения города Москвы Психиатрическая клиническая больница "
            "№ 12 Департамента здравоохранения города Москвы",
            "Психиатрическая клиническая больница № 12",
        ),
        ("Дорожная больница ОАО РЖД", "Дорожная больница ОАО РЖД"),
        ("ГКБ № 15", "ГКБ № 15"),
    ],
)
def test_what_is_special_about_a_clinic(name: str, special: str) -> None:
    assert special_name(name, "Москва") == special


def test_doctors_by_surname_and_name() -> None:
    assert doctor_labels(["Ветров Иван Петрович", "Воробьёва Екатерина Александровна", "Ким"]) == [
        "Ветров Иван Петрович",
        "Воробьёва Екатерина",
        "Ким",
    ]


def test_doctors_of_one_surname_and_name_by_the_patronymic() -> None:
    told = doctor_labels(["Воробьёва Екатерина Александровна", "Воробьёва Екатерина Владимировна"])
    assert told == ["Воробьёва Е. А.", "Воробьёва Е. В."]
