import re
from zoneinfo import ZoneInfo

import pytest

from services.clinics.regions import REGIONS, Region, region


def _reading_order(name: str) -> str:
    return name.casefold().replace("ё", "е")


def test_all_subjects_and_baikonur_are_there_once() -> None:
    assert len(REGIONS) == 86
    assert len({item.code for item in REGIONS}) == 86
    assert len({item.name_ru for item in REGIONS}) == 86
    assert len({item.name_en for item in REGIONS}) == 86


@pytest.mark.parametrize("item", REGIONS, ids=lambda item: item.code)
def test_a_region_is_complete(item: Region) -> None:
    assert re.fullmatch(r"\d\d", item.code)
    assert re.fullmatch(r"[А-ЯЁа-яё ()—-]+", item.name_ru)
    assert re.fullmatch(r"[A-Za-z ()–-]+", item.name_en)
    assert ZoneInfo(item.tz).key == item.tz


def test_the_list_stands_in_russian_reading_order() -> None:
    names = [_reading_order(item.name_ru) for item in REGIONS]
    assert names == sorted(names)


def test_a_code_finds_its_region() -> None:
    assert region("50") == Region("50", "Московская область", "Moscow Region", "Europe/Moscow")
    found = region("77")
    assert found is not None
    assert found.name_ru == "Москва"
    assert found.name_en == "Moscow"


@pytest.mark.parametrize("code", ["", "00", "1", "01 ", "XX"])
def test_an_unknown_code_finds_nothing(code: str) -> None:
    assert region(code) is None
