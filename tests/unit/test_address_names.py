"""How addresses are compared, whatever way they are typed, and how they are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.addresses.model import Address, written
from services.clinics.regions import REGIONS
from services.registry.local.addresses import _like
from services.registry.model import Street, Town
from services.texts.addresses import CITY, Kinds, house_key, house_number, name_key, street_kinds, town_kinds

LETTERS = st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюя")
NAMES = st.text(LETTERS, min_size=4, max_size=14)
SORTS: tuple[Callable[[], Kinds], ...] = (town_kinds, street_kinds)


@pytest.mark.parametrize(
    "same",
    [
        ("Берёзовая", "БЕРЕЗОВАЯ", " берёзовая ", "Бepeзовaя"),
        ("1-я Советская", "1-ая  Советская", "1я Советская", "1 советская", "1ая советская"),
        ("им. Карла Маркса", "имени Карла Маркса", "Карла Маркса", "карла-маркса"),
        ("60-летия Октября", "60 летия Октября"),
        ("Хо Ши Мина", "Хо-Ши-Мина"),
    ],
)
def test_names_that_are_one(same: tuple[str, ...]) -> None:
    assert len({name_key(each) for each in same}) == 1


@pytest.mark.parametrize("other", [("Мира", "Мирная"), ("1-я Лесная", "11-я Лесная"), ("5-я", "6-я"), ("им", "я")])
def test_names_that_are_two(other: tuple[str, str]) -> None:
    assert "" not in {name_key(each) for each in other}
    assert name_key(other[0]) != name_key(other[1])


@pytest.mark.parametrize(
    ("same", "number"),
    [
        (("5", "д. 5", "дом 5", "Д.5", "д5"), 5),
        (("5А", "5 а", "5-А", "5 лит. А", "5A"), 5),
        (("5 к. 2", "5к2", "5 корп 2", "дом 5, корпус 2", "5-к-2"), 5),
        (("12/1", "12 / 1"), 12),
        (("5 с. 1", "5 стр 1", "5 строение 1"), 5),
        (("вл. 3", "владение 3"), 0),
        (("б/н",), 0),
    ],
)
def test_houses_that_are_one(same: tuple[str, ...], number: int) -> None:
    (key,) = {house_key(each) for each in same}
    assert key
    assert house_number(key) == number


def test_houses_that_are_many() -> None:
    houses = ("5", "5А", "5 к. 2", "5 с. 2", "5/2", "52", "15", "вл. 5", "5Д", "5К", "5С")
    assert len({house_key(each) for each in houses}) == len(houses)


@pytest.mark.parametrize("kinds", SORTS)
def test_every_spelling_of_a_kind_is_read(kinds: Callable[[], Kinds]) -> None:
    for kind, full in kinds().all.items():
        assert kinds().kind(kind) == kinds().kind(full) == kinds().kind(full.upper()) == kind
        assert len(kind) <= 20
        assert any(each.words == ("заречная",) and kind in each.kinds for each in kinds().readings(f"{full} Заречная"))
    assert kinds().kind("никакой") is kinds().kind("") is kinds().kind("—") is None


def test_kinds_in_full_and_in_short() -> None:
    assert [town_kinds().kind(each) for each in ("город", "Посёлок", "деревня", "поселок городского типа")] == [
        *("г", "п", "д", "пгт")
    ]
    assert [street_kinds().kind(each) for each in ("улица", "пр-т", "проспект", "шоссе", "Бульвар", "проезд")] == [
        *("ул", "пр-кт", "пр-кт", "ш", "б-р", "пр-д")
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ул. Мира", {"ул мира", "мира"}),
        ("Набережная", {"набережная"}),
        ("ул. Набережная", {"ул набережная", "набережная"}),
        ("улица", {"улица"}),
        ("—", set[str]()),
    ],
)
def test_a_kind_is_taken_off_and_a_name_never_lost(typed: str, words: set[str]) -> None:
    assert {each.key for each in street_kinds().readings(typed)} == words


def test_an_abbreviation_in_a_name_is_noticed() -> None:
    for name in ("ул. Мира", "ул Мира", "ул.Мира", "пр-кт Ленина", "б-р Роз", "пер. Садовый"):
        assert street_kinds().abbreviation(name), name
    for name in ("Мира", "Ул", "Ульяны Громовой", "Г. Титова", "Ш. Руставели", "Сад Победы", "Набережная", "Аллея Роз"):
        assert street_kinds().abbreviation(name) is None, name
    assert town_kinds().abbreviation("ст-ца Ясенская") == "ст-ца"
    assert town_kinds().abbreviation("Каменка") is None


@given(NAMES, st.data())
def test_a_slip_of_any_kind_is_forgiven(name: str, data: st.DataObject) -> None:
    place, letter = data.draw(st.integers(0, len(name) - 1)), data.draw(LETTERS)
    other = (place + 1) % len(name)
    swapped = list(name)
    if other:
        swapped[place], swapped[other] = swapped[other], swapped[place]
    slips = name[:place] + letter + name[place:], name[:place] + letter + name[place + 1 :], "".join(swapped)
    for typed in (*slips, *([name[:place] + name[place + 1 :]] if len(name) > 4 else [])):
        readings = [each for each in street_kinds().readings(typed) if each.key == name_key(typed)]
        assert "1" in _like(readings, {"1": name_key(name)}, 5), typed


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read(typed: str) -> None:
    for kinds in SORTS:
        for each in kinds().readings(typed):
            assert each.words
            assert all(word.isalnum() for word in each.words), "nothing that a pattern of the database means"
    assert "%" not in house_key(typed)
    assert "_" not in house_key(typed)


def test_numbers_and_short_words_are_never_slips() -> None:
    names = {"1": "1 лесная", "2": "2 лесная", "3": "мир"}
    for typed in ("3 лесная", "мор"):
        assert _like(street_kinds().readings(typed), names, 5) == {}
    assert _like(street_kinds().readings("2 леснея"), names, 5) == {"2": 1}


# --- how an address is written -------------------------------------------------------------------

MYTISHCHI = Town("t", "50", "Мытищи", "г")
MIRA = Street("s", "t", "Мира", "ул")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (Address("50", MYTISHCHI, MIRA, "5"), "Московская обл., г. Мытищи, ул. Мира, д. 5"),
        (Address("50", MYTISHCHI, MIRA, "5 к. 2", "12"), "Московская обл., г. Мытищи, ул. Мира, д. 5 к. 2, кв. 12"),
        (
            Address("50", MYTISHCHI, MIRA, "вл. 3", "комната 1"),
            "Московская обл., г. Мытищи, ул. Мира, вл. 3, комната 1",
        ),
        (
            Address("50", Town("v", "50", "Ивановка", "д", "г.о. Серпухов"), None, "7"),
            "Московская обл., г.о. Серпухов, д. Ивановка, д. 7",
        ),
        (
            Address("77", Town("m", "77", "Москва", "г"), Street("", "m", "Мира", "пр-кт"), "1"),
            "г. Москва, пр-кт Мира, д. 1",
        ),
        (Address("77", Town("z", "77", "Зеленоград", "г"), None, "1"), "г. Москва, г. Зеленоград, д. 1"),
        (Address("16", Town("", "16", "Казань", "г"), None, "1"), "Республика Татарстан, г. Казань, д. 1"),
        (Address("79", Town("", "79", "Биробиджан", ""), None, "1"), "Еврейская автономная область, Биробиджан, д. 1"),
        (
            Address("42", Town("", "42", "Кемерово", "г"), Street("", "", "Весенняя", ""), "1"),
            "Кемеровская обл. — Кузбасс, г. Кемерово, Весенняя, д. 1",
        ),
    ],
)
def test_an_address_is_written_in_the_usual_way(address: Address, words: str) -> None:
    assert written(address) == words


def test_every_region_can_be_written() -> None:
    for each in REGIONS:
        told = written(Address(each.code, Town("", each.code, "Заречный", CITY), None, "1"))
        assert told.endswith(", г. Заречный, д. 1")
        assert not told.startswith(",")
