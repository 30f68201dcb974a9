"""Roubles as people write them, to the kopeck."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.texts.i18n import texts
from services.texts.money import roubles, roubles_alone


def spaced(told: str) -> str:
    """With usual spaces."""
    return told.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("amount", "ru", "en"),
    [
        ("0", "0,00", "0.00"),
        ("0.1", "0,10", "0.10"),
        ("1234567.89", "1 234 567,89", "1,234,567.89"),
        ("99999999.99", "99 999 999,99", "99,999,999.99"),
    ],
)
def test_a_sum(amount: str, ru: str, en: str) -> None:
    assert spaced(roubles_alone(texts("ru"), Decimal(amount))) == ru
    assert spaced(roubles_alone(texts("en"), Decimal(amount))) == en
    assert spaced(roubles(texts("ru"), Decimal(amount))) == f"{ru} ₽"
    assert spaced(roubles(texts("en"), Decimal(amount))) == f"RUB{en}"
