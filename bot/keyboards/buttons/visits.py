"""Visits: the list, a card, and what is done with one."""

from __future__ import annotations

from enum import StrEnum

from bot.keyboards.buttons.common import Origin, PageNumber
from bot.keyboards.data import CallbackData


class Tab(StrEnum):
    """Halves of «Мои записи»."""

    UPCOMING = "up"
    PAST = "past"


class VisitList(CallbackData, prefix="vl1"):
    tab: Tab
    page: PageNumber


class VisitCard(CallbackData, prefix="vc2"):
    visit: str
    origin: Origin = ""


class VisitVenue(CallbackData, prefix="vv1"):
    visit: str


class VisitCalendar(CallbackData, prefix="vk1"):
    """«В календарь»: the visit's calendar file, or the one that takes it out again."""

    visit: str


class VisitCancel(CallbackData, prefix="vx2"):
    """«Отменить запись»; `sure`: the question has been answered with yes."""

    visit: str
    sure: bool
    origin: Origin = ""


class VisitMove(CallbackData, prefix="vr2"):
    visit: str
    origin: Origin = ""


class OldVisitCard(CallbackData, prefix="vc1"):
    """Of the layout that did not know where it was opened from; so are the two below."""

    visit: str


class OldVisitCancel(CallbackData, prefix="vx1"):
    visit: str
    sure: bool


class OldVisitMove(CallbackData, prefix="vr1"):
    visit: str


class VisitAgain(CallbackData, prefix="va1"):
    """«Записаться ещё раз»: the same specialist for the same person; `soonest`: at the nearest time."""

    visit: str
    soonest: bool
