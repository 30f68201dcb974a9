"""The way to all visits, as many screens offer it."""

from __future__ import annotations

from bot.keyboards.buttons.visits import Tab, VisitList
from bot.keyboards.kit import button
from bot.keyboards.markup import Button
from services.texts.i18n import Texts


def my_bookings(t: Texts) -> Button:
    return button(t.label("📋 My bookings"), VisitList(tab=Tab.UPCOMING, page=0))
