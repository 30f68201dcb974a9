"""What was sent, and sending it."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData


class RequestCard(CallbackData, prefix="qc1"):
    request: str


class RequestText(CallbackData, prefix="qt1"):
    """The whole text of a request whose card has no room for it."""

    request: str
    page: PageNumber


class RequestPhoto(CallbackData, prefix="qp1"):
    """Shows a photo of a request, by its place, below the card."""

    request: str
    place: PageNumber


GO_PROBLEM = Go(to="problem")
GO_FEEDBACK = Go(to="feedback")
