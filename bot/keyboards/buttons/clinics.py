"""The directory of clinics."""

from __future__ import annotations

from bot.keyboards.buttons.common import PageNumber
from bot.keyboards.data import CallbackData


class RegionList(CallbackData, prefix="rl1"):
    """The read-only directory: regions that have clinics."""

    page: PageNumber


class ClinicList(CallbackData, prefix="cl1"):
    region: str
    page: PageNumber


class ClinicCard(CallbackData, prefix="cc1"):
    clinic: str


class ClinicVenue(CallbackData, prefix="cv1"):
    clinic: str
