"""Prescriptions: the two lists and a card."""

from __future__ import annotations

from enum import StrEnum

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData


class PrescriptionTab(StrEnum):
    """Which of the two lists."""

    USUAL = "u"
    COMMERCIAL = "c"


class PrescriptionList(CallbackData, prefix="xp1"):
    """`search`: the id of what was looked for, empty: the whole list."""

    person: str
    tab: PrescriptionTab
    page: PageNumber
    search: str


class PrescriptionCard(CallbackData, prefix="xr1"):
    """`page`, `search`: where in its list it was opened."""

    person: str
    prescription: str
    page: PageNumber
    search: str


GO_PRESCRIPTIONS = Go(to="rx")
