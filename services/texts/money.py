"""Sums of money as people write them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, format_decimal

from services.texts.i18n import Texts


def roubles(t: Texts, amount: Decimal) -> str:
    """«1 234,50 ₽»."""
    return format_currency(amount, "RUB", locale=t.locale)


def roubles_alone(t: Texts, amount: Decimal) -> str:
    """«1 234,50», where the unit is said beside it."""
    return format_decimal(amount, "#,##0.00", locale=t.locale)
