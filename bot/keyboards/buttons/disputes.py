"""«Это не я»: of a visit that another chat has booked, moved or cancelled."""

from __future__ import annotations

from enum import StrEnum

from bot.keyboards.data import CallbackData


class Answer(StrEnum):
    """What is said of it; `ASK`: nothing yet, it is asked."""

    ASK = "ask"
    FAMILY = "fam"
    NOT_US = "not"


class VisitDispute(CallbackData, prefix="vd1"):
    visit: str
    answer: Answer
