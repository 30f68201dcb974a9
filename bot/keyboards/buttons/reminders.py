"""Answers to reminders."""

from __future__ import annotations

from bot.keyboards.data import CallbackData


class VisitReply(CallbackData, prefix="vy1"):
    """«Приду» of a reminder."""

    visit: str
