"""Whom a post and a clinic are for: the demo's, and as operators write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.clinics.whom import clinic_for, post_for, suits
from services.registry.local.demo_clinics import GYNAECOLOGIST, POSTS, demo_clinics
from services.registry.model import Sex
from tests.samples.common import PLAIN


def test_of_the_demo_one_post_and_one_kind_of_clinic_are_for_women() -> None:
    assert [each.id for each in POSTS.values() if post_for(each.id, each.name) is Sex.FEMALE] == [GYNAECOLOGIST.id]
    womens = {each.clinic.name for each in demo_clinics() if clinic_for(each.clinic) is Sex.FEMALE}
    assert womens == {each.clinic.name for each in demo_clinics() if each.clinic.name.startswith("Женская")}
    assert len(womens) == 3


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("13", "Врач"),
        ("x1", "Акушер-гинеколог"),
        ("x2", "детский гинеколог"),
        ("x3", "АКУШЕРКА"),
        ("x4", "Гинеколог-эндокринолог"),
    ],
)
def test_a_post_by_its_code_or_its_name(code: str, name: str) -> None:
    assert post_for(code, name) is Sex.FEMALE


@pytest.mark.parametrize("name", ["Уролог", "Уролог-андролог", "Терапевт", "Маммолог-онколог", "Генетик", ""])
def test_these_are_for_all(name: str) -> None:
    assert post_for("x9", name) is None


@pytest.mark.parametrize(
    ("name", "sex"),
    [
        ("Женская консультация № 2", Sex.FEMALE),
        ("ГБУЗ «Городская больница», женская консультация", Sex.FEMALE),
        ("Поликлиника № 1 с женской консультацией", None),
        ("Детская поликлиника № 2", None),
        ("Родильный дом № 4", None),
    ],
)
def test_a_clinic_by_its_name(name: str, sex: Sex | None) -> None:
    """A newborn boy is seen where he was born, and everybody where there is only a department for women."""
    assert clinic_for(replace(PLAIN, name=name)) is sex


def test_what_is_not_known_decides_nothing() -> None:
    assert suits(None, Sex.MALE)
    assert suits(Sex.FEMALE, None)
    assert suits(Sex.FEMALE, Sex.FEMALE)
    assert not suits(Sex.FEMALE, Sex.MALE)
